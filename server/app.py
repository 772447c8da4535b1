"""The application: one engine, one committer, the doors and the clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from inventory.errors import HouseError
from server import db, errors, ingest, jobs, scrape
from server.api import enrol
from server.current import Current
from server.exposition import Exposition
from server.settings import Settings


class Zeng(FastAPI):
    """FastAPI with one door before it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/api/v1/reports" and scope["method"] == "POST":
            await ingest.receive(self.state, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build(settings: Settings) -> FastAPI:
    """An application on its own engine; migrates the database when it starts."""
    engine = db.open_engine(settings.database)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(db.migrate, engine)
        app.state.committer.start(asyncio.get_running_loop())
        clock = asyncio.create_task(jobs.run(engine, settings.keep_reports_days))
        yield
        clock.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await clock
        await asyncio.to_thread(app.state.committer.close)
        engine.dispose()

    app = Zeng(title="Zəng", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.engine = engine
    app.state.committer = ingest.Committer(engine, settings.commit_window_ms / 1000)
    app.state.tokens = ingest.Tokens(engine)
    app.state.current = Current()
    app.state.exposition = Exposition()
    app.include_router(enrol.router)
    app.add_route("/healthz", _alive)
    app.add_route("/readyz", _ready)
    app.add_route("/metrics", scrape.metrics_page)
    app.add_exception_handler(HouseError, _house_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    return app


async def _alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def _ready(request: Request) -> Response:
    """The database answers too: send work here."""

    def ask() -> None:
        with db.reading(request.app.state.engine) as session:
            session.execute(text("SELECT version_num FROM alembic_version"))

    try:
        await asyncio.to_thread(ask)
    except SQLAlchemyError as error:
        return PlainTextResponse(f"the database does not answer: {type(error).__name__}", 503)
    return PlainTextResponse("ready")


async def _house_error(request: Request, error: Exception) -> Response:
    return errors.of(error) if isinstance(error, HouseError) else errors.problem(500, "Error", "Unexpected.")


async def _invalid(request: Request, error: Exception) -> Response:
    """The first fault of a request body, with the field's name."""
    fault = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    field = ".".join(str(part) for part in fault["loc"] if part != "body") or "body"
    return errors.problem(422, "Invalid", f"{field}: {fault['msg']}", field=field)
