"""Temperature, humidity and contacts: ENTITY-SENSOR-MIB (RFC 3433), LM-SENSORS and the probes of many vendors."""

from typing import Final

from agent.mibs import room_tables
from agent.mibs.walk import Column, Walk, index_text, number, oid, readings, text
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
        *room_tables.apc(walk),
        *room_tables.hwg(walk),
        *room_tables.avtech(walk),
        *room_tables.watchdogs(walk),
        *room_tables.akcp(walk),
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
    out += room_tables.wanted(enterprises)
    if 14988 in enterprises:
        out += [(*GAUGE, n) for n in (2, 3, 4)]
    return out
