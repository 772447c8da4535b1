"""Schools that all speak at once: prepared report batches sent over kept connections, answers timed.

The batches are made before the clock starts, so that the generator costs the measured machine little.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from agent import report as wire
from tests.bench.school import School


@dataclass(slots=True)
class Speaker:
    """One agent with its prepared requests in order; the first is a whole report, the others differences."""

    requests: list[bytes]
    sent: int = 0


@dataclass(slots=True)
class Result:
    acknowledged: int = 0
    refused: int = 0
    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.seconds

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.latencies_s)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def bodies(seed: int, reports: int) -> list[bytes]:
    """The batches of one school, one report each: the first whole, the others as differences."""
    school, out, before = School(seed), [], None
    for number in range(1, reports + 1):
        report = school.minute()
        values = wire.values(report)
        payload = wire.whole(report) if before is None else msgspec.json.encode(wire.difference(before, values))
        frame = wire.Frame(number, 0, 0 if before is None else number - 1, msgspec.Raw(payload))
        out.append(wire.encode_batch([frame], 1_764_000_000_000 + number, f"{seed:08x}"))
        before = values
    return out


def prepare(tokens: Sequence[str], reports: int, *, different: int = 50) -> list[Speaker]:
    """A speaker per token; `different` schools' days are told apart, the others repeat them."""
    days = [bodies(seed, reports) for seed in range(min(different, len(tokens)))]
    head = "POST /api/v1/reports HTTP/1.1\r\nHost: z\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n"
    return [
        Speaker([head.format(token, len(body)).encode() + body for body in days[i % len(days)]])
        for i, token in enumerate(tokens)
    ]


class _Connection(asyncio.Protocol):
    """One kept connection that many speakers share, one request under way at a time."""

    def __init__(
        self, speakers: Sequence[Speaker], result: Result, upto: int, pace_s: float, done: asyncio.Event
    ) -> None:
        self._speakers, self._result, self._upto, self._pace_s, self._done = list(speakers), result, upto, pace_s, done
        self._turn, self._buffer, self._due, self._began = 0, b"", 0.0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._loop = transport, asyncio.get_running_loop()
        self._due = self._loop.time() + self._pace_s * (id(self) % 1000 / 1000)
        self._later()

    def _later(self) -> None:
        if self._pace_s:
            self._due = self._due + self._pace_s
            self._loop.call_at(self._due, self._next)
        else:
            self._next()

    def _next(self) -> None:
        speaker = self._speakers[self._turn % len(self._speakers)]
        self._turn += 1
        if speaker.sent >= self._upto:
            self._done.set()
            return
        # Open loop: a late server is charged from when the report was due, not from when it could be sent.
        self._began = self._due if self._pace_s else time.perf_counter()
        self._transport.write(speaker.requests[speaker.sent])
        speaker.sent += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 :], b""
        if head.startswith(b"http/1.1 200") and b"refused" not in body:
            self._result.acknowledged += 1
        else:
            self._result.refused += 1
        now = self._loop.time() if self._pace_s else time.perf_counter()
        self._result.latencies_s.append(now - self._began)
        self._later()


async def run(
    host: str, port: int, speakers: Sequence[Speaker], *, upto: int, connections: int, per_s: float
) -> Result:
    """Send each speaker's requests up to index `upto`; `per_s` 0 = as fast as the server answers."""
    result, loop = Result(), asyncio.get_running_loop()
    pace_s = connections / per_s if per_s else 0.0
    began, ends = time.perf_counter(), []
    for i in range(connections):
        done = asyncio.Event()
        share = speakers[i::connections]
        await loop.create_connection(lambda s=share, d=done: _Connection(s, result, upto, pace_s, d), host, port)  # type: ignore[misc]
        ends.append(done)
    await asyncio.gather(*(done.wait() for done in ends))
    result.seconds = time.perf_counter() - began
    return result
