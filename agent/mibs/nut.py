"""NUT's variables (RFC 9271, NUT developer guide) in the agent's words: quantity, unit, reader; and what they tell."""

from collections.abc import Callable, Mapping
from typing import Final

from agent.mibs.walk import number
from agent.report import Reading, Value
from agent.sentinels import checked

Reader = Callable[[str], Value]


def measure(low: float | None = None, high: float | None = None, minus: bool = False) -> Reader:
    return lambda word: checked(number(word.encode()), 1, low, high, minus).value


def words(word: str) -> Value:
    return word or None


_any, _percent, _celsius = measure(), measure(0, 100), measure(-55, 150, minus=True)
_volts, _hertz = measure(0, 600), measure(0, 400)
VARIABLES: Final[dict[str, tuple[str, str, Reader]]] = {
    "battery.charge": ("ups.battery.charge", "%", _percent),
    "battery.charge.low": ("ups.battery.charge_low", "%", _percent),
    "battery.runtime": ("ups.battery.runtime", "s", _any),
    "battery.voltage": ("ups.battery.voltage", "V", _any),
    "battery.voltage.nominal": ("ups.battery.voltage_nominal", "V", _any),
    "battery.current": ("ups.battery.current", "A", measure(minus=True)),
    "battery.temperature": ("ups.battery.temperature", "C", _celsius),
    "battery.date": ("ups.battery.date", "", words),
    "battery.mfr.date": ("ups.battery.mfr_date", "", words),
    "input.voltage": ("ups.input.voltage", "V", _volts),
    "input.voltage.fault": ("ups.input.voltage_fault", "V", _volts),
    "input.frequency": ("ups.input.frequency", "Hz", _hertz),
    "input.current": ("ups.input.current", "A", _any),
    "input.realpower": ("ups.input.power", "W", _any),
    "input.transfer.reason": ("ups.input.transfer_reason", "", words),
    "output.voltage": ("ups.output.voltage", "V", _volts),
    "output.frequency": ("ups.output.frequency", "Hz", _hertz),
    "output.current": ("ups.output.current", "A", _any),
    "ups.load": ("ups.output.load", "%", measure(0, 200)),
    "ups.realpower": ("ups.output.power", "W", _any),
    "ups.power": ("ups.output.apparent_power", "VA", _any),
    "ups.power.nominal": ("ups.power_nominal", "VA", _any),
    "ups.realpower.nominal": ("ups.output.power_nominal", "W", _any),
    "ups.temperature": ("ups.temperature", "C", _celsius),
    "ups.test.result": ("ups.test_result", "", words),
    "ups.test.date": ("ups.test_date", "", words),
    "ups.alarm": ("ups.alarm", "", words),
    "ups.status": ("ups.status", "flags", words),
    "ups.firmware": ("device.version", "", words),
    "driver.state": ("ups.driver_state", "", words),
    "ambient.temperature": ("sensor.temperature", "C", _celsius),
    "ambient.humidity": ("sensor.humidity", "%", _percent),
}


def readings(variables: Mapping[str, str]) -> list[Reading]:
    """Every variable of the list, by quantity; phases (input.L1-N.voltage) and ambient.N.* by index."""
    out = []
    for name, word in sorted(variables.items()):
        known, index = VARIABLES.get(name), ""
        if known is None:
            head, _, rest = name.partition(".")
            part, _, tail = rest.partition(".")
            if head == "ambient" and part.isdigit():
                known, index = VARIABLES.get(f"ambient.{tail}"), part
                if tail.startswith("contacts.") and tail.endswith(".status"):
                    known, index = ("sensor.contact", "enum", words), f"{part}.{tail.split('.')[1]}"
            elif part[:1] == "L" and part[1:2].isdigit():
                known, index = VARIABLES.get(f"{head}.{tail}"), part.removesuffix("-N")
        if known is not None:
            out.append(Reading(known[0], index, known[1], known[2](word)))
    return out


def flags(variables: Mapping[str, str]) -> tuple[str | None, bool | None, bool | None, bool | None]:
    """(state, testing, low battery, replace battery) from ups.status.

    OL and OB speak of the input line alone; unknown tokens are ignored, as the protocol asks. OB during CAL or a test
    that runs is no power cut. WAIT and a driver that reconnects have no news of the UPS; an empty status tells nothing.
    """
    tokens = set(variables.get("ups.status", "").upper().split())
    if "WAIT" in tokens or variables.get("driver.state", "").startswith("reconnect"):
        return "no_communication", None, None, None
    if not tokens:
        return None, None, None, None
    testing = bool(tokens & {"CAL", "TEST"}) or "in progress" in variables.get("ups.test.result", "").lower()
    state = None
    if "OB" in tokens:
        state = "mains" if testing else "battery"
    elif tokens & {"OL", "BYPASS", "TRIM", "BOOST"}:
        state = "mains"
    return state, testing, "LB" in tokens, "RB" in tokens
