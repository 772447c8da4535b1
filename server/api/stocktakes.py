"""/api/v1/stocktakes: planned, begun, carried to the school, ended, decided and signed."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import deciding, findings, scoping, stocktaking
from inventory.counting import Decision, StocktakeState
from inventory.errors import Invalid, NotFound
from inventory.roles import Who
from inventory.tables import School, Stocktake
from server import counts, db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["stocktakes"])
Code = Annotated[str, Field(max_length=32), Plain]
Uid = Annotated[str, Field(max_length=32), Plain]


class PlanIn(BaseModel):
    """A school, or a district: then one stock-take for each of its schools that has none open."""

    school: Code = ""
    district: Code = ""
    commission: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    note: Annotated[str, Field(max_length=300), Plain] = ""


class SignIn(BaseModel):
    """Names of those who signed, as they stand in the commission."""

    signers: Annotated[list[Annotated[str, Field(max_length=120), Plain]], Field(max_length=20)]


class DecideIn(BaseModel):
    """`line`: key of the line. `reason`: needed for "leave"."""

    line: Annotated[str, Field(max_length=130), Plain]
    decision: Decision
    reason: Annotated[str, Field(max_length=300), Plain] = ""


@router.get("/stocktakes")
def listed(
    request: Request, who: WhoDep, engine: EngineDep, asked: AskedDep,
    state: Annotated[StocktakeState | None, Query()] = None,
    school: Annotated[str, Query(max_length=32), Plain] = "",
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        statement = counts.listed(who.scope, state.value if state else "", school)
        key: Any = col(Stocktake.id)
        return page_of(request, session, statement, [key], asked, _row, key_of=lambda row: [row[0].id])


@router.post("/stocktakes", status_code=201)
def plan(request: Request, form: PlanIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        schools = chosen(session, form.school, form.district, who)
        rows = stocktaking.planned(
            session, schools, commission_id=form.commission, note=form.note, by=who, at=datetime.now(UTC)
        )
        named = {school.id: school for school in schools}
        items = [_row((row, named[row.school_id])) for row in rows]
        return Answer(201, {"items": items}, location=f"/api/v1/stocktakes/{rows[0].uid}" if len(rows) == 1 else "")

    return changing(request, who, body, act)


def chosen(session: Session, emis: str, district: str, who: Who) -> list[School]:
    """The school, or the schools of the district, that this person may see."""
    if bool(emis) == bool(district):
        raise Invalid("school", "Name a school or a district, one of the two.")
    if emis:
        return [scoping.school_seen(session, emis, who.scope)]
    asked = select(School).where(School.district_code == district, col(School.closed_on).is_(None))
    schools = list(session.exec(scoping.within(asked.order_by(col(School.id)), who.scope)))
    if not schools:
        raise NotFound(scoping.NO_SUCH_PAGE)
    return schools


@router.get("/stocktakes/{uid}")
def carried(uid: str, who: WhoDep, engine: EngineDep) -> Response:
    """The whole stock-take with rooms and lines: what a telephone carries to a school without a line."""
    with db.reading(engine) as session:
        stocktake = findings.counted(session, uid, by=who)
        school = session.get_one(School, stocktake.school_id)
        body = counts.carried(session, stocktake, school, who.scope, at=datetime.now(UTC))
        return answered(Answer(200, body, version=stocktake.version))


@router.post("/stocktakes/{uid}/begin")
def begin(request: Request, uid: str, who: WhoDep, body: BodyDep) -> Response:
    return _stepped(request, uid, who, body, lambda s, row: stocktaking.begun(s, row, by=who, at=datetime.now(UTC)))


@router.post("/stocktakes/{uid}/end")
def end(request: Request, uid: str, who: WhoDep, body: BodyDep) -> Response:
    return _stepped(request, uid, who, body, lambda s, row: stocktaking.ended(s, row, by=who, at=datetime.now(UTC)))


@router.post("/stocktakes/{uid}/sign")
def sign(request: Request, uid: str, form: SignIn, who: WhoDep, body: BodyDep) -> Response:
    return _stepped(
        request, uid, who, body,
        lambda s, row: stocktaking.signed(s, row, form.signers, by=who, at=datetime.now(UTC)),
    )  # fmt: skip


@router.post("/stocktakes/{uid}/decisions")
def decide(request: Request, uid: str, form: DecideIn, who: WhoDep, body: BodyDep) -> Response:
    """What becomes of a line; where that needs an act, it is drafted, and `act` is its id."""

    def act(session: Session) -> Answer:
        stocktake = findings.counted(session, uid, by=who)
        line = deciding.decided(session, stocktake, form.line, form.decision, form.reason, by=who, at=datetime.now(UTC))
        return Answer(200, {"line": line.key, "decision": form.decision.value, "act": line.act_id})

    return changing(request, who, body, act)


def _stepped(request: Request, uid: str, who: Who, body: bytes, step: Any) -> Response:
    def act(session: Session) -> Answer:
        stocktake = findings.counted(session, uid, by=who)
        step(session, stocktake)
        row = _row((stocktake, session.get_one(School, stocktake.school_id)))
        return Answer(200, row, version=stocktake.version)

    return changing(request, who, body, act)


def _row(row: Any) -> dict[str, Any]:
    stocktake, school = row
    moments = {
        name: moment.isoformat() if (moment := getattr(stocktake, name)) else None
        for name in ("planned_at", "opened_at", "frozen_at", "signed_at")
    }
    return {
        "uid": stocktake.uid, "school": {"emis": school.emis, "name": school.name}, "state": stocktake.state.value,
        "commission": stocktake.commission_id, "note": stocktake.note, "signers": stocktake.signers, **moments,
    }  # fmt: skip
