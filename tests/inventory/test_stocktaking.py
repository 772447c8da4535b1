"""A stock-take from plan to signature, and what its findings do to it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inventory import stocktaking, syncing
from inventory.counting import Decision, Method, Result, StocktakeState
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.findings import Said, finding_made
from inventory.lifecycle import AssetState
from inventory.tables import Commission, CommissionMember, Room, StocktakeLine, SyncConflict, Trace
from inventory.trace import verified
from tests import cast
from tests.inventory.counted import Counted, counted_school, uid

LATER = cast.NOW + timedelta(hours=2)


@pytest.fixture
def it(session: Session) -> Counted:
    return counted_school(session)


def found(session: Session, it: Counted, number: int, code: str, room: str = "", **more: object) -> StocktakeLine:
    said = Said(uid(number), LATER, code=code, room=it.rooms[room].uid if room else "", **more)  # type: ignore[arg-type]
    return finding_made(session, it.stocktake.uid, said, by=it.aynur, at=LATER)


def reconciled(session: Session, it: Counted) -> None:
    stocktaking.ended(session, it.stocktake, by=it.aynur, at=LATER)


def test_the_lines_are_what_the_register_has_at_the_school(session: Session, it: Counted) -> None:
    lines = session.exec(select(StocktakeLine).where(StocktakeLine.stocktake_id == it.stocktake.id)).all()
    assert {line.key for line in lines} == {it.line(f"INV-{n:03}") for n in range(1, 11)}
    assert all(line.expected and line.result is None for line in lines)


def test_what_is_written_off_is_not_looked_for(session: Session) -> None:
    it = counted_school(session, begun=False)
    it.pieces["INV-001"].state = AssetState.WRITTEN_OFF
    session.flush()
    assert stocktaking.begun(session, it.stocktake, by=it.aynur, at=cast.NOW) == 9


def test_a_scan_in_its_room_is_a_match_and_in_another_is_misplaced(session: Session, it: Counted) -> None:
    assert found(session, it, 1, "INV-002", "11").result is Result.MATCH
    assert found(session, it, 2, "https://zeng.example/e/INV-003", "12").result is Result.MISPLACED


def test_the_same_scan_twice_is_one_finding(session: Session, it: Counted) -> None:
    line = found(session, it, 1, "INV-002", "11")
    assert found(session, it, 1, "INV-002", "11").id == line.id
    assert line.heads == [uid(1)]


def test_a_piece_of_another_school_is_misplaced_and_an_unknown_code_is_said_so(session: Session, it: Counted) -> None:
    line = found(session, it, 1, "INV-900", "11")
    assert (line.result, line.expected) == (Result.MISPLACED, False)
    assert found(session, it, 2, "ABC-55", "11").result is Result.UNKNOWN_CODE


def test_a_serial_number_finds_the_piece_too(session: Session, it: Counted) -> None:
    it.pieces["INV-004"].serial = "CZC123456X"
    session.flush()
    assert found(session, it, 1, "czc-123456x", "11").key == it.line("INV-004")


def test_a_second_piece_under_a_number_is_a_double_and_one_without_a_number_a_surplus(
    session: Session, it: Counted
) -> None:
    found(session, it, 1, "INV-002", "11")
    assert found(session, it, 2, "INV-002", "12", line=f"d:{uid(2)}").result is Result.DOUBLE
    line = found(session, it, 3, "", "12", line=f"n:{uid(3)}", name="Printer, sarı")
    assert (line.result, line.name) == (Result.SURPLUS, "Printer, sarı")


def test_two_who_do_not_know_of_one_another_dispute_and_the_office_takes_one(session: Session, it: Counted) -> None:
    found(session, it, 1, "INV-002", "11")
    line = found(session, it, 2, "INV-002", "12")
    assert line.disputed
    (conflict,) = session.exec(select(SyncConflict)).all()
    assert {version["uid"] for version in conflict.versions} == {uid(1), uid(2)}
    reconciled(session, it)
    with pytest.raises(Conflict, match="disagree"):
        stocktaking.decided(session, it.stocktake, line.key, Decision.MOVE, by=it.aynur, at=LATER)
    syncing.version_taken(session, conflict.id or 0, uid(1), by=it.aynur, at=LATER)
    assert (line.disputed, line.result, conflict.open, conflict.taken) == (False, Result.MATCH, False, uid(1))
    assert session.exec(select(Trace).where(Trace.verb == "settled")).one().after == {"taken": uid(1)}
    with pytest.raises(Conflict, match="already"):
        syncing.version_taken(session, conflict.id or 0, uid(2), by=it.aynur, at=LATER)


def test_who_looks_again_knowing_both_ends_the_dispute(session: Session, it: Counted) -> None:
    found(session, it, 1, "INV-002", "11")
    found(session, it, 2, "INV-002", "12")
    line = found(session, it, 3, "INV-002", "12", after=[uid(1), uid(2)])
    assert (line.disputed, session.exec(select(SyncConflict)).one().open) == (False, False)


def test_at_the_end_what_nobody_found_is_missing_unless_an_agent_sees_it(session: Session, it: Counted) -> None:
    reconciled(session, it)
    lines = {line.key: line.result for line in session.exec(select(StocktakeLine))}
    assert lines[it.line("INV-001")] is Result.MATCH, "seen by an agent a day ago"
    assert lines[it.line("INV-009")] is Result.MISSING, "seen nine days ago"
    assert lines[it.line("INV-002")] is Result.MISSING


def test_a_piece_that_moved_during_the_count_is_marked(session: Session, it: Counted) -> None:
    asset = it.pieces["INV-002"]
    stocktaking.room_changed(session, asset, it.rooms["12"].id, by=it.aynur, at=LATER)
    line = found(session, it, 1, "INV-002", "12")
    assert (line.result, line.moved) == (Result.MATCH, True)
    gone = it.pieces["INV-003"]
    gone.school_id = it.who.elsewhere.id or 0
    session.flush()
    reconciled(session, it)
    line = stocktaking.line_of(session, it.stocktake, it.line("INV-003"))
    assert (line.result, line.moved) == (None, True), "it left by an act: it is not missing"


def test_moving_a_misplaced_piece_inside_the_school_needs_no_act(session: Session, it: Counted) -> None:
    line = found(session, it, 1, "INV-002", "12")
    reconciled(session, it)
    stocktaking.decided(session, it.stocktake, line.key, Decision.MOVE, by=it.aynur, at=LATER)
    assert it.pieces["INV-002"].room_id == it.rooms["12"].id


def test_a_decision_must_fit_the_result_and_to_leave_it_needs_a_reason(session: Session, it: Counted) -> None:
    found(session, it, 1, "INV-002", "12")
    reconciled(session, it)
    with pytest.raises(Invalid, match="such a result"):
        stocktaking.decided(session, it.stocktake, it.line("INV-002"), Decision.FIND, by=it.aynur, at=LATER)
    with pytest.raises(Invalid, match="why"):
        stocktaking.decided(session, it.stocktake, it.line("INV-002"), Decision.LEAVE, by=it.aynur, at=LATER)


def test_a_late_finding_takes_a_decision_back_that_no_longer_fits(session: Session, it: Counted) -> None:
    reconciled(session, it)
    line = stocktaking.decided(session, it.stocktake, it.line("INV-002"), Decision.FIND, by=it.aynur, at=LATER)
    found(session, it, 1, "INV-002", "11")
    assert (line.result, line.decision) == (Result.MATCH, None)


def test_signing_needs_every_line_decided_and_makes_the_missing_missing(session: Session, it: Counted) -> None:
    for n in (2, 3, 4, 5, 6, 7, 8, 10):
        found(session, it, n, f"INV-{n:03}", "11" if n <= 5 else "12", method=Method.SIGNED_LIST)
    reconciled(session, it)
    with pytest.raises(Conflict, match="1 lines are not decided"):
        stocktaking.signed(session, it.stocktake, ["Aynur"], by=it.aynur, at=LATER)
    stocktaking.decided(session, it.stocktake, it.line("INV-009"), Decision.FIND, by=it.aynur, at=LATER)
    stocktaking.signed(session, it.stocktake, ["Aynur Məmmədova"], by=it.aynur, at=LATER)
    assert it.pieces["INV-009"].state is AssetState.MISSING
    assert (it.stocktake.state, it.stocktake.open) == (StocktakeState.SIGNED, False)
    with pytest.raises(Conflict, match="is signed"):
        found(session, it, 50, "INV-009", "12")
    assert not verified(session).faults


def test_a_missing_piece_that_is_found_is_missing_no_more(session: Session) -> None:
    it = counted_school(session, begun=False)
    for asset in it.pieces.values():
        asset.seen_at = cast.NOW
    it.pieces["INV-002"].state = AssetState.MISSING
    session.flush()
    stocktaking.begun(session, it.stocktake, by=it.aynur, at=cast.NOW)
    found(session, it, 1, "INV-002", "11")
    reconciled(session, it)
    stocktaking.signed(session, it.stocktake, ["Aynur"], by=it.aynur, at=LATER)
    assert it.pieces["INV-002"].state is AssetState.INSTALLED


def test_a_commission_signs_with_its_chair_and_its_quorum(session: Session, it: Counted) -> None:
    commission = Commission(order_no="12", order_on=cast.NOW.date(), school_id=it.who.school.id, quorum=2)
    session.add(commission)
    session.flush()
    for name, role in (("Elçin Rzayev", "chair"), ("Leyla Abbasova", "member"), ("Aynur Məmmədova", "member")):
        session.add(CommissionMember(commission_id=commission.id or 0, name=name, role=role))
    it.stocktake.commission_id = commission.id
    for asset in it.pieces.values():
        asset.seen_at = cast.NOW
    session.flush()
    reconciled(session, it)
    for names, sentence in (
        (["Leyla Abbasova", "Aynur Məmmədova"], "chair"),
        (["Elçin Rzayev", "somebody else"], "1 of the commission have signed; 2 are needed"),
        ([" "], "Nobody has signed"),
    ):
        with pytest.raises((Conflict, Invalid), match=sentence):
            stocktaking.signed(session, it.stocktake, names, by=it.aynur, at=LATER)
        session.refresh(it.stocktake)
    stocktaking.signed(session, it.stocktake, ["Elçin Rzayev", "Leyla Abbasova"], by=it.aynur, at=LATER)


def test_a_school_has_one_open_count_and_a_district_one_per_school(session: Session, it: Counted) -> None:
    with pytest.raises(Conflict, match="open already"):
        stocktaking.planned(session, [it.who.school], by=it.aynur, at=LATER)
    leyla = cast.who(session, it.who.leyla)
    rows = stocktaking.planned(session, [it.who.school, it.who.elsewhere], by=leyla, at=LATER)
    assert [row.school_id for row in rows] == [it.who.elsewhere.id]


def test_the_stranger_and_who_may_not_count_are_turned_away(session: Session, it: Counted) -> None:
    said = Said(uid(1), LATER, code="INV-002")
    with pytest.raises(NotFound):
        finding_made(session, it.stocktake.uid, said, by=cast.who(session, it.who.kamran), at=LATER)
    with pytest.raises(Refused):
        finding_made(session, it.stocktake.uid, said, by=cast.who(session, it.who.rauf), at=LATER)
    room = Room(school_id=it.who.elsewhere.id or 0, name="1")
    session.add(room)
    session.flush()
    with pytest.raises(Invalid, match="room"):
        finding_made(
            session, it.stocktake.uid, Said(uid(2), LATER, code="INV-002", room=room.uid), by=it.aynur, at=LATER
        )
