"""Versions of one thing that were made without knowing of one another wait here for a person in the office."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import scoping, trace
from inventory.errors import Conflict, NotFound
from inventory.roles import Scope, Who
from inventory.tables import School, SyncConflict

NO_SUCH_CONFLICT: Final = "There is no such conflict, or it is not yours to see."


def kept(
    session: Session, noun: str, key: str, versions: Sequence[Mapping[str, Any]], *, school_id: int, title: str,
    at: datetime,
) -> None:  # fmt: skip
    """These versions of the thing disagree; one open conflict per thing keeps all of them."""
    row = _open(session, noun, key)
    if row is None:
        row = SyncConflict(noun=noun, key=key, school_id=school_id)
        row.opened_at = at
    row.title, row.versions = title[:200], [dict(version) for version in versions]
    session.add(row)
    session.flush()


def ended(session: Session, noun: str, key: str, *, at: datetime, taken: str = "", by: str = "") -> None:
    """The thing is no longer disputed: a person took one version, or somebody who knew them all looked again."""
    row = _open(session, noun, key)
    if row is not None:
        row.open, row.closed_at, row.taken, row.taken_by = False, at, taken, by
        session.add(row)
        session.flush()


def waiting(session: Session, conflict_id: int, *, by: Who) -> SyncConflict:
    """The conflict, for somebody who may see its school. NotFound else, Conflict where it was settled already."""
    row = session.get(SyncConflict, conflict_id)
    if row is None:
        raise NotFound(NO_SUCH_CONFLICT)
    try:
        scoping.school_with_id(session, row.school_id, by.scope)
    except NotFound as error:
        raise NotFound(NO_SUCH_CONFLICT) from error
    if not row.open:
        raise Conflict("This conflict was settled already.")
    return row


def waiting_in(scope: Scope) -> Select[Any]:
    """Statement over (SyncConflict, School): those that wait in the scope."""
    asked: Any = select_rows(SyncConflict, School).join(School, col(School.id) == SyncConflict.school_id)
    return scoping.within(asked.where(col(SyncConflict.open)), scope)


def told(session: Session, row: SyncConflict, uid: str, *, by: Who, at: datetime) -> None:
    """The trace row of a person who took one version."""
    before = {"versions": row.versions}
    trace.changed(
        session, "settled", row.noun, row.key, by=by, at=at, school_id=row.school_id, before=before,
        after={"taken": uid},
    )  # fmt: skip


def _open(session: Session, noun: str, key: str) -> SyncConflict | None:
    asked = select(SyncConflict).where(SyncConflict.noun == noun, SyncConflict.key == key, col(SyncConflict.open))
    return session.exec(asked).first()
