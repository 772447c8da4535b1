"""Modems: DSL margins and rates by direction, cellular signal, traffic of the line interface, by SNMP."""

from agent import asking, traffic
from agent.mibs import dsl, identity, radio
from agent.mibs.walk import Walk
from agent.report import Reading
from agent.wanted import Detail, Heard, Memory, Roads, Wanted


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    family = identity.family(memory.enterprise)
    index = await asking.line(roads.snmp, device.target, memory, device.options.get("interface", ""))
    columns = [*traffic.columns(index), *dsl.MINUTE, *(c.oid for c in radio.vendors(family))]
    rows = await asking.rows(roads.snmp, device.target, memory, columns)
    walk = Walk(rows)
    return Heard(rows=rows, facts=traffic.one_interface(walk, memory, traffic.now_s(), index))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    walk = Walk(heard.rows)
    family = identity.family(memory.enterprise)
    if detail is Detail.PROBE:
        return [*dsl.full(walk), *radio.full(walk, family)]
    return [*heard.facts, *dsl.minute(walk), *radio.minute(walk, family)]
