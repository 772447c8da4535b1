"""The application: one engine, one committer, the doors and the clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from server import db, ingest, jobs, live, scrape
from server.api import enrol
from server.current import Current
from server.exposition import Exposition
from server.pages import doors
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
        running = [
            asyncio.create_task(jobs.run(engine, settings.keep_reports_days)),
            asyncio.create_task(app.state.watch.run()),
        ]
        yield
        for task in running:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(app.state.committer.close)
        engine.dispose()

    app = Zeng(title="Zəng", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.engine = engine
    app.state.committer = ingest.Committer(engine, settings.commit_window_ms / 1000)
    app.state.tokens = ingest.Tokens(engine)
    app.state.current = Current()
    app.state.watch = live.Watch(engine, app.state.current)
    app.state.exposition = Exposition()
    app.include_router(enrol.router)
    app.add_route("/healthz", _alive)
    app.add_route("/readyz", _ready)
    app.add_route("/metrics", scrape.metrics_page)
    doors.hang_into(app)
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
