"""Numbers that are no numbers: what devices send when they do not know, and values that cannot be true.

Every number of a device passes here once. The answer is the number, or None with the reason; None then travels
as "asked for, and the device does not know", which is neither zero nor an alarm.
"""

from typing import Final, NamedTuple

# All-ones of the integer types of SNMP (RFC 2578 §7.1), signed and unsigned, and with a decimal scale applied by the
# device itself (655350 = 65535 in tenths, met in Tripp Lite); VDSL2-LINE-MIB adds 2147483646 = out of range (RFC 5650).
ALL_ONES: Final = frozenset(
    {65535, 655350, 2147483646, 2147483647, 4294967294, 4294967295, -2147483648, 18446744073709551615}
)
NEGATIVE: Final = frozenset({-1, -2, -3, -9999, -999})


class Checked(NamedTuple):
    """A number and, where it is None, why."""

    value: float | int | None
    reason: str = ""


def checked(
    raw: float | int | None,
    scale: float = 1.0,
    low: float | None = None,
    high: float | None = None,
    minus: bool = False,
) -> Checked:
    """`raw * scale` if it means something: not all-ones, and within low..high (in scaled units).

    `minus` False says that the quantity cannot be negative, so that -1, -2, -3 and any other negative are "no value";
    True is for currents, temperatures and levels in dBm, where -1 may well be -0.1 A or -1 °C.
    """
    if raw is None:
        return Checked(None, "the device sent no value (NULL)")
    if raw in ALL_ONES:
        return Checked(None, f"{raw:g} is all ones: not measured")
    if not minus and raw < 0:
        word = "a mark for no value" if raw in NEGATIVE else "negative, which this quantity cannot be"
        return Checked(None, f"{raw:g} is {word}")
    value = scaled(raw, scale)
    if (low is not None and value < low) or (high is not None and value > high):
        return Checked(None, f"{value:g} is outside {low:g}..{high:g}" if low is not None and high is not None
                       else f"{value:g} is implausible")  # fmt: skip
    return Checked(value)


def scaled(raw: float | int, scale: float) -> float | int:
    """The product without binary dust (230.2, not 230.20000000000002); whole numbers stay int."""
    if scale == 1:
        return raw
    value = round(raw * scale, 6)
    return int(value) if value == int(value) else value


# Decimal scales that UPS cards are known to use against the MIB, the MIB's own first: Delta sends volts in tenths,
# Huawei UPS5000 sends 5000 for 50 Hz and 2369 for 236.9 V.
_DECADES: Final = (1.0, 0.1, 0.01)


def mains_hertz(raw: float | int | None) -> Checked:
    """Frequency in 0.1 Hz (RFC 1628), 0.01 Hz or Hz: whichever gives 40..70 Hz; 0 is a dead line; else no value."""
    first = checked(raw)
    if first.value is None or first.value == 0:
        return first
    for scale in (0.1, 0.01, 1.0):
        value = scaled(first.value, scale)
        if 40 <= value <= 70:
            return Checked(value)
    return Checked(None, f"{raw} is no mains frequency in any decimal scale")


def mains_volts(raw: float | int | None) -> Checked:
    """Volts (RFC 1628) or, where that is above 1,000 V, tenths or hundredths of volts."""
    first = checked(raw)
    if first.value is None:
        return first
    for scale in _DECADES:
        value = scaled(first.value, scale)
        if value <= 500:
            return Checked(value)
    return Checked(None, f"{raw} is no mains voltage in any decimal scale")


def watts(raw: float | int | None, volts: float | None, amperes: float | None) -> Checked:
    """Output power in W (RFC 1628), checked against V·A of the same phase: some cards send kW or 0.1 kW.

    Power is 0.2..1.25 of V·A; where only a decimal factor brings it there the factor is applied, else no value.
    """
    first = checked(raw)
    if not first.value or not volts or not amperes or volts * amperes < 50:
        return first
    for factor in (1, 100, 1000):
        share = first.value * factor / (volts * amperes)
        if 0.2 <= share <= 1.25:
            return Checked(first.value * factor)
    if 0.05 <= first.value / (volts * amperes) <= 3:
        return first  # a poor power factor, or three phases summed: odd, but no wrong unit
    return Checked(None, f"{raw} W does not fit {volts:g} V x {amperes:g} A in any unit")
