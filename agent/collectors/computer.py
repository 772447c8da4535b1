"""Computers: boot time, load, memory, disks, users; this one by psutil, others by SNMP, or only whether they answer."""

import asyncio
import time
from typing import Final

import psutil

from agent import asking
from agent.mibs import host, host_vendors, identity
from agent.mibs.walk import Walk, number
from agent.report import Reading
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted, same_boot

NOT_DISKS: Final = frozenset({"squashfs", "iso9660", "udf", "tmpfs", "overlay", "devtmpfs", "cdfs"})


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    if device.target.scheme == "local":
        return Heard(facts=await asyncio.to_thread(local, memory))
    columns = [
        (*host.HR, 1, 1),
        (*host.HR, 1, 5),
        host.PROCESSOR,
        *((*host.STORAGE, n) for n in (2, 3, 4, 5, 6)),
        host.SYS_UPTIME,
        *host.UCD_COLUMNS,
    ]
    rows = await asking.rows(roads.snmp, device.target, memory, columns)
    uptime = Walk(rows).number((*host.HR, 1, 1))
    if uptime is None or uptime < 0:
        return Heard(rows=rows)
    boot = same_boot(memory, time.time() - uptime / 100)
    return Heard(rows=rows, facts=[Reading("computer.boot_time", "", "s", boot)])


def local(memory: Memory) -> list[Reading]:
    """What psutil knows of this computer; the load is that since the look before, and unknown at the first."""
    looked_before = memory.boot_time != 0
    load = psutil.cpu_percent(interval=None)
    return [
        Reading("computer.boot_time", "", "s", same_boot(memory, psutil.boot_time())),
        Reading("computer.users", "", "", len({user.name for user in psutil.users()})),
        Reading("cpu.load", "", "%", round(load) if looked_before else None),
        Reading("mem.used_percent", "", "%", round(psutil.virtual_memory().percent)),
        Reading("disk.used_percent", "", "%", max(disks().values(), default=None)),
    ]


def disks() -> dict[str, int]:
    """% used by mount point, of what is a disk and can be read: a CD, a snap or a dead network share is neither."""
    out = {}
    for part in psutil.disk_partitions(all=False):
        if part.fstype.lower() in NOT_DISKS or "cdrom" in part.opts or not part.fstype:
            continue
        try:
            out[part.mountpoint] = round(psutil.disk_usage(part.mountpoint).percent)
        except OSError:
            continue
    return out


def local_disks() -> list[Reading]:
    return [Reading("disk.used_percent", mount, "%", share) for mount, share in disks().items()]


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    """Readings of a computer; of one that is only pinged there are none, its reachability says it."""
    if heard.failure is not Failure.NONE or not heard.rows:
        return list(heard.facts)
    walk = Walk(heard.rows)
    if detail is Detail.PROBE:
        return host.full(
            walk, tuple(c for n in identity.family(memory.enterprise) for c in host_vendors.VENDORS.get(n, ()))
        )
    out = list(heard.facts)
    users = walk.number((*host.HR, 1, 5))
    if users is not None and users >= 0:
        out.append(Reading("computer.users", "", "", int(users)))
    loads = [load for _, raw in walk.under(host.PROCESSOR) if (load := number(raw)) is not None and 0 <= load <= 100]
    idle = walk.number((*host.UCD, 11, 11))
    if loads:
        out.append(Reading("cpu.load", "", "%", round(sum(loads) / len(loads))))
    elif idle is not None and 0 <= idle <= 100:
        out.append(Reading("cpu.load", "", "%", round(100 - idle)))
    ram, used = host.storage_used(walk)
    if ram is not None:
        out.append(Reading("mem.used_percent", "", "%", ram))
    shares = [reading.value for reading in used if isinstance(reading.value, int | float)]
    if shares:
        out.append(Reading("disk.used_percent", "", "%", max(shares)))
    return out
