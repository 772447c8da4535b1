"""A school's first day: enrol, report, a technician sees it; and the day somebody copies the agent's disk."""

import http.cookiejar
import re
import shutil
import urllib.parse
import urllib.request
from pathlib import Path

from tests.journeys.acting import Agent, Server, stage
from tests.processes import until

PASSWORD = "bir-iki-üç-dörd"


class Browser:
    """A technician without scripts: cookies, forms and redirects."""

    def __init__(self, server: Server) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._open, self._url = urllib.request.build_opener(jar).open, server.url

    def page(self, path: str) -> str:
        request = urllib.request.Request(self._url + path, headers={"Accept": "text/html", "Accept-Language": "az"})
        with self._open(request, timeout=10) as answer:
            return str(answer.read().decode())

    def signs_in(self, login: str, password: str) -> str:
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', self.page("/sign-in")))
        form |= {"login": login, "password": password}
        request = urllib.request.Request(
            self._url + "/sign-in", urllib.parse.urlencode(form).encode(), headers={"Origin": self._url}
        )
        with self._open(request, timeout=10) as answer:
            return str(answer.read().decode())


def added(server: Server, folder: Path, login: str) -> None:
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    server.console("user", "add", login, "--district", "AZ-SAB", "--password-file", str(folder / "password"))


def test_from_a_code_on_the_telephone_to_a_school_on_the_page(database_url: str, tmp_path: Path) -> None:
    server, agent = Server(database_url), Agent(tmp_path / "agent")
    with stage(server, agent):
        server.start()
        code = server.school()
        added(server, tmp_path, "aynur")
        agent.enrolled(server, code)
        agent.start()
        until(lambda: bool(server.numbers()), within_s=30, what="the first report")
        browser = Browser(server)
        board = browser.signs_in("aynur", PASSWORD)
        assert "190 N-li tam orta məktəb" in board
        assert "This computer" in browser.page("/schools/190")
        assert agent.shows()["spool_reports"] == 0
        agent.stop()
        server.stop()


def test_a_copied_disk_is_refused_and_the_page_says_so(tmp_path: Path) -> None:
    server, first = Server(f"sqlite:///{tmp_path / 'zeng.db'}"), Agent(tmp_path / "agent")
    copy = Agent(tmp_path / "copy")
    with stage(server, first, copy):
        server.start()
        code = server.school()
        added(server, tmp_path, "aynur")
        first.enrolled(server, code)
        first.start()
        until(lambda: bool(server.numbers()), within_s=30, what="the first report")
        first.stop()
        shutil.copytree(first.data, copy.data)
        first.start()
        until(lambda: len(server.numbers()) >= 3, within_s=30, what="the first computer goes on")
        copy.start()
        until(lambda: "two computers" in copy.log + first.log, within_s=60, what="one of the two is told")
        browser = Browser(server)
        browser.signs_in("aynur", PASSWORD)
        page = browser.page("/schools/190")
        assert "iki kompüter" in page.lower()
        for agent in (first, copy):
            agent.stop()
        server.stop()
