"""An SNMPv2c device on a UDP port of loopback: GET, GETNEXT and GETBULK over a table; SET is refused (RFC 3416)."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable

from server.demo.devices import ber
from server.demo.devices.ber import Oid

Objects = dict[Oid, bytes]  # values already in BER
LARGEST_ANSWER = 1400  # octets: one datagram that no Ethernet has to cut
NO_ACCESS = 6


class SnmpDevice(asyncio.DatagramProtocol):
    """`objects(seconds since the demonstration began)` is asked at most once a second. A wrong community: silence."""

    def __init__(self, objects: Callable[[float], Objects], community: str, began: float) -> None:
        self.objects, self.community, self.began = objects, community.encode(), began
        self._asked_at = -1
        self._closed: asyncio.Future[None]
        self._table: Objects = {}
        self._names: list[Oid] = []

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """The port that it listens on."""
        loop = asyncio.get_running_loop()
        self._closed = loop.create_future()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, (host, port))
        bound: int = self._transport.get_extra_info("sockname")[1]
        return bound

    async def stop(self) -> None:
        """The port is free again when this returns."""
        self._transport.close()
        await self._closed

    def connection_lost(self, error: Exception | None) -> None:
        self._closed.set_result(None)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        try:
            question = ber.read(data)
        except ber.NotSnmp:
            return
        if question.version != 1 or question.community != self.community:
            return
        self._transport.sendto(self.answer(question, time.time() - self.began), source)

    def answer(self, question: ber.Question, t: float) -> bytes:
        if int(t) != self._asked_at:
            self._asked_at, self._table = int(t), self.objects(t)
            self._names = sorted(self._table)
        if question.kind == ber.GET:
            return ber.answer(question, [(key, self._value(key)) for key in question.oids])
        if question.kind == ber.GET_NEXT:
            return ber.answer(question, [self._next(key) for key in question.oids])
        if question.kind == ber.GET_BULK:
            return ber.answer(question, self._bulk(question))
        return ber.answer(question, [(key, ber.NULL) for key in question.oids], NO_ACCESS, 1)

    def _value(self, key: Oid) -> bytes:
        if key in self._table:
            return self._table[key]
        column = key[:-1]
        known = self._next(column)[0][: len(column)] == column
        return ber.NO_SUCH_INSTANCE if known else ber.NO_SUCH_OBJECT

    def _next(self, key: Oid) -> tuple[Oid, bytes]:
        at = bisect_right(self._names, key)
        if at == len(self._names):
            return key, ber.END_OF_MIB_VIEW
        return self._names[at], self._table[self._names[at]]

    def _bulk(self, question: ber.Question) -> list[tuple[Oid, bytes]]:
        """Rows until the repetitions or the datagram are full; at least one, as RFC 3416 §4.2.3 asks."""
        single = max(question.non_repeaters, 0)
        said = [self._next(key) for key in question.oids[:single]]
        row = list(question.oids[single:])
        size = sum(len(ber.name(key)) + len(value) + 4 for key, value in said)
        for _ in range(max(question.repetitions, 0) if row else 0):
            found = [self._next(key) for key in row]
            size += sum(len(ber.name(key)) + len(value) + 4 for key, value in found)
            if size > LARGEST_ANSWER and len(said) > single:
                break
            said += found
            row = [key for key, _ in found]
            if all(value == ber.END_OF_MIB_VIEW for _, value in found):
                break
        return said
