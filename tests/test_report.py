"""The wire format: what goes in comes out, and what is no report is refused with a sentence."""

import random
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import report as wire
from agent.report import Device, Frame, Machine, Malformed, Reading, Report
from tests.agent.reports import school

ROUND = wire.DECIMALS
numbers = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, ROUND)),
)
value = st.one_of(st.none(), st.text(max_size=20), numbers)


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[list[wire.Value], list[wire.Value]]:
    """Values of two reports of the same shape: most stay, some change their kind."""
    old = draw(st.lists(value, max_size=60))
    new = [draw(value) if draw(st.booleans()) else before for before in old]
    return old, new


def over_the_wire(change: wire.Difference) -> wire.Difference:
    return wire.decode_difference(msgspec.json.encode(change))


@given(two_lists())
def test_a_difference_turns_the_old_values_into_the_new_ones(lists: tuple[list[wire.Value], list[wire.Value]]) -> None:
    old, new = lists
    found, positions = wire.patched(old, over_the_wire(wire.difference(old, new)))
    assert found == new
    assert [type(v) for v in found] == [type(v) for v in new]
    assert positions == [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if (a, type(a)) != (b, type(b))]


@given(st.lists(value, max_size=60))
def test_values_that_stay_cost_nothing(same: list[wire.Value]) -> None:
    assert wire.difference(same, same) == []


def test_a_day_of_small_steps_does_not_drift() -> None:
    steps = random.Random(7)
    old: list[wire.Value] = [20.0, 0.0013, 100, -3.5]
    for _ in range(1440):
        new: list[wire.Value] = [
            round(v + steps.uniform(-1, 1), ROUND) if isinstance(v, int | float) else v for v in old
        ]
        received, _ = wire.patched(old, over_the_wire(wire.difference(old, new)))
        assert received == new
        old = received


@given(
    st.lists(
        st.one_of(st.integers(), st.floats(), st.lists(value, max_size=2)),
        max_size=12,
    ),
    st.lists(value, max_size=12),
)
def test_a_difference_that_does_not_fit_is_refused_in_words(change: wire.Difference, old: list[wire.Value]) -> None:
    said = ""
    try:
        found, positions = wire.patched(old, change)
    except Malformed as error:
        said = str(error)
    if said:
        assert said.startswith("difference: ")
    else:
        assert len(found) == len(old)
        assert all(0 <= at < len(old) for at in positions)


def test_values_and_shape_together_are_the_whole_report() -> None:
    before, after = school(100), school(97.5, state="battery")
    assert wire.shape(before) == wire.shape(after)
    assert wire.with_values(before, wire.values(after)) == after


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(school(computers=4), id="another device"),
        pytest.param(school(ending="stopped"), id="last words"),
        pytest.param(msgspec.structs.replace(school(), every=300), id="another interval"),
        pytest.param(msgspec.structs.replace(school(), machine=Machine("pc-2")), id="another computer"),
    ],
)
def test_reports_that_differ_in_more_than_values_have_another_shape(other: Report) -> None:
    assert wire.shape(school()) != wire.shape(other)


texts = st.text(max_size=12)
readings = st.builds(Reading, texts, texts, texts, value)
devices = st.builds(
    Device, texts, st.sampled_from(wire.KINDS), st.booleans(), st.lists(readings, max_size=4), name=texts, model=texts
)
reports = st.builds(
    Report,
    st.builds(Machine, hostname=texts, macs=st.lists(texts, max_size=2)),
    st.lists(devices, max_size=4, unique_by=lambda d: d.key),
    st.integers(0, 10**6),
    st.integers(10, 3600),
    texts,
)


@given(reports, st.integers(1, 2**53), st.integers(-5000, 10**10))
def test_a_batch_comes_back_as_it_was_sent(report: Report, number: int, ago_ms: int) -> None:
    body = wire.encode_batch([Frame(number, ago_ms, 0, msgspec.Raw(wire.whole(report)))], 1_764_000_000_000, "ab12")
    sent_at_ms, instance, (raw,) = wire.decode_batch(body, 1_000_000)
    frame = wire.decode_frame(raw)
    assert (sent_at_ms, instance) == (1_764_000_000_000, "ab12")
    assert (frame.number, frame.ago_ms, frame.base) == (number, ago_ms, 0)
    assert wire.decode_report(frame.payload) == report


def test_a_bomb_is_not_unpacked() -> None:
    bomb = wire.deflated(b"[" * 50_000_000)
    assert len(bomb) < 60_000
    with pytest.raises(Malformed, match="unpacks to more than 1000000 bytes"):
        wire.decode_batch(bomb, 1_000_000)


def test_a_body_that_was_cut_off_is_refused() -> None:
    body = wire.encode_batch([Frame(1, 0, 0, msgspec.Raw(wire.whole(school())))], 0, "x")
    for length in range(len(body)):
        with pytest.raises(Malformed):
            wire.decode_batch(body[:length], 1_000_000)


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_never_taken_for_a_batch(garbage: bytes) -> None:
    with pytest.raises(Malformed):
        wire.decode_batch(garbage, 100_000)


@given(st.binary(max_size=200))
def test_deflated_garbage_is_refused_in_words(garbage: bytes) -> None:
    with pytest.raises(Malformed, match=r"batch: |body: "):
        wire.decode_batch(wire.deflated(garbage), 100_000)


def test_a_body_of_another_dictionary_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = packer.compress(b'[1,0,"x",[]]') + packer.flush()
    assert wire.decode_batch(plain, 1000) == (0, "x", [])  # no reference into the dictionary: any dictionary will do
    with pytest.raises(Malformed, match="raw deflate"):
        wire.inflated(zlib.compress(b"with a zlib header"), 1000)


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        ([2, 0, "x", []], "version 2 is not known here"),
        ([1, "now", "x", []], "Expected `int`"),
        ([1, 0, "x", {}], "Expected `array`"),
        ([1, 0, "x"], "length"),
    ],
    ids=["a newer version", "a time in words", "frames that are no list", "no frames at all"],
)
def test_a_batch_that_is_wrong_says_where(batch: list[object], sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        wire.decode_batch(wire.deflated(msgspec.json.encode(batch)), 1000)


UPS = {"key": "a", "kind": "ups", "reachable": True}


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        pytest.param({"machine": {}, "devices": {}}, "devices", id="devices are no list"),
        pytest.param({"devices": []}, "machine", id="no machine"),
        pytest.param({"machine": {}, "devices": [{"key": "a", "kind": "ups"}]}, "reachable", id="reachable missing"),
        pytest.param({"machine": {}, "devices": [UPS | {"reachable": 1}]}, "reachable", id="1 for true"),
        pytest.param({"machine": {}, "devices": [UPS, UPS]}, "stands twice", id="a key twice"),
        pytest.param(
            {"machine": {}, "devices": [UPS | {"key": str(i)} for i in range(501)]}, "501 devices", id="many devices"
        ),
        pytest.param(
            {"machine": {}, "devices": [UPS | {"readings": [["q", "", "", 1]] * 401}]},
            "401 readings",
            id="many readings",
        ),
    ],
)
def test_a_report_that_is_wrong_says_which_field(report: dict[str, object], sentence: str) -> None:
    with pytest.raises(Malformed, match=sentence):
        wire.decode_report(msgspec.json.encode(report))


def test_a_bad_frame_is_no_harm_to_its_neighbours() -> None:
    good = Frame(2, 0, 0, msgspec.Raw(wire.whole(school())))
    body = wire.deflated(msgspec.json.encode([wire.VERSION, 0, "x", ["no frame", good]]))
    _, _, (bad, fine) = wire.decode_batch(body, 100_000)
    with pytest.raises(Malformed, match="frame: "):
        wire.decode_frame(bad)
    assert wire.decode_report(wire.decode_frame(fine).payload) == school()


def test_an_answer_of_a_newer_server_is_still_read() -> None:
    answer = msgspec.json.decode(b'{"t":5,"refused":[[3,"base",true]],"new":{"a":1}}', type=wire.Answer)
    assert answer == wire.Answer(5, [wire.Verdict(3, "base", True)])
