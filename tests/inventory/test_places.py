"""Places: how far they lie apart, when they teach, and the units of the republic under every spelling."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from inventory import register
from inventory.bells import shifts_checked
from inventory.distances import great_circle_km, nearest
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.places import RoomKind
from inventory.roles import Scope
from inventory.tables import District, School, Trace
from server import schools
from tests import cast

BAKU, GANJA, SABIRABAD = (40.37767, 49.89201), (40.68157, 46.36134), (40.01280, 48.47000)
EVERYWHERE = Scope(None)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        pytest.param(BAKU, BAKU, 0.0, id="a place is not far from itself"),
        pytest.param(BAKU, GANJA, 300.2, id="Baku and Ganja"),
        pytest.param((0.0, 0.0), (0.0, 180.0), 20_015.1, id="half the way round the Earth"),
        pytest.param((40.0, 48.0), (40.0, 48.00001), 0.0, id="across the yard"),
    ],
)
def test_places_lie_apart(a: tuple[float, float], b: tuple[float, float], km: float) -> None:
    assert great_circle_km(a, b) == pytest.approx(km, abs=0.3)


def test_the_nearest_come_first() -> None:
    found = nearest(SABIRABAD, [("Gəncə", GANJA), ("Bakı", BAKU), ("Sabirabad", SABIRABAD)], 2)
    assert [name for name, _ in found] == ["Sabirabad", "Bakı"]


BELLS = [["08:00", "08:45"], ["08:55", "09:40"]]


@pytest.mark.parametrize(
    "shifts",
    [
        pytest.param([{"shift": 1, "bells": [["08:45", "08:00"]]}], id="a lesson that ends before it begins"),
        pytest.param([{"shift": 1, "bells": [["08:00", "08:45"], ["08:40", "09:25"]]}], id="two lessons at once"),
        pytest.param([{"shift": 1, "bells": [["8:00", "8:45"]]}], id="a time with one digit"),
        pytest.param([{"shift": 1, "bells": [["08:00", "25:00"]]}], id="an hour that no clock has"),
        pytest.param([{"shift": 2, "bells": BELLS}], id="a second shift without a first"),
        pytest.param([{"shift": 1, "bells": []}], id="a shift without lessons"),
        pytest.param([{"shift": n, "bells": BELLS} for n in (1, 2, 3, 4)], id="four shifts"),
        pytest.param("08:00", id="no list at all"),
    ],
)
def test_bell_times_that_cannot_be_are_refused(shifts: Any) -> None:
    with pytest.raises(Invalid) as refused:
        shifts_checked(shifts)
    assert refused.value.field == "shifts"


def test_bell_times_are_kept() -> None:
    assert shifts_checked([{"shift": 1, "bells": BELLS}]) == [{"shift": 1, "bells": BELLS}]


def test_the_75_units_are_loaded_once_and_a_second_time_changes_nothing(session: Session) -> None:
    assert register.districts_loaded(session, by=cast.CONSOLE, at=cast.NOW) == 75
    traced = len(session.exec(select(Trace)).all())
    assert register.districts_loaded(session, by=cast.CONSOLE, at=cast.NOW) == 0
    assert len(session.exec(select(Trace)).all()) == traced == 75
    rows = session.exec(select(District)).all()
    assert {row.kind for row in rows} == {"city", "rayon"}
    assert [row.code for row in rows if row.latitude is None] == ["AZ-X-AGD"]  # no source gives its centre
    assert all(row.name_az and row.name_en and row.name_ru for row in rows)


def found(session: Session, scope: Scope, **wanted: Any) -> list[str]:
    """EMIS codes, in the order in which a page shows them."""
    ids = schools.found(session, scope, schools.Filter(**wanted))
    return [school.emis for school in schools.filled(session, ids)]


@pytest.mark.parametrize(
    ("sought", "emis"),
    [
        pytest.param("semkir 5", "5005", id="a name without marks and a whole number before one that begins so"),
        pytest.param("Göy-Göl", "3001", id="the spelling of a list"),
        pytest.param("goygol", "3001", id="the official one, on a foreign keyboard"),
        pytest.param("HORADİZ", "3002", id="a town that is taken for a district"),
        pytest.param("ter ter", "3003", id="two words for one"),
        pytest.param("Agdam", "3004", id="as the English write it"),
        pytest.param("Шемкир 5", "5005", id="nearly as the Russians write it"),
        pytest.param("3004", "3004", id="the code"),
        pytest.param("Qaraçuxur", "3005", id="the settlement"),
        pytest.param("YASAMAL", "3005", id="a rayon of the capital"),
    ],
)
def test_a_school_is_found(session: Session, sought: str, emis: str) -> None:
    register.districts_loaded(session, by=cast.CONSOLE, at=cast.NOW)
    for code, name, district in (
        ("5055", "55 nömrəli məktəb", "AZ-SKR"), ("5005", "5 nömrəli məktəb", "AZ-SKR"),
        ("3001", "1 nömrəli məktəb", "AZ-GYG"), ("3002", "2 nömrəli məktəb", "AZ-FUZ"),
        ("3003", "3 nömrəli məktəb", "AZ-TAR"), ("3004", "4 nömrəli məktəb", "AZ-AGM"),
    ):  # fmt: skip
        cast.opened(session, code, name, district)
    cast.opened(session, "3005", "141 nömrəli məktəb", "AZ-BA", settlement="Qaraçuxur")
    assert found(session, EVERYWHERE, q=sought)[0] == emis


@pytest.mark.parametrize("sought", ["%", "_", "100%", "a_b", "\\"])
def test_signs_of_the_database_are_no_wild_cards(session: Session, sought: str) -> None:
    cast.enter(session)
    everybody = not sought.strip("%\\")  # a sign alone is no word, and no word finds all
    assert len(found(session, EVERYWHERE, q=sought)) == (2 if everybody else 0)


def test_a_district_that_changes_its_name_is_found_by_the_new_one(session: Session) -> None:
    who = cast.enter(session)
    cast.named(session, "AZ-SAB", az="Sabirabad", en="Galagain", ru="Сабирабад")
    assert found(session, EVERYWHERE, q="galagain") == [who.school.emis]


def test_a_school_changes_with_a_trace_and_only_in_what_differs(session: Session) -> None:
    who = cast.enter(session)
    leyla = cast.who(session, who.leyla)
    facts = {"pilot": True, "name": who.school.name, "place_code": "AZ-SKR"}
    assert register.school_changed(session, who.school, facts, by=leyla, at=cast.NOW, reason="act 4")
    assert not register.school_changed(session, who.school, facts, by=leyla, at=cast.NOW)
    row = session.exec(select(Trace).order_by(col(Trace.number).desc())).first()
    assert row is not None
    assert (row.verb, row.key, row.by, row.reason) == ("changed", "190", "leyla", "act 4")
    assert row.after == {"pilot": True, "place_code": "AZ-SKR"}
    assert row.before == {"pilot": False, "place_code": "AZ-SAB"}
    assert who.school.version == 2


def test_scope_follows_the_department_and_not_the_place(session: Session) -> None:
    who = cast.enter(session)
    register.school_changed(session, who.school, {"place_code": "AZ-SKR"}, by=cast.CONSOLE, at=cast.NOW)
    kamran, aynur = (cast.who(session, person).scope for person in (who.kamran, who.aynur))
    assert found(session, kamran) == ["21"]
    assert found(session, aynur, district="AZ-SKR") == ["190"]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        pytest.param({"id": 7}, Invalid, id="a column that is nobody's to change"),
        pytest.param({"latitude": 91.0}, Invalid, id="beyond the pole"),
        pytest.param({"type": "castle"}, Invalid, id="a type that is not known"),
        pytest.param({"place_code": "AZ-QBA"}, NotFound, id="a place that is not known"),
        pytest.param({"name": " "}, Invalid, id="no name"),
    ],
)
def test_a_change_that_cannot_be_is_refused(session: Session, facts: dict[str, Any], refusal: type[Exception]) -> None:
    who = cast.enter(session)
    with pytest.raises(refusal):
        register.school_changed(session, who.school, facts, by=cast.CONSOLE, at=cast.NOW)


def test_places_are_kept_by_whoever_may(session: Session) -> None:
    who = cast.enter(session)
    aynur = cast.who(session, who.aynur)
    with pytest.raises(Refused):
        register.school_changed(session, who.school, {"pilot": True}, by=aynur, at=cast.NOW)
    with pytest.raises(Refused):
        register.room_opened(session, who.school, "5", RoomKind.CLASSROOM, by=aynur, at=cast.NOW)


def test_two_rooms_of_a_school_have_two_names(session: Session) -> None:
    who = cast.enter(session)
    schools_here: list[School] = [who.school, who.elsewhere]
    rooms = [
        register.room_opened(session, school, "12", RoomKind.CLASSROOM, by=cast.CONSOLE, at=cast.NOW)
        for school in schools_here
    ]
    other = register.room_opened(session, who.school, "13", RoomKind.CLASSROOM, by=cast.CONSOLE, at=cast.NOW)
    with pytest.raises(Conflict, match="“12” already"):
        register.room_changed(session, who.school, other, {"name": "12"}, by=cast.CONSOLE, at=cast.NOW)
    assert register.room_changed(session, who.school, rooms[0], {"floor": 2}, by=cast.CONSOLE, at=cast.NOW)
