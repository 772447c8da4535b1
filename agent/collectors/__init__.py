"""Collectors, one per kind of device: each a fetch (asks, by a road) and a translate (pure: heard -> readings).

To add one is three touches: the module in this folder, its line in COLLECTORS, its rows in docs/collectors.md.
"""

import asyncio
import contextlib
import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, NamedTuple

from agent import asking, presence
from agent.collectors import board, computer, link, modem, printer, radio, sensor, switch, ups
from agent.icmp import PingError
from agent.mibs import identity, kinds
from agent.mibs.walk import Walk, distinct
from agent.nut import NoCommunication, NutError, NutRoad
from agent.nut import Unreachable as NutUnreachable
from agent.pjlink import PjlinkError, PjlinkRoad
from agent.pjlink import Unreachable as PjlinkUnreachable
from agent.reach import reach
from agent.report import Device, Reading
from agent.snmp import NoAnswer, SnmpError, SnmpRoad
from agent.snmp.values import oid
from agent.targets import BadTarget, Target
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted

__all__ = ["COLLECTORS", "Collector", "Roads", "Wanted", "collect", "roads"]

BOUND_S: Final = 7.0  # for one device, whatever it does: within the eight seconds that the loop gives to each
WHO_S: Final = 3600.0  # how long an identity is believed

SYSTEM: Final = oid("1.3.6.1.2.1.1")


class Collector(NamedTuple):
    """`fetch` asks for the minute's set and raises what its road raises; `translate` is pure."""

    fetch: Callable[[Wanted, Roads, Memory], Awaitable[Heard]]
    translate: Callable[[Heard, Memory, Detail], list[Reading]]


COLLECTORS: Final[dict[str, Collector]] = {
    "link": Collector(link.fetch, link.translate),
    "ups": Collector(ups.fetch, ups.translate),
    "computer": Collector(computer.fetch, computer.translate),
    "board": Collector(board.fetch, board.translate),
    "switch": Collector(switch.fetch, switch.translate),
    "printer": Collector(printer.fetch, printer.translate),
    "sensor": Collector(sensor.fetch, sensor.translate),
    "modem": Collector(modem.fetch, modem.translate),
    "radio": Collector(radio.fetch, radio.translate),
}
BY_SCHEME: Final = {"nut": "ups", "pjlink": "board", "local": "computer", "icmp": "computer"}


async def collect(device: Wanted, roads: Roads) -> Device:
    """One look at one device. A dead device is an answer: reachable False, or a reading that says what else went wrong.

    That silence adds no reading keeps the report's shape: forty computers that are switched off in the evening must not
    cost forty whole reports.
    """
    memory = roads.memory.setdefault(device.key, Memory(kind=device.kind or BY_SCHEME.get(device.target.scheme, "")))
    heard = Heard(failure=Failure.UNREACHABLE, why=f"{device.target}: nothing within {BOUND_S:g} s")
    try:
        async with asyncio.timeout(BOUND_S):
            if device.target.scheme in presence.SCHEMES:
                heard = await presence.look(device, roads)
            else:
                await who(device, roads, memory)
                heard = await COLLECTORS[memory.kind or "computer"].fetch(device, roads, memory)
    except (NutUnreachable, PjlinkUnreachable, NoAnswer, TimeoutError) as error:
        heard = Heard(failure=Failure.UNREACHABLE, why=str(error) or heard.why)
    except NoCommunication as error:
        heard = Heard(failure=Failure.NO_COMMUNICATION, why=str(error))
    except (PingError, BadTarget) as error:
        heard = Heard(failure=Failure.NOT_ASKED, why=str(error))
    except (SnmpError, NutError, PjlinkError) as error:
        heard = Heard(failure=Failure.REFUSED, why=str(error))
    kind = memory.kind or "computer"
    only_seen = device.target.scheme in presence.SCHEMES
    readings = [] if only_seen else distinct(COLLECTORS[kind].translate(heard, memory, Detail.MINUTE))
    if heard.failure not in (Failure.NONE, Failure.UNREACHABLE):
        readings = [*readings, Reading(f"{kind}.failure", "", "enum", heard.failure.value)]
    reachable = heard.failure in (Failure.NONE, Failure.NO_COMMUNICATION, Failure.REFUSED)
    if kind == "link":
        reachable = link.reachable(readings)
    known = learnt(heard, memory)
    return Device(
        device.key,
        kind,
        reachable,
        readings,
        device.name,
        known.vendor,
        known.model,
        known.serial,
        address(device.target),
    )


async def who(device: Wanted, roads: Roads, memory: Memory) -> None:
    """Kind, vendor, model and serial of an SNMP device, once an hour. Raises SnmpError."""
    if not device.target.scheme.startswith("snmp") or time.monotonic() - memory.known_at_s < WHO_S:
        return
    rows = dict(await roads.snmp.walk(device.target, [SYSTEM]))
    memory.enterprise = identity.enterprise(Walk(rows))
    asked = identity.wanted(identity.family(memory.enterprise))
    if not memory.kind:
        asked += kinds.asked(identity.family(memory.enterprise))
    rows |= await roads.snmp.walk(device.target, asking.without_nested(asked))
    walk = Walk(rows)
    found = identity.candidates(walk)
    memory.kind = memory.kind or kinds.kind_of(walk)
    memory.vendor, memory.model, memory.serial = found.vendor, found.model, found.serial
    memory.known_at_s = time.monotonic()


def learnt(heard: Heard, memory: Memory) -> Memory:
    """Vendor, model and serial from what NUT and PJLink say in passing."""
    words = heard.words
    if words:
        memory.vendor = words.get("ups.mfr") or words.get("device.mfr") or said(words.get("INF1", "")) or memory.vendor
        memory.model = (
            words.get("ups.model") or words.get("device.model") or said(words.get("INF2", "")) or memory.model
        )
        serial = words.get("ups.serial") or words.get("device.serial") or said(words.get("SNUM", "")) or memory.serial
        memory.serial = "" if identity.NO_SERIAL.match(serial) else serial
    return memory


def said(answer: str) -> str:
    """A PJLink answer that is no error."""
    return "" if answer.startswith("ERR") else answer


def address(target: Target) -> str:
    """The address in the target; a name is left to the register."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(target.host))
    return ""


@contextlib.asynccontextmanager
async def roads() -> AsyncIterator[Roads]:
    """The roads of this agent, closed at the end."""
    from agent.icmp import Pinger

    async with SnmpRoad() as snmp, Pinger() as pinger:
        yield Roads(snmp, NutRoad(), PjlinkRoad(), pinger, reach)
