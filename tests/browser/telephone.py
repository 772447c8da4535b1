"""A server that can be killed and started again, and telephones with a camera that sees one label."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sqlmodel import Session, col, select

from inventory.tables import Person, StocktakeFinding, StocktakeLine
from server import auth, db
from tests import cast
from tests.browser.conftest import FLAGS, NOTHING_LEAVES, _free_port, _wait_for
from tests.inventory.counted import Counted

PHONE = {"width": 360, "height": 740}
WIDTH, HEIGHT, FRAMES = 640, 480, 8


def film(path: Path, text: str) -> None:
    """A film of a label with a QR code, as the camera of a telephone would see it (YUV4MPEG2, grey)."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    scale = (HEIGHT - 40) // len(matrix)
    left, top = (WIDTH - scale * len(matrix)) // 2, (HEIGHT - scale * len(matrix)) // 2
    rows = []
    for y in range(HEIGHT):
        row = bytearray([200]) * WIDTH
        if 0 <= (y - top) // scale < len(matrix) and y >= top:
            for x, dark in enumerate(matrix[(y - top) // scale]):
                row[left + x * scale : left + (x + 1) * scale] = bytes([20 if dark else 235]) * scale
        rows.append(bytes(row))
    grey = b"".join(rows) + bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode())
        for _ in range(FRAMES):
            out.write(b"FRAME\n" + grey)


@dataclass
class Office:
    """A server on a database with a count of school 190 that has begun."""

    database: str
    folder: Path
    it: Counted
    port: int = field(default_factory=_free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "ZENG_DATABASE_URL": self.database, "ZENG_DATA": str(self.folder)}
        command = [sys.executable, "-m", "server", "run", "--port", str(self.port)]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=Path(__file__).parents[2], stdout=log, stderr=log
            )
        _wait_for(f"{self.url}/readyz", self.process, self.folder / "log")

    def kill(self) -> None:
        """No farewell: as a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=15)
            self.process = None

    def asks(self, question: Callable[[Session], Any]) -> Any:
        engine = db.open_engine(self.database)
        try:
            with db.writing(engine) as session:
                return question(session)
        finally:
            engine.dispose()

    def cookie(self, person: Person, *, at: datetime | None = None) -> str:
        return str(self.asks(lambda session: cast.cookie_of(session, person, at=at)))


@dataclass
class Telephone:
    """One browser profile; `page` is at /phone/ and ready."""

    office: Office
    context: BrowserContext
    page: Page
    faults: list[str]

    def sign_in(self, person: Person) -> None:
        cookie = {"name": auth.SESSION, "value": self.office.cookie(person), "url": self.office.url}
        self.context.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, url: str = "/phone/?lang=az") -> None:
        self.page.goto(self.office.url + url)
        expect(self.page.locator("body[data-ready]")).to_have_count(1, timeout=20_000)

    def take_along(self) -> None:
        """Download the count of school 190, and wait until the page is kept for later."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.get_by_role("button", name="190 nömrəli").click()
        expect(self.page.locator("#s-count")).to_be_visible()

    def room(self, name: str) -> None:
        option = self.page.locator("#room option", has_text=name).first
        self.page.locator("#room").select_option(option.get_attribute("value"))

    def type_number(self, number: str) -> None:
        self.page.locator("#number").fill(number)
        self.page.locator("#typed button").click()

    def sync(self) -> None:
        self.page.locator("#sync-now").click()

    def all_sent(self) -> None:
        expect(self.page.locator("#sync")).to_contain_text("hamısı göndərilib", timeout=20_000)


def lines(office: Office) -> dict[str, tuple[object, ...]]:
    """`{number: (found, result, disputed)}` of the lines of which somebody said something."""
    numbers = {f"a:{piece.uid}": number for number, piece in office.it.pieces.items()}

    def ask(session: Session) -> dict[str, tuple[object, ...]]:
        rows = session.exec(select(StocktakeLine)).all()
        return {
            numbers.get(row.key, row.code or row.name): (row.found, row.result and row.result.value, row.disputed)
            for row in rows
            if row.found is not None
        }

    return office.asks(ask)  # type: ignore[no-any-return]


def findings(office: Office) -> int:
    return len(office.asks(lambda session: session.exec(select(col(StocktakeFinding.id))).all()))


def with_camera(driver: Playwright, folder: Path, label: str) -> Browser:
    """A browser whose camera sees `label`."""
    film(folder / "label.y4m", label)
    camera = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={folder / 'label.y4m'}",
    ]
    return driver.chromium.launch(executable_path=_chromium(), args=[*FLAGS, NOTHING_LEAVES, *camera])


def telephones(browser: Browser, office: Office) -> Iterator[Callable[[Person], Telephone]]:
    """A maker of telephones; each has a profile of its own."""
    made: list[Telephone] = []

    def make(person: Person) -> Telephone:
        context = browser.new_context(viewport=PHONE, locale="az", permissions=["camera"])  # type: ignore[arg-type]
        page = context.new_page()
        phone = Telephone(office, context, page, [])
        page.on("pageerror", lambda error: phone.faults.append(f"script: {error}"))
        page.on("console", lambda message: phone.faults.append(message.text) if _is_fault(message) else None)
        phone.sign_in(person)
        phone.open()
        made.append(phone)
        return phone

    yield make
    for phone in made:
        phone.context.close()
    assert [fault for phone in made for fault in phone.faults] == []


def _is_fault(message: Any) -> bool:
    """A line that is cut, an answer that did not come, and a session that ended are what these tests are about."""
    expected = ("Failed to load resource", "net::ERR_")
    return message.type == "error" and not any(text in message.text for text in expected)


def _chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is not installed; run `make test`, which installs it, or apt-get install chromium"
    return path
