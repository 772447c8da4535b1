"""One act: its lines, its steps with who may take the next, its paper and its files."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, UploadFile
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from inventory import acts as steps
from inventory import drafts, signing
from inventory.drafts import Piece
from inventory.errors import Conflict, HouseError, Invalid, NotFound, Refused
from inventory.papers import PAPERS, Method, Side
from inventory.roles import Permission, Who
from inventory.signing import Signed
from inventory.tables import Act, ActFile, ActLine
from server import acts, auth, db, i18n
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_acts, words_register
from server.pages.acts import numbers_in
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View
from server.printed import paper, pdf, scans, typeface

router = APIRouter(include_in_schema=False)
Cell = Annotated[str, Form(max_length=1000)]
Ticks = Annotated[list[str], Form(max_length=40)]
SIGNATURES: Final = b"\x30\x82", b"PK\x03\x04", b"-----BEGIN"  # CMS in DER or PEM (.p7s), ASiC containers
SAID: Final = "There is no such act, or it is not yours to see."


@router.get("/acts/scans")
def scans_page(view: SignedView, visitor: VisitorDep) -> Response:
    visitor.who.must(Permission.SIGN_ACTS)
    return view.page("act_scan.html", fault="")


@router.post("/acts/scans", dependencies=[auth.OwnForm])
def scan_filed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, file: UploadFile, act: Cell = "", kind: Cell = "scan"
) -> Response:
    """The code on the paper says which act it is; `act`: the page from which it came, which must be the same."""
    body = file.file.read(signing.LARGEST_FILE + 1)
    try:
        number = filed(engine, visitor.who, body, kind="esign" if kind == "esign" else "scan", act=act, view=view)
    except (Invalid, Conflict) as error:
        return view.page("act_scan.html", 422, fault=view.told(error))
    return RedirectResponse(f"/acts/{number}#sign", 303)


def filed(engine: Engine, who: Who, body: bytes, *, kind: str, act: str, view: View) -> int:
    """The id of the act to which the file belongs by its own code, or (an e-signature) by the page it came from."""
    code, media = "", "application/octet-stream"
    if kind == "scan":
        codes, media = scans.check_codes(body), scans.media_type(body)
        if not codes:
            raise Invalid("file", "No code of an act was found on this scan; scan the page with the code, at 200 dpi.")
        if len(codes) > 1:
            raise Invalid("file", "Several acts are on this scan; scan each of them by itself.")
        code = codes[0]
    elif not body.startswith(SIGNATURES):
        raise Invalid("file", "This is no electronic signature; right is a detached .p7s, or an .asice container.")
    with db.writing(engine) as session:
        wanted = row_id(act)
        if kind == "scan":
            row = acts.by_code(session, code)
            if row is None:
                raise Invalid("file", "The code on this scan is of no act of this register.")
            if wanted and row.id != wanted:
                raise Invalid("file", "This paper is of another act: %(number)s.", number=row.number)
            wanted = row.id
        row = drafts.with_id(session, wanted or 0, who.scope)
        signing.filed(session, row, kind, media, body, by=who, at=view.now)
        return row.id or 0


@router.get("/acts/paper.css")
def style(visitor: VisitorDep) -> Response:
    return Response(typeface.for_browsers() + paper.CSS.read_text(encoding="utf-8"), media_type="text/css")


@router.get("/acts/{act_id}")
def act_page(act_id: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _shown(act_id, view, visitor.who, engine)


def _shown(act_id: str, view: View, who: Who, engine: Engine, error: HouseError | None = None) -> Response:
    with db.reading(engine) as session:
        act = found(session, act_id, who)
        whole = acts.whole(session, act, who, at=view.now)
        offered = acts.commissions_for(session, whole.school, who, at=view.now) if "edit" in whole.may else []
        return view.page(
            "act.html", 422 if error else 200, whole=whole, act=act, fault=view.told(error) if error else "",
            said=words_acts, register=words_register, form=PAPERS[act.kind], commissions=offered,
            sides=acts.sides(session, act, who), signed={(row.side, row.name) for row in whole.signatures},
        )  # fmt: skip


def found(session: Session, act_id: str, who: Who) -> Act:
    return drafts.with_id(session, row_id(act_id) or 0, who.scope)


@router.post("/acts/{act_id}", dependencies=[auth.OwnForm])
def act_done(
    act_id: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, do: Cell = "", version: Cell = "",
    place: Cell = "", words: Cell = "", pieces: Cell = "", replaces: Cell = "", condition: Cell = "",
    residual: Cell = "", reason: Cell = "", basis: Cell = "", note: Cell = "", commission: Cell = "",
    external_ref: Cell = "", method: Cell = Method.PAPER_SCAN, name_from: Cell = "", name_to: Cell = "",
    ticked: Ticks = [],  # noqa: B006
) -> Response:  # fmt: skip
    """One button of the page; `version`: of the act as it was shown, so that nobody approves what was changed."""
    by, at = visitor.who, view.now

    def act_on(session: Session, act: Act) -> None:
        if version != str(act.version):
            raise Conflict("Somebody changed the act meanwhile; look at it again.")
        said = line(words)
        doors: dict[str, Callable[[], Any]] = {
            "submit": lambda: steps.submitted(session, act, by=by, at=at),
            "approve": lambda: steps.approved(session, act, by=by, at=at),
            "execute": lambda: steps.executed(session, act, by=by, at=at),
            "reject": lambda: steps.rejected(session, act, said, by=by, at=at),
            "void": lambda: steps.voided(session, act, said, by=by, at=at),
            "answer": lambda: steps.answered(session, act, _line(session, act, place), said, by=by, at=at),
            "remove": lambda: drafts.piece_removed(session, act, _line(session, act, place), by=by, at=at),
            "add": lambda: drafts.pieces_added(
                session, act, [Piece(n, replaces=line(replaces)) for n in numbers_in(pieces)], by=by, at=at),
            "describe": lambda: drafts.piece_described(
                session, act, _line(session, act, place), _piece(condition, residual, reason), by=by, at=at),
            "change": lambda: drafts.changed(
                session, act, by=by, at=at, commission=drafts.commission_named(session, row_id(commission), by.scope),
                reason=line(reason), basis=line(basis), note=line(note)),
            "number": lambda: drafts.changed(session, act, by=by, at=at, external_ref=line(external_ref)),
            "sign": lambda: steps.signed(
                session, act, _signatures(session, act, ticked, name_from, name_to, method), by=by, at=at),
        }  # fmt: skip
        if do not in doors:
            raise Invalid("do", "This button does not exist.")
        doors[do]()

    try:
        with db.writing(engine) as session:
            act_on(session, found(session, act_id, by))
    except (Invalid, Conflict) as error:
        return _shown(act_id, view, by, engine, error)
    except Refused as error:  # of this act somebody else takes this step; the page says who
        return _shown(act_id, view, by, engine, error)
    return RedirectResponse(f"/acts/{act_id}", 303)


def _line(session: Session, act: Act, place: str) -> ActLine:
    for one in drafts.lines_of(session, act):
        if one.place == row_id(place):
            return one
    raise Invalid("place", "The act has no such line.")


def _piece(condition: str, residual: str, reason: str) -> Piece:
    return Piece("", condition=line(condition), reason=line(reason), residual_qepik=money(residual))


def money(text: str) -> int | None:
    """`12,50` manat in qəpik; None for an empty cell."""
    given = line(text).replace(" ", "").replace(",", ".")
    whole, _, rest = given.partition(".")
    if not given:
        return None
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 8 and len(rest) <= 2 and (rest + "0").isdecimal()):
        raise Invalid("residual", "This is no sum of money; right is for example 12,50.")
    return int(whole) * 100 + int((rest + "00")[:2])


def _signatures(
    session: Session, act: Act, ticked: list[str], name_from: str, name_to: str, method: str
) -> list[Signed]:  # fmt: skip
    """Ticked members of the commission by their names; a school's by the name that was written."""
    how = Method(method) if method in (Method.PAPER_SCAN, Method.TABLET, Method.ESIGN) else Method.PAPER_SCAN
    signed = [Signed(Side.COMMISSION, line(name), method=how) for name in ticked]
    signed += [Signed(Side.FROM, line(name_from), "director", how)] if line(name_from) else []
    signed += [Signed(Side.TO, line(name_to), "director", how)] if line(name_to) else []
    if not signed:
        raise Invalid("ticked", "Tick at least one signature that stands on the paper.")
    if how is Method.PAPER_SCAN and not any(kind == "scan" for _, kind, *_ in signing.files_of(session, act)):
        raise Invalid("ticked", "File the scan of the signed paper first.")
    return signed


def page_of(request: Request, view: View, act: Act, language: str) -> paper.Paper:
    chosen = language if language in i18n.LANGUAGES else act.language
    return paper.of(act, view.settings.public_url or str(request.base_url), chosen)


@router.get("/acts/{act_id}/paper")
def paper_page(
    request: Request, act_id: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, lang: str = ""
) -> Response:
    with db.reading(engine) as session:
        page = page_of(request, view, found(session, act_id, visitor.who), lang)
    return Response(paper.html(page, styles="/acts/paper.css"), media_type="text/html")


@router.get("/acts/{act_id}/pdf")
def pdf_page(
    request: Request, act_id: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, lang: str = ""
) -> Response:
    with db.reading(engine) as session:
        act = found(session, act_id, visitor.who)
        page, name = page_of(request, view, act, lang), f"act-{act.kind.value}-{(act.number or '')[4:]}.pdf"
    try:
        made = pdf.made(page)
    except pdf.NoPrinter as error:
        return _shown(act_id, view, visitor.who, engine, error)
    return Response(made, media_type="application/pdf", headers={"content-disposition": f'inline; filename="{name}"'})


@router.get("/acts/{act_id}/files/{file_id}")
def file_page(act_id: str, file_id: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """Always as a download: what somebody uploaded is not opened as a page of ours."""
    with db.reading(engine) as session:
        act = found(session, act_id, visitor.who)
        row = session.get(ActFile, row_id(file_id) or 0)
        if row is None or row.act_id != act.id:
            raise NotFound(SAID)
        end = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(row.media_type, "p7s")
        headers = {"content-disposition": f'attachment; filename="act-{act.id}-{row.kind}-{row.id}.{end}"'}
        return Response(row.body, media_type=row.media_type, headers=headers)
