"""What happens to licences by the clock: seats that end soon are told of, seats of machines that are gone come back."""

from datetime import datetime

from sqlmodel import Session, col, select

from inventory import licences, seats, trace
from inventory.licensing import unrenewed, warning_due
from inventory.lifecycle import GONE
from inventory.placing import day_of
from inventory.roles import Who
from inventory.tables import Allocation, Asset, Entitlement, LicenceWarning


def time_passed(session: Session, *, by: Who, at: datetime) -> list[LicenceWarning]:
    """By the clock: seats that end soon are told once a step, seats of machines that are gone come back."""
    today = day_of(at)
    trace.held(session)
    gone = select(Allocation).join(Asset, col(Asset.id) == col(Allocation.asset_id))
    gone = gone.where(col(Asset.state).in_(sorted(GONE)))
    for seat in session.exec(gone).all():
        if seat.last_on is None or seat.last_on > today:
            licences.taken_back(session, seat, today, by=by, at=at, reason="the machine is written off")
    rows = session.exec(select(Entitlement).where(col(Entitlement.last_on) >= today)).all()
    told: list[LicenceWarning] = []
    for row in rows:
        later = session.exec(select(Entitlement).where(Entitlement.renews_id == row.id)).all()
        term, renewals = seats.term_of(row), [seats.term_of(one) for one in later]
        W = LicenceWarning
        before = session.exec(select(W.days).where(W.entitlement_id == row.id, W.last_on == row.last_on)).all()
        step = warning_due(term, renewals, before, today)
        if step is not None and row.last_on is not None:
            left = unrenewed(term, renewals)
            told.append(W(entitlement_id=row.id or 0, last_on=row.last_on, days=step, seats=left, at=at))
    session.add_all(told)
    session.flush()
    return told
