"""IF-MIB (RFC 2863): state, speed and counters of every interface, 64 bit where the device has them."""

from typing import Final

from agent.mibs.walk import Walk, index_text, named, number, oid, text
from agent.report import Reading, Value
from agent.snmp.values import Oid, SnmpValue

IF: Final = oid("1.3.6.1.2.1.2.2.1")
IFX: Final = oid("1.3.6.1.2.1.31.1.1.1")
DESCR, TYPE, SPEED, MAC, ADMIN, OPER = ((*IF, n) for n in (2, 3, 5, 6, 7, 8))
IN_OCTETS, IN_DISCARDS, IN_ERRORS, OUT_OCTETS, OUT_DISCARDS, OUT_ERRORS = ((*IF, n) for n in (10, 13, 14, 16, 19, 20))
NAME, HC_IN, HC_OUT, HIGH_SPEED, ALIAS, DISCONTINUITY = ((*IFX, n) for n in (1, 6, 10, 15, 18, 19))
EVERYTHING: Final = (
    DESCR,
    TYPE,
    SPEED,
    MAC,
    ADMIN,
    OPER,
    IN_OCTETS,
    IN_DISCARDS,
    IN_ERRORS,
    OUT_OCTETS,
    OUT_DISCARDS,
    OUT_ERRORS,
    NAME,
    HC_IN,
    HC_OUT,
    HIGH_SPEED,
    ALIAS,
)

STATUS: Final = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}
TYPES: Final = {
    1: "other",
    6: "ethernetCsmacd",
    23: "ppp",
    24: "softwareLoopback",
    33: "rs232",
    37: "atm",
    49: "aal5",
    53: "propVirtual",
    62: "fastEther",
    71: "ieee80211",
    94: "adsl",
    97: "vdsl",
    107: "imt",
    117: "gigabitEthernet",
    124: "interleave",
    125: "fast",
    131: "tunnel",
    135: "l2vlan",
    136: "l3ipvlan",
    161: "ieee8023adLag",
    166: "mpls",
    169: "shdsl",
    209: "bridge",
    230: "adsl2",
    238: "adsl2plus",
    243: "wwanPP",
    244: "wwanPP2",
    250: "gpon",
    251: "vdsl2",
}
PHYSICAL: Final = {6, 62, 69, 117, 161}  # ifType of ports that a cable goes into, and their bundles

_status = named(STATUS)


def count32(raw: SnmpValue) -> int | None:
    """A Counter32; a few cards send it as a negative Integer32, which is the same 32 bits."""
    value = number(raw)
    if value is None:
        return None
    return int(value) + (1 << 32) if -(1 << 31) <= value < 0 else int(value)


def count64(walk: Walk, index: Oid, wide: Oid, narrow: Oid) -> int | None:
    """ifHC… where the device has it (a Counter64 of 0 beside a moving 32-bit counter is an unfilled row)."""
    high, low = number(walk.rows.get((*wide, *index))), count32(walk.rows.get((*narrow, *index)))
    if isinstance(high, int) and high >= 0 and (high or not low):
        return high
    return low


def speed(walk: Walk, index: Oid) -> int | None:
    """bit/s: ifHighSpeed is in Mbit/s and 0 below 0.5 Mbit/s; ifSpeed stops at 4294967295 (RFC 2863 §3.1.7)."""
    mega, bits = number(walk.rows.get((*HIGH_SPEED, *index))), count32(walk.rows.get((*SPEED, *index)))
    if bits == 0xFFFFFFFF:
        bits = None
    if mega and 0 < mega < 4_000_000:
        return int(mega) * 1_000_000
    return bits


def mac(raw: SnmpValue) -> Value:
    return raw.hex() if isinstance(raw, bytes) and raw else None


def indexes(walk: Walk) -> list[Oid]:
    """Interface indexes in order: whatever any of the columns knows."""
    seen = {index for column in (OPER, DESCR, NAME, TYPE) for index, _ in walk.under(column) if len(index) == 1}
    return sorted(seen)


def readings(walk: Walk) -> list[Reading]:
    """Everything of every interface; index is the ifIndex."""
    out: list[Reading] = []
    for index in indexes(walk):
        at = index_text(index) or "0"

        def add(quantity: str, unit: str, value: Value, at: str = at) -> None:
            if value is not None:
                out.append(Reading(f"if.{quantity}", at, unit, value))

        def cell(column: Oid, index: Oid = index) -> SnmpValue:
            return walk.rows.get((*column, *index))

        add("descr", "", text(cell(DESCR)) or None)
        add("name", "", text(cell(NAME)) or None)
        add("alias", "", text(cell(ALIAS)) or None)
        kind = number(cell(TYPE))
        add("type", "enum", None if kind is None else TYPES.get(int(kind), str(int(kind))))
        add("mac", "", mac(cell(MAC)))
        add("oper_status", "enum", _status(cell(OPER)))
        add("admin_status", "enum", named({1: "up", 2: "down", 3: "testing"})(cell(ADMIN)))
        add("speed", "bit/s", speed(walk, index))
        add("in_octets", "byte", count64(walk, index, HC_IN, IN_OCTETS))
        add("out_octets", "byte", count64(walk, index, HC_OUT, OUT_OCTETS))
        for quantity, column in (
            ("in_errors", IN_ERRORS),
            ("out_errors", OUT_ERRORS),
            ("in_discards", IN_DISCARDS),
            ("out_discards", OUT_DISCARDS),
        ):
            add(quantity, "", count32(cell(column)))
    return out
