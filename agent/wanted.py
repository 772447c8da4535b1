"""What the agent is asked to look at, and the roads by which it can."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from agent.icmp import Ping
from agent.reach import Reached
from agent.report import Reading
from agent.snmp.values import Oid, Rows
from agent.targets import Target


@dataclass(frozen=True, slots=True)
class Wanted:
    """A device in agent.toml. `kind` "" = find out; `options` as docs/collectors.md lists them by kind."""

    key: str
    kind: str
    name: str
    target: Target
    options: Mapping[str, str] = field(default_factory=dict)


class Snmp(Protocol):
    """Raises agent.snmp.SnmpError."""

    async def get(self, target: Target, oids: Sequence[Oid]) -> Rows: ...
    async def walk(self, target: Target, columns: Sequence[Oid]) -> Rows: ...


class Nut(Protocol):
    """Raises agent.nut.NutError."""

    async def variables(self, target: Target) -> dict[str, str]: ...


class Pjlink(Protocol):
    """Raises agent.pjlink.PjlinkError."""

    async def answers(self, target: Target, everything: bool = False) -> dict[str, str]: ...


class Icmp(Protocol):
    """Raises agent.icmp.PingError."""

    async def ping(self, host: str, count: int = 5, interval_s: float = 0.2, timeout_s: float = 1.0) -> Ping: ...


class Reach(Protocol):
    """Whether what a tcp:, https: or http: target names answers, and why not."""

    async def __call__(self, target: Target) -> Reached: ...


class Counter(NamedTuple):
    """A counter as it was read: value, when by the monotonic clock (s), and since when it counts by the same clock."""

    value: int
    at_s: float
    epoch: float


@dataclass(slots=True)
class Memory:
    """What is kept of a device between two looks: who it is, which objects it has, counters as they stood."""

    kind: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    enterprise: int = 0
    known_at_s: float = -1e9  # when vendor, model and serial were asked, by the monotonic clock
    asked_at_s: float = -1e9  # when `has` was filled
    has: tuple[Oid, ...] = ()
    counters: dict[str, Counter] = field(default_factory=dict)
    boot_time: int = 0
    interface: str = ""  # ifIndex of the line, where agent.toml names none


SAME_BOOT_S = 90  # two sightings of one start differ by rounding, by the way there, and by a clock set right


def same_boot(memory: Memory, boot_time: float) -> int:
    """The start as Unix time, held still while it is the same: what does not change costs nothing on the wire."""
    if abs(boot_time - memory.boot_time) > SAME_BOOT_S:
        memory.boot_time = round(boot_time)
    return memory.boot_time


@dataclass(frozen=True, slots=True)
class Roads:
    """One of each road, shared by all devices of an agent, and the agent's memory of the devices by key."""

    snmp: Snmp
    nut: Nut
    pjlink: Pjlink
    icmp: Icmp
    reach: Reach
    memory: dict[str, Memory] = field(default_factory=dict)


class Detail(enum.Enum):
    """MINUTE: what a report carries each minute, and nothing else is fetched. PROBE: everything the device says."""

    MINUTE = "minute"
    PROBE = "probe"


class Failure(enum.Enum):
    """Which way asking failed."""

    NONE = ""
    UNREACHABLE = "unreachable"  # no answer
    NO_COMMUNICATION = "no_communication"  # an intermediary answers and says that it has lost the device
    REFUSED = "refused"  # an answer, but not for us: password, unknown name, another protocol
    NOT_ASKED = "not_asked"  # this computer could not ask: nothing is known of the device


@dataclass(frozen=True, slots=True)
class Heard:
    """What a device said, by whichever road: SNMP rows, NUT variables, PJLink answers, local facts; or the failure."""

    rows: Rows = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[Reading] = ()
    failure: Failure = Failure.NONE
    why: str = ""
