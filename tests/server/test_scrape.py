"""GET /metrics as Prometheus asks: two formats, packed or not, and a token where one is set."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as plain_families
from sqlalchemy import Engine

from server import app, db, settings
from tests import cast


def _asked(database_url: str, ask: Callable[[httpx.AsyncClient], Awaitable[None]], **more: Any) -> None:
    """Run a conversation with a whole server, its clock and committer included."""

    async def conversation() -> None:
        built = app.build(settings.Settings(database_url=database_url, **more))
        transport = httpx.ASGITransport(app=built)
        async with (
            built.router.lifespan_context(built),
            httpx.AsyncClient(transport=transport, base_url="http://zeng", headers={"accept-encoding": ""}) as client,
        ):
            await ask(client)

    asyncio.run(conversation())


def test_the_page_speaks_both_formats_and_packs_where_asked(database_url: str, engine: Engine) -> None:
    with db.writing(engine) as session:
        cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
        voice = cast.voice_of(
            session,
            cast.opened(session, "190", "190 nömrəli tam orta məktəb", "AZ-SAB"),
        )

    async def ask(client: httpx.AsyncClient) -> None:
        token = {"authorization": f"Bearer {voice.token}"}
        sent = await client.post("/api/v1/reports", content=voice.batch([cast.minute()]), headers=token)
        assert sent.status_code == 200, sent.text
        plain = await client.get("/metrics")
        assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = {f.name: f for f in plain_families(plain.text)}
        assert families["zeng_link_up"].samples[0].value == 1
        outcomes = {s.labels["outcome"]: s.value for s in families["zeng_ingest_reports"].samples}
        assert outcomes["accepted"] >= 1
        assert outcomes.keys() == {"accepted", "duplicate", "refused", "late"}
        opened = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
        assert opened.headers["content-type"].startswith("application/openmetrics-text")
        assert opened.text.endswith("# EOF\n")
        assert "zeng_link_up" in {f.name for f in open_families(opened.text)}  # type: ignore[no-untyped-call]
        async with client.stream("GET", "/metrics", headers={"accept-encoding": "gzip"}) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            assert b"zeng_link_up" in gzip.decompress(b"".join([part async for part in packed.aiter_raw()]))

    _asked(database_url.replace("+psycopg", ""), ask)


def test_a_token_guards_the_page_where_one_is_set(tmp_path: Path) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        refused = await client.get("/metrics")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.headers["content-type"] == "application/problem+json"
        for header, status in (("Bearer wrong", 401), ("Basic k7qf3mta", 401), ("Bearer k7qf3mta", 200)):
            answer = await client.get("/metrics", headers={"authorization": header})
            assert answer.status_code == status, header

    _asked(f"sqlite:///{tmp_path}/zeng.db", ask, metrics_token="k7qf3mta")
