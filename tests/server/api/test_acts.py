"""Acts by the API: from a draft to the end, with versions; what cannot be is refused with a sentence."""

import io
from typing import Any

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient

from inventory.lifecycle import AssetState
from inventory.tables import Person
from server import db
from tests.inventory.papered import CHAIR, DEPUTY, Desk, desk
from tests.server.conftest import House


@pytest.fixture
def at_desk(house: House) -> Desk:
    with db.writing(house.engine) as session:
        at_desk = desk(session, house.who)
        for state in (AssetState.IN_REPAIR, AssetState.INSTALLED):
            at_desk.piece(session, state)
        session.expunge_all()
    return at_desk


def asking(house: House, person: Person) -> TestClient:
    browser = house.as_(person)
    browser.headers["sec-fetch-site"] = "same-origin"
    return browser


def drawn(house: House, at_desk: Desk, **more: Any) -> dict[str, Any]:
    act = {"kind": "write_off", "school": "190", "pieces": [{"number": "INV-0001"}], "reason": "worn_out",
           "commission": at_desk.commission.id, **more}  # fmt: skip
    answer = asking(house, house.who.aynur).post("/api/v1/acts", json=act)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/acts/{made['id']}"
    return made


def stepped(house: House, person: Person, act: dict[str, Any], to: str, **more: str) -> dict[str, Any]:
    answer = asking(house, person).post(
        f"/api/v1/acts/{act['id']}/steps", json={"to": to, **more}, headers={"if-match": f'"{act["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_an_act_goes_its_whole_way(house: House, at_desk: Desk) -> None:
    keeper = asking(house, house.who.leyla)
    act = stepped(house, house.who.aynur, drawn(house, at_desk), "submitted")
    assert act["number"] == "SİL-2026-000001"
    act = stepped(house, house.who.leyla, act, "approved")
    made = keeper.get(f"/api/v1/acts/{act['id']}/pdf").content
    assert "SİL-2026-000001" in pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()
    scan = io.BytesIO()
    pypdfium2.PdfDocument(made)[0].render(scale=2).to_pil().save(scan, "PNG")
    filed = keeper.post("/api/v1/acts/scans", content=scan.getvalue())
    assert filed.status_code == 201, filed.text
    act = filed.json()
    assert [file["kind"] for file in act["files"]] == ["scan"]
    signatures = [{"side": "commission", "name": name} for name in (CHAIR, DEPUTY)]
    answer = keeper.post(
        f"/api/v1/acts/{act['id']}/signatures", json={"signatures": signatures}, headers={"if-match": "*"}
    )
    assert answer.json()["state"] == "signed"
    act = stepped(house, house.who.leyla, answer.json(), "executed")
    assert act["lines"][0]["state"] == "written_off"
    listed = keeper.get("/api/v1/acts?state=executed&total=true").json()
    assert listed["total"] == 1
    assert listed["items"][0]["number"] == "SİL-2026-000001"


def test_a_step_without_the_version_is_refused(house: House, at_desk: Desk) -> None:
    act = drawn(house, at_desk)
    browser = asking(house, house.who.aynur)
    url, step = f"/api/v1/acts/{act['id']}/steps", {"to": "submitted"}
    assert browser.post(url, json=step).status_code == 428
    assert browser.post(url, json=step, headers={"if-match": '"99"'}).status_code == 412


def test_a_repeat_with_the_same_key_draws_one_act(house: House, at_desk: Desk) -> None:
    browser = asking(house, house.who.aynur)
    act = {"kind": "write_off", "school": "190", "pieces": [{"number": "INV-0001"}], "reason": "worn_out"}
    first, second = (browser.post("/api/v1/acts", json=act, headers={"idempotency-key": "k1"}) for _ in range(2))
    assert first.json() == second.json()


@pytest.mark.parametrize(
    ("act", "status", "sentence"),
    [
        ({"kind": "write_off", "pieces": [{"number": "YOXDUR"}]}, 422, "no piece with the number YOXDUR"),
        ({"kind": "acceptance", "pieces": [{"number": "INV-0001"}]}, 409, "cannot stand on this act"),
        ({"kind": "transfer", "pieces": []}, 422, "names the school that takes"),
        ({"kind": "transfer", "to_school": "999"}, 422, "no school with the code"),
        ({"kind": "write_off", "reason": "gift"}, 422, "no reason for an act of this kind"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    house: House, at_desk: Desk, act: dict[str, Any], status: int, sentence: str
) -> None:
    answer = asking(house, house.who.aynur).post("/api/v1/acts", json={"school": "190", **act})
    assert answer.status_code == status
    assert sentence in answer.text
