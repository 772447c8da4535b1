"""One look at one device with everything that it says: `zeng-agent probe TARGET [--json]`."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from agent import collectors, presence
from agent.asking import without_nested
from agent.collectors import board, computer, ups
from agent.mibs import dsl, environment, host, host_vendors, identity, interfaces, kinds, nut, printer, radio, room
from agent.mibs.walk import Column, Walk, distinct
from agent.nut import NutError
from agent.pjlink import PjlinkError
from agent.report import Reading
from agent.snmp import SnmpError
from agent.snmp.values import Oid, Rows, oid
from agent.targets import BadTarget, Target, parse
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted

SYSTEM: Final = oid("1.3.6.1.2.1.1")
REACHABLE, NOT_REACHABLE, BAD_TARGET = 0, 1, 2


async def probe(target: Target, roads: Roads) -> dict[str, Any]:
    """What a device says, whole:

    `{"kind", "vendor", "model", "serial", "reachable", "readings": [{"quantity", "index", "unit", "value"}]}`.
    A device that does not answer is `reachable` False, with `why` in words. Raises BadTarget.
    """
    try:
        if target.scheme.startswith("snmp"):
            return told(*await everything(target, roads))
        if target.scheme == "nut":
            return by_nut(await roads.nut.variables(target))
        if target.scheme == "pjlink":
            return by_pjlink(await roads.pjlink.answers(target, everything=True))
        if target.scheme == "local":
            return await this_computer(roads)
        if target.scheme in presence.SCHEMES:
            return by_presence(await presence.look(Wanted(str(target), "", "", target), roads))
    except (SnmpError, NutError, PjlinkError) as error:
        kind = collectors.BY_SCHEME.get(target.scheme, "")
        return answer(kind, "", "", "", [], reachable=False) | {"why": str(error)}
    raise BadTarget(f"{target}: nothing is asked by {target.scheme}://; right is tcp://{target.host}:{target.port}")


def answer(
    kind: str, vendor: str, model: str, serial: str, readings: Sequence[Reading], reachable: bool = True
) -> dict[str, Any]:
    rows = [{"quantity": r.quantity, "index": r.index, "unit": r.unit, "value": r.value} for r in readings]
    return {
        "kind": kind,
        "vendor": vendor,
        "model": model,
        "serial": serial,
        "reachable": reachable,
        "readings": rows,
    }


async def everything(target: Target, roads: Roads) -> tuple[Walk, int]:
    """(all that the standards and the maker's own tables hold, enterprise number). Raises SnmpError."""
    rows: Rows = dict(await roads.snmp.walk(target, [SYSTEM]))
    maker = identity.enterprise(Walk(rows))
    rows |= await roads.snmp.walk(target, without_nested(wanted(maker)))
    return Walk(rows), maker


def vendor_columns(maker: int, tables: dict[int, tuple[Column, ...]]) -> tuple[Column, ...]:
    return tuple(column for number in identity.family(maker) for column in tables.get(number, ()))


def wanted(maker: int) -> list[Oid]:
    family = identity.family(maker)
    return [
        *kinds.asked(family),
        *identity.wanted(family),
        *interfaces.EVERYTHING,
        *host.wanted(vendor_columns(maker, host_vendors.VENDORS)),
        *environment.wanted(vendor_columns(maker, room.VENDORS), set(family)),
        *(column.oid for column in ups.columns(Memory(enterprise=maker))),
        *printer.EVERYTHING,
        *dsl.EVERYTHING,
        *(column.oid for column in radio.vendors(family)),
        *(column.oid for column in board.EPSON),
    ]


def told(walk: Walk, maker: int) -> dict[str, Any]:
    """The pure half: a walk as the probe's answer."""
    who = identity.candidates(walk)
    kind = kinds.kind_of(walk)
    memory = Memory(enterprise=maker)
    readings = [
        *identity.readings(who),
        *interfaces.readings(walk),
        *host.full(walk, vendor_columns(maker, host_vendors.VENDORS)),
        *environment.sensors(walk, vendor_columns(maker, room.VENDORS)),
        *printer.full(walk),
        *dsl.full(walk),
        *radio.full(walk, identity.family(maker)),
    ]
    if kind == "ups":
        readings += ups.translate(Heard(rows=walk.rows), memory, Detail.PROBE)
    if kind == "board":
        readings += board.translate(Heard(rows=walk.rows), memory, Detail.PROBE)
    return answer(kind, who.vendor, who.model, who.serial, distinct(readings))


def by_nut(variables: dict[str, str]) -> dict[str, Any]:
    vendor, model, serial = (
        variables.get(f"ups.{word}") or variables.get(f"device.{word}", "") for word in ("mfr", "model", "serial")
    )
    names = [
        Reading(f"device.{word}", source, "", said)
        for word, key in (("manufacturer", "mfr"), ("model", "model"), ("serial", "serial"))
        for source in ("ups", "device")
        if (said := variables.get(f"{source}.{key}"))
    ]
    readings = ups.translate(Heard(words=variables), Memory(), Detail.PROBE)
    known = {name for name in variables if name in nut.VARIABLES}
    rest = [Reading(f"nut.{name}", "", "", word) for name, word in sorted(variables.items()) if name not in known]
    good = "" if identity.NO_SERIAL.match(serial) else serial
    return answer("ups", vendor, model, good, [*names, *readings, *rest])


def by_pjlink(words: dict[str, str]) -> dict[str, Any]:
    memory = collectors.learnt(Heard(words=words), Memory())
    readings = board.translate(Heard(words=words), memory, Detail.PROBE)
    return answer("board", memory.vendor, memory.model, memory.serial, readings)


async def this_computer(roads: Roads) -> dict[str, Any]:
    memory = Memory()
    await asyncio.to_thread(computer.local, memory)  # the load is that between two looks
    await asyncio.sleep(0.5)
    readings = await asyncio.to_thread(computer.local, memory)
    usb = board.presence(await board.usb_ids(""), set())
    return answer("computer", "", "", "", [*readings, *computer.local_disks(), *usb])


def by_presence(heard: Heard) -> dict[str, Any]:
    """Only whether it answers; where this computer could not ask, that is no word about the device."""
    if heard.failure is Failure.NONE:
        return answer("computer", "", "", "", [])
    not_asked = [Reading("computer.failure", "", "enum", heard.failure.value)]
    readings = not_asked if heard.failure is Failure.NOT_ASKED else []
    return answer("computer", "", "", "", readings, reachable=False) | {"why": heard.why}


def table(said: dict[str, Any]) -> str:
    """The answer for a person."""
    head = " ".join(word for word in (said["vendor"], said["model"], said["serial"]) if word)
    lines = [
        f"{said['kind'] or 'device'}: {head or 'no name'}, {'reachable' if said['reachable'] else 'not reachable'}"
    ]
    if "why" in said:
        lines.append(said["why"])
    for row in said["readings"]:
        value = "unknown" if row["value"] is None else row["value"]
        lines.append(
            f"  {row['quantity']:30} {row['index']:20} {value} {row['unit'].removeprefix('enum').removeprefix('flags')}"
        )
    return "\n".join(line.rstrip() for line in lines)


def run(target_text: str, as_json: bool) -> int:
    """Print what the device says. 0 = it answered, 1 = it did not, 2 = the target cannot be used."""
    try:
        target = parse(target_text)
        said = asyncio.run(_run(target))
    except BadTarget as error:
        print(error, file=sys.stderr)
        return BAD_TARGET
    print(json.dumps(said, ensure_ascii=False) if as_json else table(said))
    return REACHABLE if said["reachable"] else NOT_REACHABLE


async def _run(target: Target) -> dict[str, Any]:
    async with collectors.roads() as roads:
        return await probe(target, roads)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--json"]
    sys.exit(run(words[0] if words else "", "--json" in sys.argv))
