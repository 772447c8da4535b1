"""A real Prometheus scrapes a real server, judges by the shipped rules, and a real Alertmanager tells a webhook.

Only time is changed: in copies of the shipped files every `for` and `keep_firing_for` is a sixtieth, at least 5 s
(10 s where absence is asked for), scrapes and evaluations come each second, groups wait one second, and school hours
are always. Rules, routes and inhibition stay.
"""

import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine

from agent import report as wire
from server import db
from tests import cast
from tests.processes import free_port, until

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "alerts" / "prometheus"
TOKEN = "k7qf-3mta"
SECONDS = {"s": 1, "m": 60, "h": 3600}
AT_LEAST_S = 5
# Prometheus evaluates rules from its first second but lets its discovery wait 5 s before the first scrape (measured:
# first sample 5.6-5.8 s after the start), so that `absent(up)` is true until then. Shipped: 2 m.
ABSENT_AT_LEAST_S = 10
DURATIONS = ("for", "keep_firing_for")


@dataclass
class Desk:
    """Who is told: every message that Alertmanager delivered, as `(alertname, school, status)`."""

    told: list[tuple[str, str, str]] = field(default_factory=list)

    def count(self, alert: str, school: str, status: str) -> int:
        return self.told.count((alert, school, status))


@dataclass
class Country:
    """Everything that runs: the server, its agents' voices, Prometheus, Alertmanager and the desk."""

    engine: Engine
    server: str
    prometheus: str
    alertmanager: str
    here: cast.Voice  # of school 190
    elsewhere: cast.Voice  # of school 21
    desk: Desk

    def says(self, voice: cast.Voice, *devices: wire.Device) -> None:
        bearer = {"authorization": f"Bearer {voice.token}"}
        body = voice.batch([cast.minute(*devices)])
        asked = urllib.request.Request(f"{self.server}/api/v1/reports", body, bearer)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert b"refused" not in answer.read()

    def value(self, expression: str) -> float | None:
        """What Prometheus answers to an expression with one value, None for nothing."""
        query = urllib.parse.urlencode({"query": expression})
        found = _json(f"{self.prometheus}/api/v1/query?{query}")["data"]["result"]
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else None

    def firing(self) -> set[tuple[str, str]]:
        alerts = _json(f"{self.prometheus}/api/v1/alerts")["data"]["alerts"]
        return {(a["labels"]["alertname"], a["labels"].get("school", "")) for a in alerts if a["state"] == "firing"}

    def held_back(self) -> set[tuple[str, str]]:
        alerts = _json(f"{self.alertmanager}/api/v2/alerts")
        return {(a["labels"]["alertname"], a["labels"].get("school", "")) for a in alerts if a["status"]["inhibitedBy"]}


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def a_sixtieth(duration: str, at_least_s: int = AT_LEAST_S) -> str:
    number, unit = re.fullmatch(r"(\d+)([smh])", duration).groups()  # type: ignore[union-attr]
    return f"{max(at_least_s, int(number) * SECONDS[unit] // 60)}s"


def quick_rules() -> dict[str, Any]:
    rules: dict[str, Any] = yaml.safe_load((SHIPPED / "rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            at_least_s = ABSENT_AT_LEAST_S if "absent(" in rule["expr"] else AT_LEAST_S
            rule |= {key: a_sixtieth(rule[key], at_least_s) for key in DURATIONS if key in rule}
    return rules


def quick_prometheus(folder: Path, server: int, alertmanager: int) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((SHIPPED / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{alertmanager}"]
    (zeng,) = (job for job in config["scrape_configs"] if job["job_name"] == "zeng")
    zeng["static_configs"][0]["targets"] = [f"127.0.0.1:{server}"]
    zeng["authorization"]["credentials_file"] = str(folder / "metrics_token")
    config["scrape_configs"] = [zeng]
    return config


def quick_alertmanager(desk: int) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((SHIPPED / "alertmanager.yml").read_text(encoding="utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "1s"}
        route.pop("active_time_intervals", None)
    for receiver in config["receivers"]:
        receiver.pop("email_configs", None)
        for hook in receiver["webhook_configs"]:
            hook["url"] = f"http://127.0.0.1:{desk}/alerts"
            hook.pop("http_config", None)
    return config


@contextmanager
def running(name: str, ready: str, *command: str | Path, **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: _answers(ready) or process.poll() is not None, within_s=30, what=f"{name} answers")
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else name
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


@contextmanager
def listening_desk() -> Iterator[tuple[int, Desk]]:
    desk = Desk()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["content-length"])))
            desk.told += [
                (alert["labels"]["alertname"], alert["labels"].get("school", ""), alert["status"])
                for alert in message["alerts"]
            ]
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Deliveries are looked at in `told`, not printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def country(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Country]:
    (tmp_path / "zeng.db").write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{tmp_path / 'zeng.db'}"
    engine = db.open_engine(url)
    at = datetime.now(UTC)
    with db.writing(engine) as session:
        known = cast.enter(session, at=at)
        here, elsewhere = (cast.voice_of(session, school, at=at) for school in (known.school, known.elsewhere))
    server, prometheus, alertmanager = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        desk_port, desk = stack.enter_context(listening_desk())
        (tmp_path / "metrics_token").write_text(TOKEN, encoding="utf-8")
        for name, config in (
            ("rules.yml", quick_rules()),
            ("prometheus.yml", quick_prometheus(tmp_path, server, alertmanager)),
            ("alertmanager.yml", quick_alertmanager(desk_port)),
        ):
            (tmp_path / name).write_text(yaml.safe_dump(config), encoding="utf-8")
        stack.enter_context(running(
            "the server", f"http://127.0.0.1:{server}/readyz", sys.executable, "-m", "server", "run",
            "--port", str(server), ZENG_DATABASE_URL=url, ZENG_METRICS_TOKEN=TOKEN,
        ))  # fmt: skip
        stack.enter_context(running(
            "Alertmanager", f"http://127.0.0.1:{alertmanager}/-/ready", "prometheus-alertmanager",
            f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'told'}",
            f"--web.listen-address=127.0.0.1:{alertmanager}", "--cluster.listen-address=", "--log.level=warn",
        ))  # fmt: skip
        stack.enter_context(running(
            "Prometheus", f"http://127.0.0.1:{prometheus}/-/ready", "prometheus",
            f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'series'}",
            f"--web.listen-address=127.0.0.1:{prometheus}", "--log.level=warn",
        ))  # fmt: skip
        base = "http://127.0.0.1:"
        yield Country(engine, f"{base}{server}", f"{base}{prometheus}", f"{base}{alertmanager}", here, elsewhere, desk)
    engine.dispose()


def test_a_link_goes_down_one_school_falls_silent_and_both_come_back(country: Country) -> None:
    here, elsewhere, desk = country.here, country.elsewhere, country.desk
    link_up = 'zeng_link_up{school="190"}'

    country.says(here)
    country.says(elsewhere)
    until(lambda: country.value(link_up) == 1, what="Prometheus knows that the link works")
    assert country.firing() == set()

    country.says(here, cast.link(intranet=100, internet=100))
    country.says(elsewhere, cast.link(intranet=100, internet=100))
    until(lambda: country.value(link_up) == 0, what="Prometheus knows that the link is down")
    until(lambda: desk.count("ZengLinkDown", "190", "firing") == 1, what="the desk is told of school 190")
    until(lambda: desk.count("ZengLinkDown", "21", "firing") == 1, what="the desk is told of school 21")

    # School 21 recovers and is called resolved; school 190 falls silent, and nobody may call that resolved.
    country.says(elsewhere, cast.link())
    with db.writing(country.engine) as session:  # its 150 s are over at once; the server's own clock must notice
        session.connection().exec_driver_sql(f"UPDATE hearing SET silent_after_ms = 0 WHERE agent_id = {here.agent_id}")
    until(lambda: country.value('zeng_agent_silent{school="190"}') == 1, what="the clock notices the silence")
    until(lambda: country.value(link_up) is None, what="the series of the silent school end")
    until(lambda: desk.count("ZengSchoolSilent", "190", "firing") == 1, what="the desk is told of the silence")
    assert ("ZengLinkDown", "190") in country.held_back()
    until(lambda: desk.count("ZengLinkDown", "21", "resolved") == 1, within_s=25, what="school 21 is resolved")
    until(lambda: ("ZengLinkDown", "190") not in country.firing(), what="the old word of school 190 ends")

    country.says(here)
    until(lambda: desk.count("ZengSchoolSilent", "190", "resolved") == 1, within_s=25, what="school 190 is heard")
    assert desk.count("ZengLinkDown", "190", "resolved") == 0, "nobody knew then whether it had recovered"
    assert sorted(desk.told) == [
        ("ZengLinkDown", "190", "firing"),
        ("ZengLinkDown", "21", "firing"),
        ("ZengLinkDown", "21", "resolved"),
        ("ZengSchoolSilent", "190", "firing"),
        ("ZengSchoolSilent", "190", "resolved"),
    ]


def test_a_server_that_cannot_be_asked_is_one_alert_and_no_school_is_silent(country: Country) -> None:
    country.says(country.here)
    until(lambda: country.value('zeng_agent_silent{school="190"}') == 0, what="Prometheus knows the school")
    wrong = Path(country.engine.url.database or "").parent / "metrics_token"
    wrong.write_text("wrong", encoding="utf-8")  # Prometheus is turned away, as by a server that is gone
    until(lambda: country.desk.count("ZengServerAbsent", "", "firing") == 1, what="the platform team is told")
    assert country.firing() == {("ZengServerAbsent", "")}
    assert country.desk.told == [("ZengServerAbsent", "", "firing")]


@pytest.mark.parametrize(("shipped", "quick"), [("3m", "5s"), ("30s", "5s"), ("1h", "60s"), ("10m", "10s")])
def test_only_time_is_changed(shipped: str, quick: str) -> None:
    assert a_sixtieth(shipped) == quick
