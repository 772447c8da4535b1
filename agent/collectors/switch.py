"""Switches: ports up, bits per second, errors per second, load, memory and temperature, by SNMP."""

import time

from agent import traffic
from agent.asking import without_nested
from agent.mibs import environment, host, host_vendors, identity, room
from agent.mibs.walk import Column, Walk, first_known, number, readings
from agent.report import Reading
from agent.wanted import Detail, Heard, Memory, Roads, Wanted

SAME_BOOT_S = 90


def vendors(memory: Memory) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    family = identity.family(memory.enterprise)
    return (
        tuple(c for n in family for c in host_vendors.VENDORS.get(n, ())),
        tuple(c for n in family for c in room.VENDORS.get(n, ())),
    )


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    if not device.target.scheme.startswith("snmp"):
        took_s = await roads.reach(device.target)
        return Heard(facts=[Reading("switch.answer_time", "", "s", took_s)])
    load, room = vendors(memory)
    few = [c.oid for c in (*load, *room) if c.quantity in ("cpu.load", "mem.used_percent", "sensor.temperature")]
    sensors = [(*environment.ENTITY_SENSOR, n) for n in (1, 2, 3, 4, 5)]
    rows = await roads.snmp.walk(device.target, without_nested([*traffic.columns(), host.PROCESSOR, *few, *sensors]))
    return Heard(rows=rows, facts=traffic.ports(Walk(rows), memory, traffic.now_s()))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    if not heard.rows:
        return list(heard.facts)
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
    uptime = walk.number(host.SYS_UPTIME)
    if uptime is not None and uptime >= 0:
        boot = time.time() - uptime / 100
        if abs(boot - memory.boot_time) > SAME_BOOT_S:
            memory.boot_time = round(boot)
        out.append(Reading("switch.boot_time", "", "s", memory.boot_time))
    return out
