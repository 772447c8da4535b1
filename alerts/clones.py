"""Whether an agent that speaks is the one that was let in, or a copy of its disk on a second computer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

REMEMBERED = 50


class Admission(StrEnum):
    SAME = "same"
    RESTARTED = "restarted"
    CLONE = "clone"


@dataclass(frozen=True, slots=True)
class Admitted:
    admission: Admission
    retired: list[str]


def admit(
    instance: str,
    *,
    current: str,
    retired: Sequence[str],
    macs: Collection[str],
    known_macs: Collection[str],
    known_is_alive: bool,
) -> Admitted:
    """Judge an agent process by its `instance`, drawn at its start and kept in no file.

    A restart goes from one instance to a new one and never back, so a retired instance that speaks again is a second
    process with the same key. A new instance on a computer that shares no network card with the known one is a copy
    while the known one is still heard, and a moved disk once that has fallen silent.
    """
    if not current or instance == current:
        return Admitted(Admission.SAME, list(retired))
    if instance in retired:
        return Admitted(Admission.CLONE, list(retired))
    stranger = bool(macs) and bool(known_macs) and not set(macs) & set(known_macs)
    if stranger and known_is_alive:
        return Admitted(Admission.CLONE, list(retired))
    return Admitted(Admission.RESTARTED, [*retired, current][-REMEMBERED:])
