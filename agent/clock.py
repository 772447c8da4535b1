"""What time an observation has: counted on a clock that does not jump, tied to the server's clock once it is heard.

The wall clock of a school computer may stand in 2009 after a night without mains (dead CMOS battery). The kernel counts
milliseconds since boot all the same, and the server says the true time in each answer, so the age of every
observation of this boot is exact. The operating system's clock is read, never set.
"""

import secrets
import sys
import time
from pathlib import Path

RENEW_MS = 3_600_000  # the kernel's count drifts by up to 0.36 s an hour (100 ppm), so an old estimate is replaced
_PROCESS = f"process-{secrets.token_hex(8)}"


def since_boot_ms() -> int:
    """Milliseconds since boot, sleep included where the system counts it (CLOCK_BOOTTIME), else the monotonic clock."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


def boot_id(path: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """The name of this boot. Where the kernel has none, each process counts as a boot of its own, which is safe."""
    try:
        return path.read_text(encoding="ascii").strip() or _PROCESS
    except (OSError, UnicodeError):
        return _PROCESS


def wall_ms() -> int:
    """The computer's own clock in Unix ms, right or wrong."""
    return time.time_ns() // 1_000_000


class Clock:
    """True time of this boot: `offset_ms` is the server's Unix ms minus milliseconds since boot, None until heard."""

    def __init__(self, floor_ms: int = 0) -> None:
        """`floor_ms`: the latest true time known from an earlier run. A wall clock below it is certainly wrong."""
        self.offset_ms: int | None = None
        self.floor_ms = floor_ms
        self._started_ms = since_boot_ms()
        self._round_trip_ms = 0
        self._heard_at_ms = 0

    def heard(self, server_ms: int, asked_ms: int, answered_ms: int) -> None:
        """The server said `server_ms` between two moments of `since_boot_ms()`. The shortest round trip is believed."""
        round_trip = answered_ms - asked_ms
        stale = answered_ms - self._heard_at_ms > RENEW_MS
        if self.offset_ms is None or stale or round_trip <= self._round_trip_ms:
            self.offset_ms = server_ms - (asked_ms + answered_ms) // 2
            self._round_trip_ms, self._heard_at_ms = round_trip, answered_ms

    def stamp(self) -> int:
        """Unix ms of now as well as it is known: the server's time, else the wall clock, yet never before the floor."""
        now = since_boot_ms()
        if self.offset_ms is not None:
            return now + self.offset_ms
        return max(wall_ms(), self.floor_ms + now - self._started_ms)

    def wall_error_ms(self) -> int | None:
        """How far the computer's clock is ahead of the server's; None until the server was heard."""
        return None if self.offset_ms is None else wall_ms() - (since_boot_ms() + self.offset_ms)
