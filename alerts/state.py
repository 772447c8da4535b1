"""In which state a device is, and why: plain functions of what was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts import limits

Value = float | int | str | None
Readings = Mapping[str, Value]


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    NO_DATA = "no_data"
    MAINTENANCE = "maintenance"


class Reason(StrEnum):
    """Why a device is in its state; the pages say it in words."""

    WORKS = "works"
    NOT_ANSWERING = "not_answering"
    UNKNOWN_KIND = "unknown_kind"
    NO_READING = "no_reading"
    AGENT_SILENT = "agent_silent"
    NO_LONGER_REPORTED = "no_longer_reported"
    PLANNED = "planned"
    OUTSIDE_UNREACHABLE = "outside_unreachable"
    GATEWAY_UNREACHABLE = "gateway_unreachable"
    INTERNET_UNREACHABLE = "internet_unreachable"
    INTRANET_UNREACHABLE = "intranet_unreachable"
    LOSSY = "lossy"
    SLOW = "slow"
    LOW_MARGIN = "low_margin"
    ON_BATTERY = "on_battery"
    LOW_BATTERY = "low_battery"
    REPLACE_BATTERY = "replace_battery"
    OVERLOAD = "overload"
    UPS_COMMUNICATION_LOST = "ups_communication_lost"
    STANDBY = "standby"
    FAULT_REPORTED = "fault_reported"
    CONSUMABLES = "consumables"
    DISK_FULL = "disk_full"
    TOO_HOT = "too_hot"
    TOO_HUMID = "too_humid"
    CONTACT_ALARM = "contact_alarm"


@dataclass(frozen=True, slots=True)
class Judged:
    state: State
    reason: Reason


UP = Judged(State.UP, Reason.WORKS)


def _number(readings: Readings, quantity: str) -> float | None:
    value = readings.get(quantity)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def link(reachable: bool, readings: Readings) -> Judged:
    """Outside first: what a lesson needs. An anchor that was not asked (no value) is no evidence."""
    gateway, intranet, internet = (_number(readings, f"link.{far}.loss") for far in ("gateway", "intranet", "internet"))
    outside = [loss for loss in (intranet, internet) if loss is not None]
    if not outside and gateway is None:
        return Judged(State.NO_DATA, Reason.NO_READING)
    if min(outside, default=gateway or 0) >= 100:
        lost_gateway = gateway is not None and gateway >= 100
        return Judged(State.DOWN, Reason.GATEWAY_UNREACHABLE if lost_gateway else Reason.OUTSIDE_UNREACHABLE)
    if internet is not None and internet >= 100:
        return Judged(State.DEGRADED, Reason.INTERNET_UNREACHABLE)
    if intranet is not None and intranet >= 100:
        return Judged(State.DEGRADED, Reason.INTRANET_UNREACHABLE)
    if max(outside, default=0) > limits.LINK_LOSS_PERCENT:
        return Judged(State.DEGRADED, Reason.LOSSY)
    rtts = (_number(readings, "link.internet.rtt"), _number(readings, "link.intranet.rtt"))
    if max((rtt for rtt in rtts if rtt is not None), default=0) > limits.LINK_RTT_S:
        return Judged(State.DEGRADED, Reason.SLOW)
    margin = _number(readings, "dsl.down.snr_margin")
    if margin is not None and margin < limits.DSL_MARGIN_DB:
        return Judged(State.DEGRADED, Reason.LOW_MARGIN)
    return UP


def ups(reachable: bool, readings: Readings) -> Judged:
    """Mains, battery, no communication with the UPS, or not reachable at all: four states, not two."""
    source = readings.get("ups.state")
    if source == "no_communication":
        return Judged(State.NO_DATA, Reason.UPS_COMMUNICATION_LOST)
    if not reachable or source == "unreachable":
        return Judged(State.NO_DATA, Reason.NOT_ANSWERING)
    low = _number(readings, "ups.low_battery")
    if source == "battery":
        return Judged(State.DEGRADED, Reason.LOW_BATTERY if low else Reason.ON_BATTERY)
    if _number(readings, "ups.replace_battery"):
        return Judged(State.DEGRADED, Reason.REPLACE_BATTERY)
    load = _number(readings, "ups.output.load")
    if load is not None and load > limits.UPS_LOAD_PERCENT:
        return Judged(State.DEGRADED, Reason.OVERLOAD)
    return UP if source == "mains" else Judged(State.NO_DATA, Reason.NO_READING)


def computer(reachable: bool, readings: Readings) -> Judged:
    """A computer that does not answer is off or unplugged: nobody knows which, so it is not down."""
    if not reachable:
        return Judged(State.NO_DATA, Reason.NOT_ANSWERING)
    disk = _number(readings, "disk.used_percent")
    return Judged(State.DEGRADED, Reason.DISK_FULL) if disk is not None and disk >= limits.DISK_PERCENT else UP


def board(reachable: bool, readings: Readings) -> Judged:
    if not reachable:
        return Judged(State.NO_DATA, Reason.NOT_ANSWERING)
    if "error" in str(readings.get("board.errors") or ""):
        return Judged(State.DEGRADED, Reason.FAULT_REPORTED)
    return Judged(State.UP, Reason.STANDBY) if readings.get("board.power") == "off" else UP


def network(reachable: bool, readings: Readings) -> Judged:
    """Switches, modems and radios have no off switch in daily use: no answer while the agent lives means down."""
    return UP if reachable else Judged(State.DOWN, Reason.NOT_ANSWERING)


def printer(reachable: bool, readings: Readings) -> Judged:
    if not reachable:
        return Judged(State.NO_DATA, Reason.NOT_ANSWERING)
    errors = set(str(readings.get("printer.detected_error") or "").replace(",", " ").split())
    if errors & {"noPaper", "noToner", "lowToner", "lowPaper"} == errors and errors:
        return Judged(State.DEGRADED, Reason.CONSUMABLES)
    return Judged(State.DEGRADED, Reason.FAULT_REPORTED) if errors - {"none"} else UP


def sensor(reachable: bool, readings: Readings) -> Judged:
    if not reachable:
        return Judged(State.NO_DATA, Reason.NOT_ANSWERING)
    temperature, humidity = _number(readings, "sensor.temperature"), _number(readings, "sensor.humidity")
    if readings.get("sensor.contact") in ("alarm", "open"):
        return Judged(State.DEGRADED, Reason.CONTACT_ALARM)
    if temperature is not None and temperature > limits.SERVER_ROOM_C:
        return Judged(State.DEGRADED, Reason.TOO_HOT)
    if humidity is not None and humidity > limits.SERVER_ROOM_HUMIDITY_PERCENT:
        return Judged(State.DEGRADED, Reason.TOO_HUMID)
    return UP


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind is judged, and the quantities that the judgement reads; other values never change a state."""

    judge: Callable[[bool, Readings], Judged]
    reads: frozenset[str]


def _rule(judge: Callable[[bool, Readings], Judged], *reads: str) -> Rule:
    return Rule(judge, frozenset(reads))


_RULES: Mapping[str, Rule] = {
    "link": _rule(
        link,
        *(f"link.{far}.loss" for far in ("gateway", "intranet", "internet")),
        "link.internet.rtt",
        "link.intranet.rtt",
        "dsl.down.snr_margin",
    ),
    "ups": _rule(ups, "ups.state", "ups.low_battery", "ups.replace_battery", "ups.output.load"),
    "computer": _rule(computer, "disk.used_percent"),
    "board": _rule(board, "board.errors", "board.power"),
    "switch": _rule(network),
    "modem": _rule(network),
    "radio": _rule(network),
    "printer": _rule(printer, "printer.detected_error"),
    "sensor": _rule(sensor, "sensor.temperature", "sensor.humidity", "sensor.contact"),
}


RULES: Mapping[str, Rule] = {kind: Rule(rule.judge, rule.reads | {f"{kind}.failure"}) for kind, rule in _RULES.items()}


def judge(kind: str, reachable: bool, readings: Readings) -> Judged:
    """The state of a device of `kind` from its readings (quantity -> value), by the rule of its kind.

    A device that the agent could not even ask (it may not ping, say) has given no evidence of anything.
    """
    rule = RULES.get(kind)
    if rule is None:
        return Judged(State.NO_DATA, Reason.UNKNOWN_KIND)
    if readings.get(f"{kind}.failure") == "not_asked":
        return Judged(State.NO_DATA, Reason.NO_READING)
    return rule.judge(reachable, readings)


# The first word of every quantity that this version knows; a test holds it against what the collectors send.
_KNOWN = (
    "link ups computer cpu mem disk host sys usb board printer sensor if switch modem dsl vdsl2 radio wireless device "
    "inventory nut pjlink software"
)
FAMILIES = frozenset(_KNOWN.split())
