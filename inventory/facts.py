"""What people declare of a piece and what agents observe of it: two columns, and where the two disagree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from inventory.identities import key_of, mac_of, tells_nothing

# Facts that have both columns. Memory in MB, disk in GB.
NAMES: Final = ("serial", "mac", "hostname", "os", "cpu", "memory_mb", "disk_gb")
NUMBERS: Final = frozenset({"memory_mb", "disk_gb"})
LARGEST_NUMBER: Final = 100_000_000
# What an agent measures of memory lies below what is printed on the box: firmware and graphics take their part.
NEAR: Final = {"memory_mb": 0.15, "disk_gb": 0.1}

Value = str | int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """`declared` is what holds until a person decides."""

    name: str
    declared: Value
    observed: Value


def disagreements(
    declared: Mapping[str, Any], observed: Mapping[str, Any], kept: Mapping[str, Any]
) -> list[Disagreement]:
    """Facts of which both columns say something, and not the same.

    `kept`: by fact, what was seen when a person said that the declared value holds: the same sight is no news.
    """
    out = []
    for name in NAMES:
        mine, seen = declared.get(name), observed.get(name)
        if mine in (None, "") or seen in (None, "") or alike(name, mine, seen):
            continue
        if name == "mac" and any(alike("mac", mine, other) for other in observed.get("macs", ())):
            continue
        if name in kept and alike(name, kept[name], seen):
            continue
        out.append(Disagreement(name, mine, seen))
    return out


def alike(name: str, mine: Any, seen: Any) -> bool:
    """Whether two values of a fact say the same: dress, case and what a maker rounds are no difference."""
    if name in NUMBERS:
        if not isinstance(mine, int | float) or not isinstance(seen, int | float):
            return False
        return abs(mine - seen) <= NEAR[name] * max(abs(mine), abs(seen))
    if name == "serial":
        return key_of(str(mine)) == key_of(str(seen)) or tells_nothing(str(seen))
    if name == "mac":
        return mac_of(str(mine)) == mac_of(str(seen))
    one, other = str(mine).casefold().split(), str(seen).casefold().split()
    if name == "hostname":  # pc-12 and pc-12.school190.edu.az are one name
        return one[:1] == other[:1] or str(mine).casefold().partition(".")[0] == str(seen).casefold().partition(".")[0]
    if name == "os":  # "Windows 10" says less than "Windows 10 Pro 22H2", not another thing
        return one == other[: len(one)] or other == one[: len(other)]
    return one == other
