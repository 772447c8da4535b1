"""Acts from the draft to their end: what they do to pieces, when, and who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from inventory import acts, commissions, drafts, placing, signing, snapshots
from inventory.commissions import Appointed
from inventory.drafts import Piece
from inventory.equipment import Kind
from inventory.errors import Conflict, HouseError, Invalid, NotFound, Refused
from inventory.lifecycle import ActKind, ActState, AssetState
from inventory.papers import MemberRole, Side, Wanting
from inventory.signing import Signed
from inventory.tables import Act, Asset, AssetSite, Contact, Room, Trace
from tests import cast
from tests.inventory.papered import CHAIR, DEPUTY, FROM, MEMBER, TO, Desk, desk, signatures

A, S, T = ActKind, AssetState, ActState
LATER = cast.NOW + timedelta(hours=3)


@pytest.fixture
def at_desk(session: Session) -> Desk:
    return desk(session)


def state_of(session: Session, piece: Asset) -> AssetState:
    session.flush()
    session.refresh(piece)
    return piece.state


def test_what_was_delivered_is_accepted_by_a_commission(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.DELIVERED)
    act = at_desk.approved(session, A.ACCEPTANCE, piece)
    assert state_of(session, piece) is S.DELIVERED
    acts.signed(session, act, signatures(A.ACCEPTANCE), by=at_desk.leyla, at=cast.NOW)
    acts.executed(session, act, by=at_desk.leyla, at=cast.NOW)
    assert act.number == "QƏB-2026-000001"
    assert state_of(session, piece) is S.ACCEPTED


def test_a_projector_is_written_off_by_a_commission_of_three(session: Session, at_desk: Desk) -> None:
    projector = at_desk.piece(session, S.IN_REPAIR, kind=Kind.PROJECTOR)
    act = at_desk.submitted(session, A.WRITE_OFF, projector)
    assert act.number == "SİL-2026-000001"
    assert state_of(session, projector) is S.WRITEOFF_PROPOSED
    acts.approved(session, act, by=at_desk.leyla, at=cast.NOW)
    assert acts.signed(session, act, signatures(A.WRITE_OFF)[:1], by=at_desk.leyla, at=cast.NOW) is Wanting.QUORUM
    assert act.state is T.APPROVED
    assert acts.signed(session, act, signatures(A.WRITE_OFF)[1:], by=at_desk.leyla, at=cast.NOW) is Wanting.NOTHING
    acts.executed(session, act, by=at_desk.leyla, at=cast.NOW)
    assert state_of(session, projector) is S.WRITTEN_OFF
    steps = session.exec(select(Trace.verb).where(Trace.noun == "act").order_by(col(Trace.number))).all()
    assert steps == ["drawn", "submitted", "approved", "signed", "signed", "signed", "executed"]


def test_what_was_written_off_is_disposed_of(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR)
    at_desk.executed(session, A.WRITE_OFF, piece)
    act = at_desk.executed(session, A.DISPOSAL, piece)
    assert act.number == "UTL-2026-000001"
    assert state_of(session, piece) is S.DISPOSED


def test_a_transfer_is_on_its_way_between_the_two_signatures(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session)
    act = at_desk.approved(session, A.TRANSFER, piece)
    assert state_of(session, piece) is S.INSTALLED
    assert acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW) is Wanting.TO
    assert state_of(session, piece) is S.IN_TRANSIT
    assert piece.school_id == at_desk.who.school.id
    assert acts.signed(session, act, [TO], by=at_desk.leyla, at=LATER) is Wanting.NOTHING
    assert act.state is T.EXECUTED
    assert state_of(session, piece) is S.IN_STORE
    assert piece.school_id == at_desk.who.elsewhere.id
    sites = session.exec(select(AssetSite).order_by(col(AssetSite.id))).all()
    assert [(site.school_id, site.until_on is None, site.act_id) for site in sites] == [
        (at_desk.who.school.id, False, None), (at_desk.who.elsewhere.id, True, act.id)
    ]  # fmt: skip


def test_the_taking_school_does_not_sign_first(session: Session, at_desk: Desk) -> None:
    act = at_desk.approved(session, A.TRANSFER, at_desk.piece(session))
    with pytest.raises(Conflict, match="giving school signs first"):
        acts.signed(session, act, [TO], by=at_desk.leyla, at=cast.NOW)


def test_a_director_signs_for_his_own_school_alone(session: Session, at_desk: Desk) -> None:
    act = at_desk.approved(session, A.TRANSFER, at_desk.piece(session))
    elchin = cast.who(session, at_desk.who.elchin)
    with pytest.raises(Refused, match="a school that you answer for"):
        acts.signed(session, act, [FROM, TO], by=elchin, at=cast.NOW)
    session.rollback()


def test_a_replacement_leaves_no_place_empty(session: Session, at_desk: Desk) -> None:
    room = Room(school_id=at_desk.who.school.id or 0, name="12")
    session.add(room)
    session.flush()
    old = at_desk.piece(session, S.IN_REPAIR, room_id=room.id)
    new = at_desk.piece(session, S.IN_STORE)
    act = at_desk.approved(session, A.REPLACEMENT, old, new)
    assert [line.direction for line in drafts.lines_of(session, act)] == ["out", "in"]
    assert (state_of(session, old), state_of(session, new)) == (S.IN_REPAIR, S.IN_STORE)
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    acts.executed(session, act, by=at_desk.leyla, at=cast.NOW)
    assert act.number == "ƏVZ-2026-000001"
    assert (state_of(session, old), state_of(session, new)) == (S.IN_STORE, S.INSTALLED)
    assert new.room_id == room.id


def test_a_missing_piece_is_replaced_and_stays_missing(session: Session, at_desk: Desk) -> None:
    old, new = at_desk.piece(session, S.MISSING), at_desk.piece(session, S.IN_STORE)
    at_desk.executed(session, A.REPLACEMENT, old, new)
    assert (state_of(session, old), state_of(session, new)) == (S.MISSING, S.INSTALLED)


def test_a_rejected_write_off_leaves_the_piece_where_it_was(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.RESERVED)
    act = at_desk.submitted(session, A.WRITE_OFF, piece)
    acts.rejected(session, act, "Təmir edilə bilər", by=at_desk.leyla, at=cast.NOW)
    assert state_of(session, piece) is S.RESERVED
    assert act.number == "SİL-2026-000001"
    again = at_desk.submitted(session, A.WRITE_OFF, piece)
    assert again.number == "SİL-2026-000002"


def test_a_void_act_keeps_its_number_and_brings_the_pieces_back(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session)
    act = at_desk.approved(session, A.TRANSFER, piece)
    acts.signed(session, act, [FROM], by=at_desk.leyla, at=cast.NOW)
    acts.voided(session, act, "Yol bağlandı", by=at_desk.leyla, at=cast.NOW)
    assert (act.number, act.state, act.closed_reason) == ("TƏH-2026-000001", T.VOID, "Yol bağlandı")
    assert state_of(session, piece) is S.INSTALLED


def test_a_piece_stands_on_one_open_act(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR)
    act = at_desk.draft(session, A.WRITE_OFF, piece)
    with pytest.raises(Conflict, match=f"another act that is not finished \\(#{act.id}\\)"):
        at_desk.draft(session, A.TRANSFER, piece)


def test_what_was_lost_on_the_way_to_its_write_off_is_written_off(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR)
    act = at_desk.approved(session, A.WRITE_OFF, piece)
    placing.stepped(session, piece, S.MISSING, act=None, by=at_desk.leyla, at=cast.NOW)
    acts.signed(session, act, signatures(A.WRITE_OFF), by=at_desk.leyla, at=cast.NOW)
    acts.executed(session, act, by=at_desk.leyla, at=cast.NOW)
    assert state_of(session, piece) is S.WRITTEN_OFF


def test_what_was_found_again_is_not_written_off(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR)
    act = at_desk.approved(session, A.WRITE_OFF, piece)
    placing.stepped(session, piece, S.MISSING, act=None, by=at_desk.leyla, at=cast.NOW)
    placing.stepped(session, piece, S.IN_STORE, act=None, by=at_desk.leyla, at=cast.NOW)
    acts.signed(session, act, signatures(A.WRITE_OFF), by=at_desk.leyla, at=cast.NOW)
    with pytest.raises(Conflict):
        acts.executed(session, act, by=at_desk.leyla, at=cast.NOW)


def test_a_write_off_is_challenged_and_must_be_answered(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, seen_at=cast.NOW - timedelta(days=1))
    act = at_desk.submitted(session, A.WRITE_OFF, piece)
    line = drafts.lines_of(session, act)[0]
    assert [one["kind"] for one in line.challenges] == ["alive", "never_repaired"]
    with pytest.raises(Conflict, match="INV-0001 was not answered"):
        acts.approved(session, act, by=at_desk.leyla, at=cast.NOW)
    acts.answered(session, act, line, "Ekranı sınıb, təmiri dəyərindən bahadır", by=at_desk.aynur, at=cast.NOW)
    acts.approved(session, act, by=at_desk.leyla, at=cast.NOW)
    assert act.state is T.APPROVED


def test_a_repair_in_the_trace_answers_the_question(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session)
    for state in (S.IN_REPAIR, S.IN_STORE):
        placing.stepped(session, piece, state, act=None, by=at_desk.aynur, at=cast.NOW)
    act = at_desk.submitted(session, A.WRITE_OFF, piece)
    assert drafts.lines_of(session, act)[0].challenges == []


def test_the_snapshot_is_frozen_on_submission(session: Session, at_desk: Desk) -> None:
    piece = at_desk.piece(session, S.IN_REPAIR)
    act = at_desk.submitted(session, A.WRITE_OFF, piece, basis="177 nömrəli qərar")
    at_desk.who.school.name = "Başqa ad"
    piece.serial = "BASQA"
    session.flush()
    session.expire_all()
    assert act.snapshot["school"]["name"] == "190 nömrəli tam orta məktəb"
    assert act.snapshot["lines"][0]["serial"] == "SN000001"
    assert act.snapshot["value_qepik"] == 65_000
    assert act.snapshot["residual_qepik"] is None, "what is not known is not added up"
    assert snapshots.hash_of(act.snapshot) == act.sha256
    with pytest.raises(Conflict, match="submitted and cannot be changed"):
        drafts.pieces_added(session, act, [Piece("INV-0001")], by=at_desk.aynur, at=cast.NOW)


def unfit(session: Session, at_desk: Desk, name: str) -> Act:
    """A draft that cannot be submitted."""
    piece = at_desk.piece(session, S.IN_REPAIR)
    if name == "no piece":
        return at_desk.draft(session, A.WRITE_OFF)
    if name == "no reason":
        return at_desk.draft(session, A.WRITE_OFF, piece, reason="")
    if name == "no commission":
        return at_desk.draft(session, A.WRITE_OFF, piece, commission=None)
    if name == "a commission of another school":
        one = commissions.appointed(
            session, "7", cast.NOW.date(), [Appointed("A", MemberRole.CHAIR), Appointed("B", MemberRole.MEMBER)],
            quorum=2, by=at_desk.leyla, at=cast.NOW, school=at_desk.who.elsewhere,
        )  # fmt: skip
        return at_desk.draft(session, A.WRITE_OFF, piece, commission=one)
    if name == "a commission that is over":
        at_desk.commission.valid_until = at_desk.commission.order_on
        return at_desk.draft(session, A.WRITE_OFF, piece)
    custodian = Contact(school_id=at_desk.who.school.id or 0, name=CHAIR.upper())
    session.add(custodian)
    session.flush()
    piece.custodian_id = custodian.id
    return at_desk.draft(session, A.WRITE_OFF, piece)


UNFIT = {
    "no piece": "no line",
    "no reason": "gives no reason",
    "no commission": "needs a commission",
    "a commission of another school": "another school or district",
    "a commission that is over": "not in office",
    "the chair answers for the piece": "may not chair",
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_not_complete_is_not_submitted(session: Session, at_desk: Desk, name: str) -> None:
    act = unfit(session, at_desk, name)
    with pytest.raises(HouseError, match=UNFIT[name]):
        acts.submitted(session, act, by=at_desk.aynur, at=cast.NOW)


def test_who_does_not_sit_in_the_commission_does_not_sign_for_it(session: Session, at_desk: Desk) -> None:
    act = at_desk.approved(session, A.WRITE_OFF, at_desk.piece(session, S.IN_REPAIR))
    with pytest.raises(Invalid, match="Kimsə is no member"):
        acts.signed(session, act, [Signed(Side.COMMISSION, "Kimsə")], by=at_desk.leyla, at=cast.NOW)


def test_a_technician_approves_nothing(session: Session, at_desk: Desk) -> None:
    act = at_desk.submitted(session, A.WRITE_OFF, at_desk.piece(session, S.IN_REPAIR))
    steps: list[Callable[[], object]] = [
        lambda: acts.approved(session, act, by=at_desk.aynur, at=cast.NOW),
        lambda: acts.rejected(session, act, "Belə olmaz", by=at_desk.aynur, at=cast.NOW),
        lambda: acts.voided(session, act, "Belə olmaz", by=at_desk.aynur, at=cast.NOW),
        lambda: acts.executed(session, act, by=at_desk.aynur, at=cast.NOW),
        lambda: acts.signed(session, act, [], by=at_desk.aynur, at=cast.NOW),
    ]
    for step in steps:
        with pytest.raises(Refused):
            step()


def test_an_act_is_seen_by_whoever_sees_one_of_its_schools(session: Session, at_desk: Desk) -> None:
    transfer = at_desk.draft(session, A.TRANSFER, at_desk.piece(session))
    own = at_desk.draft(session, A.WRITE_OFF, at_desk.piece(session))
    kamran = cast.who(session, at_desk.who.kamran)
    assert drafts.with_id(session, transfer.id or 0, kamran.scope) is transfer
    with pytest.raises(NotFound):
        drafts.with_id(session, own.id or 0, kamran.scope)
    with pytest.raises(Refused, match="giving school"):
        acts.submitted(session, transfer, by=kamran, at=cast.NOW)


def test_a_scan_is_kept_once(session: Session, at_desk: Desk) -> None:
    act = at_desk.approved(session, A.WRITE_OFF, at_desk.piece(session, S.IN_REPAIR))
    first = signing.filed(session, act, "scan", "application/pdf", b"%PDF-", by=at_desk.leyla, at=cast.NOW)
    second = signing.filed(session, act, "scan", "application/pdf", b"%PDF-", by=at_desk.leyla, at=cast.NOW)
    assert first.id == second.id
    with pytest.raises(Invalid, match="10 MB"):
        signing.filed(session, act, "scan", "application/pdf", b"", by=at_desk.leyla, at=cast.NOW)


def test_the_commission_is_whom_the_order_names(session: Session, at_desk: Desk) -> None:
    names = [member.name for member in commissions.members_of(session, at_desk.commission.id or 0)]
    assert names == [CHAIR, DEPUTY, MEMBER]
    fit = commissions.for_school(session, at_desk.who.school, on=cast.NOW.date(), scope=at_desk.aynur.scope)
    assert fit == [at_desk.commission]
    kamran = cast.who(session, at_desk.who.kamran)
    with pytest.raises(NotFound):
        commissions.with_id(session, at_desk.commission.id or 0, kamran.scope)
