"""HOST-RESOURCES-MIB (RFC 2790), UCD-SNMP-MIB and the vendors' own CPU and memory objects."""

import re
from typing import Final

from agent.mibs.walk import Column, Walk, columns, count, index_text, measure, number, oid, readings, text
from agent.report import Reading
from agent.snmp.values import Oid

HR: Final = oid("1.3.6.1.2.1.25")
STORAGE: Final = (*HR, 2, 3, 1)
STORAGE_TYPES: Final = (*HR, 2, 1)
PROCESSOR: Final = (*HR, 3, 3, 1, 2)
UPTIME, USERS, PROCESSES, INSTALLED = (*HR, 1, 1), (*HR, 1, 5), (*HR, 1, 6), (*HR, 2, 2)
SOFTWARE: Final = (*HR, 6, 3, 1, 2)
DEVICES: Final = (*HR, 3, 2, 1, 3)
UCD: Final = oid("1.3.6.1.4.1.2021")
SYS_UPTIME: Final = oid("1.3.6.1.2.1.1.3")
ENGINE_TIME: Final = oid("1.3.6.1.6.3.10.2.1.3")

# hrStorageTypes: what is memory, what is a disk; buffers and caches come as hrStorageOther.
MEMORY_TYPES: Final = frozenset({1, 2, 3})
RAM = 2
MEMORY_NAME: Final = re.compile(r"mem|ram\b|buffer|cache|swap", re.I)

STANDARD: Final = (
    *columns(HR, ("3.3.1.2", "cpu.load", "%", measure(low=0, high=100)), ("1.5", "host.users", "", count),
             ("1.6", "host.processes", "", count), ("1.1", "host.uptime", "s", measure(0.01)),
             ("2.2", "mem.installed", "byte", measure(1024))),
)  # fmt: skip


UCD_COLUMNS: Final = (*((*UCD, 4, n) for n in (3, 4, 5, 6, 11, 14, 15)), (*UCD, 11, 11), (*UCD, 9, 1))


def storage(walk: Walk) -> list[Reading]:
    """mem.* and disk.*, used and total in bytes: hrStorageUsed and hrStorageSize times hrStorageAllocationUnits.

    Size and Used are Integer32: volumes above 2^31 units come negative and are taken as the unsigned number they were.
    """
    out = []
    for index, _ in walk.under((*STORAGE, 4)):
        units = number(walk.rows.get((*STORAGE, 4, *index)))
        if not units or units < 0:
            continue
        room = "mem" if is_memory(walk, index) else "disk"
        for column, word in ((6, "used"), (5, "total")):
            raw = number(walk.rows.get((*STORAGE, column, *index)))
            if raw is not None:
                whole = raw + (1 << 32) if raw < 0 else raw
                out.append(Reading(f"{room}.{word}", index_text(index), "byte", int(whole * units)))
    return out


def is_memory(walk: Walk, index: Oid) -> bool:
    """By hrStorageType; where an agent leaves that out, by the name."""
    kind = walk.rows.get((*STORAGE, 2, *index))
    if isinstance(kind, tuple) and kind[:-1] == STORAGE_TYPES:
        return kind[-1] in MEMORY_TYPES
    return bool(MEMORY_NAME.search(text(walk.rows.get((*STORAGE, 3, *index)))))


def storage_used(walk: Walk) -> tuple[float | None, list[Reading]]:
    """(% of RAM, % of each fixed disk), rounded to whole percent so that a minute without change looks so."""
    ram: float | None = None
    disks = []
    for index, kind in walk.under((*STORAGE, 2)):
        size, used = (number(walk.rows.get((*STORAGE, column, *index))) for column in (5, 6))
        if not isinstance(kind, tuple) or not size or used is None:
            continue
        share = round(100 * (used % (1 << 32)) / (size % (1 << 32)))
        if kind == (*STORAGE_TYPES, RAM) and ram is None:
            ram = share
        elif kind == (*STORAGE_TYPES, 4):
            name = text(walk.rows.get((*STORAGE, 3, *index))).split(" ")[0]
            disks.append(Reading("disk.used_percent", name, "%", share))
    return ram, disks


def ucd(walk: Walk) -> list[Reading]:
    """Memory, load and disks of net-snmp, whose HOST-RESOURCES part is often compiled out (routers, access points)."""
    total, free, buffers, cached = (walk.number((*UCD, 4, n)) for n in (5, 6, 14, 15))
    idle = walk.number((*UCD, 11, 11))
    out = []
    if total and free is not None and 0 <= free <= total:
        out += [Reading("mem.total", "ucd", "byte", int(total * 1024)),
                Reading("mem.used", "ucd", "byte", int((total - free) * 1024))]  # fmt: skip
    swap_total, swap_free = walk.number((*UCD, 4, 3)), walk.number((*UCD, 4, 4))
    swap = swap_total - swap_free if swap_total and swap_free is not None else None
    for name, value in (("buffers", buffers), ("cached", cached), ("swap", swap)):
        if value is not None and value >= 0:
            out.append(Reading("mem.used", f"ucd.{name}", "byte", int(value * 1024)))
    if idle is not None and 0 <= idle <= 100:
        out.append(Reading("cpu.load", "ucd", "%", 100 - idle))
    for index, raw in walk.under((*UCD, 9, 1, 6)):
        size, used = number(raw), number(walk.rows.get((*UCD, 9, 1, 8, *index)))
        if size and used is not None and size > 0 <= used:
            out += [Reading("disk.total", f"ucd.{index_text(index)}", "byte", int(size * 1024)),
                    Reading("disk.used", f"ucd.{index_text(index)}", "byte", int(used * 1024))]  # fmt: skip
    return out


def uptime(walk: Walk) -> list[Reading]:
    """sysUpTime wraps after 497 days; snmpEngineTime (RFC 3411) does not, and both speak of the agent, not the host."""
    ticks, engine = walk.number(SYS_UPTIME), walk.number(ENGINE_TIME)
    out = [Reading("sys.uptime", "", "s", round(ticks / 100, 2))] if ticks is not None and ticks >= 0 else []
    if engine is not None and engine >= 0:
        out.append(Reading("sys.engine_time", "", "s", int(engine)))
    return out


def full(walk: Walk, vendors: tuple[Column, ...]) -> list[Reading]:
    """Everything a host says of itself."""
    devices = [Reading("host.device", index_text(i), "", name) for i, raw in walk.under(DEVICES) if (name := text(raw))]
    installed = [
        Reading("software.installed", index_text(i), "", name) for i, raw in walk.under(SOFTWARE) if (name := text(raw))
    ]
    return [
        *uptime(walk),
        *readings(walk, STANDARD),
        *storage(walk),
        *ucd(walk),
        *readings(walk, vendors),
        *devices,
        *installed,
    ]


def wanted(vendors: tuple[Column, ...]) -> list[Oid]:
    """What to walk for `full`."""
    return [SYS_UPTIME, ENGINE_TIME, (*HR, 1), INSTALLED, *((*STORAGE, n) for n in (2, 3, 4, 5, 6)), PROCESSOR, DEVICES,
            SOFTWARE, *UCD_COLUMNS, *(column.oid for column in vendors)]  # fmt: skip
