"""An act on its way: submitted, approved, signed, executed; or rejected, or void. Only here does an act change a piece.

Every step first takes the act (drafts.taken), so that two people never take the same step twice, and leaves a trace.
"""

from collections.abc import Sequence
from datetime import datetime
from secrets import choice
from typing import Final

from sqlmodel import Session, col, func, select

from inventory import challenges, drafts, numbering, placing, signing, snapshots, trace
from inventory.commissions import members_of
from inventory.errors import Conflict, Invalid
from inventory.folding import folded
from inventory.lifecycle import OPEN_ACTS, SERIES, ActKind, ActState, AssetState, may_enter, may_follow
from inventory.papers import PAPERS, MemberRole, Side, Wanting, landing
from inventory.roles import Permission, Who
from inventory.secrets import CODE_LETTERS
from inventory.signing import Signed
from inventory.tables import (
    Act,
    ActLine,
    ActSignature,
    Asset,
    Commission,
    Contact,
    Delivery,
    Lot,
    Person,
    School,
    Trace,
)

CHECK_LETTERS: Final = 12
ON_THE_WAY: Final = frozenset({AssetState.IN_TRANSIT, AssetState.WRITEOFF_PROPOSED})


def submitted(session: Session, act: Act, *, by: Who, at: datetime) -> None:
    """Freeze the lines, give the number. A write-off is challenged, and its pieces are proposed from now on."""
    drafts.taken(session, act, by)
    _goes(act, ActState.SUBMITTED)
    lines = drafts.lines_of(session, act)
    if not lines:
        raise Invalid("pieces", "The act has no line; name at least one piece.")
    if not act.reason and not all(line.reason for line in lines):
        raise Invalid("reason", "The act gives no reason; choose one.")
    _commission_fits(session, act, lines, at)
    for line in lines:
        asset = _piece(session, line)
        if asset.school_id != act.school_id or not may_enter(act.kind, asset.state, incoming=line.direction == "in"):
            raise Conflict(
                "%(number)s cannot stand on this act as it is now; look at its state first.", number=asset.inventory_no
            )
        if act.kind is ActKind.WRITE_OFF:
            line.challenges = list(challenges_of(session, asset, line.reason or act.reason, at=at))
        session.add(line)
    today = placing.day_of(at)
    act.number = numbering.taken(session, SERIES[act.kind], today.year)
    act.check_code = "".join(choice(CODE_LETTERS) for _ in range(CHECK_LETTERS))
    act.layout, act.submitted_at = f"{act.kind.value}-1", at
    person = session.exec(select(Person).where(Person.login == act.drawn_by)).first()
    act.snapshot = snapshots.frozen(session, act, lines, on=today, drawn_by=person.name if person else act.drawn_by)
    act.sha256 = snapshots.hash_of(act.snapshot)
    _gone(session, act, ActState.SUBMITTED, by=by, at=at, cells={"number": act.number, "sha256": act.sha256})
    if act.kind is ActKind.WRITE_OFF:
        for line in lines:
            _taken_away(session, act, line, AssetState.WRITEOFF_PROPOSED, by=by, at=at)


def _commission_fits(session: Session, act: Act, lines: Sequence[ActLine], at: datetime) -> None:
    commission = session.get(Commission, act.commission_id) if act.commission_id else None
    if commission is None:
        if PAPERS[act.kind].commission:
            raise Invalid("commission", "An act of this kind needs a commission; choose one.")
        return
    school, today = session.get_one(School, act.school_id), placing.day_of(at)
    elsewhere = commission.school_id not in (None, school.id) or (
        commission.district_code not in (None, school.district_code)
    )
    if elsewhere:
        raise Invalid("commission", "This commission was appointed for another school or district.")
    if commission.order_on > today or (commission.valid_until is not None and commission.valid_until < today):
        raise Invalid("commission", "This commission is not in office today; choose another one.")
    chair = next(m for m in members_of(session, commission.id or 0) if m.role == MemberRole.CHAIR)
    keepers = select(Contact.name).join(Asset, col(Asset.custodian_id) == Contact.id).where(
        col(Asset.id).in_([line.asset_id for line in lines])
    )  # fmt: skip
    if folded(chair.name) in {folded(name) for name in session.exec(keepers)}:
        raise Conflict("%(name)s answers for one of these pieces and may not chair the commission.", name=chair.name)


def challenges_of(session: Session, asset: Asset, reason: str, *, at: datetime) -> Sequence[dict[str, str]]:
    """What speaks against writing this piece off, by what the register knows of it now."""
    warranty = asset.warranty_until
    if warranty is None and asset.delivery_id is not None:
        came = select(col(Delivery.delivered_on), col(Lot.warranty_months)).join(Lot, col(Lot.id) == Delivery.lot_id)
        delivered_on, months = session.exec(came.where(Delivery.id == asset.delivery_id)).one()
        warranty = challenges.warranty_from(delivered_on, months)
    steps = select(col(Trace.after)).where(
        Trace.noun == "asset", Trace.key == asset.inventory_no, Trace.verb == "stepped"
    )
    repairs = sum((after or {}).get("state") == AssetState.IN_REPAIR for after in session.exec(steps))
    if asset.state is AssetState.IN_REPAIR:
        repairs = max(repairs, 1)
    known = challenges.Known(asset.seen_at, warranty, repairs)
    return [dict(one) for one in challenges.challenges(known, reason, at=at, today=placing.day_of(at))]


def answered(session: Session, act: Act, line: ActLine, words: str, *, by: Who, at: datetime) -> None:
    """What was found against the write-off of a piece is answered in words, before the act is approved."""
    drafts.taken(session, act, by)
    if act.state not in (ActState.DRAFT, ActState.SUBMITTED):
        raise Conflict("The act was approved already; its answers cannot be changed.")
    if not 3 <= len(words.strip()) <= 500:
        raise Invalid("answer", "Answer in words, with 3 to 500 characters.")
    before = {"answered": line.answered}
    line.answered = words.strip()
    session.add(line)
    drafts.written(session, act)
    trace.changed(
        session, "answered", drafts.NOUN, drafts.key_of(act), by=by, at=at, before=before,
        after={"answered": line.answered, "piece": _piece(session, line).inventory_no}, school_id=act.school_id,
    )  # fmt: skip


def approved(session: Session, act: Act, *, by: Who, at: datetime) -> None:
    drafts.taken(session, act, by, Permission.EXECUTE_ACTS)
    _goes(act, ActState.APPROVED)
    for line in drafts.lines_of(session, act):
        if line.challenges and not line.answered:
            raise Conflict(
                "What speaks against writing off %(number)s was not answered yet.",
                number=_piece(session, line).inventory_no,
            )
    _gone(session, act, ActState.APPROVED, by=by, at=at)


def signed(session: Session, act: Act, signatures: Sequence[Signed], *, by: Who, at: datetime) -> Wanting:
    """Signatures are put down; what is still wanting.

    Once the giving side of a transfer has signed, its pieces are in transit; once the taking side has too, the act is
    executed: to sign there is to accept.
    """
    drafts.taken(session, act, by, Permission.SIGN_ACTS, either=True)
    return _signed(session, act, signatures, by=by, at=at)


def _signed(session: Session, act: Act, signatures: Sequence[Signed], *, by: Who, at: datetime) -> Wanting:
    if act.state is not ActState.APPROVED:
        raise Conflict("Only an act that was approved, and is not signed yet, is signed.")
    sides = {one.side for one in signatures} | {Side(row.side) for row in signing.signatures_of(session, act)}
    if Side.TO in sides and Side.FROM not in sides:
        raise Conflict("The giving school signs first.")
    wanting = signing.put_down(session, act, signatures, by=by, at=at)
    drafts.written(session, act)
    if act.kind is ActKind.TRANSFER and Side.FROM in sides:
        for line in drafts.lines_of(session, act):
            if line.was is None:
                _taken_away(session, act, line, AssetState.IN_TRANSIT, by=by, at=at)
    if wanting is Wanting.NOTHING:
        _gone(session, act, ActState.SIGNED, by=by, at=at)
        if act.kind is ActKind.TRANSFER:
            _executed(session, act, by=by, at=at)
    return wanting


def arrived(session: Session, act: Act, signature: Signed, *, by: Who, at: datetime) -> None:
    """Every piece of a transfer reports from the taking school: its network signs for it."""
    drafts.taken(session, act, by, Permission.EXECUTE_ACTS)
    _signed(session, act, [signature], by=by, at=at)


def executed(session: Session, act: Act, *, by: Who, at: datetime) -> None:
    """What the act says happens to its pieces, to all in this transaction."""
    drafts.taken(session, act, by, Permission.EXECUTE_ACTS)
    _executed(session, act, by=by, at=at)


def _executed(session: Session, act: Act, *, by: Who, at: datetime) -> None:
    _goes(act, ActState.EXECUTED)
    lines = drafts.lines_of(session, act)
    for line in sorted(lines, key=lambda line: line.direction == "in"):
        _happened(session, act, line, lines, by=by, at=at)
    act.executed_at = at
    _gone(session, act, ActState.EXECUTED, by=by, at=at)


def _happened(session: Session, act: Act, line: ActLine, lines: Sequence[ActLine], *, by: Who, at: datetime) -> None:
    asset = _piece(session, line)
    if act.kind is ActKind.ACCEPTANCE:
        placing.stepped(session, asset, AssetState.ACCEPTED, act=act, by=by, at=at)
    elif act.kind is ActKind.TRANSFER:
        placing.moved(session, asset, session.get_one(School, act.to_school_id), act=act, by=by, at=at)
        state = landing(line.was, reports=line.arrived_at is not None)
        placing.stepped(session, asset, state, act=act, by=by, at=at)
    elif act.kind is ActKind.WRITE_OFF:
        if asset.state is AssetState.MISSING:  # lost on the way through the commission: it is written off all the same
            placing.stepped(session, asset, AssetState.WRITEOFF_PROPOSED, act=act, by=by, at=at)
        placing.stepped(session, asset, AssetState.WRITTEN_OFF, act=act, by=by, at=at)
    elif act.kind is ActKind.DISPOSAL:
        placing.stepped(session, asset, AssetState.DISPOSED, act=act, by=by, at=at)
    elif line.direction == "in":
        old = _piece(session, next(other for other in lines if other.id == line.replaces_id))
        placing.stepped(session, asset, AssetState.INSTALLED, act=act, by=by, at=at)
        placing.took_the_place(session, asset, old, act=act, by=by, at=at)
    elif asset.state is not AssetState.MISSING:
        placing.stepped(session, asset, AssetState.IN_STORE, act=act, by=by, at=at)


def rejected(session: Session, act: Act, reason: str, *, by: Who, at: datetime) -> None:
    _ended(session, act, ActState.REJECTED, reason, by=by, at=at)


def voided(session: Session, act: Act, reason: str, *, by: Who, at: datetime) -> None:
    """The act comes to nothing; its number stays taken. Whoever drew a draft may drop it."""
    _ended(session, act, ActState.VOID, reason, by=by, at=at)


def _ended(session: Session, act: Act, state: ActState, reason: str, *, by: Who, at: datetime) -> None:
    draft = act.state is ActState.DRAFT
    drafts.taken(session, act, by, Permission.DRAW_ACTS if draft else Permission.EXECUTE_ACTS)
    if act.state is not ActState.DRAFT:
        by.must(Permission.EXECUTE_ACTS)
    _goes(act, state)
    if not 3 <= len(reason.strip()) <= 500:
        raise Invalid("reason", "Say why, with 3 to 500 characters.")
    act.closed_reason = reason.strip()
    for line in drafts.lines_of(session, act):
        asset = _piece(session, line)
        if line.was is not None and asset.state in ON_THE_WAY:
            placing.stepped(session, asset, line.was, act=act, by=by, at=at, reason=act.closed_reason)
    _gone(session, act, state, by=by, at=at, reason=act.closed_reason)


def _piece(session: Session, line: ActLine) -> Asset:
    return session.get_one(Asset, line.asset_id)


def _taken_away(session: Session, act: Act, line: ActLine, state: AssetState, *, by: Who, at: datetime) -> None:
    asset = _piece(session, line)
    line.was = asset.state
    session.add(line)
    placing.stepped(session, asset, state, act=act, by=by, at=at)


def _goes(act: Act, after: ActState) -> None:
    if not may_follow(act.state, after):
        raise Conflict("The act is at another step by now; read it again.")


def _gone(
    session: Session, act: Act, after: ActState, *, by: Who, at: datetime, reason: str = "",
    cells: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """The act is at its next step; its lines let their pieces go where it is at its end."""
    before, act.state = act.state, after
    if after not in OPEN_ACTS:
        for line in drafts.lines_of(session, act):
            line.open = False
            session.add(line)
    drafts.written(session, act)
    trace.changed(
        session, after.value, drafts.NOUN, drafts.key_of(act), by=by, at=at, before={"state": before},
        after={"state": after, **(cells or {})}, school_id=act.school_id, reason=reason,
    )  # fmt: skip


def handed_over_at(session: Session, act: Act) -> datetime | None:
    """When the giving side of a transfer signed."""
    statement = select(func.min(ActSignature.at)).where(ActSignature.act_id == act.id, ActSignature.side == Side.FROM)
    return session.exec(statement).first()
