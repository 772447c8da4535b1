"""The newest report as a difference where that is possible, and the backlog in bounded batches."""

import msgspec
import pytest

from agent import report as wire
from agent.disk import Entry
from agent.frames import WHOLE_EVERY, Live, backlog, packed, unpacked
from agent.report import Frame, Report
from tests.agent.reports import charge, school

LIMIT = 10**9


def entry(number: int, report: Report) -> Entry:
    return Entry(number, "boot", 0, 0, False, packed(report))


def kept_age(kept: Entry) -> int:
    return kept.number * 1000


def read(frames: list[Frame]) -> dict[int, Report]:
    """What a server makes of a batch: each difference refers to the frame before it."""
    out: dict[int, Report] = {}
    for frame in frames:
        if frame.base:
            values, _ = wire.patched(wire.values(out[frame.base]), wire.decode_difference(frame.payload))
            out[frame.number] = wire.with_values(out[frame.base], values)
        else:
            out[frame.number] = wire.decode_report(frame.payload)
    return out


def test_a_report_comes_back_from_the_spool_as_it_was() -> None:
    assert unpacked(packed(school(97.5))) == school(97.5)


def test_the_first_report_of_a_process_is_whole_and_the_next_a_difference() -> None:
    live = Live()
    first = live.frame(entry(1, school(100)), 0)
    live.acknowledged()
    second = live.frame(entry(2, school(99)), 7)
    assert (first.base, second.base, second.ago_ms) == (0, 1, 7)
    assert msgspec.json.decode(second.payload) == [3, -1]


def test_a_report_that_was_not_acknowledged_is_no_base() -> None:
    live = Live()
    live.frame(entry(1, school()), 0)
    assert live.frame(entry(2, school()), 0).base == 0


def test_a_school_that_changed_its_devices_sends_a_whole_report() -> None:
    live = Live()
    live.frame(entry(1, school()), 0)
    live.acknowledged()
    assert live.frame(entry(2, school(computers=4)), 0).base == 0
    live.acknowledged()
    assert live.frame(entry(3, school(computers=4)), 0).base == 2


def test_after_a_base_refusal_the_report_goes_whole() -> None:
    live = Live()
    live.frame(entry(1, school()), 0)
    live.acknowledged()
    assert live.frame(entry(2, school()), 0).base == 1
    live.forget()
    assert live.frame(entry(2, school()), 0).base == 0


def test_every_sixtieth_report_is_whole() -> None:
    live, bases = Live(), []
    for number in range(1, 2 * WHOLE_EVERY + 2):
        bases.append(live.frame(entry(number, school(number)), 0).base)
        live.acknowledged()
    assert [i for i, base in enumerate(bases) if base == 0] == [0, WHOLE_EVERY, 2 * WHOLE_EVERY]


def test_a_backlog_is_one_whole_report_and_differences_behind_it() -> None:
    entries = [entry(n, school(100 - n)) for n in range(1, 6)]
    frames, unreadable = backlog(entries, kept_age, LIMIT)
    assert [frame.base for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.ago_ms for frame in frames] == [1000, 2000, 3000, 4000, 5000]
    assert {n: charge(r) for n, r in read(frames).items()} == {n: 100 - n for n in range(1, 6)}
    assert unreadable == []


def test_a_backlog_across_a_change_of_devices_is_read_right() -> None:
    reports = [school(1), school(2, computers=5), school(3, computers=5), school(4)]
    frames, _ = backlog([entry(n, r) for n, r in enumerate(reports, start=1)], kept_age, LIMIT)
    assert [frame.base for frame in frames] == [0, 0, 2, 0]
    assert list(read(frames).values()) == reports


def test_what_the_server_wants_whole_is_sent_whole() -> None:
    frames, _ = backlog([entry(n, school(n)) for n in range(1, 5)], kept_age, LIMIT, frozenset({3}))
    assert [frame.base for frame in frames] == [0, 1, 0, 3]


@pytest.mark.parametrize(
    ("room", "taken"),
    [(-100, 1), (0, 1), (11, 3), (LIMIT, 5)],
    ids=["one at least", "one exactly", "two differences of five bytes behind it", "all"],
)
def test_a_batch_is_bounded_in_bytes(room: int, taken: int) -> None:
    entries = [entry(n, school(n % 2)) for n in range(1, 6)]
    frames, _ = backlog(entries, kept_age, len(wire.whole(school(1))) + room)
    assert len(frames) == taken


def test_a_report_that_cannot_be_read_is_named_and_its_neighbours_go() -> None:
    broken = Entry(2, "boot", 0, 0, False, b"\xff\x00garbage")
    frames, unreadable = backlog([entry(1, school(1)), broken, entry(3, school(3))], kept_age, LIMIT)
    assert ([frame.number for frame in frames], unreadable) == ([1, 3], [2])


def test_batches_shrink_until_one_report_is_left_and_grow_back() -> None:
    live = Live()
    sizes = []
    while live.halve():
        sizes.append(live.most_reports)
    assert sizes == [60, 30, 15, 7, 3, 1]
    live.restore()
    assert live.most_reports == 120
