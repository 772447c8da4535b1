"""Transfers that the network completes: every piece reports from the taking school; and those that wait too long."""

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from inventory import acts, drafts, sightings
from inventory.errors import HouseError
from inventory.lifecycle import ActKind, ActState
from inventory.papers import TRANSIT_DAYS, Method, Side
from inventory.roles import Scope, job
from inventory.signing import Signed
from inventory.tables import Act, ActSignature, School

CLOCK: Final = job("arrivals")
log = logging.getLogger("zeng.acts")
NEVER: Final = (None, None, None)


def time_passed(session: Session, *, at: datetime) -> int:
    """Complete the transfers whose pieces all report from the taking school; how many.

    A piece counts from the moment when the giving side had signed: what was seen there before proves nothing.
    """
    done = 0
    for act, handed_over in _on_the_way(session):
        lines = [line for line in drafts.lines_of(session, act) if line.arrived_at is None]
        seen = sightings.last_seen(session, [line.asset_id for line in lines])
        for line in lines:
            seen_at, school_id, _ = seen.get(line.asset_id, NEVER)
            if seen_at is not None and seen_at >= handed_over and school_id == act.to_school_id:
                line.arrived_at = seen_at
                session.add(line)
        if all(line.arrived_at for line in lines):
            done += _completed(session, act, at)
    session.flush()
    return done


def _completed(session: Session, act: Act, at: datetime) -> bool:
    """False where the act was gone on with meanwhile, or cannot be: the next pass looks at it again."""
    school = session.get_one(School, act.to_school_id)
    signature = Signed(Side.TO, school.name[:120], "network", Method.NETWORK)
    session.flush()
    try:
        with session.begin_nested():
            acts.arrived(session, act, signature, by=CLOCK, at=at)
    except HouseError as error:
        log.warning("act %s cannot be completed by the network: %s", act.number, error)
        return False
    return True


def overdue(session: Session, scope: Scope, *, at: datetime) -> list[tuple[Act, datetime]]:
    """Transfers on the way for more than five days, with the moment of handing over; the oldest first."""
    late = [(act, since) for act, since in _on_the_way(session, scope) if at - since > timedelta(days=TRANSIT_DAYS)]
    return sorted(late, key=lambda found: found[1])


def _on_the_way(session: Session, scope: Scope | None = None) -> list[tuple[Act, datetime]]:
    statement = (
        select(Act, func.min(ActSignature.at))
        .join(ActSignature, col(ActSignature.act_id) == Act.id)
        .where(Act.kind == ActKind.TRANSFER, Act.state == ActState.APPROVED, ActSignature.side == Side.FROM)
        .group_by(col(Act.id))
        .order_by(col(Act.id))
    )
    if scope is not None:
        statement = statement.where(drafts.seen(scope))
    return [(act, since) for act, since in session.exec(statement)]
