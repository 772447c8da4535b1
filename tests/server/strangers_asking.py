"""Sends the lines about strangers to an application, and tells in sentences which of them do not hold."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdf
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from inventory.tables import Person
from server import auth, db
from server.live import Watch
from tests import cast
from tests.server.conftest import BROWSER
from tests.server.strangers import Line, Said, Values

PATIENCE_S = 15.0
NEVER_SHOWN = frozenset({200, 201, 202, 204, 206})


@dataclass(frozen=True, slots=True)
class Asking:
    """An application, the things that were prepared, and everybody who may ask."""

    engine: Engine
    app: FastAPI
    values: Values
    people: dict[str, Person]

    def faults(self, method: str, path: str, line: Line) -> Iterator[str]:
        """First the stranger and nobody at all, then whoever may: his request may change something."""
        here = f"{method} {path}"
        if line.then is not None:
            yield from (f"{here}: {fault}" for fault in asyncio.run(self._streamed(line)))
            return
        nobody = self._send(method, line, None)
        if nobody.status_code in NEVER_SHOWN:
            yield f"{here}: somebody who has not signed in gets {nobody.status_code}"
        answer = self._send(method, line, line.stranger)
        seen = line.mark.format(**self.values) in shown(answer) if line.mark else False
        too_high = 500 if line.sees == "himself" and method != "GET" else 400  # his own form may be refused
        match line.sees:
            case "404" | "403" if answer.status_code != int(line.sees):
                yield f"{here}: the stranger gets {answer.status_code} and not {line.sees}: {answer.text[:200]}"
            case "nothing" | "himself" if answer.status_code >= too_high:
                yield f"{here}: the stranger gets {answer.status_code} and not a list without the thing"
            case "nothing" | "himself" if seen:
                yield f"{here}: the stranger sees {line.mark}"
            case _:
                yield from self._known(here, method, line)

    def _known(self, here: str, method: str, line: Line) -> Iterator[str]:
        """Without this, a line with a wrong address would hold for ever."""
        answer = self._send(method, line, line.known)
        status = answer.status_code
        if (method == "GET" and status >= 400) or status in (401, 403, 404, 405) or status >= 500:
            yield f"{here}: {line.known} gets {status} and should be served: {answer.text[:200]}"
        elif line.sees == "nothing" and line.mark.format(**self.values) not in shown(answer):
            yield f"{here}: not even {line.known} sees {line.mark.format(**self.values)}"

    def _send(self, method: str, line: Line, login: str | None) -> Response:
        url = line.url.format(**self.values)
        headers, cookies = self._signed(login)
        browser = TestClient(self.app, cookies=cookies, raise_server_exceptions=False)
        if url.startswith("/api/"):
            headers |= {"if-match": "*", "sec-fetch-site": "same-origin"}
            files = {"file": line.file} if line.file else None
            json = None if line.json is None else _said(line.json, self.values)
            return browser.request(method, url, json=json, files=files, headers=headers, follow_redirects=False)
        headers |= BROWSER
        if method == "GET":
            return browser.get(url, headers=headers, follow_redirects=False)
        form = {auth.FIELD: headers.get("x-csrf", ""), **_said(line.form, self.values)}
        files = {"file": line.file} if line.file else None
        return browser.request(method, url, data=form, files=files, headers=headers, follow_redirects=False)

    def _signed(self, login: str | None) -> tuple[dict[str, str], dict[str, str]]:
        if login is None:
            return {}, {}
        with db.writing(self.engine) as session:
            cookie = cast.cookie_of(session, self.people[login])
        return {"x-csrf": auth.form_token(cookie)}, {auth.SESSION: cookie}

    async def _streamed(self, line: Line) -> list[str]:
        """Both listen while something happens at 190 and then at 21; the stranger's silence ends with news of 21."""
        watch: Watch = self.app.state.watch
        running = asyncio.create_task(watch.run())
        known, stranger = Listener(), Listener()
        listening = [
            asyncio.create_task(each.listen(self.app, line.url.format(**self.values), self._signed(login)[1]))
            for each, login in ((known, line.known), (stranger, line.stranger))
        ]
        faults = []
        assert line.then is not None
        try:
            await asyncio.gather(known.until("open"), stranger.until("open"))
            await asyncio.to_thread(line.then, self.engine, "190")
            if not await known.until(line.mark):
                faults.append(f"not even {line.known} hears of {line.mark}")
            await asyncio.to_thread(line.then, self.engine, "21")
            if not await stranger.until("Şıxlı"):
                faults.append("the stranger does not hear of his own school")
            if line.mark in stranger.heard:
                faults.append(f"the stranger hears of {line.mark}")
        finally:
            for task in (running, *listening):
                task.cancel()
            await asyncio.gather(running, *listening, return_exceptions=True)
        return faults


class Listener:
    """One open stream, as an ASGI server would carry it."""

    def __init__(self) -> None:
        self.heard = ""
        self._more = asyncio.Event()

    async def listen(self, app: FastAPI, url: str, cookies: dict[str, str]) -> None:
        path, _, query = url.partition("?")
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = [(b"host", b"zeng.test"), (b"cookie", cookie.encode()), (b"accept", b"text/event-stream")]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
            "headers": headers, "server": ("zeng.test", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()  # the line stays open until the task ends
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            self.heard += message.get("body", b"").decode()
            self._more.set()

        await app(scope, receive, send)

    async def until(self, mark: str) -> bool:
        """Whether it was heard in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while mark not in self.heard:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return False
        return True


def shown(answer: Response) -> str:
    """What a person reads in an answer, spreadsheets and PDF included."""
    kind = answer.headers.get("content-type", "")
    if "spreadsheetml" in kind or kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    return answer.text


def _said(said: Said, values: Values) -> Any:
    return said(values) if callable(said) else _filled(said, values)


def _filled(said: Any, values: Values) -> Any:
    if isinstance(said, str):
        return said.format(**values)
    if isinstance(said, dict):
        return {name: _filled(each, values) for name, each in said.items()}
    return [_filled(each, values) for each in said] if isinstance(said, list) else said
