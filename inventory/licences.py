"""What happens to licences: seats are bought, renewed, given and taken back. The one place that refuses too many.

Whoever changes seats holds the pool first, so that two at once cannot both take the last one; pages, API, imports and
the console all come through here.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from inventory import scoping, seats, software, trace
from inventory.errors import Conflict, Invalid, NotFound
from inventory.licensing import EARLIEST, LARGEST, LATEST, Term, overdrawn
from inventory.lifecycle import GONE
from inventory.roles import Permission, Scope, Who
from inventory.tables import (
    Allocation,
    Asset,
    Contract,
    District,
    Entitlement,
    LicencePool,
    LicenceWarning,
    Lot,
    School,
)  # fmt: skip

EVERYWHERE: Final = Scope(None)
Target = District | School | Asset


def bought(
    session: Session, pool: LicencePool, term: Term, *, contract: Contract | None = None, lot: Lot | None = None,
    key_ref: str = "", note: str = "", by: Who, at: datetime,
) -> Entitlement:  # fmt: skip
    """Seats come into the pool."""
    software.keeper_of_all(by)
    _sound(term)
    _held(session, pool)
    return _entered(session, pool, term, None, contract, lot, key_ref, note, by, at)


def renewed(
    session: Session, old: Entitlement, term: Term, *, carry: bool, contract: Contract | None = None,
    lot: Lot | None = None, key_ref: str = "", note: str = "", by: Who, at: datetime,
) -> Entitlement:  # fmt: skip
    """A new row that carries the old one on. `carry`: what was given until the old last day is given on until the new.

    Conflict where there is a day between, or where the new seats are too few for what is carried on.
    """
    software.keeper_of_all(by)
    _sound(term)
    pool = session.get_one(LicencePool, old.pool_id)
    _held(session, pool)
    if old.last_on is None:
        raise Conflict("These seats have no last day; there is nothing to renew.")
    if term.last_on is not None and term.last_on <= old.last_on:
        raise Invalid("last_on", "A renewal lasts longer than %(day)s, the last day of the old term.", day=old.last_on)
    if carry and term.from_on > old.last_on + timedelta(days=1):
        raise Conflict(
            "Between %(last)s and %(first)s nothing is valid, so that what was given cannot go on; begin the renewal"
            " on the next day, or give the seats anew.",
            last=old.last_on, first=term.from_on,
        )  # fmt: skip
    new = _entered(session, pool, term, old.id, contract, lot, key_ref, note, by, at)
    if carry:
        ends = select(Allocation).where(Allocation.pool_id == pool.id, Allocation.last_on == old.last_on)
        for row in session.exec(ends.order_by(col(Allocation.id))).all():
            _changed(session, row, {"last_on": term.last_on}, by, at)
        _enough(session, pool, min(old.last_on, term.from_on))
    return new


def entitlement_changed(
    session: Session, row: Entitlement, term: Term, *, key_ref: str, note: str, by: Who, at: datetime
) -> None:
    """A correction of what was bought; Conflict where less is left than was given."""
    software.keeper_of_all(by)
    _sound(term)
    pool = session.get_one(LicencePool, row.pool_id)
    _held(session, pool)
    since = min(row.from_on, term.from_on)
    cells: dict[str, Any] = {"quantity": term.quantity, "from_on": term.from_on, "last_on": term.last_on}
    cells |= {"key_ref": key_ref, "note": note}
    software.edited(session, row, "entitlement", row.id or 0, cells, by=by, at=at)
    _enough(session, pool, since)


def entitlement_removed(session: Session, row: Entitlement, *, reason: str, by: Who, at: datetime) -> None:
    """It was never bought. Conflict where a renewal points at it, or where its seats were given."""
    software.keeper_of_all(by)
    software.said("reason", reason)
    pool = session.get_one(LicencePool, row.pool_id)
    _held(session, pool)
    if session.exec(select(Entitlement.id).where(Entitlement.renews_id == row.id)).first() is not None:
        raise Conflict("A renewal points at these seats; remove the renewal first.")
    for warning in session.exec(select(LicenceWarning).where(LicenceWarning.entitlement_id == row.id)).all():
        session.delete(warning)
    session.flush()
    before = {"quantity": row.quantity, "from_on": row.from_on, "last_on": row.last_on}
    since, key = row.from_on, row.id or 0
    session.delete(row)
    session.flush()
    trace.changed(session, "removed", "entitlement", key, by=by, at=at, before=before, reason=reason)
    _enough(session, pool, since)


def given(
    session: Session, pool: LicencePool, target: Target, term: Term, *, note: str = "", by: Who, at: datetime
) -> Allocation:
    """Seats go to a district, a school or one machine. NotFound where `by` does not see it; Conflict where too many."""
    by.must(Permission.KEEP_LICENCES)
    _sound(term)
    _in_scope(session, target, by)
    _held(session, pool)
    row = Allocation(pool_id=pool.id or 0, quantity=term.quantity, from_on=term.from_on, last_on=term.last_on)
    row.note = note
    match target:
        case District():
            row.district_code = target.code
        case School():
            row.school_id = target.id
        case Asset():
            row.asset_id = target.id
            if target.state in GONE:
                raise Conflict("%(number)s is written off and takes no seat.", number=target.inventory_no)
            _one_seat(session, pool, target, term, None)
    session.add(row)
    session.flush()
    facts = {
        "pool": pool.code, "to": _name(target), "quantity": term.quantity, "from_on": term.from_on,
        "last_on": term.last_on,
    }  # fmt: skip
    trace.changed(session, "given", "allocation", row.id or 0, by=by, at=at, after=facts,
                  school_id=_school_id(session, row))  # fmt: skip
    _enough(session, pool, term.from_on)
    return row


def allocation_changed(session: Session, row: Allocation, term: Term, *, note: str, by: Who, at: datetime) -> None:
    by.must(Permission.KEEP_LICENCES)
    _sound(term)
    _in_scope(session, target_of(session, row), by)
    pool = session.get_one(LicencePool, row.pool_id)
    _held(session, pool)
    if row.asset_id is not None:
        _one_seat(session, pool, session.get_one(Asset, row.asset_id), term, row.id)
    since = min(row.from_on, term.from_on)
    cells = {"quantity": term.quantity, "from_on": term.from_on, "last_on": term.last_on, "note": note}
    _changed(session, row, cells, by, at)
    _enough(session, pool, since)


def taken_back(session: Session, row: Allocation, last_on: date, *, by: Who, at: datetime, reason: str = "") -> None:
    """The seats are free from the day after `last_on`; before the first day, they were never given."""
    by.must(Permission.KEEP_LICENCES)
    _in_scope(session, target_of(session, row), by)
    _held(session, session.get_one(LicencePool, row.pool_id))
    last_on = min(max(last_on, EARLIEST), LATEST)
    if row.last_on is not None and last_on >= row.last_on:
        return
    school_id, key = _school_id(session, row), row.id or 0
    if last_on >= row.from_on:
        _changed(session, row, {"last_on": last_on}, by, at, reason)
        return
    before = {"quantity": row.quantity, "from_on": row.from_on, "last_on": row.last_on}
    session.delete(row)
    session.flush()
    trace.changed(session, "removed", "allocation", key, by=by, at=at, before=before, school_id=school_id,
                  reason=reason)  # fmt: skip


def target_of(session: Session, row: Allocation) -> Target:
    if row.district_code is not None:
        return session.get_one(District, row.district_code)
    if row.school_id is not None:
        return session.get_one(School, row.school_id)
    return session.get_one(Asset, row.asset_id)


def _held(session: Session, pool: LicencePool) -> None:
    """Nobody else changes the seats of this pool until the transaction ends."""
    trace.held(session)
    session.refresh(pool, with_for_update=True)


def _enough(session: Session, pool: LicencePool, since: date) -> None:
    """Conflict where on some day from `since` on more is given than there is."""
    key = pool.id or 0
    terms = seats.bought(session, [key])[key]
    over = overdrawn(terms, seats.given(session, [key], EVERYWHERE)[key], since=since)
    if over is not None:
        raise Conflict(
            "On %(day)s the pool %(code)s has %(bought)s seats and %(allocated)s would be given; give fewer, end them"
            " earlier, or enter more seats first.",
            day=over.on, code=pool.code, bought=over.bought, allocated=over.allocated,
        )  # fmt: skip


def _one_seat(session: Session, pool: LicencePool, asset: Asset, term: Term, but: int | None) -> None:
    """A machine has one seat of a pool at a time."""
    if term.quantity != 1:
        raise Invalid("quantity", "A machine takes one seat; right is 1.")
    others = select(Allocation).where(Allocation.pool_id == pool.id, Allocation.asset_id == asset.id)
    for row in session.exec(others.where(col(Allocation.id) != (but or 0))).all():
        if row.from_on <= (term.last_on or date.max) and term.from_on <= (row.last_on or date.max):
            raise Conflict("%(number)s has a seat of this pool at that time already.", number=asset.inventory_no)


def _entered(
    session: Session, pool: LicencePool, term: Term, renews: int | None, contract: Contract | None, lot: Lot | None,
    key_ref: str, note: str, by: Who, at: datetime,
) -> Entitlement:  # fmt: skip
    row = Entitlement(pool_id=pool.id or 0, quantity=term.quantity, from_on=term.from_on, last_on=term.last_on)
    row.renews_id, row.key_ref, row.note = renews, key_ref, note
    row.contract_id, row.lot_id = contract.id if contract else None, lot.id if lot else None
    session.add(row)
    session.flush()
    facts = {
        "pool": pool.code, "quantity": term.quantity, "from_on": term.from_on, "last_on": term.last_on,
        "renews": renews, "contract": contract.number if contract else None, "lot": row.lot_id, "key_ref": key_ref,
    }  # fmt: skip
    verb = "renewed" if renews else "bought"
    trace.changed(session, verb, "entitlement", row.id or 0, by=by, at=at, after=facts)
    return row


def _changed(
    session: Session, row: Allocation, cells: Mapping[str, Any], by: Who, at: datetime, reason: str = ""
) -> None:
    software.edited(
        session, row, "allocation", row.id or 0, cells, by=by, at=at, school_id=_school_id(session, row), reason=reason
    )


def _sound(term: Term) -> None:
    if not 1 <= term.quantity <= LARGEST:
        raise Invalid("quantity", "The number of seats is out of range; right is 1 to %(most)s.", most=LARGEST)
    for field, day in (("from_on", term.from_on), ("last_on", term.last_on)):
        if day is not None and not EARLIEST <= day <= LATEST:
            raise Invalid(field, "No licence is of that time; right is a day from %(first)s to %(last)s.",
                          first=EARLIEST, last=LATEST)  # fmt: skip
    if term.last_on is not None and term.last_on < term.from_on:
        raise Invalid("last_on", "The last day lies before the first; right is %(day)s or later.", day=term.from_on)


def _in_scope(session: Session, target: Target, by: Who) -> None:
    """NotFound for a place that this person does not see: it is not told apart from one that is not there."""
    match target:
        case District():
            if not by.scope.covers(target.code):
                raise NotFound(scoping.NO_SUCH_PAGE)
        case School():
            scoping.school_with_id(session, target.id or 0, by.scope)
        case Asset():
            scoping.school_with_id(session, target.school_id, by.scope)


def _school_id(session: Session, row: Allocation) -> int | None:
    if row.asset_id is not None:
        return session.get_one(Asset, row.asset_id).school_id
    return row.school_id


def _name(target: Target) -> str:
    match target:
        case District():
            return target.code
        case School():
            return f"school {target.emis}"
        case Asset():
            return target.inventory_no
