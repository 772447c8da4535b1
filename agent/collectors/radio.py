"""Radio links and access points: signal, quality, clients, traffic, by SNMP."""

from agent import asking, traffic
from agent.mibs import identity, radio
from agent.mibs.walk import Walk
from agent.report import Reading
from agent.wanted import Detail, Heard, Memory, Roads, Wanted


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    index = await asking.line(roads.snmp, device.target, memory, device.options.get("interface", ""))
    columns = [*traffic.columns(index), *(c.oid for c in radio.vendors(identity.family(memory.enterprise)))]
    rows = await asking.rows(roads.snmp, device.target, memory, columns)
    walk = Walk(rows)
    return Heard(rows=rows, facts=traffic.one_interface(walk, memory, traffic.now_s(), index))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    walk = Walk(heard.rows)
    family = identity.family(memory.enterprise)
    return radio.full(walk, family) if detail is Detail.PROBE else [*heard.facts, *radio.minute(walk, family)]
