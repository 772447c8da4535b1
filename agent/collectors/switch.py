"""Switches: ports up, bits per second, errors per second, load, memory and temperature, by SNMP."""

import time

from agent import traffic
from agent.asking import without_nested
from agent.mibs import environment, host, host_vendors, identity, room
from agent.mibs.walk import Column, Walk, first_known, number, readings
from agent.report import Reading
from agent.wanted import Detail, Heard, Memory, Roads, Wanted, same_boot


def vendors(memory: Memory) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    family = identity.family(memory.enterprise)
    return (
        tuple(c for n in family for c in host_vendors.VENDORS.get(n, ())),
        tuple(c for n in family for c in room.VENDORS.get(n, ())),
    )


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    load, room = vendors(memory)
    few = [c.oid for c in (*load, *room) if c.quantity in ("cpu.load", "mem.used_percent", "sensor.temperature")]
    sensors = [(*environment.ENTITY_SENSOR, n) for n in (1, 2, 3, 4, 5)]
    rows = await roads.snmp.walk(device.target, without_nested([*traffic.columns(), host.PROCESSOR, *few, *sensors]))
    walk = Walk(rows)
    facts = traffic.ports(walk, memory, traffic.now_s())
    uptime = walk.number(host.SYS_UPTIME)
    if uptime is not None and uptime >= 0:
        facts.append(Reading("switch.boot_time", "", "s", same_boot(memory, time.time() - uptime / 100)))
    return Heard(rows=rows, facts=facts)


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    walk = Walk(heard.rows)
    load, room = vendors(memory)
    out = list(heard.facts)
    loads = [v for _, raw in walk.under(host.PROCESSOR) if (v := number(raw)) is not None and 0 <= v <= 100]
    said = first_known(
        readings(walk, load), [Reading("cpu.load", "", "%", round(sum(loads) / len(loads)))] if loads else []
    )
    for quantity in ("cpu.load", "mem.used_percent"):
        values = [r.value for r in said if r.quantity == quantity and isinstance(r.value, int | float)]
        if values:
            out.append(Reading(quantity, "", "%", max(values)))
    warm = [
        r.value
        for r in (*environment.entity_sensors(walk, environment.ENTITY_SENSOR), *readings(walk, room))
        if r.quantity == "sensor.temperature" and isinstance(r.value, int | float)
    ]
    if warm:
        out.append(Reading("switch.temperature", "", "C", max(warm)))
    return out
