"""A projector board on loopback: PJLink class 1 or 2, with or without a password (PJLink specification 2.00)."""

import asyncio
import hashlib
import secrets
import time

from server.demo.devices import scenario
from server.demo.devices.lines import LineDevice

UNDEFINED, BAD_PARAMETER, NOT_NOW = "ERR1", "ERR2", "ERR3"


class PjlinkBoard(LineDevice):
    """A board without UPS: while the mains are away it takes no conversation. It can be asked, not commanded."""

    end_of_line = b"\r"

    def __init__(
        self, name: str, began: float, *, pjlink_class: int = 2, password: str = "", lamp_hours: float
    ) -> None:
        super().__init__()
        self.name, self.began = name, began
        self.pjlink_class, self.password, self.lamp_hours = pjlink_class, password, lamp_hours

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not scenario.mains(time.time() - self.began):
            return
        salt = secrets.token_hex(4)
        writer.write(f"PJLINK 1 {salt}\r".encode() if self.password else b"PJLINK 0\r")
        proof = hashlib.md5((salt + self.password).encode()).hexdigest() if self.password else ""
        trusted = not self.password
        while (asked := await self.heard(reader)) is not None:
            if not trusted:
                if not asked.startswith(proof):
                    writer.write(b"PJLINK ERRA\r")
                    await writer.drain()
                    return
                trusted = True
            asked = asked.removeprefix(proof) if proof else asked
            writer.write(self.reply(asked, time.time() - self.began).encode() + b"\r")
            await writer.drain()

    def reply(self, asked: str, t: float) -> str:
        """`%1POWR ?` -> `%1POWR=1`."""
        head, _, parameter = asked.partition(" ")
        if len(head) != 6 or head[0] != "%" or head[1] not in "12"[: self.pjlink_class]:
            return f"{head}={UNDEFINED}"
        if parameter != "?":
            return f"{head}={NOT_NOW if parameter else BAD_PARAMETER}"
        return f"{head}={self._value(head[1], head[2:].upper(), scenario.board(t, self.lamp_hours))}"

    def _value(self, level: str, word: str, now: scenario.Board) -> str:
        on = now.power == 1
        said = {
            "POWR": str(now.power),
            "INPT": "31" if on else NOT_NOW,
            "AVMT": "30" if on else NOT_NOW,
            "ERST": f"0000{int(now.filter_warning)}0",  # fan, lamp, temperature, cover, filter, other
            "LAMP": f"{now.lamp_hours} {int(now.lamp_on)}",
            "INST": "11 31 32",
            "NAME": self.name,
            "INF1": "Zeng demonstration",
            "INF2": f"Simulated board class {self.pjlink_class}",
            "INFO": "simulated",
            "CLSS": str(self.pjlink_class),
        }
        second = {
            "SNUM": f"DEMO-{self.name.upper().replace(' ', '-')}",
            "SVER": "1.0",
            "FILT": str(now.lamp_hours // 2),
            "RLMP": "DEMO-LAMP",
            "RFIL": "DEMO-FILTER",
            "IRES": "1920x1080" if on else NOT_NOW,
            "RRES": "1920x1080",
            "FREZ": "0" if on else NOT_NOW,
        }
        return (said | second if level == "2" else said).get(word, UNDEFINED)
