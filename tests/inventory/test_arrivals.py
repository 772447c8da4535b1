"""The network has its say: transfers end where their pieces report, and what reports after its write-off is found."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inventory import acts, afterlife, arrivals, signing
from inventory.equipment import Kind
from inventory.errors import NotFound
from inventory.lifecycle import ActKind, ActState, AssetState
from inventory.tables import Asset, Finding
from tests import cast
from tests.inventory.papered import FROM, TO, Desk, desk

A, S, T = ActKind, AssetState, ActState
LATER = cast.NOW + timedelta(hours=3)


@pytest.fixture
def at_desk(session: Session) -> Desk:
    return desk(session)


def state_of(session: Session, piece: Asset) -> AssetState:
    session.flush()
    session.refresh(piece)
    return piece.state


def reports_from(session: Session, at_desk: Desk, piece: Asset, *, seen: timedelta = timedelta(hours=1)) -> None:
    """An agent of the taking school saw the piece, so long after it was handed over."""
    piece.seen_at, piece.seen_school_id = cast.NOW + seen, at_desk.who.elsewhere.id
    session.add(piece)
    session.flush()


def test_a_transfer_is_completed_when_the_piece_reports_from_its_new_school(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session)
    act = at_desk.approved(session, A.TRANSFER, piece)
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    assert arrivals.time_passed(session, at=LATER) == 0
    reports_from(session, at_desk, piece)
    assert arrivals.time_passed(session, at=LATER) == 1
    assert act.state is T.EXECUTED
    assert state_of(session, piece) is S.INSTALLED
    assert piece.school_id == at_desk.who.elsewhere.id
    assert [row.method for row in signing.signatures_of(session, act)] == ["paper_scan", "network"]


def test_what_was_seen_there_before_it_was_sent_proves_nothing(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session)
    act = at_desk.approved(session, A.TRANSFER, piece)
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    reports_from(session, at_desk, piece, seen=-timedelta(days=2))
    assert arrivals.time_passed(session, at=LATER) == 0
    assert act.state is T.APPROVED


def test_a_transfer_waits_for_its_last_piece(session: Session, at_desk: Desk) -> None:
    computer, projector = at_desk.piece(session), at_desk.piece(session, kind=Kind.PROJECTOR)
    act = at_desk.approved(session, A.TRANSFER, computer, projector)
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    reports_from(session, at_desk, computer)
    assert arrivals.time_passed(session, at=LATER) == 0
    acts.signed(session, act, [TO], by=at_desk.leyla, at=LATER)
    assert (state_of(session, computer), state_of(session, projector)) == (S.INSTALLED, S.IN_STORE)


def test_a_transfer_that_takes_longer_than_five_days_is_called_to_mind(session: Session, at_desk: Desk) -> None:
    act = at_desk.approved(session, A.TRANSFER, at_desk.piece(session))
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    kamran = cast.who(session, at_desk.who.kamran)
    assert arrivals.overdue(session, kamran.scope, at=cast.NOW + timedelta(days=5)) == []
    late = arrivals.overdue(session, kamran.scope, at=cast.NOW + timedelta(days=5, minutes=1))
    assert late == [(act, cast.NOW)]


def test_what_reports_after_its_write_off_is_a_finding(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR, seen_at=cast.NOW - timedelta(days=1))
    at_desk.executed(session, A.WRITE_OFF, piece)
    assert afterlife.time_passed(session, at=LATER) == 0, "it was seen before"
    piece.seen_at = LATER
    session.flush()
    assert afterlife.time_passed(session, at=LATER) == 1
    assert afterlife.time_passed(session, at=LATER) == 0, "one finding is open already"
    finding = session.exec(select(Finding)).one()
    assert finding.evidence == {"serial": "SN000001", "act": "SİL-2026-000001", "seen_at": LATER.isoformat()}
    with pytest.raises(NotFound):
        afterlife.answered(session, 999, "Yoxdur", by=at_desk.leyla, at=LATER)
    afterlife.answered(session, finding.id or 0, "Başqa məktəbə satılıb", by=at_desk.leyla, at=LATER)
    assert afterlife.time_passed(session, at=LATER) == 0, "it has not reported since the answer"
    piece.seen_at = LATER + timedelta(hours=1)
    session.flush()
    assert afterlife.time_passed(session, at=LATER) == 1
