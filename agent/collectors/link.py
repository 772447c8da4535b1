"""The school's line: loss, round trip, jitter to gateway, intranet and Internet; rates and DSL margins."""

import asyncio
import re
from typing import Final

from agent import asking, traffic
from agent.icmp import NotAllowed, Ping, PingError, jitter_s, loss_ratio, mean_rtt_s
from agent.mibs import dsl
from agent.mibs.walk import Walk
from agent.report import Reading
from agent.snmp import SnmpError
from agent.targets import parse
from agent.wanted import Detail, Heard, Memory, Roads, Wanted

PLACES: Final = ("gateway", "intranet", "internet")
PROBES: Final = 5
MOST_PROBES: Final = 20
INTERVAL_S: Final = 0.2
TIMEOUT_S: Final = 1.0


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """Everything at the same time. A modem that does not answer takes nothing away from the rest."""
    option = device.options.get("count", "")
    count = min(max(int(option), 1), MOST_PROBES) if option.isdecimal() else PROBES
    places = {place: anchors(device.options.get(place, "")) for place in PLACES}
    hosts = sorted({host for found in places.values() for host in found})
    pings, modem = await asyncio.gather(
        asyncio.gather(*(ping(roads, host, count) for host in hosts)), ask_modem(device, roads, memory)
    )
    by_host = dict(zip(hosts, pings, strict=True))
    facts = [
        reading for place, found in places.items() if found for reading in measured(place, [by_host[h] for h in found])
    ]
    return Heard(facts=[*facts, *modem])


def anchors(option: str) -> list[str]:
    """`"10.0.0.1, 10.0.0.2"` or with blanks -> both."""
    return [host for host in re.split(r"[,\s]+", option) if host]


async def ping(roads: Roads, host: str, count: int) -> Ping | None:
    """None where this computer may not ping: that says nothing about the line. A name that does not resolve is lost."""
    try:
        return await roads.icmp.ping(host, count, INTERVAL_S, TIMEOUT_S)
    except NotAllowed:
        return None
    except PingError:
        return Ping(count, 0, ())


def measured(place: str, pings: list[Ping | None]) -> list[Reading]:
    """The best of a place's anchors: the line is as good as what came through it, one anchor may itself be ill."""
    known = [(loss, found) for found in pings if found is not None and (loss := loss_ratio(found)) is not None]
    rtt = jitter = None
    lost: float | None = None
    if known:
        lost, best = min(known, key=lambda pair: (pair[0], mean_rtt_s(pair[1]) or 1e9))
        rtt, jitter = mean_rtt_s(best), jitter_s(best)
    out = [
        Reading(f"link.{place}.rtt", "", "s", two_digits(rtt)),
        Reading(f"link.{place}.loss", "", "%", None if lost is None else round(100 * lost, 1)),
    ]
    if place != "gateway":
        out.append(Reading(f"link.{place}.jitter", "", "s", two_digits(jitter)))
    return out


def two_digits(seconds: float | None) -> float | None:
    """31.4 ms -> 0.031: a third digit is noise that would travel each minute. At most four decimals go on the wire."""
    return None if seconds is None else round(float(f"{seconds:.2g}"), 4)


async def ask_modem(device: Wanted, roads: Roads, memory: Memory) -> list[Reading]:
    """Rates of its line interface and, where it is a DSL modem, margins and rates by direction."""
    if "modem" not in device.options:
        return []
    target = parse(device.options["modem"])
    try:
        index = await asking.line(roads.snmp, target, memory, device.options.get("interface", ""))
        rows = await asking.rows(roads.snmp, target, memory, [*traffic.columns(index), *dsl.MINUTE])
    except SnmpError:
        return []
    walk = Walk(rows)
    return [*traffic.one_interface(walk, memory, traffic.now_s(), index), *dsl.minute(walk)]


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    return list(heard.facts)


def reachable(readings: list[Reading]) -> bool:
    """Whether anything answered. Where nothing could be measured, the line is not called dead."""
    losses = [r.value for r in readings if r.quantity.endswith(".loss") and isinstance(r.value, int | float)]
    return not losses or min(losses) < 100
