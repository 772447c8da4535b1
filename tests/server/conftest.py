"""A server application for tests, driven in this process, with the cast in its database."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from inventory.tables import Person
from server import auth, db, settings
from server.app import build
from tests import cast

BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-language": "az"}


@dataclass
class House:
    """An application on a database with the cast in it; `as_` gives the browser of somebody who is signed in."""

    engine: Engine
    who: cast.Cast
    client: TestClient
    as_: Callable[[Person], TestClient]


def token_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found is not None, "the page has no form"
    return found[1]


def post(browser: TestClient, url: str, page: str = "/", **fields: str) -> int:
    """Fill in the form of a page and send it; the status of the answer, unfollowed."""
    token = token_in(browser.get(page).text)
    return browser.post(url, data={auth.FIELD: token, **fields}, follow_redirects=False).status_code


@pytest.fixture
def house(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[House]:
    with db.writing(engine) as session:
        who = cast.enter(session)
        session.expunge_all()
    app = build(settings.read(database_url=database_url, data=tmp_path))

    def signed_in(person: Person) -> TestClient:
        with db.writing(engine) as session:
            cookie = cast.cookie_of(session, person)
        return TestClient(app, headers=BROWSER, cookies={auth.SESSION: cookie}, raise_server_exceptions=False)

    yield House(engine, who, TestClient(app, headers=BROWSER, raise_server_exceptions=False), signed_in)
    app.state.engine.dispose()
