"""The vendors' own UPS tables, by enterprise number: finer than UPS-MIB, and free of the cards' mistakes with it."""

from typing import Final

from agent.mibs.ups import BATTERY_STATUS, OUTPUT_SOURCE, charge, hertz, minutes, volts
from agent.mibs.walk import (
    Column,
    celsius,
    columns,
    count,
    hundredths_second,
    measure,
    named,
    numbered,
    oid,
    one_if,
    percent,
    signed_tenths,
    tenths,
    words,
)
from agent.snmp.values import Oid

APC: Final = oid("1.3.6.1.4.1.318.1.1.1")  # PowerNet-MIB
XUPS: Final = oid("1.3.6.1.4.1.534.1")  # XUPS-MIB
MGE: Final = oid("1.3.6.1.4.1.705.1")  # MG-SNMP-UPS-MIB
DELTA: Final = oid("1.3.6.1.4.1.2254.2.4")  # DeltaUPS-MIB
HUAWEI: Final = oid("1.3.6.1.4.1.2011.6.174.1")  # HUAWEI-UPS-MIB
CYBERPOWER: Final = oid("1.3.6.1.4.1.3808.1.1.1")  # CPS-MIB
XPPC: Final = oid("1.3.6.1.4.1.935.1.1.1")  # XPPC-MIB: Voltronic, Powercom, Megatec and their brands
SOCOMEC: Final = (oid("1.3.6.1.4.1.4555.1.1.1.1"), oid("1.3.6.1.4.1.4555.1.1.7.1"))  # Net Vision 5 and 6
TRIPPLITE: Final = oid("1.3.6.1.4.1.850.1.1.3.1.3")  # TRIPPLITE-PRODUCTS

APC_OUTPUT: Final = numbered(
    "unknown onLine onBattery onSmartBoost timedSleeping softwareBypass off rebooting switchedBypass "
    "hardwareFailureBypass sleepingUntilPowerReturn onSmartTrim ecoMode hotStandby onBatteryTest emergencyStaticBypass "
    "staticBypassStandby powerSavingMode spotMode eConversion chargerSpotmode inverterSpotmode activeLoad "
    "batteryDischargeSpotmode inverterStandby chargerOnly distributedEnergyReserve selfTest"
)
APC_TRANSFER: Final = numbered(
    "noTransfer highLineVoltage brownout blackout smallMomentarySag deepMomentarySag smallMomentarySpike "
    "largeMomentarySpike selfTest rateOfVoltageChange"
)
APC_TEST: Final = numbered("ok failed invalidTest testInProgress")
XUPS_SOURCE: Final = OUTPUT_SOURCE | numbered(
    "parallelCapacity parallelRedundant highEfficiencyMode maintenanceBypass", 8
)
DELTA_SOURCE: Final = numbered("normal battery bypass reducer booster manualBypass other none", 0)
HUAWEI_SUPPLY: Final = numbered("none bypass normal battery combined ecoMode battery")
CYBERPOWER_OUTPUT: Final = numbered(
    "unknown onLine onBattery onBoost onSleep off rebooting onECO onBypass onBuck onOverload"
)
XPPC_OUTPUT: Final = numbered("unknown onLine onBattery onBoost sleeping onBypass rebooting standBy onBuck")
SOCOMEC_SOURCE: Final = numbered("unknown battery normal ecoMode bypass standby maintenanceBypass none normal")
REPLACE: Final = named({1: "noBatteryNeedsReplacing", 2: "batteryNeedsReplacing"})

POWERNET: Final = columns(
    APC,
    (
        "2.1.1",
        "ups.battery.status",
        "enum",
        named(BATTERY_STATUS | {4: "batteryInFaultCondition", 5: "noBatteryPresent"}),
    ),
    ("2.1.2", "ups.on_battery_time", "s", hundredths_second),
    ("2.1.3", "ups.battery.date", "", words),
    ("2.3.1", "ups.battery.charge", "%", measure(0.1, 0, 100)),
    ("2.2.1", "ups.battery.charge", "%", charge),
    ("2.3.2", "ups.battery.temperature", "C", measure(0.1, -55, 150, minus=True)),
    ("2.2.2", "ups.battery.temperature", "C", celsius),
    ("2.2.3", "ups.battery.runtime", "s", hundredths_second),
    ("2.2.4", "ups.battery.replace", "enum", REPLACE),
    ("2.2.6", "ups.battery.bad_packs", "", count),
    ("2.3.4", "ups.battery.voltage", "V", tenths),
    ("2.2.8", "ups.battery.voltage", "V", count),
    ("2.3.5", "ups.battery.current", "A", signed_tenths),
    ("3.3.1", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("3.2.1", "ups.input.voltage", "V", measure(1, 0, 600)),
    ("3.3.4", "ups.input.frequency", "Hz", hertz),
    ("3.2.4", "ups.input.frequency", "Hz", hertz),
    ("3.2.5", "ups.input.transfer_reason", "enum", named(APC_TRANSFER)),
    ("4.1.1", "ups.output.status", "enum", named(APC_OUTPUT)),
    ("4.3.1", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("4.2.1", "ups.output.voltage", "V", measure(1, 0, 600)),
    ("4.3.2", "ups.output.frequency", "Hz", hertz),
    ("4.2.2", "ups.output.frequency", "Hz", hertz),
    ("4.3.3", "ups.output.load", "%", measure(0.1, 0, 200)),
    ("4.2.3", "ups.output.load", "%", percent),
    ("4.3.4", "ups.output.current", "A", tenths),
    ("4.2.4", "ups.output.current", "A", count),
    ("4.2.8", "ups.output.power", "W", count),
    ("4.2.9", "ups.output.apparent_power", "VA", count),
    ("7.2.3", "ups.test_result", "enum", named(APC_TEST)),
    ("7.2.4", "ups.test_date", "", words),
    ("8.1", "ups.communication", "enum", named({1: "ok", 2: "noComm"})),
    # Three-phase units (Symmetra, Galaxy): index is table.input.phase or table.output.phase.
    ("9.2.2.1.4", "ups.input.frequency", "Hz", hertz),
    ("9.2.3.1.3", "ups.input.voltage", "V", volts),
    ("9.2.3.1.6", "ups.input.current", "A", tenths),
    ("9.3.2.1.4", "ups.output.frequency", "Hz", hertz),
    ("9.3.3.1.3", "ups.output.voltage", "V", volts),
    ("9.3.3.1.4", "ups.output.current", "A", tenths),
    ("9.3.3.1.10", "ups.output.load", "%", percent),
    ("9.3.3.1.13", "ups.output.power", "W", count),
)

EATON_XUPS: Final = columns(
    XUPS,
    ("2.1", "ups.battery.runtime", "s", count),
    ("2.2", "ups.battery.voltage", "V", count),
    ("2.3", "ups.battery.current", "A", measure(minus=True)),
    ("2.4", "ups.battery.charge", "%", charge),
    ("3.1", "ups.input.frequency", "Hz", hertz),
    ("3.4.1.2", "ups.input.voltage", "V", volts),
    ("3.4.1.3", "ups.input.current", "A", measure(minus=True)),
    ("3.4.1.4", "ups.input.power", "W", count),
    ("4.1", "ups.output.load", "%", percent),
    ("4.2", "ups.output.frequency", "Hz", hertz),
    ("4.4.1.2", "ups.output.voltage", "V", volts),
    ("4.4.1.3", "ups.output.current", "A", measure(minus=True)),
    ("4.4.1.4", "ups.output.power", "W", count),
    ("4.5", "ups.output.source", "enum", named(XUPS_SOURCE)),
    ("5.1", "ups.bypass.frequency", "Hz", hertz),
    ("5.3.1.2", "ups.bypass.voltage", "V", volts),
)

EATON_MGE: Final = columns(
    MGE,
    ("5.1", "ups.battery.runtime", "s", count),
    ("5.2", "ups.battery.charge", "%", charge),
    ("5.5", "ups.battery.voltage", "V", tenths),
    ("5.6", "ups.battery.current", "A", signed_tenths),
    ("5.7", "ups.battery.temperature", "C", celsius),
    ("5.11", "ups.battery.replace", "enum", named({1: "batteryNeedsReplacing", 2: "noBatteryNeedsReplacing"})),
    ("5.14", "ups.battery.low", "", one_if(1)),
    ("6.2.1.2", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("6.2.1.3", "ups.input.frequency", "Hz", hertz),
    ("6.2.1.6", "ups.input.current", "A", signed_tenths),
    ("7.2.1.2", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("7.2.1.3", "ups.output.frequency", "Hz", hertz),
    ("7.2.1.4", "ups.output.load", "%", percent),
    ("7.2.1.5", "ups.output.current", "A", signed_tenths),
    ("7.3", "ups.output.source", "enum", named({1: "battery", 2: "normal"})),
)

DELTA_UPS: Final = columns(
    DELTA,
    ("5.1", "ups.output.source", "enum", named(DELTA_SOURCE)),
    (
        "7.1",
        "ups.battery.replace",
        "enum",
        named({0: "noBatteryNeedsReplacing", 1: "weak", 2: "batteryNeedsReplacing"}),
    ),
    ("7.2", "ups.battery.status", "enum", named({0: "batteryNormal", 1: "batteryLow", 2: "batteryDepleted"})),
    ("7.4", "ups.on_battery_time", "s", count),
    ("7.5", "ups.battery.runtime", "s", minutes),
    ("7.6", "ups.battery.voltage", "V", tenths),
    ("7.7", "ups.battery.current", "A", signed_tenths),
    ("7.8", "ups.battery.charge", "%", charge),
    ("7.9", "ups.battery.temperature", "C", celsius),
    ("4.2", "ups.input.frequency", "Hz", hertz),
    ("4.5", "ups.input.frequency", "Hz", hertz),
    ("4.8", "ups.input.frequency", "Hz", hertz),
    ("4.3", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("4.6", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("4.9", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("4.4", "ups.input.current", "A", tenths),
    ("4.7", "ups.input.current", "A", tenths),
    ("4.10", "ups.input.current", "A", tenths),
    ("5.2", "ups.output.frequency", "Hz", hertz),
    ("5.4", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("5.8", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("5.12", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("5.5", "ups.output.current", "A", tenths),
    ("5.9", "ups.output.current", "A", tenths),
    ("5.13", "ups.output.current", "A", tenths),
    ("5.6", "ups.output.power", "W", count),
    ("5.10", "ups.output.power", "W", count),
    ("5.14", "ups.output.power", "W", count),
    ("5.7", "ups.output.load", "%", percent),
    ("5.11", "ups.output.load", "%", percent),
    ("5.15", "ups.output.load", "%", percent),
)

HUAWEI_UPS: Final = columns(
    HUAWEI,
    ("3.100.1.1", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("3.100.1.2", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("3.100.1.3", "ups.input.voltage", "V", measure(0.1, 0, 600)),
    ("3.100.1.4", "ups.input.frequency", "Hz", hertz),
    ("3.100.1.5", "ups.input.current", "A", tenths),
    ("3.100.1.6", "ups.input.current", "A", tenths),
    ("3.100.1.7", "ups.input.current", "A", tenths),
    ("4.100.1.1", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("4.100.1.2", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("4.100.1.3", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("4.100.1.4", "ups.output.current", "A", tenths),
    ("4.100.1.5", "ups.output.current", "A", tenths),
    ("4.100.1.6", "ups.output.current", "A", tenths),
    ("4.100.1.7", "ups.output.frequency", "Hz", hertz),
    ("4.100.1.8", "ups.output.power", "W", measure(100)),
    ("4.100.1.9", "ups.output.power", "W", measure(100)),
    ("4.100.1.10", "ups.output.power", "W", measure(100)),
    ("4.100.1.14", "ups.output.load", "%", measure(0.1, 0, 200)),
    ("4.100.1.15", "ups.output.load", "%", measure(0.1, 0, 200)),
    ("4.100.1.16", "ups.output.load", "%", measure(0.1, 0, 200)),
    ("5.100.1.1", "ups.bypass.voltage", "V", measure(0.1, 0, 600)),
    ("5.100.1.2", "ups.bypass.voltage", "V", measure(0.1, 0, 600)),
    ("5.100.1.3", "ups.bypass.voltage", "V", measure(0.1, 0, 600)),
    ("5.100.1.4", "ups.bypass.frequency", "Hz", hertz),
    ("6.100.1.1", "ups.battery.voltage", "V", tenths),
    ("6.100.1.2", "ups.battery.current", "A", signed_tenths),
    ("6.100.1.3", "ups.battery.charge", "%", charge),
    ("6.100.1.4", "ups.battery.runtime", "s", count),
    ("2.101.1.1", "ups.output.source", "enum", named(HUAWEI_SUPPLY)),
)


def _smart(root: Oid, status: dict[int, str], runtime_scale: float) -> tuple[Column, ...]:
    """CPS-MIB and XPPC-MIB share their shape (both were modelled on PowerNet), not their units of runtime."""
    return columns(
        root,
        ("2.1.1", "ups.battery.status", "enum", named(BATTERY_STATUS)),
        ("2.2.1", "ups.battery.charge", "%", charge),
        ("2.2.2", "ups.battery.voltage", "V", tenths),
        ("2.2.4", "ups.battery.runtime", "s", measure(runtime_scale)),
        ("3.2.1", "ups.input.voltage", "V", measure(0.1, 0, 600)),
        ("3.2.4", "ups.input.frequency", "Hz", hertz),
        ("4.1.1", "ups.output.status", "enum", named(status)),
        ("4.2.1", "ups.output.voltage", "V", measure(0.1, 0, 600)),
        ("4.2.2", "ups.output.frequency", "Hz", hertz),
        ("4.2.3", "ups.output.load", "%", percent),
    )


CPS: Final = _smart(CYBERPOWER, CYBERPOWER_OUTPUT, 0.01) + columns(
    CYBERPOWER,
    ("2.1.2", "ups.on_battery_time", "s", hundredths_second),
    ("2.2.3", "ups.battery.temperature", "C", celsius),
    ("2.2.5", "ups.battery.replace", "enum", REPLACE),
    ("4.2.4", "ups.output.current", "A", tenths),
    ("10.2", "ups.temperature", "C", celsius),
)
MEGATEC: Final = _smart(XPPC, XPPC_OUTPUT, 1) + columns(
    XPPC,
    ("2.1.2", "ups.on_battery_time", "s", count),
    ("2.2.3", "ups.battery.temperature", "C", measure(0.1, -55, 150, minus=True)),
    ("2.2.5", "ups.battery.replace", "enum", REPLACE),
)


def _socomec(root: Oid) -> tuple[Column, ...]:
    return columns(
        root,
        ("2.1", "ups.battery.status", "enum", named(BATTERY_STATUS | {5: "discharging", 6: "failure", 7: "upsOff"})),
        ("2.2", "ups.on_battery_time", "s", count),
        ("2.3", "ups.battery.runtime", "s", minutes),
        ("2.4", "ups.battery.charge", "%", charge),
        ("2.5", "ups.battery.voltage", "V", tenths),
        ("2.6", "ups.battery.temperature", "C", celsius),
        ("3.2", "ups.input.frequency", "Hz", hertz),
        ("3.3.1.2", "ups.input.voltage", "V", volts),
        ("3.3.1.3", "ups.input.current", "A", tenths),
        ("4.1", "ups.output.source", "enum", named(SOCOMEC_SOURCE)),
        ("4.2", "ups.output.frequency", "Hz", hertz),
        ("4.4.1.2", "ups.output.voltage", "V", volts),
        ("4.4.1.3", "ups.output.current", "A", tenths),
        ("4.4.1.4", "ups.output.load", "%", percent),
    )


TRIPP_LITE: Final = columns(
    TRIPPLITE,
    ("1.2.1.3", "ups.battery.charge", "%", charge),
    ("3.2.1.2", "ups.output.voltage", "V", measure(0.1, 0, 600)),
    ("3.2.1.3", "ups.output.current", "A", tenths),
    ("3.2.1.4", "ups.output.power", "W", count),
    ("3.2.1.5", "ups.output.load", "%", percent),
    ("3.2.1.6", "ups.output.frequency", "Hz", hertz),
)

LIEBERT: Final = columns(
    oid("1.3.6.1.4.1.476.1.42.3.5.1"),  # LIEBERT-GP-POWER-MIB; its cards answer UPS-MIB for the rest
    ("18", "ups.battery.runtime", "s", minutes),
    ("19", "ups.battery.charge", "%", charge),
)

VENDORS: Final[dict[int, tuple[Column, ...]]] = {
    318: POWERNET,
    476: LIEBERT,
    534: EATON_XUPS,
    705: EATON_MGE,
    850: TRIPP_LITE,
    935: MEGATEC,
    2011: HUAWEI_UPS,
    2254: DELTA_UPS,
    3808: CPS,
    4555: (*_socomec(SOCOMEC[0]), *_socomec(SOCOMEC[1])),
}
"""By IANA enterprise number."""
