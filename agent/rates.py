"""Rates from two readings of a counter, with everything that makes such a rate a lie kept out."""

from typing import Final

from agent.wanted import Counter

JUST_STARTED_S: Final = 120.0  # a device that counts for less long fills its counters from flash, from zero or not yet
SAME_EPOCH_S: Final = 10.0  # sysUpTime is read a moment before the counters, and by a clock of its own
HEADROOM: Final = 1.25  # counters are polled and cached: a rate may look a little above the speed of the port


def rate(before: Counter | None, after: Counter, bits: int, most: float | None = None) -> float | None:
    """Units per second, or None where no honest rate can be given:

    no reading before; the counter began anew in between (restart, ifCounterDiscontinuityTime, new card); the reading
    before was zero, or from the first two minutes after a start, and is no baseline; more than `most` per second.
    A counter of 32 bits that went round once is put right; one of 64 bits does not go round in a lifetime.
    """
    if before is None or after.at_s <= before.at_s or abs(after.epoch - before.epoch) > SAME_EPOCH_S:
        return None
    if before.at_s - before.epoch < JUST_STARTED_S:
        return None
    if before.value == 0 and after.value:
        return None
    step = after.value - before.value
    if step < 0:
        if bits != 32 or before.value < 1 << 30:
            return None
        step += 1 << 32
    per_s = step / (after.at_s - before.at_s)
    return None if most is not None and per_s > most * HEADROOM else per_s
