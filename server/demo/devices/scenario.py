"""What happens in the demonstration school: plain functions of the seconds since it began, so that each is testable.

Every 20 minutes, from the fourth minute on, the mains fail for three minutes. Both UPS feel it in the same second;
the boards and most classroom computers, which have no UPS, go dark. At the twelfth minute of each 20 the first UPS
tests its battery for 20 s, which is not a power cut. Every 7 minutes the telephone line is noisy for 80 s. In every
second round the driver of the second UPS gives stale data for a minute.
"""

from dataclasses import dataclass
from math import cos, exp, pi, sin
from typing import Final

ROUND_S: Final = 1200.0
CUT_FROM_S, CUT_S = 240.0, 180.0
TEST_FROM_S, TEST_S = 720.0, 20.0
STALE_FROM_S, STALE_S = 960.0, 60.0
NOISE_EVERY_S, NOISE_FROM_S, NOISE_S = 420.0, 120.0, 80.0
LESSON_S, BREAK_S, LAMP_WARMING_S, LAMP_COOLING_S = 2700.0, 600.0, 30.0, 60.0


def cut_for(t: float) -> float:
    """Seconds since the mains failed; 0 while they are there."""
    into = t % ROUND_S - CUT_FROM_S
    return into if 0 <= into < CUT_S else 0.0


def mains(t: float) -> bool:
    return not 0 <= t % ROUND_S - CUT_FROM_S < CUT_S


def back_for(t: float) -> float:
    """Seconds since the last cut ended; infinite where there was none, 0 during a cut."""
    into = t % ROUND_S - CUT_FROM_S - CUT_S
    if into >= 0:
        return into
    if not mains(t):
        return 0.0
    return into + ROUND_S if t >= ROUND_S else float("inf")


def cuts_so_far(t: float) -> int:
    return int(t // ROUND_S) + (t % ROUND_S >= CUT_FROM_S)


def powered_for(t: float) -> float:
    """Seconds with mains from 0 to t: what a counter of a device without UPS has lived through."""
    into = t % ROUND_S
    missed = min(max(into - CUT_FROM_S, 0.0), CUT_S)
    return t - (t // ROUND_S) * CUT_S - missed


@dataclass(frozen=True, slots=True)
class Ups:
    """`source` as RFC 1628 names it; runtime in s, charge and load in %, temperature in degrees C."""

    source: str  # normal, battery
    testing: bool
    on_battery_s: int
    charge: float
    runtime_s: int
    input_volts: int
    battery_volts: float
    load: int
    temperature: float
    cuts: int


def ups(t: float, full_runtime_s: float = 1440.0, load: int = 38) -> Ups:
    """A UPS that would last `full_runtime_s` and charges a third as fast as it discharges."""
    cut = cut_for(t)
    testing = 0 <= t % ROUND_S - TEST_FROM_S < TEST_S
    lost = 100 * CUT_S / full_runtime_s
    if not mains(t):
        charge = 100 - 100 * cut / full_runtime_s
    else:
        charge = min(100.0, 100 - lost + back_for(t) * 100 / full_runtime_s / 3)
    on_battery = not mains(t) or testing
    return Ups(
        source="battery" if on_battery else "normal",
        testing=testing,
        on_battery_s=int(cut) if not mains(t) else int(t % ROUND_S - TEST_FROM_S) if testing else 0,
        charge=round(charge, 1),
        runtime_s=int(full_runtime_s * charge / 100),
        input_volts=int(224 + 4 * sin(t / 97)) if mains(t) else 0,
        battery_volts=round(27.3 - (100 - charge) * 0.05 - (1.1 if on_battery else 0), 1),
        load=load + int(2 * sin(t / 41)),
        temperature=round(29 + 1.5 * sin(t / 600) + (3 if on_battery else 0), 1),
        cuts=cuts_so_far(t),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line. Margins and attenuation in dB, rates in bit/s, counts since the beginning."""

    snr_down: float
    snr_up: float
    attenuation_down: float
    attenuation_up: float
    rate_down: int
    rate_up: int
    crc_down: int
    errored_seconds: int
    in_octets: int
    out_octets: int


def noisy(t: float) -> bool:
    return 0 <= t % NOISE_EVERY_S - NOISE_FROM_S < NOISE_S


def noisy_for(t: float) -> float:
    """Seconds of noise from 0 to t."""
    into = t % NOISE_EVERY_S
    return (t // NOISE_EVERY_S) * NOISE_S + min(max(into - NOISE_FROM_S, 0.0), NOISE_S)


def line(t: float) -> Line:
    quiet = 11.2 + 0.4 * sin(t / 53)
    return Line(
        snr_down=round(4.6 + 0.3 * sin(t / 7) if noisy(t) else quiet, 1),
        snr_up=round(12.5 + 0.3 * sin(t / 71), 1),
        attenuation_down=38.5,
        attenuation_up=21.0,
        rate_down=4_096_000,
        rate_up=768_000,
        crc_down=int(noisy_for(t) * 2.5 + t / 600),
        errored_seconds=int(noisy_for(t) * 0.8 + t / 900),
        in_octets=flown(t, 190_000, 300),
        out_octets=flown(t, 21_000, 300),
    )


def flown(t: float, octets_per_s: float, wave_s: float) -> int:
    """Octets counted up to t of a stream that swells and ebbs by 60 % with a period of `wave_s`: never falls."""
    swell = wave_s / (2 * pi) * (1 - cos(2 * pi * t / wave_s))
    return int(octets_per_s * (t + 0.6 * swell))


@dataclass(frozen=True, slots=True)
class Air:
    """The server room: temperature in degrees C, relative humidity in %."""

    temperature: float
    humidity: float


def air(t: float) -> Air:
    """The air conditioner has no UPS: during a cut the room warms by 8 degrees, and afterwards it cools again."""
    if mains(t):
        since = back_for(t)
        extra = 0.0 if since == float("inf") else 8 * exp(-since / 240)
    else:
        extra = 8 * cut_for(t) / CUT_S
    return Air(round(23.5 + 0.8 * sin(t / 500) + extra, 1), round(41 + 3 * sin(t / 700) - extra / 2, 1))


@dataclass(frozen=True, slots=True)
class Board:
    """A projector board: power as PJLink says it (0 standby, 1 on, 2 cooling, 3 warming), lamp in hours."""

    power: int
    lamp_hours: int
    lamp_on: bool
    filter_warning: bool


def board(t: float, lamp_hours: float = 2143.0, warns_at_hours: float = 2500.0) -> Board:
    """On in lessons, off in breaks; a lamp ages while it burns."""
    day, into = divmod(t, LESSON_S + BREAK_S)
    burnt = day * LESSON_S + min(into, LESSON_S)
    stages = ((LAMP_WARMING_S, 3), (LESSON_S, 1), (LESSON_S + LAMP_COOLING_S, 2), (LESSON_S + BREAK_S, 0))
    power = next(power for until, power in stages if into < until)
    hours = lamp_hours + burnt / 3600
    return Board(power, int(hours), power in (1, 3), hours >= warns_at_hours)


def ups_driver_stale(t: float) -> bool:
    """In every second round the driver of the NUT UPS hears nothing from its device for a minute."""
    return int(t // ROUND_S) % 2 == 1 and 0 <= t % ROUND_S - STALE_FROM_S < STALE_S
