"""Acts on pages: drawn without scripts, approved, printed, scanned back; what strangers and the public see."""

import io
import re
from datetime import timedelta

import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inventory import afterlife
from inventory.equipment import Kind
from inventory.lifecycle import ActKind, ActState, AssetState
from inventory.tables import Act, ActFile, Asset
from server import auth, db
from tests import cast
from tests.inventory.papered import CHAIR, DEPUTY, Desk, desk
from tests.server.conftest import House, post, token_in


@pytest.fixture
def at_desk(house: House) -> Desk:
    with db.writing(house.engine) as session:
        at_desk = desk(session, house.who)
        at_desk.piece(session, AssetState.IN_REPAIR, kind=Kind.PROJECTOR)
        at_desk.piece(session)
        session.expunge_all()
    return at_desk


def push(browser: TestClient, act: int, do: str, **more: str) -> int:
    """A button of the act's page; the version is the one that is shown."""
    page = browser.get(f"/acts/{act}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, "the page has no button for this person"
    return post(browser, f"/acts/{act}", f"/acts/{act}", do=do, version=version[1], **more)


def drawn(house: House, at_desk: Desk, **more: str) -> int:
    fields = {"kind": "write_off", "school": "190", "chosen": "INV-0001", "reason": "broken",
              "commission": str(at_desk.commission.id), **more}  # fmt: skip
    browser = house.as_(house.who.aynur)
    assert post(browser, "/acts/new", "/acts/new?kind=write_off&school=190", **fields) == 303
    with db.reading(house.engine) as session:
        return session.exec(select(Act.id)).all()[-1] or 0


def approved(house: House, at_desk: Desk) -> int:
    act = drawn(house, at_desk)
    assert push(house.as_(house.who.aynur), act, "submit") == 303
    assert push(house.as_(house.who.leyla), act, "approve") == 303
    return act


def scan_of(browser: TestClient, act: int) -> bytes:
    """The printed act, as a scanner gives it back."""
    made = browser.get(f"/acts/{act}/pdf")
    assert made.headers["content-type"] == "application/pdf"
    out = io.BytesIO()
    pypdfium2.PdfDocument(made.content)[0].render(scale=150 / 72).to_pil().save(out, "JPEG", quality=70)
    return out.getvalue()


def uploaded(browser: TestClient, body: bytes, page: str = "/acts/scans", **fields: str) -> tuple[int, str]:
    data = {auth.FIELD: token_in(browser.get(page).text), **fields}
    answer = browser.post("/acts/scans", data=data, files={"file": ("scan.jpg", body)}, follow_redirects=False)
    return answer.status_code, answer.text


def state_of(house: House, act: int) -> ActState:
    with db.reading(house.engine) as session:
        return session.get_one(Act, act).state


def test_a_projector_is_written_off_printed_and_scanned_back(house: House, at_desk: Desk) -> None:
    act, keeper = approved(house, at_desk), house.as_(house.who.leyla)
    assert push(keeper, act, "sign", ticked=CHAIR) == 422, "no scan is there yet"
    status, _ = uploaded(keeper, scan_of(keeper, act))
    assert status == 303
    assert push(keeper, act, "sign", ticked=CHAIR) == 303
    assert push(keeper, act, "execute") == 422, "the quorum is not there"
    assert push(keeper, act, "sign", ticked=DEPUTY) == 303
    assert state_of(house, act) is ActState.SIGNED
    assert push(keeper, act, "execute") == 303
    with db.reading(house.engine) as session:
        assert session.exec(select(Asset.state).where(Asset.inventory_no == "INV-0001")).one() == "written_off"
        file_id = session.exec(select(ActFile.id)).one()
    answer = keeper.get(f"/acts/{act}/files/{file_id}")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_the_paper_of_another_act_is_refused(house: House, at_desk: Desk) -> None:
    first = approved(house, at_desk)
    keeper = house.as_(house.who.leyla)
    second = drawn(house, at_desk, chosen="INV-0002")
    status, text = uploaded(keeper, scan_of(keeper, first), act=str(second))
    assert status == 422
    assert "SİL-2026-000001" in text


@pytest.mark.parametrize("body", [b"hello", b"%PDF-1.4 rubbish"])
def test_what_is_no_scan_is_refused(house: House, at_desk: Desk, body: bytes) -> None:
    assert uploaded(house.as_(house.who.leyla), body)[0] == 422


def test_a_scan_of_more_than_ten_megabytes_is_refused(house: House, at_desk: Desk) -> None:
    assert uploaded(house.as_(house.who.leyla), b"\xff\xd8\xff" + bytes(10_200_000))[0] == 413


def test_an_electronic_signature_is_kept_beside_the_act(house: House, at_desk: Desk) -> None:
    act, keeper = approved(house, at_desk), house.as_(house.who.leyla)
    assert uploaded(keeper, b"\x30\x82" + bytes(50), act=str(act), kind="esign")[0] == 303
    assert uploaded(keeper, b"hello", act=str(act), kind="esign")[0] == 422


def test_anybody_may_check_a_paper_and_learns_nothing_of_people(house: House, at_desk: Desk) -> None:
    act = approved(house, at_desk)
    text = (
        pypdf.PdfReader(io.BytesIO(house.as_(house.who.aynur).get(f"/acts/{act}/pdf").content)).pages[0].extract_text()
    )
    address = "".join(text[text.index("http") : text.index("Barmaq")].split())
    path = address.partition("testserver")[2]
    answer = house.client.get(path)
    assert answer.status_code == 200
    assert "SİL-2026-000001" in answer.text
    assert "Bu akt həqiqidir" in answer.text
    assert CHAIR not in answer.text
    assert "Aynur" not in answer.text
    assert house.client.get(path[:-2] + "00").status_code == 404, "another fingerprint is another paper"
    assert house.client.get("/check/AAAABBBBCCCC").status_code == 404
    push(house.as_(house.who.leyla), act, "void", words="Səhv akt")
    assert "etibarsızdır" in house.client.get(path).text


def test_nobody_approves_what_was_changed_meanwhile(house: House, at_desk: Desk) -> None:
    act = drawn(house, at_desk)
    browser = house.as_(house.who.aynur)
    assert post(browser, f"/acts/{act}", f"/acts/{act}", do="submit", version="99") == 422
    assert state_of(house, act) is ActState.DRAFT


def test_a_technician_sees_no_button_to_approve_and_is_refused_without_one(house: House, at_desk: Desk) -> None:
    act = drawn(house, at_desk)
    browser = house.as_(house.who.aynur)
    push(browser, act, "submit")
    assert 'value="approve"' not in browser.get(f"/acts/{act}").text
    with db.reading(house.engine) as session:
        version = str(session.get_one(Act, act).version)
    assert post(browser, f"/acts/{act}", "/acts/new", do="approve", version=version) == 422
    assert state_of(house, act) is ActState.SUBMITTED


@pytest.mark.parametrize("kind", ActKind)
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_the_forms_are_there_for_every_kind(house: House, at_desk: Desk, kind: ActKind, language: str) -> None:
    browser = house.as_(house.who.aynur)
    assert browser.get(f"/acts/new?kind={kind.value}&school=190&lang={language}").status_code == 200
    assert browser.get(f"/acts?lang={language}").status_code == 200


def test_what_was_typed_stays_when_a_number_is_wrong(house: House, at_desk: Desk) -> None:
    browser = house.as_(house.who.aynur)
    token = token_in(browser.get("/acts/new?kind=write_off&school=190").text)
    fields = {auth.FIELD: token, "kind": "write_off", "school": "190", "pieces": "YOXDUR-1", "note": "Qeydim"}
    answer = browser.post("/acts/new", data=fields)
    assert answer.status_code == 422
    assert "YOXDUR-1" in answer.text
    assert "Qeydim" in answer.text


def test_a_finding_is_shown_and_answered(house: House, at_desk: Desk) -> None:
    with db.writing(house.engine) as session:
        here = at_desk
        piece = here.piece(session, AssetState.IN_REPAIR)
        here.executed(session, ActKind.WRITE_OFF, piece)
        piece.seen_at = cast.NOW + timedelta(days=1)
        session.flush()
        assert afterlife.time_passed(session, at=cast.NOW + timedelta(days=1)) == 1
    keeper = house.as_(house.who.leyla)
    page = keeper.get("/acts").text
    assert "INV-0003" in page
    assert post(keeper, "/acts", "/acts", finding="1", words="Yenidən istifadəyə verilib") == 303
    assert 'id="findings"' not in keeper.get("/acts").text
