"""Which kind of device a walk shows: by what it answers first, by who made it second."""

import re
from typing import Final

from agent.mibs import dsl, identity, printer, ups, ups_vendors
from agent.mibs.walk import ENTERPRISES, Walk, number, oid
from agent.snmp.values import Oid

BRIDGE_PORTS: Final = oid("1.3.6.1.2.1.17.1.2")  # dot1dBaseNumPorts
IF_TYPE: Final = oid("1.3.6.1.2.1.2.2.1.3")
DSL_TYPES: Final = frozenset({94, 97, 169, 230, 238, 251})
PORTS_OF_A_SWITCH: Final = 4

BY_ENTERPRISE: Final[dict[int, str]] = {
    311: "computer",
    1248: "board",
    2606: "sensor",
    3854: "sensor",
    5528: "sensor",
    6574: "computer",
    6876: "computer",
    9839: "sensor",
    16174: "sensor",
    17373: "sensor",
    18248: "sensor",
    20916: "sensor",
    21796: "sensor",
    22626: "sensor",
    24681: "computer",
    38783: "sensor",
    10002: "radio",
    17713: "radio",
    41112: "radio",
    43356: "radio",
    14823: "radio",
    25053: "radio",
    38595: "modem",
    48690: "modem",
    7367: "modem",
}
PROJECTOR: Final = re.compile(r"projector|beamer", re.I)
SWITCH: Final = re.compile(r"\bswitch\b|RouterOS CRS|^(?:DGS|DES|DXS|GS\d|XGS\d)", re.I)
RADIO: Final = re.compile(r"^UAP|^U[67]-|RouterOS (?:RB)?(?:wAP|LHGG|SXT|cAP|LDF|Disc|Metal|BaseBox|NetBox|QRT)", re.I)
MODEM: Final = re.compile(r"\bV?DSL|RouterOS (?:RB)?(?:LHGR|LtAP|wAPR)|\bLTE\b", re.I)
COMPUTER: Final = re.compile(r"^Hardware: |^Linux |^FreeBSD|^OpenBSD|^Darwin|^SunOS|^VMware|Windows", re.I)


def asked(family: tuple[int, ...]) -> list[Oid]:
    """What `kind_of` looks at, besides what names the device."""
    vendors = [column.oid for n in family for column in ups_vendors.VENDORS.get(n, ())]
    return [
        BRIDGE_PORTS,
        IF_TYPE,
        (*ups.UPS, 2),
        (*printer.MARKER, 4),
        (*printer.SUPPLY, 9),
        (*dsl.ATUR, dsl.MARGIN),
        dsl.CHANNEL_RATE,
        *vendors,
    ]


def kind_of(walk: Walk) -> str:
    """One of report.KINDS; what is none of the others and has a network of its own is a "switch"."""
    if walk.has((*ups.UPS, 2)) or any(
        walk.has(column.oid) for vendor in ups_vendors.VENDORS.values() for column in vendor
    ):
        return "ups"
    if walk.has((*printer.MARKER, 4)) or walk.has((*printer.SUPPLY, 9)):
        return "printer"
    maker = identity.enterprise(walk)
    descr = walk.text(identity.SYS_DESCR)
    if PROJECTOR.search(descr):
        return "board"
    for pattern, kind in ((RADIO, "radio"), (SWITCH, "switch")):
        if pattern.search(descr):
            return kind
    if walk.has((*dsl.ATUR, dsl.MARGIN)) or walk.has(dsl.CHANNEL_RATE):
        return "modem"
    types = {number(raw) for _, raw in walk.under(IF_TYPE)}
    if types & DSL_TYPES or MODEM.search(descr):
        return "modem"
    for maker_or_relative in identity.family(maker):
        if maker_or_relative in BY_ENTERPRISE and (
            maker_or_relative == maker or walk.has((*ENTERPRISES, maker_or_relative))
        ):
            return BY_ENTERPRISE[maker_or_relative]
    ports = walk.number(BRIDGE_PORTS)
    if ports is not None and ports >= PORTS_OF_A_SWITCH:
        return "switch"
    return "computer" if COMPUTER.search(descr) else "switch"
