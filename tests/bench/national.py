"""The republic as a person builds it, padded to a country of pieces, and a server on it that people sign in to."""

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Engine, func, insert, select

from inventory.tables import Asset
from server import db
from server.demo.national.shown import LOGINS
from tests.processes import free_port, until

PROJECT: Final = Path(__file__).parents[2]
PIECES: Final = 100_000
PATIENCE_S: Final = 600
FORM_FIELD: Final = re.compile(r'name="csrf" value="([^"]+)"')


def built(folder: Path, url: str = "") -> float:
    """Seconds of `zeng demo --national`, from the start of the process to its end."""
    command = [sys.executable, "-m", "server", "demo", "--national", "--data", str(folder)]
    began = time.perf_counter()
    subprocess.run(command, env=_environment(url), cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def padded(engine: Engine, pieces: int = PIECES) -> None:
    """More pieces like those that are there, until the register has so many; statistics as autovacuum makes them."""
    table, dice = Asset.__table__, Random(146)  # type: ignore[attr-defined]
    with engine.connect() as reading:
        there = reading.execute(select(func.count()).select_from(table)).scalar_one()
        rows = [dict(row._mapping) for row in reading.execute(select(table).limit(max(0, pieces - there)))]
    for n, row in enumerate(rows):
        number = f"{row['inventory_no'].partition('-')[0]}-{dice.randint(2008, 2011)}-X{n:05}"
        search = row["search"].replace(f" {row['inventory_no'].replace('-', ' ').lower()}", f" {number.lower()}")
        row |= {"inventory_no": number, "uid": f"{n:032x}", "serial": "", "mac": "", "search": search}
        row |= {"paired_id": None, "link_id": None, "delivery_id": None, "seen_device_id": None}
        del row["id"]
    with db.writing(engine) as session:
        for start in range(0, len(rows), 2000):
            session.execute(insert(table), rows[start : start + 2000])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


class Reader:
    """Somebody who has signed in, on one kept connection, as a browser."""

    def __init__(self, port: int, login: str, password: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        form = FORM_FIELD.search(self._answer("GET", "/sign-in")[1].decode())
        if form is None:
            raise RuntimeError("the page for signing in has no form")
        body = urlencode({"login": login, "password": password, "csrf": form[1]})
        status = self._answer("POST", "/sign-in", body)[0]
        if status != 303:
            raise RuntimeError(f"signing in as {login} was answered with {status}")

    def _answer(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        for given in answer.headers.get_all("set-cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read()

    def ms(self, path: str) -> float:
        """From the question to the last byte of the answer."""
        began = time.perf_counter()
        status, body = self._answer("GET", path)
        took = 1000 * (time.perf_counter() - began)
        if status != 200:
            raise RuntimeError(f"{path} was answered with {status}: {body[:200]!r}")
        return took


@contextmanager
def served(folder: Path, url: str = "") -> Iterator[int]:
    """The port of a real server process on this database."""
    port = free_port()
    command = [sys.executable, "-m", "server", "run", "--port", str(port)]
    environment = {**_environment(url), "ZENG_DATA": str(folder)}
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or _ready(port), within_s=60, what="the server answers")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def password(folder: Path) -> str:
    """Of all who may sign in."""
    return (folder / LOGINS).read_text(encoding="utf-8").strip()


def _environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZENG_")}
    return {**kept, "ZENG_DATABASE_URL": url} if url else kept


def _ready(port: int) -> bool:
    probe = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        probe.request("GET", "/readyz")
        return probe.getresponse().status == 200
    except OSError:
        return False
    finally:
        probe.close()
