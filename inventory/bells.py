"""When a school teaches: shifts and their bells, as times of day on the clock of the wall."""

import re
from collections.abc import Sequence
from typing import Any, Final

from inventory.errors import Invalid

TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_SHIFTS, MOST_BELLS = 3, 12


def shifts_checked(shifts: Any) -> list[dict[str, Any]]:
    """`[{"shift": 1, "bells": [["08:00", "08:45"], ...]}, ...]` in order of time; Invalid with what would be right.

    A lesson ends after it begins, and begins when the one before has ended; shifts are numbered from 1.
    """
    if not isinstance(shifts, Sequence) or isinstance(shifts, str) or len(shifts) > MOST_SHIFTS:
        raise Invalid("shifts", "Right is a list of at most 3 shifts.")
    checked: list[dict[str, Any]] = []
    for number, shift in enumerate(shifts, 1):
        bells = shift.get("bells") if isinstance(shift, dict) else None
        if not isinstance(bells, list) or not 1 <= len(bells) <= MOST_BELLS or shift.get("shift") != number:
            raise Invalid(
                "shifts", "Shift %(number)s is wrong; right is its number and 1 to 12 lessons.", number=number
            )
        ended = ""
        for lesson in bells:
            if not _is_lesson(lesson) or not ended <= lesson[0] < lesson[1]:
                raise Invalid(
                    "shifts", "A lesson of shift %(number)s is wrong; right is like 08:00-08:45, after the one before.",
                    number=number,
                )  # fmt: skip
            ended = lesson[1]
        checked.append({"shift": number, "bells": [list(lesson) for lesson in bells]})
    return checked


def _is_lesson(lesson: Any) -> bool:
    return (
        isinstance(lesson, list | tuple)
        and len(lesson) == 2
        and all(isinstance(time, str) and TIME.fullmatch(time) for time in lesson)
    )
