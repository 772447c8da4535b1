"""What reports after it was written off: a finding that a person must explain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, exists, func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import scoping, trace
from inventory.errors import Conflict, Invalid, NotFound
from inventory.lifecycle import GONE, ActKind
from inventory.roles import Permission, Scope, Who, job
from inventory.tables import Act, ActLine, Asset, Finding, School

WRITTEN_OFF_ALIVE: Final = "written_off_alive"
CLOCK: Final = job("afterlife")


def time_passed(session: Session, *, at: datetime) -> int:
    """Raise a finding for each piece that an agent saw after its write-off was executed; how many new ones.

    One that was answered is raised again only when the piece reports again later.
    """
    answered = exists().where(
        col(Finding.asset_id) == col(Asset.id),
        col(Finding.kind) == WRITTEN_OFF_ALIVE,
        (col(Finding.answered_at).is_(None)) | (col(Finding.answered_at) >= col(Asset.seen_at)),
    )
    statement = (
        select(Asset, Act)
        .join(ActLine, col(ActLine.asset_id) == Asset.id)
        .join(Act, col(Act.id) == ActLine.act_id)
        .where(
            col(Asset.state).in_(GONE),
            Act.kind == ActKind.WRITE_OFF,
            col(Act.executed_at).is_not(None),
            col(Asset.seen_at) > col(Act.executed_at),
            ~answered,
        )
    )
    found = session.exec(statement).all()
    if found:
        trace.held(session)
    for asset, act in found:
        evidence = {"serial": asset.serial, "act": act.number}
        evidence["seen_at"] = asset.seen_at.isoformat(timespec="seconds") if asset.seen_at else ""
        row = Finding(kind=WRITTEN_OFF_ALIVE, asset_id=asset.id or 0, school_id=asset.school_id, at=at)
        row.act_id, row.evidence = act.id, evidence
        session.add(row)
        session.flush()
        trace.changed(
            session, "raised", "finding", row.id or 0, by=CLOCK, at=at, after=evidence, school_id=asset.school_id
        )  # fmt: skip
    return len(found)


def listed(scope: Scope) -> Select[*tuple[Any, ...]]:
    """`(Finding, Asset)` in the scope, by the school where the piece was."""
    statement: Select[*tuple[Any, ...]] = (
        select_rows(Finding, Asset)
        .join(Asset, col(Asset.id) == Finding.asset_id)
        .join(School, col(School.id) == Finding.school_id)
    )
    return scoping.within(statement, scope)


def open_ones(session: Session, scope: Scope, *, most: int = 50) -> Sequence[tuple[Finding, Asset]]:
    statement = listed(scope).where(col(Finding.answered_at).is_(None)).order_by(col(Finding.id).desc()).limit(most)
    return [(row[0], row[1]) for row in session.execute(statement)]


def count(session: Session) -> int:
    """Open findings of the country."""
    statement = select(func.count()).select_from(Finding).where(col(Finding.answered_at).is_(None))
    return session.exec(statement).one()


def answered(session: Session, finding_id: int, words: str, *, by: Who, at: datetime) -> Finding:
    by.must(Permission.EXECUTE_ACTS)
    trace.held(session)
    found = session.execute(listed(by.scope).where(col(Finding.id) == finding_id)).first()
    if found is None:
        raise NotFound("There is no such finding, or it is not yours to see.")
    row: Finding = found[0]
    session.refresh(row)
    if row.answered_at is not None:
        raise Conflict("This finding was answered already.")
    if not 3 <= len(words.strip()) <= 500:
        raise Invalid("answer", "Answer in words, with 3 to 500 characters.")
    row.answered, row.answered_by, row.answered_at = words.strip(), by.name, at
    session.add(row)
    session.flush()
    after = {"answered": row.answered}
    trace.changed(session, "answered", "finding", row.id or 0, by=by, at=at, after=after, school_id=row.school_id)
    return row
