"""A device that speaks in lines over TCP: what NUT and PJLink have in common."""

import asyncio
import contextlib
from abc import ABC, abstractmethod

PATIENCE_S = 30.0
LONGEST_LINE = 512


class LineDevice(ABC):
    """Listens on loopback, serves each client until it leaves, and ends every conversation when stopped."""

    end_of_line = b"\n"

    def __init__(self) -> None:
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """The port that it listens on."""
        self._server = await asyncio.start_server(self._met, host, port, limit=LONGEST_LINE)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    @abstractmethod
    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""

    async def heard(self, reader: asyncio.StreamReader) -> str | None:
        """The next line without its end; None when the client left, said nothing for long, or talks nonsense."""
        try:
            line = await asyncio.wait_for(reader.readuntil(self.end_of_line), PATIENCE_S)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            return None
        return line.decode("utf-8", "replace").strip()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await self.talk(reader, writer)
        finally:
            writer.close()
            if task is not None:
                self._talks.discard(task)
