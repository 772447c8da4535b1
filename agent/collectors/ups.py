"""UPS: mains, battery, lost or unreachable; charge, runtime, load. By SNMP (UPS-MIB and vendors) or by NUT."""

from typing import Final

from agent import asking
from agent.mibs import identity, nut, ups, ups_vendors
from agent.mibs.walk import Column, Walk, distinct, first_known, readings
from agent.report import Reading, Value
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted

# The minute's set: quantities by which the product judges, and those that its rules need.
MINUTE: Final = (
    "ups.battery.charge",
    "ups.battery.runtime",
    "ups.battery.temperature",
    "ups.battery.voltage",
    "ups.input.voltage",
    "ups.output.load",
    "ups.input.transfer_reason",
    "ups.temperature",
)
JUDGED: Final = frozenset(
    {
        *MINUTE,
        "ups.battery.status",
        "ups.on_battery_time",
        "ups.output.source",
        "ups.output.status",
        "ups.test_result",
        "ups.battery.replace",
        "ups.battery.bad_packs",
        "ups.battery.low",
        "ups.communication",
        "ups.alarm_count",
    }
)

ON_BATTERY: Final = frozenset({"battery", "onBattery", "batteryDischargeSpotmode"})
ON_MAINS: Final = frozenset(
    {
        "normal",
        "bypass",
        "booster",
        "reducer",
        "parallelCapacity",
        "parallelRedundant",
        "highEfficiencyMode",
        "maintenanceBypass",
        "manualBypass",
        "ecoMode",
        "combined",
        "onLine",
        "onSmartBoost",
        "onSmartTrim",
        "softwareBypass",
        "switchedBypass",
        "hardwareFailureBypass",
        "hotStandby",
        "emergencyStaticBypass",
        "staticBypassStandby",
        "powerSavingMode",
        "spotMode",
        "eConversion",
        "chargerSpotmode",
        "inverterSpotmode",
        "onBoost",
        "onBuck",
        "onECO",
        "onBypass",
        "onOverload",
        "standBy",
        "standby",
    }
)
IN_TEST: Final = frozenset({"onBatteryTest", "selfTest"})
TEST_RUNS: Final = frozenset({"inProgress", "testInProgress", "In progress", "in progress"})
LOW: Final = frozenset({"batteryLow", "batteryDepleted"})
LIVE_MAINS_V: Final = 80.0  # below this an input line carries nothing that a UPS could use


def columns(memory: Memory) -> list[Column]:
    """The vendor's own columns first, then UPS-MIB."""
    vendors = [column for n in identity.family(memory.enterprise) for column in ups_vendors.VENDORS.get(n, ())]
    return [*vendors, *ups.UPS_MIB, ups.POWER]


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError or NutError."""
    if device.target.scheme == "nut":
        return Heard(words=await roads.nut.variables(device.target))
    judged = [column.oid for column in columns(memory) if column.quantity in JUDGED]
    return Heard(rows=await asking.rows(roads.snmp, device.target, memory, judged))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    """Readings of a UPS; where it could not be asked, at least the state that says which way that failed."""
    if heard.failure is not Failure.NONE:
        states = {Failure.NO_COMMUNICATION: "no_communication", Failure.UNREACHABLE: "unreachable"}
        return _flags(states.get(heard.failure), None, None, None)
    if heard.words:
        judged, best = _flags(*nut.flags(heard.words)), nut.readings(heard.words)
        keep = (*MINUTE, "ups.status", "sensor.temperature", "sensor.humidity", "sensor.contact")
        return [*judged, *(r for r in best if detail is Detail.PROBE or r.quantity in keep)]
    walk = Walk(heard.rows)
    standard = [*readings(walk, ups.UPS_MIB), *ups.output_power(walk)]
    vendors = [readings(walk, ups_vendors.VENDORS.get(n, ())) for n in identity.family(memory.enterprise)]
    best = first_known(*(one_scale(group) for group in vendors), standard)
    if detail is Detail.PROBE:
        return distinct([*judgement(best), *standard, *(reading for group in vendors for reading in group)])
    few = [reading for reading in best if reading.quantity in MINUTE]
    known = {reading.quantity for reading in few if reading.value is not None}
    # A one-phase unit may answer for lines 2 and 3 with NULL: those lines do not exist.
    return [*judgement(best), *(r for r in few if r.value is not None or r.quantity not in known)]


def one_scale(group: list[Reading]) -> list[Reading]:
    """Of a coarse and a fine object for the same thing (PowerNet's Adv and HighPrec) the first with a value."""
    out: dict[tuple[str, str], Reading] = {}
    for reading in group:
        key = (reading.quantity, reading.index)
        if key not in out or out[key].value is None:
            out[key] = reading
    return list(out.values())


def judgement(known: list[Reading]) -> list[Reading]:
    """The four states and the four flags, from what the tables say; a test or a calibration is not battery."""
    said: dict[str, list[Value]] = {}
    for reading in known:
        said.setdefault(reading.quantity, []).append(reading.value)

    def one(quantity: str) -> Value:
        return next((value for value in said.get(quantity, ()) if value is not None), None)

    alarms = set(said.get("ups.alarm", ()))
    sources = {one("ups.output.source"), one("ups.output.status")}
    on_battery = bool(sources & ON_BATTERY)
    testing = bool(sources & IN_TEST) or one("ups.test_result") in TEST_RUNS or "testInProgress" in alarms
    testing |= on_battery and one("ups.input.transfer_reason") == "selfTest"
    seconds = one("ups.on_battery_time")
    if not sources & (ON_BATTERY | ON_MAINS | IN_TEST):
        on_battery = isinstance(seconds, int | float) and seconds > 0
    live = any(isinstance(volt, int | float) and volt >= LIVE_MAINS_V for volt in said.get("ups.input.voltage", ()))
    low = bool(set(said.get("ups.battery.status", ())) & LOW) or "lowBattery" in alarms or one("ups.battery.low") == 1
    packs = one("ups.battery.bad_packs")
    bad = isinstance(packs, int | float) and packs > 0
    replace = one("ups.battery.replace") == "batteryNeedsReplacing" or "batteryBad" in alarms or bad
    if one("ups.communication") == "noComm" or "communicationsLost" in alarms:
        return _flags("no_communication", None, None, None)
    if testing:
        return _flags("mains", True, low, replace)
    if on_battery:
        return _flags("battery", False, low, replace)
    known_mains = bool(sources & ON_MAINS) or live
    return _flags("mains" if known_mains else None, False, low, replace)


def _flags(state: str | None, testing: bool | None, low: bool | None, replace: bool | None) -> list[Reading]:
    flags = (("ups.testing", testing), ("ups.low_battery", low), ("ups.replace_battery", replace))
    return [
        Reading("ups.state", "", "enum", state),
        *(Reading(quantity, "", "", None if flag is None else int(flag)) for quantity, flag in flags),
    ]
