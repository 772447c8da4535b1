"""Files that come into the register: brought, mapped, tried, applied; their rows with what they would change."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from inventory.exchange import jobs
from inventory.imports import Fate, JobState, Verdict
from inventory.roles import Permission
from inventory.tables import ImportJob, ImportRow
from server import db
from server.api.core import (
    Answer,
    AskedDep,
    BodyDep,
    Plain,
    WhoDep,
    answered,
    changing,
    matched,
    page_of,
)  # fmt: skip
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["imports"])
JobId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Cell = Annotated[str, Field(max_length=40), Plain]


class Mapping(BaseModel):
    """Of each column of the file what it means, null = nothing; left out: as it was guessed."""

    mapping: Annotated[list[Cell | None], Field(max_length=200)] | None = None


class Rows(BaseModel):
    numbers: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=500)]
    back: bool = False


@router.get("/imports")
def found(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, state: JobState | None = None) -> Response:
    who.must(Permission.IMPORT)
    statement = select(ImportJob).where(jobs.visible(who))
    if state is not None:
        statement = statement.where(col(ImportJob.state) == state)
    with db.reading(engine) as session:
        return page_of(
            request, session, statement, [col(ImportJob.id)], asked, lambda row: _told(row[0]),
            key_of=lambda row: [row[0].id],
        )  # fmt: skip


@router.post("/imports", status_code=201, openapi_extra={
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {
        "type": "string", "format": "binary"}}}}
})  # fmt: skip
def bring(
    request: Request, who: WhoDep, body: BodyDep, kind: Annotated[str, Query(max_length=24), Plain],
    name: Annotated[str, Query(max_length=200), Plain] = "file",
) -> Response:  # fmt: skip
    """The body is the file itself, CSV or XLSX. How it is written and what its columns mean is guessed."""

    def act(session: Session) -> Answer:
        job = jobs.uploaded(session, kind, name, body, by=who, at=datetime.now(UTC))
        return Answer(201, _told(job, session), job.version, f"/api/v1/imports/{job.id}")

    return changing(request, who, body, act)


@router.get("/imports/{job_id}")
def one(who: WhoDep, engine: EngineDep, job_id: JobId) -> Response:
    with db.reading(engine) as session:
        job = jobs.seen(session, job_id, who)
        return answered(Answer(200, _told(job, session), job.version))


@router.post("/imports/{job_id}/plan", status_code=202)
def plan(request: Request, who: WhoDep, job_id: JobId, given: Mapping, body: BodyDep) -> Response:
    """The dry run, with this mapping. It goes on in the background; `state` says when it is `planned`."""

    def act(session: Session) -> Answer:
        job = jobs.seen(session, job_id, who)
        matched(request, job.version)
        jobs.dry_run_wanted(session, job, given.mapping or job.mapping, by=who)
        return Answer(202, _told(job, session), job.version)

    return changing(request, who, body, act)


@router.post("/imports/{job_id}/apply", status_code=202)
def apply(request: Request, who: WhoDep, job_id: JobId, body: BodyDep) -> Response:
    """What the dry run showed is done, in the background; `done` counts it."""

    def act(session: Session) -> Answer:
        job = jobs.seen(session, job_id, who)
        matched(request, job.version)
        jobs.application_wanted(session, job, by=who)
        return Answer(202, _told(job, session), job.version)

    return changing(request, who, body, act)


@router.post("/imports/{job_id}/reject")
def reject(request: Request, who: WhoDep, job_id: JobId, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        job = jobs.seen(session, job_id, who)
        matched(request, job.version)
        jobs.rejected(session, job, by=who, at=datetime.now(UTC))
        return Answer(200, _told(job, session), job.version)

    return changing(request, who, body, act)


@router.post("/imports/{job_id}/rows/reject")
def reject_rows(request: Request, who: WhoDep, job_id: JobId, given: Rows, body: BodyDep) -> Response:
    """Single rows are taken out of what will be applied, or put back in."""

    def act(session: Session) -> Answer:
        job = jobs.seen(session, job_id, who)
        matched(request, job.version)
        jobs.rows_rejected(session, job, given.numbers, back=given.back, by=who)
        return Answer(200, _told(job, session), job.version)

    return changing(request, who, body, act)


@router.get("/imports/{job_id}/rows")
def rows(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, job_id: JobId, verdict: Verdict | None = None,
    fate: Fate | None = None,
) -> Response:  # fmt: skip
    """`cells`: of an update, by column, [what is there, what the file says]. `reason`: why an error, or left."""
    with db.reading(engine) as session:
        job = jobs.seen(session, job_id, who)
        statement = select(ImportRow).where(col(ImportRow.job_id) == job.id)
        if verdict is not None:
            statement = statement.where(col(ImportRow.verdict) == verdict)
        if fate is not None:
            statement = statement.where(col(ImportRow.fate) == fate)
        return page_of(
            request, session, statement, [col(ImportRow.number)], asked, lambda row: _row(row[0]),
            key_of=lambda row: [row[0].number],
        )  # fmt: skip


def _told(job: ImportJob, session: Session | None = None) -> dict[str, Any]:
    told = {
        "id": job.id, "kind": job.kind, "state": job.state, "source": job.source, "file_name": job.file_name,
        "sha256": job.sha256, "media": job.media, "encoding": job.encoding, "delimiter": job.delimiter,
        "headers": job.headers, "mapping": job.mapping, "by": job.by, "counts": job.counts, "done": job.done,
        "position": job.position, "created_at": job.created_at, "planned_at": job.planned_at,
        "ended_at": job.ended_at, "fault": job.fault % job.words if job.words else job.fault, "version": job.version,
    }  # fmt: skip
    if session is not None:
        same = jobs.twin(session, job)
        told["imported_before_as"] = same.id if same else None
    return told


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "number": row.number, "key": row.key, "raw": row.raw, "verdict": row.verdict, "fate": row.fate,
        "cells": row.cells, "column": row.column or None,
        "reason": (row.sentence % row.words if row.words else row.sentence) or None,
    }  # fmt: skip
