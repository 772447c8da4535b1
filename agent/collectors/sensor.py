"""Server-room sensors: temperature, humidity, contacts, by SNMP (a UPS card's probes too) or NUT's ambient."""

from agent import asking
from agent.mibs import environment, identity, nut, room
from agent.mibs.walk import Column, Walk
from agent.report import Reading
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted

QUANTITIES = ("sensor.temperature", "sensor.humidity", "sensor.contact")


def vendors(memory: Memory) -> tuple[Column, ...]:
    return tuple(c for n in identity.family(memory.enterprise) for c in room.VENDORS.get(n, ()))


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError or NutError."""
    if device.target.scheme == "nut":
        return Heard(words=await roads.nut.variables(device.target))
    columns = environment.wanted(vendors(memory), set(identity.family(memory.enterprise)))
    return Heard(rows=await asking.rows(roads.snmp, device.target, memory, columns))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    if heard.failure is not Failure.NONE:
        return []
    found = nut.readings(heard.words) if heard.words else environment.sensors(Walk(heard.rows), vendors(memory))
    return [r for r in found if detail is Detail.PROBE or r.quantity in QUANTITIES]
