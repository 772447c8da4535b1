"""The door for reports over HTTP: tokens, sizes, garbage, and an answer only after the commit."""

import asyncio
import base64
import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, func, select, text
from sqlmodel import col
from starlette.testclient import TestClient

from agent import report as wire
from alerts.tables import Report
from inventory import intake
from server import db, jobs
from server.app import build
from server.settings import Settings
from tests import cast
from tests.alerts.observing import report, ups, whole


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    with TestClient(build(Settings(database_url=database_url, max_body_bytes=20_000))) as client:
        yield client


def code_for_a_school(engine: Engine) -> str:
    with db.writing(engine) as session:
        cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
        school = cast.opened(session, "190", "190 N-li tam orta məktəb", "AZ-SAB")
        return intake.code_given_out(session, school, valid=timedelta(days=1), by="rauf", at=datetime.now(UTC))


def enrolment(code: str, key: Ed25519PrivateKey) -> dict[str, object]:
    public, signature = key.public_key().public_bytes_raw(), key.sign(b"zeng-enrol:" + code.encode())
    in_text = {"public_key": base64.b64encode(public).decode(), "signature": base64.b64encode(signature).decode()}
    return {"code": code, **in_text, "machine": {"hostname": "pc-1", "macs": ["02:00:00:00:00:01"]}}


@pytest.fixture
def token(client: TestClient, engine: Engine) -> str:
    answer = client.post("/api/v1/enrol", json=enrolment(code_for_a_school(engine), Ed25519PrivateKey.generate()))
    assert answer.status_code == 201
    told: str = answer.json()["token"]
    return told


def send(client: TestClient, token: str, *frames: wire.Frame, instance: str = "a"):  # type: ignore[no-untyped-def]
    body = wire.encode_batch(frames, 0, instance)
    return client.post("/api/v1/reports", content=body, headers={"Authorization": f"Bearer {token}"})


@contextlib.contextmanager
def away(engine: Engine, *tables: str) -> Iterator[None]:
    """The database refuses what touches one of these tables, until the end of the block."""
    with engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            for table in tables:
                connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


def kept(engine: Engine) -> int:
    with db.reading(engine) as session:
        return session.scalar(select(func.count(col(Report.number)))) or 0


def test_what_was_acknowledged_is_in_the_database(client: TestClient, engine: Engine, token: str) -> None:
    answer = send(client, token, whole(1, report(ups())))
    assert answer.status_code == 200
    assert "refused" not in answer.json()
    assert abs(answer.json()["t"] - datetime.now(UTC).timestamp() * 1000) < 60_000
    assert kept(engine) == 1


def test_an_unknown_token_is_a_401_that_says_what_not_to_do(client: TestClient) -> None:
    answer = send(client, "no-such-token", whole(1, report(ups())))
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "not enrolled anew" in answer.json()["detail"]


def test_a_revoked_agent_is_refused_within_seconds(client: TestClient, engine: Engine, token: str) -> None:
    assert send(client, token, whole(1, report(ups()))).status_code == 200
    with db.writing(engine) as session:
        session.execute(text("UPDATE agent SET revoked_at = enrolled_at"))
    client.app.state.tokens._read_at = float("-inf")  # type: ignore[attr-defined]
    assert send(client, token, whole(2, report(ups()))).status_code == 401


def test_a_batch_over_the_limit_is_a_413_with_the_limit(client: TestClient, token: str) -> None:
    answer = client.post("/api/v1/reports", content=b"x" * 20_001, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 413
    assert "20000 bytes" in answer.json()["detail"]


def test_garbage_is_a_400_that_names_the_field(client: TestClient, token: str) -> None:
    answer = client.post("/api/v1/reports", content=b"garbage", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 400
    assert answer.json()["field"] == "body"


def test_a_copied_key_is_a_409_that_names_both_computers(client: TestClient, token: str) -> None:
    assert send(client, token, whole(1, report(ups()))).status_code == 200
    answer = send(client, token, whole(2, report(ups(), hostname="pc-2", mac="02:00:00:00:00:99")), instance="b")
    assert answer.status_code == 409
    assert "pc-2" in answer.json()["detail"]


def test_many_agents_at_once_share_commits_and_all_are_answered(client: TestClient, engine: Engine, token: str) -> None:
    codes = []

    def one(number: int) -> None:
        codes.append(send(client, token, whole(number, report(ups()))).status_code)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(1, 41)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 40
    assert kept(engine) == 40


def test_when_the_database_does_not_take_it_nothing_is_acknowledged(
    client: TestClient, engine: Engine, token: str
) -> None:
    with away(engine, "report"):
        answer = send(client, token, whole(1, report(ups())))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert send(client, token, whole(1, report(ups()))).status_code == 200
    assert kept(engine) == 1


def test_a_server_whose_last_write_failed_is_not_ready_until_one_succeeds(
    client: TestClient, engine: Engine, token: str
) -> None:
    with away(engine, "report", "listening"):  # without "listening" the clock's own write fails too
        assert send(client, token, whole(1, report(ups()))).status_code == 503
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.text.startswith("the database takes no writes: ")
    assert send(client, token, whole(1, report(ups()))).status_code == 200
    assert client.get("/readyz").text == "ready"


def test_a_token_that_cannot_be_looked_up_now_is_not_called_unknown(
    client: TestClient, engine: Engine, token: str
) -> None:
    client.app.state.tokens._read_at = float("-inf")  # type: ignore[attr-defined]
    with away(engine, "agent"):
        answer = send(client, token, whole(1, report(ups())))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_a_database_that_is_away_is_one_line_in_the_log_and_its_return_another(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "TICK_S", 0.001)
    ticks = 0

    def counted(engine: Engine, tick: Callable[[Engine], None] = jobs.tick) -> None:
        nonlocal ticks
        ticks += 1
        tick(engine)

    monkeypatch.setattr(jobs, "tick", counted)

    async def more(count: int) -> None:
        enough = ticks + count
        while ticks < enough:
            await asyncio.sleep(0.001)

    async def scene() -> None:
        clock = asyncio.create_task(jobs.run(engine, 400, db.Writes()))
        with away(engine, "listening"):
            await more(5)
        await more(5)
        clock.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await clock

    asyncio.run(scene())
    said = [record for record in caplog.records if record.name == "zeng.db"]
    assert [record.getMessage().partition(": ")[0] for record in said] == [
        "the database takes no writes",
        "the database takes writes again",
    ]
    assert not any(record.exc_info for record in said)


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        pytest.param({"code": "ABCD-EFGH-JKMN"}, 404, "not known", id="an unknown code"),
        pytest.param({"public_key": "%%%"}, 422, "not base64", id="a key that is no base64"),
        pytest.param({"public_key": "ə" * 44}, 422, "not base64", id="a key in letters outside ASCII"),
        pytest.param({"public_key": "AAAA"}, 422, "right are 32", id="a key of the wrong length"),
        pytest.param({"signature": base64.b64encode(bytes(64)).decode()}, 403, "signature", id="a wrong signature"),
        pytest.param({"machine": {"macs": "no list"}}, 422, "machine.macs", id="a machine that is no machine"),
    ],
)
def test_a_wrong_enrolment_is_refused_with_its_field(
    client: TestClient, engine: Engine, change: dict[str, object], status: int, says: str
) -> None:
    form = enrolment(code_for_a_school(engine), Ed25519PrivateKey.generate()) | change
    answer = client.post("/api/v1/enrol", json=form)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("announced", [True, False], ids=["a length that is announced", "a body in chunks"])
@pytest.mark.parametrize("address", ["/api/v1/enrol", "/sign-in"])
def test_no_door_takes_in_a_body_that_nobody_has_a_reason_to_send(
    client: TestClient, address: str, announced: bool
) -> None:
    kind = "application/json" if address.startswith("/api") else "application/x-www-form-urlencoded"
    body = b" " * 64_001 if announced else iter([b" " * 10_000] * 7)
    answer = client.post(address, content=body, headers={"content-type": kind})
    assert answer.status_code == 413
    assert "64000 bytes" in answer.json()["detail"]


def test_a_person_who_sends_too_much_reads_a_page(client: TestClient) -> None:
    kind = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=b"x" * 64_001, headers=kind)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "Həddindən böyükdür" in answer.text


def test_a_caller_who_claims_another_host_is_not_sent_there(client: TestClient) -> None:
    answer = client.get("/sign-in/", headers={"host": "elsewhere.example"}, follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_the_process_is_alive_and_ready_only_with_its_database(client: TestClient, engine: Engine) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").text == "ready"
    with away(engine, "alembic_version"):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert client.get("/healthz").status_code == 200
