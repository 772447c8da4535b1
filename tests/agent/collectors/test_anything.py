"""Whatever a device answers, nothing falls over: any type of value in any cell that is asked, for any maker."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from agent import probe
from agent.collectors import COLLECTORS
from agent.mibs.makers import PLACES, RELATIVES
from agent.mibs.nut import VARIABLES
from agent.mibs.walk import Walk, oid
from agent.report import Value
from agent.snmp.values import Oid, Rows, SnmpValue
from agent.wanted import Detail, Heard, Memory

MAKERS = sorted({*PLACES, *RELATIVES, 0, 99999})
COLUMNS = {maker: probe.wanted(maker) for maker in MAKERS}
VALUES: st.SearchStrategy[SnmpValue] = st.one_of(
    st.none(),
    st.integers(-(1 << 31), (1 << 64) - 1),
    st.sampled_from([-3, -2, -1, 0, 1, 2, 3, 4, 5, 9, 65535, 655350, 2147483647, 4294967295]),
    st.binary(max_size=70),
    st.lists(st.integers(0, 70), max_size=14).map(tuple),
    st.integers(1, 10).map(lambda kind: (*oid("1.3.6.1.2.1.25.2.1"), kind)),
)
INDEXES: st.SearchStrategy[Oid] = st.sampled_from([(), (0,), (1,), (2,), (1, 1), (1, 2), (7, 1, 3), (1, 1, 1, 1)])


@st.composite
def walks(draw: st.DrawFn) -> tuple[int, Rows]:
    maker = draw(st.sampled_from(MAKERS))
    cells = st.tuples(st.sampled_from(COLUMNS[maker]), INDEXES, VALUES)
    rows: Rows = {(*column, *index): value for column, index, value in draw(st.lists(cells, max_size=40))}
    if draw(st.booleans()):
        rows[oid("1.3.6.1.2.1.1.2.0")] = oid(f"1.3.6.1.4.1.{maker}.1")
    return maker, rows


def fit_for_the_wire(value: Value) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, int | float) and value == value)


@settings(max_examples=400, deadline=None)
@given(walks())
def test_any_walk_is_told(walk: tuple[int, Rows]) -> None:
    maker, rows = walk
    said = probe.told(Walk(rows), maker)
    json.dumps(said)
    assert all(fit_for_the_wire(row["value"]) for row in said["readings"])
    names = [(row["quantity"], row["index"]) for row in said["readings"]]
    assert len(names) == len(set(names))


@settings(max_examples=200, deadline=None)
@given(walks(), st.sampled_from(sorted(COLLECTORS)), st.sampled_from(list(Detail)))
def test_any_rows_are_translated(walk: tuple[int, Rows], kind: str, detail: Detail) -> None:
    maker, rows = walk
    for reading in COLLECTORS[kind].translate(Heard(rows=rows), Memory(enterprise=maker), detail):
        assert fit_for_the_wire(reading.value)


WORDS = st.one_of(st.text(max_size=30), st.sampled_from(["OL", "OB", "WAIT", "65535", "-272", "nan", "1e999", "12,5"]))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.one_of(st.sampled_from(sorted(VARIABLES)), st.text(max_size=12)), WORDS, max_size=20))
def test_any_nut_variables_are_told(variables: dict[str, str]) -> None:
    json.dumps(probe.by_nut(variables))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["POWR", "ERST", "LAMP", "INPT", "FILT", "AVMT", "SNUM", "CLSS"]), WORDS))
def test_any_pjlink_answers_are_told(answers: dict[str, str]) -> None:
    json.dumps(probe.by_pjlink(answers))
