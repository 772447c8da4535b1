"""/api/v1/sync: what a telephone made without a line arrives here; /api/v1/conflicts: what two of them disagree on."""

import logging
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import col, func, select
from starlette.responses import Response

from inventory import conflicts, scoping, syncing
from inventory.errors import Conflict, NotFound
from inventory.roles import Who
from inventory.syncing import Operation, Outcome, Told
from inventory.tables import School, SyncConflict
from server import db, i18n
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["sync"])
log = logging.getLogger("zeng.sync")
NOT_KEPT = "The server could not keep this; tell the office what you wanted to say."
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Word = Annotated[str, Field(max_length=40), Plain]
Value = Annotated[str, Field(max_length=1000), Plain] | bool | Annotated[int, Field(ge=-(2**31), le=2**31 - 1)] | None
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2199, 1, 1, tzinfo=UTC))]


class OperationIn(BaseModel):
    """`uuid`: made where the operation was made; `base`: what was known there of the thing, as `base` of a download or
    of an answer gave it; `body`: as the kind has it ("count": stocktake, line, code, found, room, method, name, note).
    """

    uuid: Id
    kind: Word
    made_at: Moment
    base: Annotated[list[Word], Field(max_length=16)] = []
    body: Annotated[dict[Word, Value], Field(max_length=30)] = {}


class SyncIn(BaseModel):
    """`person`: whose operations these are; refused where somebody else is signed in. At most 100 at a time."""

    person: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    operations: Annotated[list[OperationIn], Field(max_length=100)]


class TakeIn(BaseModel):
    """`take`: uid of the version that is taken."""

    take: Id


@router.get("/sync")
def state(who: WhoDep, engine: EngineDep) -> Response:
    """Who is signed in here, the server's clock, and how many conflicts wait in the office."""
    with db.reading(engine) as session:
        counted = select(func.count()).select_from(SyncConflict).join(School, col(School.id) == SyncConflict.school_id)
        open_now = session.exec(scoping.within(counted.where(col(SyncConflict.open)), who.scope)).one()
    person = {"id": who.person_id, "name": who.name, "role": who.role.value}
    return answered(Answer(200, {"person": person, "at": datetime.now(UTC).isoformat(), "conflicts": open_now}))


@router.post("/sync")
def replay(who: WhoDep, engine: EngineDep, form: SyncIn, lang: Literal["az", "en", "ru"] = "en") -> Response:
    """Each operation in its own transaction, in the order given; the answer to each in the same order.

    `outcome`: applied, conflict (kept, and somebody in the office decides) or refused with a sentence. `repeated`: it
    came before, and this is what became of it then. A request that breaks off loses nothing: send it again.
    """
    if form.person is not None and form.person != who.person_id:
        raise Conflict("These operations are of another person; they wait until that person signs in again.")
    at = datetime.now(UTC)
    results = [_told(_came(engine, operation, who, at), lang) for operation in form.operations]
    return answered(Answer(200, {"results": results, "at": at.isoformat()}))


def _came(engine: EngineDep, given: OperationIn, who: Who, at: datetime) -> Told:
    operation = Operation(given.uuid, given.kind, given.made_at.astimezone(UTC), list(given.base), dict(given.body))
    try:
        with db.writing(engine) as session:
            return syncing.operation_came(session, operation, by=who, at=at)
    except (DataError, IntegrityError) as error:  # ours to mend; the operations behind it must not wait for that
        log.error("an operation of the kind %s could not be kept", given.kind, exc_info=error)
        return Told(given.uuid, Outcome.REFUSED, sentence=NOT_KEPT)


def _told(told: Told, lang: str) -> dict[str, Any]:
    said = i18n.translations(lang).gettext(told.sentence) if told.sentence else ""
    return {
        "uuid": told.uuid, "outcome": told.outcome.value, "repeated": told.repeated,
        "sentence": said % told.words if told.words else said, "now": told.now,
    }  # fmt: skip


@router.get("/conflicts")
def waiting(request: Request, who: WhoDep, engine: EngineDep, asked: AskedDep) -> Response:
    """The conflicts that wait, the oldest first, each with all its versions."""
    with db.reading(engine) as session:
        key: Any = col(SyncConflict.id)
        return page_of(
            request, session, conflicts.waiting_in(who.scope), [key], asked, _conflict, key_of=lambda row: [row[0].id]
        )


@router.post("/conflicts/{conflict_id}/take")
def take(request: Request, conflict_id: int, form: TakeIn, who: WhoDep, body: BodyDep) -> Response:
    """A person takes one version."""

    def act(session: Any) -> Answer:
        syncing.version_taken(session, conflict_id, form.take, by=who, at=datetime.now(UTC))
        return Answer(200, {"taken": form.take})

    if conflict_id > 2**31 - 1 or conflict_id < 1:
        raise NotFound(conflicts.NO_SUCH_CONFLICT)
    return changing(request, who, body, act)


def _conflict(row: Any) -> dict[str, Any]:
    conflict, school = row
    return {
        "id": conflict.id, "noun": conflict.noun, "key": conflict.key, "title": conflict.title, "school": school.emis,
        "versions": conflict.versions, "opened_at": conflict.opened_at.isoformat(),
    }  # fmt: skip
