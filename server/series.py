"""What a reading is called in Prometheus, and in which unit: one table, no text.

Names follow https://prometheus.io/docs/practices/naming: base units (seconds, bits per second, ratio 0-1, Celsius), the
unit last. A reading in a unit that is not in the table becomes no series: a number of unknown size would be a lie.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from agent import report as wire
from alerts.state import Judged, State

Convert = Callable[[float], float]

TO_BASE: Final[Mapping[str, Mapping[str, Convert]]] = {
    "seconds": {
        "s": lambda v: v,
        "ms": lambda v: v / 1000,
        "us": lambda v: v / 1_000_000,
        "min": lambda v: v * 60,
        "h": lambda v: v * 3600,
    },
    "ratio": {"%": lambda v: v / 100, "1": lambda v: v, "ratio": lambda v: v},
    "bits_per_second": {
        "bit/s": lambda v: v,
        "kbit/s": lambda v: v * 1000,
        "Mbit/s": lambda v: v * 1_000_000,
        "B/s": lambda v: v * 8,
    },
    "decibels": {"dB": lambda v: v, "0.1dB": lambda v: v / 10},
    "celsius": {"C": lambda v: v, "°C": lambda v: v, "F": lambda v: (v - 32) * 5 / 9, "K": lambda v: v - 273.15},
    "flag": {"": lambda v: 1 if v else 0, "bool": lambda v: 1 if v else 0},
}


@dataclass(frozen=True, slots=True)
class Series:
    """Where a quantity goes: the metric, its base unit, a fixed label pair or none, and the label for its index."""

    metric: str
    base: str
    label: str = ""
    index_label: str = ""


def _both_ways(quantity: str, metric: str, base: str) -> dict[str, Series]:
    return {f"dsl.{way}.{quantity}": Series(metric, base, f'direction="{way}"') for way in ("down", "up")}


_LINE: Final[dict[str, Series]] = {
    **_both_ways("snr_margin", "zeng_dsl_snr_margin_decibels", "decibels"),
    **_both_ways("attenuation", "zeng_dsl_attenuation_decibels", "decibels"),
    **_both_ways("rate", "zeng_dsl_rate_bits_per_second", "bits_per_second"),
}
_CLIMATE: Final[dict[str, Series]] = {
    "sensor.temperature": Series("zeng_sensor_temperature_celsius", "celsius", index_label="probe"),
    "sensor.humidity": Series("zeng_sensor_humidity_ratio", "ratio", index_label="probe"),
}

# By kind of device; only kinds that stand here (and in INFRASTRUCTURE) ever carry a `device` label.
QUANTITIES: Final[Mapping[str, Mapping[str, Series]]] = {
    "link": {
        **{f"link.{far}.rtt": Series("zeng_link_rtt_seconds", "seconds", f'far="{far}"')
           for far in ("gateway", "intranet", "internet")},
        **{f"link.{far}.loss": Series("zeng_link_loss_ratio", "ratio", f'far="{far}"')
           for far in ("gateway", "intranet", "internet")},
        "if.in_rate": Series("zeng_link_receive_bits_per_second", "bits_per_second"),
        "if.out_rate": Series("zeng_link_transmit_bits_per_second", "bits_per_second"),
        **_LINE,
    },
    "modem": _LINE,
    "ups": {
        "ups.battery.charge": Series("zeng_ups_charge_ratio", "ratio"),
        "ups.battery.runtime": Series("zeng_ups_runtime_seconds", "seconds"),
        "ups.output.load": Series("zeng_ups_load_ratio", "ratio"),
        "ups.low_battery": Series("zeng_ups_low_battery", "flag"),
        "ups.replace_battery": Series("zeng_ups_replace_battery", "flag"),
        **_CLIMATE,
    },
    "sensor": _CLIMATE,
}  # fmt: skip

# Devices that a technician looks after one by one. Computers are people's, and appear as counts only.
INFRASTRUCTURE: Final = frozenset({"link", "ups", "switch", "modem", "radio", "board", "sensor", "printer"})
COUNTED_KINDS: Final = frozenset(wire.KINDS)
UPS_SPEAKS: Final = frozenset({"mains", "battery"})
UPS_LOST: Final = frozenset({"no_communication", "unreachable"})

AGENT: Final[Mapping[str, str]] = {
    "zeng_agent_last_report_timestamp_seconds": "When the newest report of this agent was observed, Unix time",
    "zeng_agent_silent": "1 while this agent is not heard, 0 while it is",
    "zeng_agent_off": "1 while this agent is not heard after saying that its computer shuts down",
    "zeng_agent_clock_offset_seconds": "How far the clock of the agent's computer is ahead of the server's",
    "zeng_agent_spool_reports": "Reports waiting on the agent's disk when it made the newest one",
}
DEVICE: Final[Mapping[str, str]] = {
    "zeng_link_up": "1 where an anchor outside the school answers, 0 where none does",
    "zeng_link_degraded": "1 while the link works badly or in part, 0 while it works or is down",
    "zeng_link_rtt_seconds": "Round trip to the far end",
    "zeng_link_loss_ratio": "Part of the probes to the far end that was lost",
    "zeng_link_receive_bits_per_second": "Traffic into the school",
    "zeng_link_transmit_bits_per_second": "Traffic out of the school",
    "zeng_dsl_snr_margin_decibels": "Signal to noise margin of the DSL line",
    "zeng_dsl_attenuation_decibels": "Attenuation of the DSL line",
    "zeng_dsl_rate_bits_per_second": "Rate that the DSL line is trained to",
    "zeng_ups_on_battery": "1 while the UPS feeds from its battery because the mains failed",
    "zeng_ups_low_battery": "1 while the UPS says that its battery is nearly empty",
    "zeng_ups_replace_battery": "1 while the UPS asks for a new battery",
    "zeng_ups_communication_lost": "1 while the monitoring card or daemon answers but has lost the UPS itself",
    "zeng_ups_charge_ratio": "Charge of the battery",
    "zeng_ups_runtime_seconds": "How long the battery would last at the present load",
    "zeng_ups_load_ratio": "Load as part of what the UPS can deliver",
    "zeng_sensor_temperature_celsius": "Temperature of the room",
    "zeng_sensor_humidity_ratio": "Relative humidity of the room",
    "zeng_device_up": "1 where the device works, perhaps badly, 0 where it is down",
    "zeng_device_maintenance": "1 while work on this device is planned; no series otherwise",
    "zeng_devices": "Devices of the school by kind and state; no series where there are none",
}
SCHOOL: Final[Mapping[str, str]] = {
    "zeng_school_info": "Name of the school; always 1",
    "zeng_school_maintenance": "1 while work at the whole school is planned, else 0",
}


def of(kind: str, quantity: str, unit: str) -> tuple[Series, Convert] | None:
    """Where a reading of a kind of device goes and how it gets there; None where it is no series."""
    series = QUANTITIES.get(kind, {}).get(quantity)
    convert = TO_BASE[series.base].get(unit) if series else None
    return (series, convert) if series and convert else None


def up(judged: Judged) -> int | None:
    """1 works (perhaps badly), 0 down, None not known: then there is no series at all."""
    if judged.state in (State.UP, State.DEGRADED):
        return 1
    return 0 if judged.state == State.DOWN else None


def escaped(text: str) -> str:
    """A label value (text format 0.0.4): backslash, quote and line feed are escaped."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
