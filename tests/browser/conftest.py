"""One server process and one Chromium for all browser tests; every page is watched for errors and foreign requests."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from agent import report as wire
from inventory.tables import Person
from server import assets, auth, db
from tests import cast

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
]
NOTHING_LEAVES = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


@dataclass
class Site:
    """A running server with the cast; school 190 has a link, a UPS and a computer, and a day of reports with a gap."""

    url: str
    who: cast.Cast
    voice: cast.Voice
    database: str

    def report(self, *devices: wire.Device) -> None:
        """The agent of school 190 sends a report by the real door."""
        body = self.voice.batch([cast.minute(*devices, cast.computer())])
        headers = {"authorization": f"Bearer {self.voice.token}"}
        httpx.post(f"{self.url}/api/v1/reports", content=body, headers=headers).raise_for_status()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    if not assets.manifest():
        assets.build()
    database = f"sqlite:///{folder / 'zeng.db'}"
    engine = db.open_engine(database)
    db.migrate(engine)
    now = datetime.now(UTC)
    with db.writing(engine) as session:
        who = cast.enter(session)
        voice = cast.voice_of(session, who.school)
        session.expunge_all()
    day = [cast.minute(cast.link(rtt=0.03 + n % 7 / 1000), cast.ups(), cast.computer()) for n in range(90)]
    with db.writing(engine) as session:
        voice.says(session, *day, at=now - timedelta(hours=3))
        voice.says(session, *day[:60], at=now)
    engine.dispose()
    port = _free_port()
    environment = {**os.environ, "ZENG_DATABASE_URL": database, "ZENG_DATA": str(folder)}
    command = [sys.executable, "-m", "server", "run", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2], stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", process, folder / "log")
        yield Site(f"http://127.0.0.1:{port}", who, voice, database)
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline, pause = time.monotonic() + 30, threading.Event()
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            process.poll()
        pause.wait(0.1)
    pytest.fail("the server did not become ready:\n" + log.read_text())


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """One for all: a second one in the same thread would not start."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(driver: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is not installed; run `make test`, which installs it, or apt-get install chromium"
    browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, NOTHING_LEAVES])
    yield browser
    browser.close()


@dataclass
class Desk:
    """Opens pages for somebody who is signed in, and remembers what went wrong in them."""

    chromium: Browser
    site: Site
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, url: str = "/", *, person: Person | None = None, language: str = "az", **options: Any) -> Page:
        """`options` go to the browser context: viewport, color_scheme, java_script_enabled, bypass_csp."""
        context = self.chromium.new_context(**options)
        self.contexts.append(context)
        engine = db.open_engine(self.site.database)
        if person is not None:
            with db.writing(engine) as session:
                cookie = cast.cookie_of(session, person)
                session.get_one(Person, person.id).language = language
            context.add_cookies([{"name": auth.SESSION, "value": cookie, "url": self.site.url}])
        engine.dispose()
        page = context.new_page()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: self._ours(request.url))
        page.goto(self.site.url + url)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"console {kind}: {text}")

    def _ours(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:")):
            self.faults.append(f"a request left the server: {url}")


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Desk]:
    yield from _watched(Desk(chromium, site))


@pytest.fixture
def desk_of_its_own(chromium: Browser, tmp_path: Path) -> Iterator[Desk]:
    """For a test that changes so much that the others would not find their schools."""
    with serving(tmp_path) as site:
        yield from _watched(Desk(chromium, site))


def _watched(desk: Desk) -> Iterator[Desk]:
    yield desk
    for context in desk.contexts:
        context.close()
    assert desk.faults == []


@pytest.fixture
def sideways() -> Callable[[Page], int]:
    """How many pixels a page can be scrolled sideways."""

    def measure(page: Page) -> int:
        return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    return measure


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
