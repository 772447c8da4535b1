"""A projector of our own making: PJLink class 1 and 2 on a loopback port, with the odd manners met in the field."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from agent.targets import Target

SALT = "498e4a67"
ON = {
    "%1POWR": "1",
    "%1ERST": "010020",
    "%1LAMP": "1200 1 300 0",
    "%1INPT": "31",
    "%1AVMT": "30",
    "%1INF1": "EPSON",
    "%1INF2": "EB-680",
    "%1INFO": "",
    "%1NAME": "Room 12",
    "%1CLSS": "2",
    "%2SNUM": "X5YU7100123",
    "%2SVER": "1.07",
    "%2FILT": "240",
    "%2RLMP": "ELPLP90",
    "%2RFIL": "ELPAF49",
    "%2IRES": "1920x1080",
    "%2RRES": "1280x800",
    "%2FREZ": "0",
}
STANDBY = ON | {
    "%1POWR": "0",
    "%1INPT": "ERR3",
    "%1AVMT": "ERR3",
    "%2IRES": "ERR3",
    "%2FREZ": "ERR3",
    "%1LAMP": "1200 0",
}


@dataclass
class Projector:
    answers: dict[str, str] = field(default_factory=lambda: dict(ON))
    password: str = ""
    lookup_first: bool = False  # says %2LKUP before the first answer
    nul_padding: bool = False
    hang_up_first: bool = False  # closes the first connection in the middle of an answer
    encoding: str = "utf-8"
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def target(self, password: str = "") -> Target:
        return Target("pjlink", "127.0.0.1", self.port, options=(("password", password),) if password else ())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        expected = hashlib.md5((SALT + self.password).encode()).hexdigest() if self.password else ""  # as PJLink says
        writer.write(f"PJLINK 1 {SALT}\r".encode() if expected else b"PJLINK 0\r")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                line = (await reader.readuntil(b"\r")).decode().rstrip("\r")
                if expected and not line.startswith(expected):
                    writer.write(b"PJLINK ERRA\r")
                    break
                line, expected = line.removeprefix(expected), ""
                command, _, parameter = line.partition(" ")
                self.asked.append(line)
                if self.lookup_first:
                    writer.write(b"%2LKUP=00:26:ab:12:34:56\r")
                    self.lookup_first = False
                if self.hang_up_first and self.connections == 1:
                    writer.write(b"%1PO")
                    break
                answer = self.answers.get(command, "ERR1") if parameter == "?" else "ERR2"
                padding = b"\0\0\0" if self.nul_padding else b""
                writer.write(f"{command}={answer}\r".encode(self.encoding) + padding)
        writer.close()


@contextlib.asynccontextmanager
async def projector(it: Projector) -> AsyncIterator[Projector]:
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
        await server.wait_closed()
