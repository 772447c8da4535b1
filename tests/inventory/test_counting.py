"""The rules of stock-taking: evidence, results, and findings in whatever order."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.counting import Finding, Grade, Method, Result, Spot, What, code_in, grade, result, settled
from tests.cast import NOW

HERE, GONE = Spot(True, frozenset({11})), Spot(False)
M = Method


@pytest.mark.parametrize(
    ("method", "found", "days", "says"),
    [
        pytest.param(None, None, None, Grade.NOTHING, id="nobody saw it"),
        pytest.param(None, None, 7, Grade.AGENT, id="an agent saw it seven days ago"),
        pytest.param(None, None, 8, Grade.NOTHING, id="an agent saw it eight days ago: too long"),
        pytest.param(M.SCAN, True, None, Grade.SCANNED, id="its code was read"),
        pytest.param(M.TYPED, True, None, Grade.SCANNED, id="its number was typed"),
        pytest.param(M.SIGNED_LIST, True, 1, Grade.SIGNED, id="its holder signed for it"),
        pytest.param(M.SCAN, False, 1, Grade.AGENT, id="a person did not find what an agent sees"),
    ],
)
def test_the_best_evidence_counts(method: Method | None, found: bool | None, days: int | None, says: Grade) -> None:
    seen = None if days is None else NOW - timedelta(days=days)
    assert grade(method, found, seen, NOW) is says


@pytest.mark.parametrize(
    ("what", "found", "room", "spot", "evidence", "counted", "says"),
    [
        pytest.param(What.ASSET, True, 11, HERE, Grade.SCANNED, False, Result.MATCH, id="found in its room"),
        pytest.param(What.ASSET, True, 12, HERE, Grade.SCANNED, False, Result.MISPLACED, id="found in another room"),
        pytest.param(What.ASSET, True, None, HERE, Grade.SCANNED, False, Result.MATCH, id="found, no room was told"),
        pytest.param(What.ASSET, True, 12, Spot(True), Grade.SCANNED, False, Result.MATCH, id="found, the register has no room"),
        pytest.param(What.ASSET, True, 11, GONE, Grade.SCANNED, False, Result.MISPLACED, id="found, but it belongs to another school"),
        pytest.param(What.ASSET, None, None, HERE, Grade.AGENT, True, Result.MATCH, id="nobody looked, an agent sees it"),
        pytest.param(What.ASSET, None, None, HERE, Grade.NOTHING, False, None, id="nobody looked yet"),
        pytest.param(What.ASSET, None, None, HERE, Grade.NOTHING, True, Result.MISSING, id="nobody found it until the end"),
        pytest.param(What.ASSET, False, None, HERE, Grade.AGENT, False, Result.MISSING, id="looked for and not found, whatever the agent says"),
        pytest.param(What.ASSET, False, None, GONE, Grade.NOTHING, True, None, id="it left by an act during the count"),
        pytest.param(What.CODE, True, 11, GONE, Grade.SCANNED, False, Result.UNKNOWN_CODE, id="a code that the register does not know"),
        pytest.param(What.NEW, True, 11, GONE, Grade.SCANNED, False, Result.SURPLUS, id="a piece without a number"),
        pytest.param(What.NEW, False, None, GONE, Grade.NOTHING, True, None, id="a surplus that was taken back"),
        pytest.param(What.SECOND, True, 11, HERE, Grade.SCANNED, False, Result.DOUBLE, id="a second piece under the same number"),
    ],
)  # fmt: skip
def test_what_a_line_comes_to(
    what: What, found: bool | None, room: int | None, spot: Spot, evidence: Grade, counted: bool, says: Result | None
) -> None:
    assert result(what, found, room, spot, evidence, counted=counted) is says


@pytest.mark.parametrize(
    ("scanned", "says"),
    [
        pytest.param("INV-7", "INV-7", id="the number itself"),
        pytest.param("  INV-7\n", "INV-7", id="a number with blanks around it"),
        pytest.param("https://zeng.example/e/INV-7", "INV-7", id="the address on our label"),
        pytest.param("/e/INV%2F7", "INV/7", id="an address whose number has a stroke"),
        pytest.param("https://zeng.example/e/Q%C6%8FB-1/", "QƏB-1", id="a number with our letters"),
        pytest.param("https://example.org/other", "https://example.org/other", id="another address is a code as it stands"),
        pytest.param("", "", id="nothing"),
        pytest.param("x" * 121, "", id="too long for a code"),
        pytest.param("a\x00b", "", id="what no screen shows"),
    ],
)  # fmt: skip
def test_a_code_is_found_in_what_was_read(scanned: str, says: str) -> None:
    assert code_in(scanned) == says


def test_who_answers_a_finding_takes_its_place_and_who_does_not_know_it_disputes() -> None:
    first = Finding("a", True, 11, NOW)
    answer = Finding("b", False, None, NOW, ("a",))
    stranger = Finding("c", True, 12, NOW)
    assert settled([first]).current is first
    assert settled([first, answer]).current is answer
    assert not settled([first, answer]).disputed
    assert settled([first, stranger]).disputed
    assert not settled([first, Finding("d", True, 11, NOW)]).disputed, "two who agree do not dispute"
    assert not settled([first, stranger, Finding("e", True, 12, NOW, ("a", "c"))]).disputed


findings_strategy = st.lists(
    st.builds(
        Finding,
        st.sampled_from("abcdefgh"),
        st.booleans(),
        st.sampled_from([None, 11, 12]),
        st.integers(0, 5).map(lambda hours: NOW + timedelta(hours=hours)),
        st.lists(st.sampled_from("abcdefgh"), max_size=3),
    ),
    unique_by=lambda finding: finding.uid,
)


@given(findings_strategy, st.randoms(use_true_random=False))
def test_no_order_and_no_repetition_changes_what_findings_come_to(findings: list[Finding], random: object) -> None:
    shuffled = findings + findings[:3]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settled(shuffled) == settled(findings)
