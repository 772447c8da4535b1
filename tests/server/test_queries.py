"""What pages ask the database: in scope, worst first, in few queries; and what live pages are told."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from alerts import maintenance
from alerts.state import Reason, State
from inventory import scoping
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.roles import Scope
from inventory.tables import Person, School
from server import db, queries
from server.current import Current
from server.live import News, Watch
from tests import cast
from tests.cast import NOW

COUNTRY = Scope(None)


@pytest.fixture
def who(engine: Engine) -> cast.Cast:
    with db.writing(engine) as session:
        who = cast.enter(session)
        session.expunge_all()
    return who


def _voice(engine: Engine, school: School, *devices: object) -> cast.Voice:
    with db.writing(engine) as session:
        voice = cast.voice_of(session, session.get_one(School, school.id))
        voice.says(session, cast.minute(*devices))  # type: ignore[arg-type]
    return voice


def test_a_board_costs_as_many_queries_for_fifty_schools_as_for_two(engine: Engine, who: cast.Cast) -> None:
    def queries_of_a_board() -> int:
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        with db.reading(engine) as session:
            queries.lines(session, COUNTRY, NOW)
        event.remove(engine, "before_cursor_execute", note)
        return sum("SELECT" in statement for statement in asked)

    few = queries_of_a_board()
    with db.writing(engine) as session:
        for number in range(48):
            school = School(emis=f"x{number}", name=f"Məktəb {number}", district_code="AZ-SAB", place_code="AZ-SAB")
            session.add(school)
            session.flush()
            cast.voice_of(session, school).says(session, cast.minute())
    assert queries_of_a_board() == few <= 5


def test_the_worst_comes_first_and_the_silent_before_those_who_never_spoke(engine: Engine, who: cast.Cast) -> None:
    with db.writing(engine) as session:
        names = ("never", "fine", "down", "silent")
        schools = {name: School(emis=name, name=name, district_code="AZ-SAB", place_code="AZ-SAB") for name in names}
        session.add_all(schools.values())
        session.flush()
        cast.voice_of(session, schools["silent"]).says(session, cast.minute(), at=NOW - timedelta(hours=1))
        cast.voice_of(session, schools["fine"]).says(session, cast.minute())
        cast.voice_of(session, schools["down"]).says(
            session, cast.minute(cast.link(intranet=100, internet=100))
        )  # fmt: skip
    with db.reading(engine) as session:
        found = queries.lines(session, COUNTRY, NOW)
        names_by_code = queries.districts(session, COUNTRY, "az")
    order = [line.school for line in queries.filtered(found, names_by_code, queries.Filter()) if line.emis in names]
    assert order == ["down", "silent", "never", "fine"]


def test_a_scope_never_shows_another_district(engine: Engine, who: cast.Cast) -> None:
    sabirabad = Scope(frozenset({"AZ-SAB"}))
    with db.reading(engine) as session:
        assert {line.district for line in queries.lines(session, sabirabad, NOW)} == {"AZ-SAB"}
        assert list(queries.districts(session, sabirabad, "az")) == ["AZ-SAB"]
        with pytest.raises(NotFound):
            scoping.school_seen(session, "21", sabirabad)


def test_two_agents_of_a_school_are_two_lines(engine: Engine, who: cast.Cast) -> None:
    _voice(engine, who.school)
    _voice(engine, who.school, cast.link(internet=100))
    with db.reading(engine) as session:
        lines = queries.lines(session, COUNTRY, NOW, [who.school.id or 0])
    assert sorted(line.shown.reason for line in lines) == [Reason.INTERNET_UNREACHABLE, Reason.WORKS]


def test_planned_work_at_one_device_leaves_the_link_as_it_is(engine: Engine, who: cast.Cast) -> None:
    _voice(engine, who.school)
    with db.writing(engine) as session:
        school = session.get_one(School, who.school.id)
        ups = next(device for device, _ in queries.devices_of(session, school) if device.kind == "ups")
        until = NOW + timedelta(hours=1)
        maintenance.work_planned(session, school, ups.id, NOW, until, "", by=who.aynur, at=NOW)
    with db.reading(engine) as session:
        (line,) = queries.lines(session, COUNTRY, NOW, [who.school.id or 0])
    assert line.shown.state == State.UP


def _plan(session: Session, who: cast.Cast, by: Person, **other: object) -> None:
    school = session.get_one(School, who.school.id)
    given = {"device_id": None, "starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "note": ""} | other
    maintenance.work_planned(session, school, by=by, at=NOW, **given)  # type: ignore[arg-type]


def test_work_that_cannot_be_planned_is_refused_with_a_sentence(engine: Engine, who: cast.Cast) -> None:
    with db.writing(engine) as session:
        for faulty in ({"ends_at": NOW}, {"ends_at": NOW + timedelta(days=31)}, {"note": "x" * 301}):
            with pytest.raises(Invalid):
                _plan(session, who, who.aynur, **faulty)
        with pytest.raises(Refused):
            _plan(session, who, who.rauf)
        with pytest.raises(NotFound):
            _plan(session, who, who.aynur, device_id=999)
        _plan(session, who, who.nigar)
        school = session.get_one(School, who.school.id)
        with pytest.raises(Conflict):
            maintenance.work_cancelled(session, school, 1, by=who.nigar, at=NOW + timedelta(hours=2))


async def _heard(watch: Watch, after: int, act: object, number: int = 1) -> list[News]:
    """What a listener is told from `after` on while `act` happens."""
    looking = asyncio.create_task(watch.run())
    told: list[News] = []

    async def listen() -> None:
        async for news in watch.listen(after):
            told.append(news)
            if len(told) == number:
                return

    listener = asyncio.create_task(listen())
    while watch._last == 0 and watch.listeners == 0:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    await asyncio.to_thread(act)  # type: ignore[arg-type]
    await asyncio.wait_for(listener, 10)
    looking.cancel()
    return told


def test_a_listener_is_told_of_a_change_and_of_the_counts(engine: Engine, who: cast.Cast) -> None:
    voice = _voice(engine, who.school)
    with db.reading(engine) as session:
        after = queries.newest_change(session)

    def cut() -> None:
        with db.writing(engine) as session:
            report = cast.minute(cast.link(intranet=100, internet=100))
            voice.says(session, report, at=NOW + timedelta(minutes=1))

    (news,) = asyncio.run(_heard(Watch(engine, Current()), after, cut))
    assert [row.line.emis for row in news.rows] == ["190"]
    assert news.last > after
    assert len(news.everything) == 2


def test_a_listener_that_comes_back_is_told_what_it_missed(engine: Engine, who: cast.Cast) -> None:
    _voice(engine, who.school)
    (news,) = asyncio.run(_heard(Watch(engine, Current()), 0, lambda: None))
    assert [row.line.emis for row in news.rows] == ["190"]


def test_a_listener_that_missed_very_much_is_told_to_load_anew(
    engine: Engine, who: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _voice(engine, who.school)
    monkeypatch.setattr("server.live.MOST_AT_ONCE", 1)
    (news,) = asyncio.run(_heard(Watch(engine, Current()), 0, lambda: None))
    assert news.reload
