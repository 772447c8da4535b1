"""/api/v1/acts: drawn, taken from step to step, signed, printed, their scans filed; commissions and findings."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import acts as steps
from inventory import afterlife, commissions, drafts, scoping, signing, trace
from inventory.drafts import Piece
from inventory.errors import Invalid
from inventory.lifecycle import ActKind, ActState
from inventory.papers import Method, Side
from inventory.roles import Who
from inventory.signing import Signed
from inventory.tables import Act, Asset, Commission, Finding, School
from server import acts, db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep, SettingsDep
from server.printed import paper, pdf, scans

router = APIRouter(prefix="/api/v1", tags=["acts"])
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Emis = Annotated[str, Field(max_length=32), Plain]
Number = Annotated[str, Field(max_length=40), Plain]
Name = Annotated[str, Field(max_length=120), Plain]
Sum = Annotated[int, Field(ge=0, le=2_000_000_000)]


class SalvageIn(BaseModel):
    name: Name
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    value_qepik: Sum | None = None


class PieceIn(BaseModel):
    """`number`: inventory or serial number; `replaces`: in a replacement, of the piece that it comes for."""

    number: Number
    replaces: Number = ""
    condition: Annotated[str, Field(max_length=200), Plain] = ""
    reason: Number = ""
    residual_qepik: Sum | None = None
    salvage: Annotated[list[SalvageIn], Field(max_length=20)] = []

    def piece(self) -> Piece:
        rest = [one.model_dump() for one in self.salvage]
        return Piece(self.number, self.replaces, self.condition, self.reason, self.residual_qepik, rest)


class ActIn(BaseModel):
    """`school`, `to_school`: EMIS codes."""

    kind: ActKind
    school: Emis
    to_school: Emis = ""
    pieces: Annotated[list[PieceIn], Field(max_length=drafts.MOST_LINES)] = []
    commission: Id | None = None
    reason: Number = ""
    basis: Annotated[str, Field(max_length=300), Plain] = ""
    note: Annotated[str, Field(max_length=1000), Plain] = ""
    external_ref: Annotated[str, Field(max_length=80), Plain] = ""
    language: Literal["az", "en", "ru"] = "az"


class StepIn(BaseModel):
    """`to`: the state to go to. `reason`: why, for rejected and void."""

    to: Literal["submitted", "approved", "executed", "rejected", "void"]
    reason: Annotated[str, Field(max_length=500), Plain] = ""


class SignatureIn(BaseModel):
    side: Side
    name: Name
    role: Annotated[str, Field(max_length=24), Plain] = ""
    method: Literal["paper_scan", "tablet", "esign"] = "paper_scan"
    opinion: Annotated[str, Field(max_length=300), Plain] = ""


class SignaturesIn(BaseModel):
    signatures: Annotated[list[SignatureIn], Field(min_length=1, max_length=20)]


class AnswerIn(BaseModel):
    """`number`: inventory number of the piece whose write-off is explained."""

    number: Number
    answer: Annotated[str, Field(max_length=500), Plain]


class WordsIn(BaseModel):
    answer: Annotated[str, Field(max_length=500), Plain]


def row(act: Act, school: School, other: School | None) -> dict[str, Any]:
    return {
        "id": act.id, "number": act.number, "kind": act.kind, "state": act.state, "school": school.emis,
        "to_school": other.emis if other else None, "reason": act.reason, "external_ref": act.external_ref,
        "drawn_at": act.drawn_at, "submitted_at": act.submitted_at, "executed_at": act.executed_at,
        "version": act.version,
    }  # fmt: skip


def _whole(session: Session, act: Act, who: Who) -> dict[str, Any]:
    whole = acts.whole(session, act, who, at=datetime.now(UTC))
    lines = [
        {"place": one.line.place, "inventory_no": one.asset.inventory_no, "serial": one.asset.serial,
         "state": one.asset.state, "direction": one.line.direction, "condition": one.line.condition,
         "reason": one.line.reason, "value_qepik": one.line.value_qepik, "residual_qepik": one.line.residual_qepik,
         "salvage": one.line.salvage, "challenges": list(one.challenges), "answered": one.line.answered,
         "arrived_at": one.line.arrived_at}
        for one in whole.lines
    ]  # fmt: skip
    signatures = [{"side": s.side, "name": s.name, "role": s.role, "method": s.method, "at": s.at}
                  for s in whole.signatures]  # fmt: skip
    files = [{"id": number, "kind": kind, "media_type": media, "sha256": digest, "at": at}
             for number, kind, media, digest, _, at in whole.files]  # fmt: skip
    return row(act, whole.school, whole.other) | {
        "basis": act.basis, "note": act.note, "language": act.language, "commission": act.commission_id,
        "sha256": act.sha256, "check_code": act.check_code, "closed_reason": act.closed_reason, "lines": lines,
        "signatures": signatures, "files": files, "wanting": whole.wanting, "may": sorted(whole.may),
    }  # fmt: skip


def _answer(session: Session, act: Act, who: Who, status: int = 200) -> Answer:
    where = f"/api/v1/acts/{act.id}" if status == 201 else ""
    return Answer(status, _whole(session, act, who), version=act.version, location=where)


@router.get("/acts")
def listed(
    request: Request, who: WhoDep, engine: EngineDep, asked: AskedDep,
    kind: Annotated[ActKind | None, Query()] = None, state: Annotated[ActState | None, Query()] = None,
    school: Annotated[str, Query(max_length=32), Plain] = "",
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        statement = drafts.listed(who.scope)
        statement = statement.where(col(Act.kind) == kind) if kind else statement
        statement = statement.where(col(Act.state) == state) if state else statement
        if school:
            here = scoping.school_seen(session, school, who.scope).id
            statement = statement.where((col(Act.school_id) == here) | (col(Act.to_school_id) == here))

        def as_json(found: Any) -> dict[str, Any]:
            act: Act = found[0]
            other = session.get(School, act.to_school_id) if act.to_school_id else None
            return row(act, session.get_one(School, act.school_id), other)

        return page_of(request, session, statement, [col(Act.id)], asked, as_json, key_of=lambda r: [r[0].id])


@router.post("/acts", status_code=201)
def draw(request: Request, form: ActIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        to = session.exec(select(School).where(School.emis == form.to_school)).first() if form.to_school else None
        if form.to_school and to is None:
            raise Invalid("to_school", "There is no school with the code “%(emis)s”.", emis=form.to_school)
        drawn = drafts.drawn(
            session, form.kind, scoping.school_seen(session, form.school, who.scope), [p.piece() for p in form.pieces],
            by=who, at=datetime.now(UTC), to_school=to, language=form.language, reason=form.reason, basis=form.basis,
            commission=drafts.commission_named(session, form.commission, who.scope), note=form.note,
            external_ref=form.external_ref,
        )  # fmt: skip
        return _answer(session, drawn, who, 201)

    return changing(request, who, body, act)


@router.post("/acts/scans", status_code=201)
def file_scan(request: Request, who: WhoDep, body: BodyDep) -> Response:
    """The body is a PDF, PNG or JPEG of the signed paper, at most 10 MB; the code on it says which act it is."""
    codes, media = scans.check_codes(body), scans.media_type(body)

    def act(session: Session) -> Answer:
        found = acts.by_code(session, codes[0]) if len(codes) == 1 else None
        if found is None:
            raise Invalid("file", "The code on this scan is of no act of this register.")
        seen = drafts.with_id(session, found.id or 0, who.scope)
        signing.filed(session, seen, "scan", media, body, by=who, at=datetime.now(UTC))
        return _answer(session, seen, who, 201)

    return changing(request, who, body, act)


@router.get("/acts/{act_id}")
def one(act_id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        return answered(_answer(session, drafts.with_id(session, act_id, who.scope), who))


@router.post("/acts/{act_id}/steps")
def step(request: Request, act_id: Id, form: StepIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        trace.held(session)
        found, at = drafts.with_id(session, act_id, who.scope), datetime.now(UTC)
        matched(request, found.version)
        if form.to in ("rejected", "void"):
            ended = steps.rejected if form.to == "rejected" else steps.voided
            ended(session, found, form.reason, by=who, at=at)
        else:
            taken = {"submitted": steps.submitted, "approved": steps.approved, "executed": steps.executed}
            taken[form.to](session, found, by=who, at=at)
        return _answer(session, found, who)

    return changing(request, who, body, act)


@router.post("/acts/{act_id}/signatures")
def sign(request: Request, act_id: Id, form: SignaturesIn, who: WhoDep, body: BodyDep) -> Response:
    signed = [Signed(s.side, s.name, s.role, Method(s.method), s.opinion) for s in form.signatures]

    def act(session: Session) -> Answer:
        trace.held(session)
        found = drafts.with_id(session, act_id, who.scope)
        matched(request, found.version)
        steps.signed(session, found, signed, by=who, at=datetime.now(UTC))
        return _answer(session, found, who)

    return changing(request, who, body, act)


@router.post("/acts/{act_id}/answers")
def answer(request: Request, act_id: Id, form: AnswerIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        trace.held(session)
        found = drafts.with_id(session, act_id, who.scope)
        matched(request, found.version)
        for line in drafts.lines_of(session, found):
            if session.get_one(Asset, line.asset_id).inventory_no == form.number:
                steps.answered(session, found, line, form.answer, by=who, at=datetime.now(UTC))
                return _answer(session, found, who)
        raise Invalid("number", "The act has no line with this number.")

    return changing(request, who, body, act)


@router.get("/acts/{act_id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def printed(
    request: Request, act_id: Id, who: WhoDep, engine: EngineDep, settings: SettingsDep,
    lang: Annotated[Literal["az", "en", "ru"] | None, Query()] = None,
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        act = drafts.with_id(session, act_id, who.scope)
        page = paper.of(act, settings.public_url or str(request.base_url), lang or act.language)
    return Response(pdf.made(page), media_type="application/pdf")


@router.get("/commissions")
def commissions_listed(request: Request, who: WhoDep, engine: EngineDep, asked: AskedDep) -> Response:
    with db.reading(engine) as session:

        def as_json(found: Any) -> dict[str, Any]:
            commission = found[0]
            members = commissions.members_of(session, commission.id)
            dates: dict[str, date | None] = {"order_on": commission.order_on, "valid_until": commission.valid_until}
            return {"id": commission.id, "order_no": commission.order_no, "quorum": commission.quorum, **dates,
                    "members": [{"name": m.name, "position": m.position, "role": m.role} for m in members]}  # fmt: skip

        key = col(Commission.id)
        return page_of(
            request, session, commissions.listed(who.scope), [key], asked, as_json, key_of=lambda r: [r[0].id]
        )  # fmt: skip


@router.get("/findings")
def findings(request: Request, who: WhoDep, engine: EngineDep, asked: AskedDep) -> Response:
    with db.reading(engine) as session:

        def as_json(found: Any) -> dict[str, Any]:
            finding, asset = found
            return {"id": finding.id, "kind": finding.kind, "inventory_no": asset.inventory_no, "at": finding.at,
                    "evidence": finding.evidence, "answered": finding.answered}  # fmt: skip

        return page_of(
            request, session, afterlife.listed(who.scope), [col(Finding.id)], asked, as_json,
            key_of=lambda r: [r[0].id],
        )  # fmt: skip


@router.post("/findings/{finding_id}/answers")
def finding_answered(request: Request, finding_id: Id, form: WordsIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        found = afterlife.answered(session, finding_id, form.answer, by=who, at=datetime.now(UTC))
        return Answer(200, {"id": found.id, "answered": found.answered})

    return changing(request, who, body, act)
