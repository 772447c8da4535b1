"""Probes whose unit stands beside the value, in another column or another object: APC, HW group, AVTECH, Geist."""

from typing import Final

from agent.mibs.walk import Walk, index_text, named, number, oid
from agent.report import Reading
from agent.sentinels import checked
from agent.snmp.values import Oid

T: Final = "sensor.temperature"
H: Final = "sensor.humidity"
APC: Final = oid("1.3.6.1.4.1.318.1.1.10")
# Of IEM, EMS and MEM probes: (temperature, its unit, its connection; the unit object of the whole table).
APC_TABLES: Final = (
    ((2, 3, 2, 1, 4), (2, 3, 2, 1, 5), (2, 3, 2, 1, 3), ()),
    ((3, 13, 1, 1, 3), (), (), (3, 12, 1)),
    ((4, 2, 3, 1, 5), (), (), (4, 1, 2)),
)
CELSIUS, FAHRENHEIT = 1, 2

HWG: Final = tuple(oid(f"1.3.6.1.4.1.21796.4.{tail}") for tail in (1, 2, 5, 7, 9, 10, 11))  # STE, Ares, WLD, STE2, ...
POSEIDON: Final = oid("1.3.6.1.4.1.21796.3.3")
HWG_UNITS: Final = {0: T, 1: T, 2: T, 4: H}  # none, Celsius, Fahrenheit, percent

AKCP: Final = oid("1.3.6.1.4.1.3854.1.2.2.1.16.1")
AVTECH: Final = oid("1.3.6.1.4.1.20916.1")
WATCHDOGS: Final = (oid("1.3.6.1.4.1.17373.4.1"), oid("1.3.6.1.4.1.21239.5.1"))  # IT-WATCHDOGS-V4, GEIST-V4


def celsius(value: float | int | None, fahrenheit: bool = False) -> float | int | None:
    """A temperature of a room in °C, or None where it cannot be one."""
    if value is not None and fahrenheit:
        value = round((value - 32) / 1.8, 1)
    return checked(value, 1, -55, 150, minus=True).value


def apc(walk: Walk) -> list[Reading]:
    """iemStatusProbes, EMS and MEM probes, in the unit that the card is set to."""
    out = []
    for column, unit_column, connection, common in APC_TABLES:
        common_unit = walk.number((*APC, *common)) if common else None
        for index, raw in walk.under((*APC, *column)):
            unit = number(walk.rows.get((*APC, *unit_column, *index))) if unit_column else common_unit
            unplugged = connection and number(walk.rows.get((*APC, *connection, *index))) == 1
            value = None if unplugged else number(raw)
            out.append(Reading(T, index_text(index), "C", celsius(value, unit == FAHRENHEIT)))
    return out


def hwg(walk: Walk) -> list[Reading]:
    """HW group: value in tenths and unit; a probe without a unit that is measured (flood, door) is a contact."""
    out = []
    for root, value_column, unit_column, state_column in [*((r, 5, 7, 3) for r in HWG), (POSEIDON, 6, 9, 4)]:
        for index, raw in walk.under((*root, 3, 1, value_column)):
            unit = number(walk.rows.get((*root, 3, 1, unit_column, *index)))
            value = number(raw)
            tenth = None if value is None or value <= -9999 else value / 10
            if unit in HWG_UNITS and HWG_UNITS[int(unit)] == T:
                out.append(Reading(T, index_text(index), "C", celsius(tenth, unit == FAHRENHEIT)))
            elif unit in HWG_UNITS:
                out.append(Reading(H, index_text(index), "%", checked(tenth, 1, 0, 100).value))
            else:
                state = {0: "invalid", 1: "ok", 2: "alarm", 3: "alarm", 4: "alarm", 5: "alarm"}
                raw_state = walk.rows.get((*root, 3, 1, state_column, *index))
                out.append(Reading("sensor.contact", f"probe.{index_text(index)}", "enum", named(state)(raw_state)))
        for index, raw in walk.under((*root, 1, 1, 4)):  # alarm state of a dry contact input
            out.append(Reading("sensor.contact", index_text(index), "enum", named({0: "ok", 1: "alarm"})(raw)))
    return out


def avtech(walk: Walk) -> list[Reading]:
    """Room Alert and TemPageR: each model has its own tree, but in all of them °C and °F of one probe are neighbours.

    Of two neighbours .1 and .2 that are each other in °C and °F (in whole or in hundredths, in either order) the °C is
    taken; where a third neighbour follows, it is the humidity of the same probe.
    """
    out = []
    cells = {
        index: value for index, raw in walk.under(AVTECH) if (value := number(raw)) is not None and index[-1:] == (0,)
    }
    for index, first in sorted(cells.items()):
        if len(index) < 4 or index[-2] != 1:
            continue
        probe = index[:-2]
        second, third = cells.get((*probe, 2, 0)), cells.get((*probe, 3, 0))
        if second is None:
            continue
        for scale, tolerance in ((100, 50), (1, 1.5)):
            pairs = ((first, second), (second, first))
            pair = next((c for c, f in pairs if abs(f - 1.8 * c - 32 * scale) <= tolerance), None)
            if pair is not None:
                at = index_text(probe)
                out.append(Reading(T, at, "C", celsius(round(pair / scale, 2))))
                if third is not None and 0 < third <= 100 * scale:
                    out.append(Reading(H, at, "%", checked(round(third / scale, 2), 1, 0, 100).value))
                break
    return out


def watchdogs(walk: Walk) -> list[Reading]:
    """IT Watchdogs and Geist V4: temperatures in tenths of the unit that object .1.7 names: 0 Fahrenheit, 1 Celsius."""
    out = []
    for root in WATCHDOGS:
        fahrenheit = walk.number((*root, 1, 7)) == 0
        for column in ((2, 1, 5), (4, 1, 5), (5, 1, 5)):
            for index, raw in walk.under((*root, *column)):
                value = number(raw)
                tenth = None if value is None else value / 10
                out.append(Reading(T, f"{column[0]}.{index_text(index)}", "C", celsius(tenth, fahrenheit)))
        for column in ((2, 1, 6), (5, 1, 7)):
            for index, raw in walk.under((*root, *column)):
                out.append(Reading(H, f"{column[0]}.{index_text(index)}", "%", checked(number(raw), 1, 0, 100).value))
    return out


def akcp(walk: Walk) -> list[Reading]:
    """sensorProbe: whole degrees of the unit in column .12: 0 Fahrenheit, 1 Celsius."""
    return [
        Reading(T, index_text(index), "C", celsius(number(raw), number(walk.rows.get((*AKCP, 12, *index))) == 0))
        for index, raw in walk.under((*AKCP, 3))
    ]


def wanted(enterprises: set[int]) -> list[Oid]:
    """What to walk, of the makers at hand."""
    out: list[Oid] = []
    if 318 in enterprises:
        out += [(*APC, 2, 3, 2, 1), (*APC, 3, 12, 1), (*APC, 3, 13, 1, 1), (*APC, 4, 1, 2), (*APC, 4, 2, 3, 1)]
    if 21796 in enterprises:
        out += [(*root, *tail) for root in (*HWG, POSEIDON) for tail in ((1, 1), (3, 1))]
    if 3854 in enterprises:
        out += [(*AKCP, 3), (*AKCP, 12)]
    if 20916 in enterprises:
        out.append(AVTECH)
    if enterprises & {17373, 21239}:
        out += [(*root, *tail) for root in WATCHDOGS for tail in ((1, 7), (2, 1), (4, 1), (5, 1))]
    return out
