"""How many reports a server takes in per second, acknowledged after a durable commit, and how long each waits."""

import asyncio
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import func, select
from sqlmodel import col

from alerts import watch
from alerts.tables import Report
from inventory import secrets
from inventory.tables import Agent
from server import db
from tests import cast, postgresql
from tests.bench import load
from tests.processes import free_port, until

SCHOOLS = int(os.environ.get("ZENG_BENCH_SCHOOLS", "1000"))
ROUNDS = 30  # reports per school as fast as they are answered
CONNECTIONS = 250  # of the 1,000 schools, so many have a request under way at a time
PACED_ROUNDS, PACED_PER_S = 10, 1000.0


def measure() -> dict[str, float]:
    """Keys as the issue names them; `*_p99_ms` at 1,000 reports a second offered."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _on("sqlite", f"sqlite:///{folder}/zeng.db")
    with postgresql.cluster() as url:
        figures |= _on("postgresql", url)
    return figures


def _on(name: str, url: str) -> dict[str, float]:
    tokens = _population(url)
    speakers = load.prepare(tokens, 1 + ROUNDS + PACED_ROUNDS)
    with _server(url) as (port, process):
        at = ("127.0.0.1", port, speakers)
        first = asyncio.run(load.run(*at, upto=1, connections=CONNECTIONS, per_s=0))
        before = _cpu_s(process.pid)
        fast = asyncio.run(load.run(*at, upto=1 + ROUNDS, connections=CONNECTIONS, per_s=0))
        cpu_s = _cpu_s(process.pid) - before
        paced = asyncio.run(load.run(*at, upto=1 + ROUNDS + PACED_ROUNDS, connections=CONNECTIONS, per_s=PACED_PER_S))
    refused = first.refused + fast.refused + paced.refused
    stored = _stored(url)
    acknowledged = first.acknowledged + fast.acknowledged + paced.acknowledged
    if refused or stored != acknowledged:
        raise RuntimeError(f"{name}: {refused} refused, {acknowledged} acknowledged, {stored} stored")
    per_report_us = 1e6 * cpu_s / fast.acknowledged
    suffix = "" if name == "sqlite" else f"_{name}"
    return {
        f"ingest_{name}_reports_per_s": round(fast.per_second, 1),
        f"ingest_{name}_server_cpu_us_per_report": round(per_report_us, 1),
        f"ingest_ack{suffix}_p99_ms": round(paced.percentile_ms(99), 1),
        f"ingest_ack{suffix}_p50_ms": round(paced.percentile_ms(50), 1),
    }


def _population(url: str) -> list[str]:
    engine = db.open_engine(url if url.startswith("sqlite") else url.replace("postgresql://", "postgresql+psycopg://"))
    db.migrate(engine)
    tokens = []
    at = datetime.now(UTC)
    with db.writing(engine) as session:
        cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
        for i in range(SCHOOLS):
            school = cast.opened(session, f"{i:05}", f"{i} N-li məktəb", "AZ-SAB", demo=True)
            token = secrets.new_token()
            key = i.to_bytes(32, "big")
            agent = Agent(school_id=school.id or 0, public_key=key, token_hash=secrets.image(token), machine={})
            agent.enrolled_at = at
            session.add(agent)
            session.flush()
            watch.agent_expected(session, agent.id or 0, school.id or 0)
            tokens.append(token)
    engine.dispose()
    return tokens


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _stored(url: str) -> int:
    engine = db.open_engine(url if url.startswith("sqlite") else url.replace("postgresql://", "postgresql+psycopg://"))
    with db.reading(engine) as session:
        count = session.scalar(select(func.count(col(Report.number)))) or 0
    engine.dispose()
    return count


@contextmanager
def _server(url: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = free_port()
    environment = {**os.environ, "ZENG_DATABASE_URL": url}
    command = [sys.executable, "-m", "server", "run", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])
    try:
        until(lambda: _ready(port, process), within_s=60)
        yield port, process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ready(port: int, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the server ended with {process.returncode}")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


if __name__ == "__main__":
    print(measure())
