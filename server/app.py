"""The application: one engine, one committer, the doors and the clock."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from server import auth, db, importing, ingest, jobs, live, oidc, scrape
from server.api import doors as api_doors
from server.api.described import described
from server.current import Current
from server.errors import TooLarge, problem
from server.exposition import Exposition
from server.pages import doors, faults, imports
from server.settings import Settings

LARGEST_FORM = 64_000  # bytes; reports have a limit of their own, ZENG_MAX_BODY_BYTES
LARGER = {  # by the beginning of the path: bytes of what is uploaded there
    "/acts/scans": 10_100_000,
    "/api/v1/acts/scans": 10_100_000,
    "/imports": imports.LARGEST,
    "/api/v1/imports": imports.LARGEST,
}
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Zeng(FastAPI):
    """FastAPI with one door before it, and no more of a body than a form or an enrolment has."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/api/v1/reports" and scope["method"] == "POST":
            await ingest.receive(self.state, scope, receive, send)
        elif scope["type"] == "http" and ("\x00" in scope["path"] or b"%00" in scope["query_string"]):
            await problem(400, "Bad request", "An address holds no character NUL.")(scope, receive, send)
        else:
            named = _named(scope, send)
            await super().__call__(scope, _small(scope, receive, await self._limit(scope)), named)

    async def _limit(self, scope: Scope) -> int:
        """Bytes that a body may have: more for an upload, from somebody known alone (a form is read before its route
        asks who sends it)."""
        if scope["type"] != "http":
            return LARGEST_FORM
        larger = next((size for path, size in LARGER.items() if scope["path"].startswith(path)), LARGEST_FORM)
        if larger == LARGEST_FORM or scope["method"] in auth.SAFE:
            return LARGEST_FORM
        scope["app"] = self
        return larger if await asyncio.to_thread(auth.is_known, Request(scope)) else LARGEST_FORM

    def openapi(self) -> dict[str, Any]:
        """OpenAPI 3.1 of the JSON API, made once."""
        return self.openapi_schema or described(super().openapi())


def _named(scope: Scope, send: Send) -> Send:
    """Gives the request a name that the trace keeps and the answer tells: the caller's X-Request-Id, or a new one."""
    if scope["type"] != "http":
        return send
    given = dict(scope["headers"]).get(b"x-request-id", b"")
    name = given if REQUEST_ID.fullmatch(given) else uuid4().hex.encode()
    scope["zeng_request"] = name.decode()

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", name)]
        await send(message)

    return told


def _small(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive` that raises TooLarge: at once for a length that is announced, in time for one that is not."""
    if scope["type"] != "http":
        return receive
    announced = int(dict(scope["headers"]).get(b"content-length") or 0)
    had = 0

    async def counted() -> Message:
        nonlocal had
        if announced > limit:
            raise TooLarge(limit)
        message = await receive()
        had += len(message.get("body", b""))
        if had > limit:
            raise TooLarge(limit)
        return message

    return counted


def build(settings: Settings) -> FastAPI:
    """An application on its own engine; migrates the database when it starts."""
    engine = db.open_engine(settings.database)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(db.migrate, engine)
        app.state.committer.start(asyncio.get_running_loop())
        running = [
            asyncio.create_task(jobs.run(engine, settings.keep_reports_days, app.state.writes)),
            asyncio.create_task(importing.run(engine, app.state.writes, settings.emis_drop)),
            asyncio.create_task(app.state.watch.run()),
            asyncio.create_task(scrape.warmed(engine, app.state.current, app.state.exposition)),
        ]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(app.state.committer.close)
            engine.dispose()

    # redirect_slashes: such a redirect names the host that the caller claims to have asked.
    app = Zeng(title="Zəng", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.settings = settings
    app.state.engine = engine
    app.state.writes = db.Writes()
    app.state.committer = ingest.Committer(engine, settings.commit_window_ms / 1000, app.state.writes)
    app.state.tokens = ingest.Tokens(engine)
    app.state.current = Current()
    app.state.watch = live.Watch(engine, app.state.current)
    app.state.exposition = Exposition()
    app.state.provider = oidc.Provider(settings) if settings.oidc_issuer else None
    api_doors.hang_into(app)
    app.add_route("/healthz", _alive)
    app.add_route("/readyz", _ready)
    app.add_route("/metrics", scrape.metrics_page)
    doors.hang_into(app)
    app.add_exception_handler(TooLarge, _too_large)
    return app


async def _too_large(request: Request, error: Exception) -> Response:
    if faults.for_people(request):
        return faults.page(request, 413, faults.OTHER)
    return problem(413, "Too large", error.detail if isinstance(error, TooLarge) else str(error))


async def _alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def _ready(request: Request) -> Response:
    """The database answers too, and took the last write (the clock tries one every few seconds): send work here."""

    def ask() -> None:
        with db.reading(request.app.state.engine) as session:
            session.execute(text("SELECT version_num FROM alembic_version"))

    try:
        await asyncio.to_thread(ask)
    except SQLAlchemyError as error:
        return PlainTextResponse(f"the database does not answer: {type(error).__name__}", 503)
    if fault := request.app.state.writes.fault:
        return PlainTextResponse(f"the database takes no writes: {fault}; the server's log says why", 503)
    return PlainTextResponse("ready")
