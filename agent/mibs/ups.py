"""UPS-MIB (RFC 1628), in columns, and its output power put right."""

from typing import Final

from agent.mibs.walk import (
    Column,
    Walk,
    celsius,
    columns,
    count,
    index_text,
    measure,
    named,
    number,
    numbered,
    oid,
    percent,
    signed_tenths,
    tenths,
    text,
)
from agent.report import Reading, Value
from agent.sentinels import mains_hertz, mains_volts, watts
from agent.snmp.values import SnmpValue

UPS: Final = oid("1.3.6.1.2.1.33.1")
BATTERY_STATUS: Final = numbered("unknown batteryNormal batteryLow batteryDepleted")
OUTPUT_SOURCE: Final = numbered("other none normal bypass battery booster reducer")
TEST_RESULT: Final = numbered("donePass doneWarning doneError aborted inProgress noTestsInitiated")
ALARMS: Final = numbered(
    "batteryBad onBattery lowBattery depletedBattery tempBad inputBad outputBad outputOverload onBypass bypassBad "
    "outputOffAsRequested upsOffAsRequested chargerFailed upsOutputOff upsSystemOff fanFailure fuseFailure "
    "generalFault diagnosticTestFailed communicationsLost awaitingPower shutdownPending shutdownImminent testInProgress"
)
ALARM_ROOT: Final = (*UPS, 6, 3)  # upsWellKnownAlarms


def hertz(raw: SnmpValue) -> Value:
    return mains_hertz(number(raw)).value


def volts(raw: SnmpValue) -> Value:
    return mains_volts(number(raw)).value


def alarm(raw: SnmpValue) -> Value:
    """upsAlarmDescr: an OID below upsWellKnownAlarms by its name, else the OID as it is."""
    if isinstance(raw, tuple) and raw[:-1] == ALARM_ROOT:
        return ALARMS.get(raw[-1], "invalid")
    return text(raw) or None


minutes: Final = measure(60)  # whole minutes, to s
charge: Final = measure(low=0, high=100)

UPS_MIB: Final = columns(
    UPS,
    ("2.1", "ups.battery.status", "enum", named(BATTERY_STATUS)),
    ("2.2", "ups.on_battery_time", "s", count),
    ("2.3", "ups.battery.runtime", "s", minutes),
    ("2.4", "ups.battery.charge", "%", charge),
    ("2.5", "ups.battery.voltage", "V", tenths),
    ("2.6", "ups.battery.current", "A", signed_tenths),
    ("2.7", "ups.battery.temperature", "C", celsius),
    ("3.1", "ups.input.line_bads", "", count),
    ("3.3.1.2", "ups.input.frequency", "Hz", hertz),
    ("3.3.1.3", "ups.input.voltage", "V", volts),
    ("3.3.1.4", "ups.input.current", "A", signed_tenths),
    ("3.3.1.5", "ups.input.power", "W", count),
    ("4.1", "ups.output.source", "enum", named(OUTPUT_SOURCE)),
    ("4.2", "ups.output.frequency", "Hz", hertz),
    ("4.4.1.2", "ups.output.voltage", "V", volts),
    ("4.4.1.3", "ups.output.current", "A", signed_tenths),
    ("4.4.1.5", "ups.output.load", "%", percent),
    ("5.1", "ups.bypass.frequency", "Hz", hertz),
    ("5.3.1.2", "ups.bypass.voltage", "V", volts),
    ("5.3.1.3", "ups.bypass.current", "A", signed_tenths),
    ("5.3.1.4", "ups.bypass.power", "W", count),
    ("6.1", "ups.alarm_count", "", count),
    ("6.2.1.2", "ups.alarm", "enum", alarm),
    ("7.3", "ups.test_result", "enum", named(TEST_RESULT)),
)

POWER: Final = Column((*UPS, 4, 4, 1, 4), "ups.output.power", "W", count)


def output_power(walk: Walk) -> list[Reading]:
    """upsOutputPower per line in W, put right where the card sends kW (see sentinels.watts)."""
    line_volts, line_amperes = walk.numbers((*UPS, 4, 4, 1, 2)), walk.numbers((*UPS, 4, 4, 1, 3))
    out = []
    for index, raw in walk.under(POWER.oid):
        volt = mains_volts(line_volts.get(index)).value
        ampere = line_amperes.get(index)
        value = watts(number(raw), volt, ampere / 10 if ampere else None).value
        out.append(Reading(POWER.quantity, index_text(index), POWER.unit, value))
    return out
