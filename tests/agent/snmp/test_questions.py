"""Which question follows which answer: tables that end, devices that stumble, devices that break the rules."""

from collections.abc import Callable

import pytest

from agent.snmp import Oid, Refused, Rows, SnmpValue, oid, questions
from agent.snmp.values import Answer, Ask, Missing, Pdu, VarBind

IF = oid("1.3.6.1.2.1.2.2.1")
AFTER = oid("1.3.6.1.2.1.3.1.0")
END = Missing.END_OF_MIB_VIEW
Device = Callable[[Ask], Answer]


def ask_through(steps: questions.Steps[Rows], device: Device) -> tuple[Rows, list[Ask]]:
    """Play the device; at most 500 questions, so that a walk without end fails instead of hanging."""
    asked = []
    ask = next(steps)
    for _ in range(500):
        asked.append(ask)
        try:
            ask = steps.send(device(ask))
        except StopIteration as end:
            rows: Rows = end.value
            return rows, asked
    pytest.fail("the walk does not end")


def table(columns: int, rows: int) -> dict[Oid, SnmpValue]:
    cells: dict[Oid, SnmpValue] = {(*IF, c, r): c * 1000 + r for c in range(1, columns + 1) for r in range(1, rows + 1)}
    return {**cells, AFTER: b"the next table"}


def honest(objects: dict[Oid, SnmpValue]) -> Device:
    names = sorted(objects)

    def answer(ask: Ask) -> Answer:
        if ask.pdu is Pdu.GET:
            return Answer(0, 0, 0, [(n, objects.get(n, Missing.NO_SUCH_OBJECT)) for n in ask.oids])
        said: list[VarBind] = []
        row = list(ask.oids)
        for _ in range(max(1, ask.repetitions)):
            for i, name in enumerate(row):
                found = next((n for n in names if n > name), None)
                said.append((found, objects[found]) if found else (name, END))
                row[i] = found or name
        return Answer(0, 0, 0, said)

    return answer


def error(status: int, place: int = 0) -> Answer:
    return Answer(0, status, place, [])


def test_a_table_is_read_whole_and_nothing_behind_it() -> None:
    objects = table(22, 26)
    rows, asked = ask_through(questions.walk([(*IF, c) for c in range(1, 23)], 20_000, bulk=True), honest(objects))
    assert rows == {name: value for name, value in objects.items() if name != AFTER}
    assert len(asked) == 9  # three groups of at most 8 columns, three times at least 9 rows each
    assert all(len(ask.oids) * ask.repetitions <= questions.VARBINDS for ask in asked)


def test_columns_of_different_length_end_each_at_its_own_end() -> None:
    objects = {name: value for name, value in table(3, 40).items() if name[-1] <= 5 or name[-2] != 2}
    rows, asked = ask_through(questions.walk([(*IF, 1), (*IF, 2), (*IF, 3)], 20_000, bulk=True), honest(objects))
    assert sorted(rows) == sorted(name for name in objects if name != AFTER)
    assert len(asked[-1].oids) == 2


def test_single_objects_among_the_roots_are_read_too() -> None:
    roots = [(*IF, 1), (*IF, 2, 7), (*IF, 9), AFTER]
    rows, asked = ask_through(questions.walk(roots, 20_000, bulk=True), honest(table(2, 26)))
    assert set(rows) == {(*IF, 1, row) for row in range(1, 27)} | {(*IF, 2, 7), AFTER}
    assert (asked[-1].pdu, asked[-1].oids) == (Pdu.GET, ((*IF, 2, 7), (*IF, 9), AFTER))


def test_a_subtree_at_the_end_of_the_mib_ends_there() -> None:
    rows, _ = ask_through(questions.walk([oid("1.3.6.1.2.1.3")], 20_000, bulk=True), honest(table(1, 1)))
    assert rows == {AFTER: b"the next table"}


def test_by_getnext_a_walk_reads_the_same() -> None:
    objects = table(3, 7)
    roots = [(*IF, c) for c in (1, 2, 3)]
    slow, asked = ask_through(questions.walk(roots, 20_000, bulk=False), honest(objects))
    fast, _ = ask_through(questions.walk(roots, 20_000, bulk=True), honest(objects))
    assert slow == fast
    assert {ask.pdu for ask in asked} == {Pdu.GETNEXT}


def test_v1_ends_a_column_with_no_such_name() -> None:
    objects = {name: value for name, value in table(2, 3).items() if name != AFTER}

    def device(ask: Ask) -> Answer:
        answer = honest(objects)(ask)
        ended = [i for i, (_, value) in enumerate(answer.varbinds, 1) if value is END]
        return error(questions.NO_SUCH_NAME, ended[0]) if ended else answer

    rows, _ = ask_through(questions.walk([(*IF, 1), (*IF, 2)], 20_000, bulk=False), device)
    assert rows == objects


def test_a_null_does_not_stop_the_walk() -> None:
    objects = table(1, 9) | {(*IF, 1, 4): None}
    rows, _ = ask_through(questions.walk([(*IF, 1)], 20_000, bulk=True), honest(objects))
    assert rows[(*IF, 1, 4)] is None
    assert rows[(*IF, 1, 9)] == 1009


def test_too_big_is_answered_with_half_the_rows() -> None:
    objects = table(8, 20)

    def device(ask: Ask) -> Answer:
        answer = honest(objects)(ask)
        return error(questions.TOO_BIG) if len(answer.varbinds) > 20 else answer

    rows, asked = ask_through(questions.walk([(*IF, c) for c in range(1, 9)], 20_000, bulk=True), device)
    assert len(rows) == 160
    assert [ask.repetitions for ask in asked][:4] == [9, 4, 2, 2]


def test_too_big_even_for_one_row_is_answered_with_half_the_columns() -> None:
    objects = table(8, 4)

    def device(ask: Ask) -> Answer:
        answer = honest(objects)(ask)
        return error(questions.TOO_BIG) if len(answer.varbinds) > 3 else answer

    rows, _ = ask_through(questions.walk([(*IF, c) for c in range(1, 9)], 20_000, bulk=True), device)
    assert len(rows) == 32


def test_a_row_that_makes_the_device_stumble_costs_the_rest_of_its_column_only() -> None:
    objects = table(3, 30)

    def device(ask: Ask) -> Answer:
        answer = honest(objects)(ask)
        bad = [i % len(ask.oids) + 1 for i, (name, _) in enumerate(answer.varbinds) if name == (*IF, 2, 17)]
        return error(questions.GEN_ERR, bad[0]) if bad else answer

    rows, _ = ask_through(questions.walk([(*IF, c) for c in (1, 2, 3)], 20_000, bulk=True), device)
    expected = {name for name in objects if name != AFTER and not (name[-2] == 2 and name[-1] >= 17)}
    assert set(rows) == expected


def test_a_device_that_goes_in_circles_ends_the_walk_with_what_was_read() -> None:
    def device(ask: Ask) -> Answer:
        return Answer(0, 0, 0, [((*IF, 1, 1 + i % 5), i) for i in range(ask.repetitions)])

    rows, asked = ask_through(questions.walk([(*IF, 1)], 20_000, bulk=True), device)
    assert sorted(name[-1] for name in rows) == [1, 2, 3, 4, 5]
    assert len(asked) == 1


def test_a_device_that_repeats_the_question_ends_the_walk() -> None:
    rows, asked = ask_through(
        questions.walk([(*IF, 1)], 20_000, bulk=True), lambda ask: Answer(0, 0, 0, [(ask.oids[0], 1)])
    )
    assert rows == {(*IF, 1): 1}  # it claims that for a single object too
    assert len(asked) == 2


def test_empty_answers_end_the_walk() -> None:
    rows, asked = ask_through(questions.walk([(*IF, 1)], 20_000, bulk=True), lambda ask: Answer(0, 0, 0, []))
    assert rows == {}
    assert len(asked) <= 8


def test_an_endless_table_is_cut_at_the_bound() -> None:
    def device(ask: Ask) -> Answer:
        return Answer(0, 0, 0, [((*IF, 1, ask.oids[0][-1] + 1 + i), i) for i in range(ask.repetitions)])

    rows, _ = ask_through(questions.walk([(*IF, 1)], 1000, bulk=True), device)
    assert len(rows) == 1000


def test_more_rows_than_asked_are_taken_as_they_come() -> None:
    objects = table(2, 100)
    rows, _ = ask_through(
        questions.walk([(*IF, 1), (*IF, 2)], 20_000, bulk=True),
        lambda ask: honest(objects)(ask._replace(repetitions=ask.repetitions + 20)),
    )
    assert len(rows) == 200


@pytest.mark.parametrize("status", [questions.TOO_BIG, questions.GEN_ERR, 16])
def test_a_device_that_answers_only_errors_refuses(status: int) -> None:
    with pytest.raises(Refused, match=str(status)):
        ask_through(questions.walk([(*IF, 1), (*IF, 2)], 20_000, bulk=True), lambda ask: error(status))
    with pytest.raises(Refused, match=str(status)):
        ask_through(questions.get([(*IF, 1, 1), (*IF, 2, 1)]), lambda ask: error(status))


def test_a_get_leaves_out_what_the_device_lacks() -> None:
    objects = table(2, 2)
    rows, _ = ask_through(questions.get([(*IF, 1, 1), (*IF, 9, 9), (*IF, 2, 2)]), honest(objects))
    assert list(rows.items()) == [((*IF, 1, 1), 1001), ((*IF, 2, 2), 2002)]


def test_many_objects_are_asked_in_parts() -> None:
    objects = table(10, 10)
    names = sorted(objects)
    rows, asked = ask_through(questions.get(names), honest(objects))
    assert rows == objects
    assert [len(ask.oids) for ask in asked] == [5, 24, 24, 24, 24]


def test_v1_objects_that_are_absent_are_left_out_one_by_one() -> None:
    objects = table(3, 1)

    def device(ask: Ask) -> Answer:
        absent = [i for i, name in enumerate(ask.oids, 1) if name not in objects]
        return error(questions.NO_SUCH_NAME, absent[0]) if absent else honest(objects)(ask)

    names = [(*IF, 7, 1), (*IF, 1, 1), (*IF, 8, 1), (*IF, 3, 1)]
    rows, asked = ask_through(questions.get(names), device)
    assert list(rows) == [(*IF, 1, 1), (*IF, 3, 1)]
    assert len(asked) == 3


def test_an_object_that_makes_the_device_stumble_does_not_hide_the_others() -> None:
    def device(ask: Ask) -> Answer:
        bad = [i for i, name in enumerate(ask.oids, 1) if name == (*IF, 2, 1)]
        return error(questions.GEN_ERR, bad[0]) if bad else honest(table(3, 1))(ask)

    rows, _ = ask_through(questions.get([(*IF, c, 1) for c in (1, 2, 3)]), device)
    assert list(rows) == [(*IF, 1, 1), (*IF, 3, 1)]


def test_an_answer_about_something_else_is_not_believed() -> None:
    rows, _ = ask_through(questions.get([(*IF, 1, 1)]), lambda ask: Answer(0, 0, 0, [((*IF, 2, 1), 5)]))
    assert rows == {}
