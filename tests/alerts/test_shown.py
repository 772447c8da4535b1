"""What is shown: planned work before silence, silence before what was once judged."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.shown import MAINTENANCE, SILENT, UNKNOWN, Window, planned_until, shown, silent_since
from alerts.state import UP, Judged, Reason, State

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DOWN = Judged(State.DOWN, Reason.OUTSIDE_UNREACHABLE)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("known", "silent", "planned", "expected"),
    [
        pytest.param(UP, False, False, UP, id="a device that works is shown as working"),
        pytest.param(DOWN, False, False, DOWN, id="a device that is down is shown as down"),
        pytest.param(UP, True, False, SILENT, id="an old 'works' of a silent agent is never shown as the present"),
        pytest.param(DOWN, True, False, SILENT, id="an old 'down' is not shown as the present either"),
        pytest.param(DOWN, False, True, MAINTENANCE, id="planned work covers a fault"),
        pytest.param(UP, True, True, MAINTENANCE, id="planned work covers silence"),
        pytest.param(None, False, False, UNKNOWN, id="what was never judged is not known"),
    ],
)
def test_the_state_that_is_shown(known: Judged | None, silent: bool, planned: bool, expected: Judged) -> None:
    assert shown(known, silent=silent, planned=planned) == expected


@pytest.mark.parametrize(
    ("windows", "device", "until"),
    [
        pytest.param([Window(None, NOON, NOON + hours(2))], 7, NOON + hours(2), id="a school window covers all"),
        pytest.param([Window(7, NOON, NOON + hours(2))], 7, NOON + hours(2), id="a device's window covers that device"),
        pytest.param([Window(7, NOON, NOON + hours(2))], 8, None, id="a device's window covers no other device"),
        pytest.param([Window(7, NOON, NOON + hours(2))], None, None, id="a device's window does not cover the school"),
        pytest.param([Window(None, NOON - hours(1), NOON)], 7, None, id="the end itself is outside"),
        pytest.param([Window(None, NOON + hours(1), NOON + hours(2))], 7, None, id="a later window has not begun"),
        pytest.param([Window(None, NOON, NOON + hours(2), NOON)], 7, None, id="a cancelled window covers nothing"),
        pytest.param(
            [Window(None, NOON, NOON + hours(2)), Window(7, NOON, NOON + hours(3))], 7, NOON + hours(3),
            id="of two windows the later end counts",
        ),
    ],
)  # fmt: skip
def test_planned_work_covers(windows: list[Window], device: int | None, until: datetime | None) -> None:
    assert planned_until(windows, device, NOON) == until


@pytest.mark.parametrize(
    ("observed", "noticed", "now", "since"),
    [
        pytest.param(0, None, 60_000, None, id="heard a minute ago"),
        pytest.param(0, 0, 200_000, 0, id="noticed as silent"),
        pytest.param(0, None, 400_000, 0, id="too old to be news although nobody noticed"),
        pytest.param(None, None, 400_000, None, id="never heard is not silent"),
    ],
)
def test_an_agent_is_silent_since(observed: int | None, noticed: int | None, now: int, since: int | None) -> None:
    assert silent_since(observed, noticed, 60, now) == since
