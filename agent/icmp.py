"""Pings (ICMP echo, RFC 792, RFC 4443): all hosts on one datagram socket, times taken by the kernel.

The time of arrival is the kernel's (SO_TIMESTAMPNS), so a busy computer does not make the line look worse than it is:
taken by the program itself, the jitter is several times too large under load.
"""

import asyncio
import contextlib
import ipaddress
import os
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SO_TIMESTAMPNS: Final = 35  # Linux, asm-generic/socket.h; Python 3.11 does not name it
SO_ATTACH_FILTER: Final = 26
TIMESPEC: Final = struct.Struct("@ll")
HEADER: Final = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number
ECHO: Final = {socket.AF_INET: 8, socket.AF_INET6: 128}
ECHO_REPLY: Final = {socket.AF_INET: 0, socket.AF_INET6: 129}
PROTOCOL: Final = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
TOKEN: Final = 16  # octets that no one else can guess, at the head of the payload
PADDING: Final = bytes(40)  # 56 octets of payload in all, as ping(8) sends
DRAIN: Final = 200
RECEIVE_BUFFER: Final = 1 << 20  # octets: a reply dropped here would pass for a loss on the line
RESOLVE_S: Final = 5.0


class PingError(Exception):
    """No ping could be sent at all; the message is a sentence. A host that does not answer is not an error."""


class NotAllowed(PingError):
    """The operating system forbids this process to send pings."""


@dataclass(frozen=True, slots=True)
class Ping:
    """What came of a round of pings: `rtts_s` of those answered in time, in the order of sending, in seconds.

    `lost_at` are the places (from 0) of the unanswered ones in that order; `problem` says in words why nothing could
    be sent, where the operating system knows (no route).
    """

    sent: int
    received: int
    rtts_s: tuple[float, ...]
    lost_at: tuple[int, ...] = ()
    problem: str = ""


def loss_ratio(ping: Ping) -> float | None:
    """0 to 1; None where nothing was sent."""
    return (ping.sent - ping.received) / ping.sent if ping.sent else None


def mean_rtt_s(ping: Ping) -> float | None:
    return sum(ping.rtts_s) / len(ping.rtts_s) if ping.rtts_s else None


def min_rtt_s(ping: Ping) -> float | None:
    return min(ping.rtts_s, default=None)


def max_rtt_s(ping: Ping) -> float | None:
    return max(ping.rtts_s, default=None)


def jitter_s(ping: Ping) -> float | None:
    """Mean absolute difference of the round trips of successive probes, in seconds.

    That is inter-packet delay variation (RFC 3393, RFC 5481 §4.1) on round trips; as there, a pair of which one was
    lost has none. None without such a pair.
    """
    lost = set(ping.lost_at)
    answers = iter(ping.rtts_s)
    in_order = [None if place in lost else next(answers, None) for place in range(ping.sent)]
    steps = [abs(b - a) for a, b in pairwise(in_order) if a is not None and b is not None]
    return sum(steps) / len(steps) if steps else None


class Round:
    """One call of `ping` under way."""

    __slots__ = ("address", "done", "rtts", "timeout_ns")

    def __init__(self, address: str, count: int, timeout_s: float, done: asyncio.Future[None]) -> None:
        self.address, self.timeout_ns, self.done = address, int(timeout_s * 1e9), done
        self.rtts: list[float | None] = [None] * count


@dataclass(slots=True)
class Probe:
    """One echo request on its way. The wall clock compares with the kernel's stamp, the other one cannot jump."""

    round: Round
    place: int
    wall_ns: int
    steady_ns: int


class Pinger:
    """`async with Pinger() as pinger: await pinger.ping("192.0.2.1")`; any number of hosts at the same time."""

    def __init__(self) -> None:
        self.late = 0  # replies that came twice, or after their time
        self._probes: dict[bytes, Probe] = {}
        self._sockets: dict[socket.AddressFamily, socket.socket] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._secret = os.urandom(TOKEN // 2)
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._count = 0

    async def __aenter__(self) -> "Pinger":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for sock in self._sockets.values():
            if self._loop and not self._loop.is_closed():
                self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()

    async def ping(self, host: str, count: int = 5, interval_s: float = 0.2, timeout_s: float = 1.0) -> Ping:
        """Send `count` echo requests, `interval_s` apart; each may take `timeout_s` to be answered.

        Raises NotAllowed, and PingError where the name does not resolve.
        """
        family, address = await resolve(host)
        sock = self._sockets.get(family) or self._socket(family)
        loop = asyncio.get_running_loop()
        this = Round(address[0], count, timeout_s, loop.create_future())
        tokens: list[bytes] = []
        problem = ""
        try:
            for place in range(count):
                if place:
                    await asyncio.sleep(interval_s)
                tokens.append(token := self._token())
                packet = self._packet(family, token)
                self._probes[token] = Probe(this, place, time.time_ns(), time.monotonic_ns())
                try:
                    sock.sendto(packet, address)
                except OSError as error:
                    del self._probes[token]
                    problem = str(error.strerror)
            if any(token in self._probes for token in tokens):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(timeout_s):
                        await this.done
        finally:
            for token in tokens:
                self._probes.pop(token, None)
        rtts = tuple(rtt for rtt in this.rtts if rtt is not None)
        lost = tuple(place for place, rtt in enumerate(this.rtts) if rtt is None)
        return Ping(count, len(rtts), rtts, lost, problem)

    def _token(self) -> bytes:
        self._count += 1
        return self._secret + self._count.to_bytes(TOKEN // 2, "big")

    def _packet(self, family: socket.AddressFamily, token: bytes) -> bytes:
        """The kernel puts its own identifier in (datagram socket), and the checksum of ICMPv6."""
        number = self._count & 0xFFFF
        body = token + PADDING
        empty = HEADER.pack(ECHO[family], 0, 0, self._identifier, number) + body
        return HEADER.pack(ECHO[family], 0, checksum(empty), self._identifier, number) + body

    def _socket(self, family: socket.AddressFamily) -> socket.socket:
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM, PROTOCOL[family])
        except PermissionError:
            sock = self._raw_socket(family)
        except OSError as error:
            raise PingError(f"no socket for pings: {error.strerror}") from error
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        with contextlib.suppress(OSError):  # not Linux: then the program's own clock must do
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._drain, family, sock)
        self._sockets[family] = sock
        return sock

    def _raw_socket(self, family: socket.AddressFamily) -> socket.socket:
        try:
            sock = socket.socket(family, socket.SOCK_RAW, PROTOCOL[family])
        except PermissionError as error:
            raise NotAllowed(
                "this process may not send pings; right is sysctl net.ipv4.ping_group_range='0 2147483647',"
                " or the capability CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW)"
            ) from error
        only_our_replies(sock, family, self._identifier)
        return sock

    def _drain(self, family: socket.AddressFamily, sock: socket.socket) -> None:
        for _ in range(DRAIN):
            try:
                data, extras, _, source = sock.recvmsg(2048, socket.CMSG_SPACE(TIMESPEC.size))
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error that belongs to no probe in particular
            if family == socket.AF_INET and sock.type == socket.SOCK_RAW:
                data = data[(data[0] & 0xF) * 4 :]  # a raw IPv4 socket hands up the IP header too
            self._arrived(family, data, extras, source[0])

    def _arrived(
        self, family: socket.AddressFamily, data: bytes, extras: Sequence[tuple[int, int, bytes]], source: str
    ) -> None:
        token = data[HEADER.size : HEADER.size + TOKEN]
        if not token.startswith(self._secret) or data[0] != ECHO_REPLY[family]:
            return
        probe = self._probes.get(token)
        if probe is None or probe.round.address != source:
            self.late += 1
            return
        del self._probes[token]
        waited = time.monotonic_ns() - probe.steady_ns
        rtt = next((stamp(raw) - probe.wall_ns for _, kind, raw in extras if kind == SO_TIMESTAMPNS), waited)
        if not 0 <= rtt <= waited:  # the wall clock was set in between
            rtt = waited
        if rtt > probe.round.timeout_ns:
            self.late += 1
            return
        probe.round.rtts[probe.place] = rtt / 1e9
        if None not in probe.round.rtts and not probe.round.done.done():
            probe.round.done.set_result(None)


def only_our_replies(sock: socket.socket, family: socket.AddressFamily, identifier: int) -> None:
    """Let the kernel drop what is not for us: a raw socket gets a copy of everybody's ICMP (classic BPF, bpf(4))."""
    import ctypes  # only a raw socket needs it

    reply = ECHO_REPLY[family]
    if family == socket.AF_INET:  # the IP header comes first, of a length that it states itself
        load = [(0xB1, 0, 0, 0), (0x50, 0, 0, 0)], (0x48, 0, 0, 4)  # ldxb 4*([0]&0xf), ldb [x]; ldh [x + 4]
    else:
        load = [(0x30, 0, 0, 0)], (0x28, 0, 0, 4)  # ldb [0]; ldh [4]
    steps = [*load[0], (0x15, 0, 3, reply), load[1], (0x15, 0, 1, identifier), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(steps), ctypes.addressof(program)))


def stamp(raw: bytes) -> int:
    """A struct timespec of the kernel in nanoseconds since 1970."""
    seconds, nanoseconds = TIMESPEC.unpack(raw[: TIMESPEC.size])
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of an even number of octets."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


async def resolve(host: str) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """(address family, socket address). Names are looked up off the loop. Raises PingError where that fails."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).version == 4:
            return socket.AF_INET, (host, 0)
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except TimeoutError as error:
        raise PingError(f"the name {host} was not resolved within {RESOLVE_S:g} s") from error
    except (OSError, UnicodeError) as error:
        raise PingError(f"the name {host} cannot be resolved ({getattr(error, 'strerror', None) or error})") from error
    family, _, _, _, address = found[0]
    return family, address  # type: ignore[return-value]
