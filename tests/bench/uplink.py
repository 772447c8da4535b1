"""What a school's day costs on the line: real uplink, real TLS, real server, every IP byte both ways counted.

A day is one connection with its TLS handshake and 1,440 reports, every sixtieth of them whole; `uplink_connect_bytes`
is what each further connection would cost, with the report that it carries.

Run as a module inside a namespace of its own (tests.bench.lines); prints its figures as one line of JSON.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from agent import clock as clocks
from agent.clock import Clock
from agent.courier import Courier
from agent.frames import packed
from agent.spool import Spool
from agent.uplink import Uplink
from inventory import secrets
from inventory.tables import Agent
from server import db
from tests import cast
from tests.agent.certificates import made
from tests.bench.lines import REPOSITORY, apart, travelled
from tests.bench.school import School
from tests.processes import free_port, until

REPORTS = 180  # behind the first one; three key frames are among them, as in three hours of a day
DAY = 1440
PAUSE_S = 0.3  # longer than TCP's retransmission timeout, so that acknowledgements travel as they do at one a minute


def measure() -> dict[str, float]:
    """`uplink_bytes_per_school_day` and what it is made of, in bytes per report."""
    return apart("tests.bench.uplink")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as (url, token, ca):
        spool = Spool(Path(folder))
        clock, boot = Clock(), clocks.boot_id()
        uplink = Uplink(url, ca=str(ca))
        courier = Courier(spool, uplink, token, clock, boot, "bench001")
        school, pause, bodies = School(7), threading.Event(), _sizes(uplink)
        counts = [travelled()]
        for number in range(1 + REPORTS):
            spool.append(
                packed(school.minute()), boot=boot, since_boot_ms=clocks.since_boot_ms(),
                stamp_ms=clock.stamp(), change=False,
            )  # fmt: skip
            if courier.bring(lambda: False) is not None or spool.count:
                raise RuntimeError(f"report {number} was not delivered: {courier.error}")
            pause.wait(PAUSE_S)
            counts.append(travelled())
        uplink.close()
        spool.close()
    (start, _), (connected, before), (end, after) = counts[0], counts[1], counts[-1]
    first, each = connected - start, (end - connected) / REPORTS
    figures = {
        "uplink_bytes_per_school_day": round(first + (DAY - 1) * each),
        "uplink_bytes_per_report": round(each, 1),
        "uplink_packets_per_report": round((after - before) / REPORTS, 2),
        "uplink_body_bytes_per_report": round(sum(bodies[1:]) / REPORTS, 1),
        "uplink_whole_body_bytes": max(bodies),
        "uplink_connect_bytes": first,
    }
    print(json.dumps(figures))


def _sizes(uplink: Uplink) -> list[int]:
    """Sizes of the bodies that go through this uplink from now on."""
    sizes: list[int] = []
    post = uplink.post

    def counting(path: str, body: bytes, headers: dict[str, str]):  # type: ignore[no-untyped-def]
        sizes.append(len(body))
        return post(path, body, headers)

    uplink.post = counting  # type: ignore[method-assign]
    return sizes


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """`(url, token, ca file)` of a real server with one school and one enrolled agent."""

    url = f"sqlite:///{folder}/zeng.db"
    engine = db.open_engine(url)
    db.migrate(engine)
    token = secrets.new_token()
    with db.writing(engine) as session:
        cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
        school = cast.opened(session, "00005", "5 N-li məktəb", "AZ-SAB", demo=True)
        agent = Agent(
            school_id=school.id or 0, public_key=bytes(32), token_hash=secrets.image(token), machine={},
            enrolled_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(agent)
        session.flush()
        _expected(session, agent.id or 0, school.id or 0)
    engine.dispose()
    ca, _ = made(folder)
    port = free_port()
    chain = str(folder / "server.pem")
    command = [sys.executable, "-m", "server", "run", "--port", str(port), "--tls-cert", chain, "--tls-key", chain]
    process = subprocess.Popen(command, env={**os.environ, "ZENG_DATABASE_URL": url}, cwd=REPOSITORY)
    try:
        until(lambda: _listens(port, process), within_s=60)
        yield f"https://127.0.0.1:{port}", token, ca
    finally:
        process.terminate()
        process.wait(20)


def _expected(session: object, agent_id: int, school_id: int) -> None:
    from sqlmodel import Session

    from alerts import watch

    assert isinstance(session, Session)
    watch.agent_expected(session, agent_id, school_id)


def _listens(port: int, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"the server ended with {process.returncode}")
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
