"""The road to projectors and panels by PJLink class 1 and 2 (TCP 4352, JBMIA 2.00), by aiopjlink; it only asks."""

import asyncio
from typing import Final

from aiopjlink import (  # type: ignore[import-untyped]
    PJClass,
    PJLink,
    PJLinkConnectionClosed,
    PJLinkERR1,
    PJLinkERR2,
    PJLinkERR3,
    PJLinkERR4,
    PJLinkException,
    PJLinkNoConnection,
    PJLinkPassword,
)

from agent.targets import Target

TIMEOUT_S: Final = 4.0
# What is asked, by class. All are questions ("?"): no command of this road has any other parameter.
MINUTE: Final = ("POWR", "ERST", "LAMP", "INPT")
CLASS_1: Final = (*MINUTE, "AVMT", "INF1", "INF2", "INFO", "NAME", "CLSS")
CLASS_2: Final = ("SNUM", "SVER", "FILT", "RLMP", "RFIL", "IRES", "RRES", "FREZ")
ERRORS: Final = {PJLinkERR1: "ERR1", PJLinkERR2: "ERR2", PJLinkERR3: "ERR3", PJLinkERR4: "ERR4"}
NOTIFICATIONS: Final = ("%2LKUP", "%2ERST", "%2POWR", "%2INPT")


class PjlinkError(Exception):
    """The projector could not be read; the message is a sentence that names the target."""


class Unreachable(PjlinkError):
    """No connection on the port: off at the wall, another address, network standby switched off in its menu."""


class WrongPassword(PjlinkError):
    """It answers, and wants another password, or one at all."""


class Garbled(PjlinkError):
    """Something answers, and it is not PJLink."""


class _Tolerant(PJLink):  # type: ignore[misc]  # aiopjlink carries no types
    """Answers as seen in the field: NUL bytes as padding, a %2LKUP announcement before the answer."""

    async def _read_next(self) -> str:
        while True:
            raw = await asyncio.wait_for(self._reader.readuntil(b"\r"), self._timeout)
            line: str = raw.replace(b"\0", b"").decode("utf-8", "replace")
            if not (line.startswith("%2LKUP") or self._announces(line)):
                return line

    def _announces(self, line: str) -> bool:
        """A status announcement of class 2 that nobody asked for: its command is not the one that waits."""
        return line[:6] in NOTIFICATIONS and line[1:6] != self._waiting

    _waiting = ""

    async def transmit(self, command: str, param: str, pjclass: PJClass) -> str:
        self._waiting = f"{pjclass.value}{command}"
        answer: str = await super().transmit(command, param, pjclass)
        return answer


class PjlinkRoad:
    """`await PjlinkRoad().answers(target, everything)`; some projectors accept one connection at a time."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s

    async def answers(self, target: Target, everything: bool = False) -> dict[str, str]:
        """Command -> what the projector answered, or "ERR1".."ERR4" as it said. Raises PjlinkError's children.

        A projector that closes the connection early is asked once more (a known manner of class 2 models).
        """
        try:
            async with asyncio.timeout(4 * self.timeout_s):
                try:
                    return await self._ask(target, everything)
                except (PJLinkConnectionClosed, asyncio.IncompleteReadError):
                    return await self._ask(target, everything)
        except PJLinkNoConnection as error:
            raise Unreachable(f"{target}: no connection ({error})") from error
        except PJLinkPassword as error:
            raise WrongPassword(f"{target}: {error}; right is pjlink://host?password=file:/path") from error
        except (PJLinkConnectionClosed, asyncio.IncompleteReadError, TimeoutError, OSError) as error:
            raise Unreachable(f"{target}: it closes the connection or does not answer in time") from error
        except (PJLinkException, asyncio.LimitOverrunError, IndexError, ValueError) as error:
            raise Garbled(f"{target}: what answers on port {target.port} is not PJLink ({error})") from error

    async def _ask(self, target: Target, everything: bool) -> dict[str, str]:
        password = target.option("password") or None
        out: dict[str, str] = {}
        async with _Tolerant(target.host, target.port, password, self.timeout_s) as link:
            for command in CLASS_1 if everything else MINUTE:
                out[command] = await _one(link, command, PJClass.ONE)
            if everything and out.get("CLSS") == "2":
                for command in CLASS_2:
                    out[command] = await _one(link, command, PJClass.TWO)
        return out


async def _one(link: _Tolerant, command: str, pjclass: PJClass) -> str:
    try:
        return await link.transmit(command, "?", pjclass)
    except tuple(ERRORS) as error:
        return ERRORS[type(error)]
