"""Schools, their sections, nodes and maps in a browser that runs no script."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from alerts.state import State
from inventory import connections, register
from inventory.network import LinkKind, NodeKind
from inventory.tables import Contact, Link, Node, PersonalRead, Room, School
from server import auth, db, settings
from server.app import build
from server.pages.map import share_of
from server.pages.school_register import shifts_in, shifts_out
from tests import cast
from tests.server.conftest import BROWSER, House, post

UP, DOWN, DEGRADED, NO_DATA = State.UP, State.DOWN, State.DEGRADED, State.NO_DATA
REGISTER = {
    "version": "1", "name": "190 nömrəli lisey", "type": "lyceum", "district": "AZ-SAB", "place": "AZ-SKR",
    "settlement": "Sabirabad", "latitude": "39,99", "longitude": "48.49", "pilot": "1", "opened_on": "1967-09-01",
    "shifts": "8:00-8:45 08:55–09:40\n\n14:00-14:45",
}  # fmt: skip


@pytest.fixture
def leyla(house: House) -> TestClient:
    return house.as_(house.who.leyla)


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        pytest.param({UP: 9, NO_DATA: 90}, "none", id="nobody in trouble, most silent"),
        pytest.param({UP: 9, DOWN: 1}, "few", id="one of ten"),
        pytest.param({UP: 8, DEGRADED: 1, DOWN: 1}, "some", id="two of ten"),
        pytest.param({UP: 7, DOWN: 3}, "many", id="three of ten"),
        pytest.param({DOWN: 1, NO_DATA: 99}, "many", id="the only one that is known is in trouble"),
        pytest.param({NO_DATA: 99}, "unknown", id="no data is no health"),
        pytest.param({}, "unknown", id="no school"),
    ],
)
def test_a_district_is_coloured_by_what_is_known(counts: dict[State, int], share: str) -> None:
    assert share_of(counts) == share


def test_bell_times_are_typed_as_they_are_shown() -> None:
    shifts = shifts_in(REGISTER["shifts"])
    assert shifts_out(shifts) == "08:00-08:45 08:55-09:40\n14:00-14:45"
    assert [shift["shift"] for shift in shifts] == [1, 2]


def test_a_keeper_changes_the_facts_of_a_school_and_two_at_once_do_not_overwrite_each_other(
    house: House, leyla: TestClient
) -> None:
    here = "/schools/190/register"
    assert post(leyla, here, here, **REGISTER) == 303
    with db.reading(house.engine) as session:
        school = session.exec(select(School).where(School.emis == "190")).one()
    assert (school.name, school.place_code, school.latitude, school.opened_on) == (
        "190 nömrəli lisey", "AZ-SKR", 39.99, date(1967, 9, 1),
    )  # fmt: skip
    assert post(leyla, here, here, **REGISTER | {"name": "another"}) == 422  # version 1 was changed meanwhile
    page = leyla.get("/schools/190").text
    assert "190 nömrəli lisey" in page
    assert "08:00–09:40, 14:00–14:45" in page
    assert "/map/AZ-SKR?school=190" in page


def test_what_was_typed_wrongly_is_still_there_with_a_sentence(leyla: TestClient) -> None:
    page = leyla.get("/schools/190/register?lang=en")
    token = page.text.split('name="csrf" value="')[1][:64]
    form = REGISTER | {"shifts": "08:00-08:45 ring ring", auth.FIELD: token}
    answer = leyla.post("/schools/190/register", data=form, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "08:00-08:45 ring ring" in answer.text
    assert "39,99" in answer.text


def test_schools_are_searched_opened_and_counted(house: House, leyla: TestClient) -> None:
    assert post(leyla, "/schools", "/schools", emis="5", name="5 nömrəli", district="AZ-SKR", type="primary") == 303
    assert post(leyla, "/schools", "/schools", emis="5", name="5 nömrəli", district="AZ-SKR", type="primary") == 422
    page = leyla.get("/schools?q=semkir+5").text
    assert "5 nömrəli" in page
    assert "Şıxlı" not in page
    year = {"year": "2026", "learners": "480", "as_of": "2026-09-15"}
    assert post(leyla, "/schools/5/years", "/schools/5/register", **year) == 303
    assert post(leyla, "/schools/5/years", "/schools/5/register", **year | {"learners": "many"}) == 422
    assert "480" in leyla.get("/schools/5/register").text
    assert "5 nömrəli" not in house.as_(house.who.aynur).get("/schools").text


def test_a_room_is_entered_renamed_and_closed(house: House, leyla: TestClient) -> None:
    here = "/schools/190/rooms"
    assert post(leyla, here, here, name="12", kind="classroom", floor="1") == 303
    assert post(leyla, here, here, name="12", kind="classroom") == 422
    with db.reading(house.engine) as session:
        room = session.exec(select(Room)).one()
    change = {"uid": room.uid, "version": "1", "name": "12a", "kind": "computer_lab", "closed": "1"}
    assert post(leyla, here, here, **change) == 303
    assert post(leyla, here, here, **change) == 422
    with db.reading(house.engine) as session:
        room = session.exec(select(Room)).one()
    assert (room.name, room.kind, room.floor) == ("12a", "computer_lab", None)
    assert room.closed_on is not None


def test_contacts_are_entered_and_every_look_is_written_down(house: House, leyla: TestClient) -> None:
    here = "/schools/190/contacts"
    numbers = "(050) 212/34/56\n5 12 34\n"
    assert post(leyla, here, here, name="Elçin (invented)", role="director", numbers=numbers) == 303
    assert post(leyla, here, here, uid="school", numbers="146") == 303
    aynur = house.as_(house.who.aynur)
    page = aynur.get(here).text
    assert "tel:+994502123456" in page
    assert "146" in page
    assert '<form method="post" action="/schools/190/contacts"' not in page  # a technician reads
    assert house.as_(house.who.orxan).get(here).status_code == 403
    with db.reading(house.engine) as session:
        seen = session.exec(select(PersonalRead.by).where(PersonalRead.noun == "contact")).all()
        contact = session.exec(select(Contact)).one()
    assert "aynur" in seen
    left = {"uid": contact.uid, "version": "1", "name": contact.name, "role": "director", "left": "1", "numbers": ""}
    assert post(leyla, here, here, **left) == 303
    with db.reading(house.engine) as session:
        assert not session.exec(select(Contact)).one().active


def test_a_link_hangs_on_a_node_which_then_does_not_close(house: House, leyla: TestClient) -> None:
    assert post(leyla, "/nodes", "/nodes", code="ats-427", name="ATS 427", kind="exchange") == 303
    here = "/schools/190/links"
    link = {
        "code": "190-1",
        "kind": "fiber",
        "node": "ats-427",
        "from_on": "2011-12-01",
        "fibres": "6",
        "teaching": "1",
    }
    assert post(leyla, here, here, **link) == 303
    assert "190 nömrəli" in leyla.get("/nodes?node=ats-427").text
    node = {"code": "ats-427", "version": "1", "name": "ATS 427", "kind": "exchange"}
    assert post(leyla, "/nodes", "/nodes?node=ats-427", **node, closed="1") == 422
    ended = link | {"version": "1", "until_on": "2020-01-01"}
    assert post(leyla, here, here, **ended) == 303
    assert post(leyla, "/nodes", "/nodes?node=ats-427", **node, closed="1") == 303
    with db.reading(house.engine) as session:
        row = session.exec(select(Link)).one()
        assert (row.fibres, row.intranet, row.teaching, row.version) == (6, False, True, 2)
        assert session.exec(select(Node)).one().closed_on is not None


def test_the_tree_counts_what_hangs_beneath(house: House, leyla: TestClient) -> None:
    with db.writing(house.engine) as session:
        top = connections.node_opened(session, "isp", "Rabitə", NodeKind.PROVIDER, by=cast.CONSOLE, at=cast.NOW)
        low = connections.node_opened(
            session, "ats", "ATS", NodeKind.EXCHANGE, by=cast.CONSOLE, at=cast.NOW, parent_id=top.id
        )
        for school in (house.who.school, house.who.elsewhere):
            connections.link_opened(
                session, school, f"{school.emis}-1", LinkKind.ADSL, by=cast.CONSOLE, at=cast.NOW, node_id=low.id,
                provider_id=top.id, from_on=date(2011, 1, 1),
            )  # fmt: skip
    assert leyla.get("/nodes").text.count("2 xətt") == 2
    assert house.as_(house.who.kamran).get("/nodes").text.count("1 xətt") == 2


@pytest.fixture
def mapped(house: House, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """Aynur's browser, a map of one district, and schools with coordinates."""
    square = [[48.0, 39.7], [48.8, 39.7], [48.8, 40.2], [48.0, 40.2], [48.0, 39.7]]
    polygon = {"type": "Polygon", "coordinates": [square]}
    feature = {"type": "Feature", "properties": {"code": "AZ-SAB"}, "geometry": polygon}
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    with db.writing(house.engine) as session:
        register.districts_loaded(session, by=cast.CONSOLE, at=cast.NOW)
        cast.opened(session, "191", "191 nömrəli", "AZ-SAB", latitude=40.03, longitude=48.47)
        cast.opened(session, "192", "192 nömrəli", "AZ-SAB")
        school = session.exec(select(School).where(col(School.emis) == "190")).one()
        register.school_changed(session, school, {"latitude": 39.99, "longitude": 48.49}, by=cast.CONSOLE, at=cast.NOW)
        cookie = cast.cookie_of(session, house.who.aynur)
    app = build(settings.read(database_url=database_url, data=tmp_path, boundaries=file))
    yield TestClient(app, headers=BROWSER, cookies={auth.SESSION: cookie})
    app.state.engine.dispose()


def test_the_map_shows_the_reader_s_districts_with_words_beside_colours(mapped: TestClient) -> None:
    page = mapped.get("/map").text
    assert '<a href="/map/AZ-SAB" class="area unknown">' in page
    assert "/map/AZ-SKR" not in page
    assert "OpenStreetMap" in page
    assert "style=" not in page


def test_a_district_s_map_tells_names_and_distances(mapped: TestClient) -> None:
    page = mapped.get("/map/AZ-SAB?school=190").text
    assert page.count('class="spot no_data') == 2
    assert "192 nömrəli" in page  # nobody knows where it stands; the table has it
    assert "4,8 km" in page  # to 191
    assert "Aynur Məmmədova, Sabirabad" in page
    assert mapped.get("/map/AZ-SKR").status_code == 404
    assert mapped.get("/map/AZ-NOT").status_code == 404
