"""Whatever the description of the API allows, and much that it does not, is answered without a server error."""

import contextlib
import time
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from inventory.errors import HouseError
from server import db
from tests import cast
from tests.server.conftest import House
from tests.server.strangers import rooms

BUDGET_S = 20.0  # for all operations of one database
MOST, LEAST = 8, 3  # examples of one operation
CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
BY_NAME = {"emis": ["190", "21"], "login": ["aynur", "zaur"], "code": ["AZ-SAB"]}
Known = dict[str, list[Any]]


@pytest.fixture
def known(house: House) -> Known:
    """What the rooms make for their strangers is there; its ids and names, by the parameters that may carry them."""
    found: list[Any] = []
    for room in rooms():
        with db.writing(house.engine) as session, contextlib.suppress(IntegrityError, HouseError):
            here = cast.Cast(**{name: session.merge(row) for name, row in vars(house.who).items()})
            with session.begin_nested():  # two rooms may make the same thing
                found += room.prepare(session, here, cast.NOW).values()
    return BY_NAME | {"": [str(each) for each in found if isinstance(each, str | int)]}


def test_the_description_is_openapi_3_1_and_complete(house: House) -> None:
    described: dict[str, Any] = house.client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, item in described["paths"].items():
        assert path.startswith("/api/v1/"), path
        for method, operation in item.items():
            assert "4XX" in operation["responses"], (method, path)
            assert "422" not in operation["responses"], (method, path)
    assert {"token", "session"} == set(described["components"]["securitySchemes"])


def test_no_request_makes_a_server_error(house: House, known: Known) -> None:
    app: Any = house.client.app
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations: list[Any] = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) > 20
    browser = house.as_(house.who.zaur)
    began, faults, served = time.monotonic(), [], 0
    for place, operation in enumerate(operations):
        left = BUDGET_S - (time.monotonic() - began)
        until = time.monotonic() + left / (len(operations) - place)
        asking = Asking(browser, known, until)
        asking.ask(operation)
        faults += asking.faults
        served += asking.served
    assert not faults, "\n".join(faults[:20])
    assert served > len(operations) / 3, "hardly a request came further than its first check"


@dataclass
class Asking:
    """Requests of one operation, made up by its description; `served`: those that were answered with 2xx."""

    browser: TestClient
    known: Known
    until: float
    faults: list[str] = field(default_factory=list)
    asked: int = 0
    served: int = 0

    def ask(self, operation: Any) -> None:
        @settings(
            max_examples=MOST, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy(), names=st.data())
        def one(case: Any, names: st.DataObject) -> None:
            for name in case.path_parameters or {}:
                if names.draw(st.integers(0, 3)):
                    case.path_parameters[name] = names.draw(st.sampled_from(self.known.get(name) or self.known[""]))
            version = names.draw(st.sampled_from(["*", None]))
            if not self.faults and (self.asked < LEAST or time.monotonic() < self.until):
                self._send(case, version)

        one()

    def _send(self, case: Any, version: str | None) -> None:
        self.asked += 1
        for name in ("Authorization", "Cookie"):  # made up from the ways in; who asks is given here
            case.headers.pop(name, None)
        case.cookies.clear()
        if version:
            case.headers["If-Match"] = version
        made: Any = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
        headers = {**made.headers, "accept": "application/json", "sec-fetch-site": "same-origin"}
        answer = self.browser.request(case.method, made.url, content=made.body, headers=headers)
        self.served += answer.is_success
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            self.faults += [f"{case.operation.label}: {fault}" for fault in group.exceptions]
