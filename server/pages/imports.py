"""Files on their way into the register: the list, bringing one, its columns, the dry run, what became of it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from sqlalchemy import Select, select
from sqlmodel import Session, col
from starlette.responses import RedirectResponse, Response, StreamingResponse

from inventory.errors import Conflict, HouseError, Invalid
from inventory.exchange import guess, jobs, sheets
from inventory.exchange.registry import KINDS, importable
from inventory.imports import RUNNING, Fate, JobState, Media, Source, Verdict
from inventory.roles import Permission, Who
from inventory.tables import ImportFile, ImportJob, ImportRow
from server import auth, db, exports
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_imports
from server.pages.view import SignedView, View

LARGEST: Final = 40_000_000  # bytes of a file
ON_A_PAGE, LISTED, SAMPLE = 100, 50, 5

router = APIRouter(include_in_schema=False)
JobId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Word = Annotated[str, Form(max_length=40)]
Numbers = Annotated[list[int], Form(default_factory=list, max_length=500)]


@router.get("/imports")
def listed(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    visitor.who.must(Permission.IMPORT)
    return _list(view, engine, visitor.who)


@router.get("/imports/queue")
def queue(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    """What EMIS dropped and nobody has decided about."""
    visitor.who.must(Permission.IMPORT)
    with db.reading(engine) as session:
        waiting = _jobs(visitor.who).where(
            col(ImportJob.source) == Source.EMIS,
            col(ImportJob.state).in_((JobState.GUESSED, *RUNNING, JobState.PLANNED)),
        )  # fmt: skip
        found = session.scalars(waiting).all()
    return view.page("imports_queue.html", jobs=found, said=words_imports, kinds=KINDS)


@router.post("/imports", dependencies=[auth.OwnForm])
def bring(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, kind: Word = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:  # fmt: skip
    visitor.who.must(Permission.IMPORT)
    name = file.filename or "" if file else ""
    body = file.file.read() if file else b""
    try:
        with db.writing(engine) as session:
            job = jobs.uploaded(session, kind, name, body, by=visitor.who, at=view.now)
            job_id = job.id
    except Invalid as error:
        return _list(view, engine, visitor.who, view.told(error), kind, 422)
    return RedirectResponse(f"/imports/{job_id}", 303)


def _list(view: View, engine: Any, who: Who, fault: str = "", kind: str = "", status: int = 200) -> Response:
    kinds = [each for each in KINDS.values() if each.look is not None and who.may(each.wants)]
    with db.reading(engine) as session:
        found = session.scalars(_jobs(who).limit(LISTED)).all()
    return view.page(
        "imports.html", status, jobs=found, kinds=KINDS, offered=kinds, fault=fault, chosen=kind, said=words_imports
    )  # fmt: skip


def _jobs(who: Who) -> Select[Any]:
    return select(ImportJob).where(jobs.visible(who)).order_by(col(ImportJob.id).desc())


@router.get("/imports/{job_id}")
def one(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, job_id: JobId,
    verdict: Annotated[str, Query(max_length=12)] = "", fate: Annotated[str, Query(max_length=12)] = "",
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        job = jobs.seen(session, job_id, visitor.who)
        return _one(view, session, job, visitor.who, verdict=verdict, fate=fate, after=after)


def _one(
    view: View, session: Session, job: ImportJob, who: Who, *, verdict: str = "", fate: str = "", after: int = 0,
    fault: str = "", status: int = 200,
) -> Response:  # fmt: skip
    kind = importable(job.kind)
    rows = select(ImportRow).where(col(ImportRow.job_id) == job.id, col(ImportRow.number) > after)
    if verdict in set(Verdict):
        rows = rows.where(col(ImportRow.verdict) == verdict)
    if fate in set(Fate):
        rows = rows.where(col(ImportRow.fate) == fate)
    shown = session.scalars(rows.order_by(col(ImportRow.number)).limit(ON_A_PAGE + 1)).all()
    sample: list[Sequence[str]] = []
    if job.state is JobState.GUESSED and (file := session.get(ImportFile, job.id)):
        try:
            sample = [row.raw for row in jobs.Reading(file.body, jobs.form_of(job)).take(SAMPLE)]
        except HouseError as error:
            fault = fault or view.told(error)
    worth = sum(job.counts.get(each, 0) for each in ("create", "update"))
    return view.page(
        "import.html", status, job=job, kind=kind, rows=shown[:ON_A_PAGE], verdict=verdict, fate=fate,
        more=shown[ON_A_PAGE - 1].number if len(shown) > ON_A_PAGE else None, sample=sample, fault=fault,
        said=words_imports, twin=jobs.twin(session, job), encodings=guess.ENCODINGS, worth=worth,
        fates=jobs.counted(session, job) if job.state is JobState.PLANNED else {}, reason=_reason(view),
        columns=kind.by_key, running=job.state in RUNNING, may=who.may(kind.wants), total=sum(job.counts.values()),
        key_column=kind.columns[0] if kind.key[0] == kind.columns[0].key else kind.by_key[kind.key[0]],
    )  # fmt: skip


def _reason(view: View) -> Any:
    def told(row: ImportRow) -> str:
        said = view._(row.sentence)
        return said % row.words if row.words else said

    return told


@router.post("/imports/{job_id}", dependencies=[auth.OwnForm])
def decide(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, job_id: JobId, numbers: Numbers, do: Word = "",
    encoding: Word = "", delimiter: Word = "",
    mapping: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:  # fmt: skip
    """`do`: form (another encoding), plan, apply, reject, out and back (single rows)."""
    who = visitor.who
    try:
        with db.writing(engine) as session:
            job = jobs.seen(session, job_id, who)
            if do == "form":
                jobs.form_corrected(session, job, encoding, "\t" if delimiter == "tab" else delimiter, by=who)
            elif do == "plan":
                jobs.dry_run_wanted(session, job, mapping or [], by=who)
            elif do == "apply":
                jobs.application_wanted(session, job, by=who)
            elif do == "reject":
                jobs.rejected(session, job, by=who, at=view.now)
            elif do in ("out", "back"):
                jobs.rows_rejected(session, job, numbers, back=do == "back", by=who)
    except (Conflict, Invalid) as error:
        with db.reading(engine) as session:
            job = jobs.seen(session, job_id, who)
            return _one(view, session, job, who, fault=view.told(error), status=422)
    return RedirectResponse(f"/imports/{job_id}", 303)


@router.get("/imports/{job_id}/errors")
def errors(view: SignedView, visitor: VisitorDep, engine: EngineDep, job_id: JobId) -> Response:
    """The rows that were not applied and why, in the form of the file that was brought: mend it and bring it again."""
    with db.reading(engine) as session:
        job = jobs.seen(session, job_id, visitor.who)
        session.expunge(job)
    rows = _wrong(view, engine, job)
    name = f'attachment; filename="zeng-import-{job.id}-errors.{job.media.value}"'
    headers = {"content-disposition": name, "cache-control": "no-store"}
    if job.media is Media.CSV:
        pieces = sheets.csv_written(rows, jobs.form_of(job))
        kept = {"utf-8-sig": "utf-8"}.get(job.encoding, job.encoding)
        return StreamingResponse(pieces, headers=headers, media_type=f"text/csv; charset={kept}")
    file = exports.in_pieces(exports.sheet(rows, [False] * (len(job.headers) + 1)))
    return StreamingResponse(file, headers=headers, media_type=exports.MEDIA[Media.XLSX])


def _wrong(view: View, engine: Any, job: ImportJob) -> Iterator[list[str]]:
    told, width = _reason(view), len(job.headers)
    yield [*job.headers, view._("Reason")]
    with db.reading(engine) as session:
        wrong = (col(ImportRow.verdict) == Verdict.ERROR) | (col(ImportRow.fate) == Fate.LEFT)
        rows = select(ImportRow).where(col(ImportRow.job_id) == job.id, wrong).order_by(col(ImportRow.number))
        for row in session.scalars(rows.execution_options(yield_per=500)):
            cells = [*row.raw, *[""] * (width - len(row.raw))]
            column = importable(job.kind).by_key.get(row.column)
            yield [*cells[:width], f"{column.name(view.language)}: {told(row)}" if column else told(row)]
