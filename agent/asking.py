"""Ask a device once an hour what it has, and each minute only for that: a UPS is then one packet there and one back."""

import time
from collections.abc import Sequence
from typing import Final

from agent import traffic
from agent.mibs.walk import Walk
from agent.snmp.values import Oid, Rows
from agent.targets import Target
from agent.wanted import Memory, Snmp

REMEMBERED_S: Final = 3600.0
MOST: Final = 240  # objects worth asking one by one; longer tables are walked each time


async def rows(snmp: Snmp, target: Target, memory: Memory, columns: Sequence[Oid]) -> Rows:
    """Everything below `columns`, by GETBULK when it is not known or long ago, else by GET. Raises SnmpError."""
    now = time.monotonic()
    if memory.has and now - memory.asked_at_s < REMEMBERED_S:
        found = await snmp.get(target, memory.has)
        if len(found) >= len(memory.has) // 2:
            return found
    found = await snmp.walk(target, without_nested(columns))
    memory.has = tuple(sorted(found)) if len(found) <= MOST else ()
    memory.asked_at_s = now
    return found


async def line(snmp: Snmp, target: Target, memory: Memory, option: str) -> str:
    """The ifIndex of the line: as agent.toml says, else the interface that is up and carried most. Raises SnmpError."""
    if option or memory.interface:
        return option or memory.interface
    memory.has = ()  # another interface, other objects
    memory.interface = traffic.busiest(Walk(await snmp.walk(target, traffic.columns())))
    return memory.interface


def without_nested(columns: Sequence[Oid]) -> list[Oid]:
    """Each subtree once: those inside another of the list are dropped."""
    out: list[Oid] = []
    for name in sorted(set(columns)):
        if not out or name[: len(out[-1])] != out[-1]:
            out.append(name)
    return out
