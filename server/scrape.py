"""GET /metrics: the schools' series and the server's own, for Prometheus."""

import asyncio
import gzip
import hmac
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from prometheus_client import exposition as text_format
from prometheus_client.openmetrics import exposition as open_metrics
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from server import db, metrics, places
from server.current import Current
from server.errors import problem
from server.exposition import Exposition

GZIP_LEVEL = 1  # a country's 10 MB in some 50 ms; level 6 saves a third of the bytes and costs three times that
SMALLEST_ZIPPED = 1_000  # bytes
log = logging.getLogger("zeng.scrape")


async def metrics_page(request: Request) -> Response:
    """Text format 0.0.4, or OpenMetrics where the Accept header names it; 401 where a token is set and not given."""
    state = request.app.state
    if not _let_in(state.settings.metrics_token, request.headers.get("authorization", "")):
        answer = problem(401, "Token needed", "Give the metrics token (ZENG_METRICS_TOKEN) as a bearer token.")
        answer.headers["www-authenticate"] = "Bearer"
        return answer
    is_open = "application/openmetrics-text" in request.headers.get("accept", "")
    own: Callable[..., Any] = open_metrics.generate_latest if is_open else text_format.generate_latest
    kind = open_metrics.CONTENT_TYPE_LATEST if is_open else "text/plain; version=0.0.4; charset=utf-8"
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    metrics.WAITING.set(state.committer.backlog)
    body = await asyncio.to_thread(_body, state.engine, state.current, state.exposition, own)
    headers = {"vary": "accept, accept-encoding", "cache-control": "no-store"}
    if zipped and len(body) >= SMALLEST_ZIPPED:
        body = await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type=kind)


def _body(engine: Any, current: Current, exposition: Exposition, own: Callable[..., Any]) -> bytes:
    at = datetime.now(UTC)
    with db.reading(engine) as session:
        known = places.read(session, at=at)
        snapshots = current.of(session)
    if known.listening_since and known.last_tick:
        metrics.LISTENING_SINCE.set(known.listening_since.timestamp())
        metrics.LAST_TICK.set(known.last_tick.timestamp())
    mine: bytes = own(metrics.REGISTRY)  # last: OpenMetrics ends with a line that nothing may follow
    return exposition.render(known, snapshots, at=at) + mine


async def warmed(engine: Any, current: Current, exposition: Exposition) -> None:
    """Unpack what all agents said last before anybody asks: the first scrape of a country would take seconds else."""

    def unpack() -> None:
        at = datetime.now(UTC)
        with db.reading(engine) as session:
            exposition.render(places.read(session, at=at), current.of(session), at=at)

    try:
        await asyncio.to_thread(unpack)
    except SQLAlchemyError as error:
        log.warning("what agents said last was not read at the start: %s", db.told(error))


def _let_in(token: str | None, header: str) -> bool:
    kind, _, given = header.partition(" ")
    return not token or (kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()))
