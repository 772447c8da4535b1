"""Temperature, humidity and contacts: ENTITY-SENSOR-MIB (RFC 3433), LM-SENSORS and the probes of many vendors."""

from typing import Final

from agent.mibs.walk import Column, Walk, index_text, named, number, oid, readings, text
from agent.report import Reading
from agent.sentinels import checked
from agent.snmp.values import Oid

ENTITY_SENSOR: Final = oid("1.3.6.1.2.1.99.1.1.1")
CISCO_SENSOR: Final = oid("1.3.6.1.4.1.9.9.91.1.1.1.1")
LM_TEMP: Final = oid("1.3.6.1.4.1.2021.13.16.2.1")

T: Final = "sensor.temperature"
H: Final = "sensor.humidity"

QUANTITY: Final = {
    3: ("sensor.voltage", "V"),
    4: ("sensor.voltage", "V"),
    5: ("sensor.current", "A"),
    6: ("sensor.power", "W"),
    7: ("sensor.frequency", "Hz"),
    8: (T, "C"),
    9: (H, "%"),
    10: ("sensor.fanspeed", "rpm"),
    14: ("sensor.dbm", "dBm"),
}


def entity_sensors(walk: Walk, table: Oid) -> list[Reading]:
    """value x 10^(3 (scale - 9)) / 10^precision (RFC 3433 §2); a sensor whose status is not ok(1) has no value."""
    out = []
    for index, raw in walk.under((*table, 1)):
        kind = number(raw)
        quantity = QUANTITY.get(int(kind)) if kind is not None else None
        scale, precision, value, status = (number(walk.rows.get((*table, n, *index))) for n in (2, 3, 4, 5))
        if quantity is None or value is None:
            continue
        factor = 10.0 ** (3 * ((scale or 9) - 9) - (precision or 0))
        low, high = (-55, 150) if quantity[0] == T else (0, 100) if quantity[0] == H else (None, None)
        good = checked(value, factor, low, high, minus=True).value if status in (1, None) else None
        out.append(Reading(quantity[0], index_text(index), quantity[1], good))
    return out


def apc_probes(walk: Walk) -> list[Reading]:
    """iemStatusProbes, EMS and MEM probes of APC, in the unit that the card is set to: 1 celsius, 2 fahrenheit."""
    out = []
    apc = oid("1.3.6.1.4.1.318.1.1.10")
    for tail, unit_tail, connected in (
        ((2, 3, 2, 1, 4), (2, 3, 2, 1, 5), (2, 3, 2, 1, 3)),
        ((3, 13, 1, 1, 3), (), ()),
        ((4, 2, 3, 1, 5), (), ()),
    ):
        # The System Temp Units object of the card stands for the tables that have none of their own.
        common = (
            walk.number((*apc, 3, 12, 1)) if tail[0] == 3 else walk.number((*apc, 4, 1, 2)) if tail[0] == 4 else None
        )
        for index, raw in walk.under((*apc, *tail)):
            unit = number(walk.rows.get((*apc, *unit_tail, *index))) if unit_tail else common
            value = number(raw)
            if value is not None and unit == 2:
                value = round((value - 32) / 1.8, 1)
            if connected and number(walk.rows.get((*apc, *connected, *index))) == 1:
                value = None
            out.append(Reading(T, index_text(index), "C", checked(value, 1, -55, 150, minus=True).value))
    return out


# HWg: the tables of STE, STE2, Poseidon, Ares and WLD have one shape under different roots.
HWG: Final = tuple(
    oid(f"1.3.6.1.4.1.21796.{tail}") for tail in ("4.1", "4.9", "3.3", "4.5", "4.2", "4.10", "4.11", "4.7")
)


def hwg(walk: Walk) -> list[Reading]:
    """HWg sensor table: value (tenths) and unit (1 °C, 2 °F, 3 K, 4 %), inputs and their alarm states."""
    out = []
    for root in HWG:
        for index, raw in walk.under((*root, 3, 1, 5)):
            unit = number(walk.rows.get((*root, 3, 1, 7, *index)))
            value = number(raw)
            if value is None or value <= -9999:
                value = None
            tenth = None if value is None else value / 10
            if unit == 2 and tenth is not None:
                tenth = round((tenth - 32) / 1.8, 1)
            if unit in (0, 1, 2):
                good = checked(tenth, 1, -55, 150, minus=True).value
                out.append(Reading(T, index_text(index), "C", good))
            elif unit == 4:
                out.append(Reading(H, index_text(index), "%", checked(tenth, 1, 0, 100).value))
        for index, raw in walk.under((*root, 1, 1, 4)):  # alarm state of a dry contact input
            out.append(Reading("sensor.contact", index_text(index), "enum", named({0: "ok", 1: "alarm"})(raw)))
        for index, raw in walk.under((*root, 3, 1, 3)):  # state of a probe: in range, or out of it, or lost
            states = {0: "invalid", 1: "ok", 2: "alarm", 3: "alarm", 4: "alarm", 5: "alarm"}
            if number(walk.rows.get((*root, 3, 1, 7, *index))) not in (1, 2, 3, 4):
                out.append(Reading("sensor.contact", f"probe.{index_text(index)}", "enum", named(states)(raw)))
    return out


def sensors(walk: Walk, vendors: tuple[Column, ...]) -> list[Reading]:
    lm = [
        Reading(
            T,
            text(walk.rows.get((*LM_TEMP, 2, *index))) or index_text(index),
            "C",
            checked(number(raw), 0.001, -55, 150, minus=True).value,
        )
        for index, raw in walk.under((*LM_TEMP, 3))
    ]
    return [
        *entity_sensors(walk, ENTITY_SENSOR),
        *entity_sensors(walk, CISCO_SENSOR),
        *lm,
        *apc_probes(walk),
        *hwg(walk),
        *gauges(walk),
        *readings(walk, vendors),
    ]


GAUGE: Final = oid("1.3.6.1.4.1.14988.1.1.3.100.1")


def gauges(walk: Walk) -> list[Reading]:
    """MikroTik's mtxrGaugeTable: name .2, value .3, unit .4 (1 °C, 2 rpm, 3 0.1 V, 4 0.1 A, 5 0.1 W, 6 status)."""
    units = {
        1: (T, "C", 1.0),
        2: ("sensor.fanspeed", "rpm", 1.0),
        3: ("sensor.voltage", "V", 0.1),
        4: ("sensor.current", "A", 0.1),
        5: ("sensor.power", "W", 0.1),
    }
    out = []
    for index, raw in walk.under((*GAUGE, 3)):
        unit = units.get(int(number(walk.rows.get((*GAUGE, 4, *index))) or 0))
        if unit:
            name = text(walk.rows.get((*GAUGE, 2, *index)))
            out.append(
                Reading(unit[0], name or index_text(index), unit[1], checked(number(raw), unit[2], minus=True).value)
            )
    return out


def wanted(vendors: tuple[Column, ...], enterprises: set[int]) -> list[Oid]:
    """What to walk for `sensors`."""
    out = [*((*ENTITY_SENSOR, n) for n in (1, 2, 3, 4, 5)), (*LM_TEMP, 2), (*LM_TEMP, 3), *(c.oid for c in vendors)]
    if 9 in enterprises:
        out += [(*CISCO_SENSOR, n) for n in (1, 2, 3, 4, 5)]
    if 318 in enterprises:
        out += [
            oid("1.3.6.1.4.1.318.1.1.10.2.3.2.1"),
            oid("1.3.6.1.4.1.318.1.1.10.3.12.1"),
            oid("1.3.6.1.4.1.318.1.1.10.3.13.1.1"),
            oid("1.3.6.1.4.1.318.1.1.10.4.1.2"),
            oid("1.3.6.1.4.1.318.1.1.10.4.2.3.1"),
        ]
    if 21796 in enterprises:
        out += [(*root, *tail) for root in HWG for tail in ((1, 1), (3, 1))]
    if 14988 in enterprises:
        out += [(*GAUGE, n) for n in (2, 3, 4)]
    return out
