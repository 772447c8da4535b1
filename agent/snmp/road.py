"""The road to all devices that speak SNMPv1 and v2c: one unconnected UDP socket per address family.

The socket is drained in a loop whenever it is readable, and an answer drives its question on from there (no task and
no future per datagram). An answer counts only if both its source address and its request id are those of a question
that is open; anything else is counted and dropped.
"""

import asyncio
import logging
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agent.snmp import ber, pdus, questions
from agent.snmp.manner import Address, Manner, manner, resolve
from agent.snmp.values import Answer, NoAnswer, Oid, Refused, Rows, SnmpError
from agent.targets import Target

if TYPE_CHECKING:
    from agent.snmp.v3 import SecureRoad

log = logging.getLogger(__name__)

DRAIN: Final = 200  # datagrams in one go; then timers and other sockets have their turn
RECEIVE_BUFFER: Final = 1 << 20  # octets: 40 devices that answer at once
MOST_ROWS: Final = 20_000


@dataclass(slots=True)
class Counters:
    """Datagrams since the start. `late` have no open question (duplicates too); `foreign` come from another address."""

    sent: int = 0
    repeated: int = 0
    answered: int = 0
    late: int = 0
    foreign: int = 0
    unreadable: int = 0


class Exchange:
    """One get or walk that is under way; `id` and `deadline` belong to the question that is open."""

    __slots__ = ("address", "community", "datagram", "deadline", "done", "foreign", "id", "left", "manner", "problem",
                 "steps", "timer")  # fmt: skip

    def __init__(
        self, address: Address, community: str, manner: Manner, steps: questions.Steps[Rows], done: asyncio.Future[Rows]
    ) -> None:
        self.address, self.community, self.manner, self.steps, self.done = address, community, manner, steps, done
        self.id = self.left = 0
        self.datagram = b""
        self.deadline = 0.0
        self.problem = self.foreign = ""
        self.timer: asyncio.TimerHandle | None = None


class SnmpRoad:
    """Reads devices, and can do nothing else. `async with SnmpRoad() as road: await road.get(target, [oid(...)])`"""

    def __init__(self) -> None:
        self.counters = Counters()
        self._open: dict[int, Exchange] = {}
        self._sockets: dict[int, socket.socket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._secure: SecureRoad | None = None
        self._random = random.SystemRandom()

    async def __aenter__(self) -> "SnmpRoad":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets; whoever still waits gets NoAnswer."""
        for exchange in list(self._open.values()):
            self._fail(exchange, NoAnswer("the agent is stopping"))
        for sock in self._sockets.values():
            if self._loop and not self._loop.is_closed():
                self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        if self._secure:
            self._secure.close()
            self._secure = None

    async def get(self, target: Target, oids: Sequence[Oid]) -> Rows:
        """The values of single objects, in the order asked; those that the device lacks are absent.

        Raises NoAnswer, Refused; BadTarget where the target's options are wrong.
        """
        return await self._ask(target, questions.get(oids))

    async def walk(self, target: Target, columns: Sequence[Oid], *, most: int = MOST_ROWS) -> Rows:
        """Everything below each of `columns` (table columns or any subtrees), at most `most` rows. Raises as get."""
        return await self._ask(target, questions.walk(columns, most, bulk=target.option("version") != "1"))

    async def _ask(self, target: Target, steps: questions.Steps[Rows]) -> Rows:
        try:
            if target.scheme == "snmp+v3":
                if self._secure is None:
                    from agent.snmp.v3 import SecureRoad  # 14 MB that only SNMPv3 needs

                    self._secure = SecureRoad()
                return await self._secure.ask(target.host, target.port, manner(target), steps)
            return await self._exchange(target, manner(target), steps)
        except SnmpError as error:
            raise type(error)(f"{target}: {error}") from error

    async def _exchange(self, target: Target, how: Manner, steps: questions.Steps[Rows]) -> Rows:
        loop = asyncio.get_running_loop()
        family, address = await resolve(target.host, target.port)
        sock = self._sockets.get(family) or self._socket(loop, family)
        exchange = Exchange(address, target.user, how, steps, loop.create_future())
        self._advance(sock, exchange, None)
        try:
            return await exchange.done
        finally:
            self._open.pop(exchange.id, None)
            if exchange.timer:
                exchange.timer.cancel()

    def _socket(self, loop: asyncio.AbstractEventLoop, family: int) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        loop.add_reader(sock, self._drain, sock)
        self._sockets[family], self._loop = sock, loop
        return sock

    def _drain(self, sock: socket.socket) -> None:
        for _ in range(DRAIN):
            try:
                data, source = sock.recvfrom(0xFFFF)
            except BlockingIOError:
                return
            except OSError as error:
                log.debug("the network reports: %s", error)
                continue
            self._arrived(sock, data, source)

    def _arrived(self, sock: socket.socket, data: bytes, source: Address) -> None:
        try:
            answer = ber.read(data)
        except ber.Irregular:
            # pysnmp's decoder costs a millisecond: only for those who were asked something.
            asked = [one for one in self._open.values() if one.address == source]
            if not asked:
                self.counters.foreign += 1
                return
            try:
                answer = pdus.decode(data)
            except pdus.Unreadable as error:
                self.counters.unreadable += 1
                for one in asked:
                    one.problem = str(error)
                return
        exchange = self._open.get(answer.request_id)
        if exchange is None:
            self.counters.late += 1
        elif exchange.address != source:
            self.counters.foreign += 1
            exchange.foreign = source[0]
        else:
            self.counters.answered += 1
            del self._open[answer.request_id]
            self._advance(sock, exchange, answer)

    def _advance(self, sock: socket.socket, exchange: Exchange, answer: Answer | None) -> None:
        """Hand the answer to the question and send the next one."""
        try:
            ask = next(exchange.steps) if answer is None else exchange.steps.send(answer)
            before, behind = pdus.template(exchange.manner.version, exchange.community, ask)
        except StopIteration as end:
            if not exchange.done.done():
                exchange.done.set_result(end.value)
            return
        except Refused as error:
            self._fail(exchange, error)
            return
        exchange.id = self._fresh_id()
        exchange.datagram = before + exchange.id.to_bytes(4, "big") + behind
        exchange.left = exchange.manner.tries
        exchange.problem = exchange.foreign = ""
        self._open[exchange.id] = exchange
        self._send(sock, exchange)

    def _send(self, sock: socket.socket, exchange: Exchange) -> None:
        exchange.left -= 1
        self.counters.sent += 1
        try:
            sock.sendto(exchange.datagram, exchange.address)
        except BlockingIOError:
            exchange.problem = "the send queue of this computer was full"  # as if lost on the way: asked again
        except OSError as error:
            self._fail(exchange, NoAnswer(f"the question could not be sent ({error.strerror})"))
            return
        # The timer is not moved with each answer (that would cost as much as the answer); it looks when it fires.
        loop = exchange.done.get_loop()
        exchange.deadline = loop.time() + exchange.manner.timeout_s
        if exchange.timer is None:
            exchange.timer = loop.call_at(exchange.deadline, self._time, sock, exchange)

    def _time(self, sock: socket.socket, exchange: Exchange) -> None:
        loop = exchange.done.get_loop()
        exchange.timer = None
        if exchange.done.done():
            return
        if exchange.deadline > loop.time():
            exchange.timer = loop.call_at(exchange.deadline, self._time, sock, exchange)
        elif exchange.left:
            self.counters.repeated += 1
            self._send(sock, exchange)
        else:
            self._fail(exchange, NoAnswer(silence(exchange)))

    def _fail(self, exchange: Exchange, error: SnmpError) -> None:
        self._open.pop(exchange.id, None)
        if not exchange.done.done():
            exchange.done.set_exception(error)

    def _fresh_id(self) -> int:
        while True:
            number = pdus.FIRST_ID | self._random.getrandbits(30)
            if number not in self._open:
                return number


def silence(exchange: Exchange) -> str:
    """Why there was no answer, as far as it can be known."""
    how = exchange.manner
    asked = f"asked {how.tries} times" if how.tries > 1 else "asked once"
    text = f"no answer within {how.timeout_s:g} s, {asked}"
    if exchange.foreign:
        return f"{text}; {exchange.foreign} answered in its stead: give that address as the target"
    if exchange.problem:
        return f"{text}; {exchange.problem}"
    return f"{text}; is it on, is SNMP allowed from here, and is the community right?"
