"""The door for reports: those that arrive together share one transaction, and each is answered after its commit."""

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from starlette.datastructures import State
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from alerts import record, store
from alerts.heads import Heads
from inventory import secrets
from inventory.tables import Agent
from server import db, metrics
from server.errors import problem

MOST_IN_ONE_COMMIT = 500
MOST_WAITING = 20_000
TOKENS_FRESH_S = 5.0
UNKNOWN_TOKEN_AFTER_S = 0.2
_encoder = msgspec.json.Encoder()


class NotStored(Exception):
    """The database did not take it; the agent keeps it and tries again."""


@dataclass(slots=True)
class _Waiting:
    delivery: record.Delivery
    answer: asyncio.Future[record.Outcome]


class Committer:
    """One thread that takes whatever has arrived, folds and commits it together, and then answers all of it."""

    def __init__(self, engine: Engine, window_s: float, writes: db.Writes) -> None:
        self._engine = engine
        self._writes = writes
        self._window_s = window_s
        self._waiting: deque[_Waiting] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._heads = Heads()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()

    def close(self) -> None:
        """Commit what is waiting, then end."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=10)

    @property
    def backlog(self) -> int:
        return len(self._waiting)

    async def arrived(self, delivery: record.Delivery) -> record.Outcome:
        """Wait for the commit that this delivery is part of. NotStored where it did not come about."""
        if len(self._waiting) >= MOST_WAITING or self._closing:
            raise NotStored
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        return await waiting.answer

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._wake.wait()
            if not self._closing and len(self._waiting) < MOST_IN_ONE_COMMIT:
                pause.wait(self._window_s)
            self._wake.clear()
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_ONE_COMMIT))]
                self._commit(group)
            if self._closing:
                return

    def _commit(self, group: list[_Waiting]) -> None:
        outcomes = self._together([w.delivery for w in group])
        if outcomes is None and len(group) > 1:  # find the one that the database does not take
            outcomes = [(self._together([w.delivery]) or [None])[0] for w in group]
        pairs = list(zip(group, outcomes or [None] * len(group), strict=True))
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_answer, pairs)

    def _together(self, deliveries: list[record.Delivery]) -> list[record.Outcome | None] | None:
        for _ in range(3):
            try:
                with metrics.COMMIT_SECONDS.time(), db.writing(self._engine) as session:
                    outcomes, tally = record.reports_arrived(session, deliveries, self._heads, at=datetime.now(UTC))
            except store.Overtaken:
                self._heads.forget(d.agent_id for d in deliveries)
                continue
            except SQLAlchemyError as error:
                self._writes.failed(error)
                self._heads.forget(d.agent_id for d in deliveries)
                return None
            self._writes.worked()
            metrics.counted(tally)
            return list(outcomes)
        return None


def _answer(pairs: list[tuple[_Waiting, record.Outcome | None]]) -> None:
    for waiting, outcome in pairs:
        if waiting.answer.done():
            continue
        if outcome is None:
            waiting.answer.set_exception(NotStored())
        else:
            waiting.answer.set_result(outcome)


class Tokens:
    """Which agent a bearer token belongs to: a dictionary, read anew when it is older than a few seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._agents: dict[bytes, int] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def agent_of(self, header: str) -> int | None:
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token:
            return None
        image = secrets.image(token)
        age = asyncio.get_running_loop().time() - self._read_at
        if age > TOKENS_FRESH_S or (image not in self._agents and age > UNKNOWN_TOKEN_AFTER_S):
            # One reading serves all that wait for it; an unknown token cannot cause more than a few a second.
            self._reading = self._reading or asyncio.create_task(self._read_anew())
            await self._reading
        return self._agents.get(image)

    async def _read_anew(self) -> None:
        try:
            self._agents = await asyncio.to_thread(self._read)
            self._read_at = asyncio.get_running_loop().time()
        finally:
            self._reading = None

    def _read(self) -> dict[bytes, int]:
        valid = select(col(Agent.token_hash), col(Agent.id)).where(col(Agent.revoked_at).is_(None))
        with db.reading(self._engine) as session:
            return {image: agent_id for image, agent_id in session.execute(valid) if agent_id is not None}


async def receive(state: State, scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/reports: a batch of frames (agent.report). 200 is said only when it is on disk.

    Plain ASGI, before FastAPI and its middleware: the busiest door by far (36 instead of 110-200 us a call).
    """
    headers = dict(scope["headers"])
    response = await _received(state, headers, receive)
    await response(scope, receive, send)


async def _received(state: State, headers: dict[bytes, bytes], receive: Receive) -> Response:
    try:
        agent_id = await state.tokens.agent_of(headers.get(b"authorization", b"").decode("latin-1"))
    except SQLAlchemyError as error:
        state.writes.failed(error)
        return _not_stored()
    if agent_id is None:
        metrics.REFUSED_REQUESTS.labels("token").inc()
        return problem(401, "Unknown token", "This token is not known here, or was revoked; it is not enrolled anew.")
    limit = state.settings.max_body_bytes
    body = await _body(receive, int(headers.get(b"content-length") or 0), limit)
    if body is None:
        metrics.REFUSED_REQUESTS.labels("too_large").inc()
        return problem(413, "Too large", f"A batch has at most {limit} bytes; send fewer reports at once.")
    began = time.perf_counter()
    try:
        outcome = await state.committer.arrived(record.Delivery(agent_id, body))
    except NotStored:
        return _not_stored()
    metrics.ACKNOWLEDGE_SECONDS.observe(time.perf_counter() - began)
    if outcome.problem == "clone":
        metrics.REFUSED_REQUESTS.labels("clone").inc()
        return problem(409, "Key used twice", outcome.sentence)
    if outcome.answer is None:
        metrics.REFUSED_REQUESTS.labels("malformed").inc()
        return problem(400, "Malformed batch", outcome.sentence, field=outcome.sentence.split(":", 1)[0])
    return Response(_encoder.encode(outcome.answer), media_type="application/json")


def _not_stored() -> Response:
    metrics.REFUSED_REQUESTS.labels("not_stored").inc()
    return problem(503, "Not stored", "The reports could not be stored now; keep them.", retry_after_s=5)


async def _body(receive: Receive, length: int, limit: int) -> bytes | None:
    """The whole body, None where it is larger than `limit`; a caller that hung up leaves an empty one."""
    if length > limit:
        return None
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return body
