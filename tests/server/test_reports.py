"""Figures of the ministry's reports: ratios of sums, days in the past, what is not known, within the scope."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from inventory import licences, software
from inventory.equipment import Kind
from inventory.errors import NotFound
from inventory.indicators import INDICATORS, NOTES, WORDS
from inventory.licensing import Metric, Term
from inventory.lifecycle import AssetState
from inventory.network import LinkKind
from inventory.places import RoomKind, SchoolType
from inventory.roles import Scope
from inventory.tables import Asset, Link, Maker, Model, Room, School, SchoolYear
from server import reports
from server.reports.links import points
from server.reports.values import Asked, Report
from tests import cast

TODAY = date(2026, 11, 24)
COUNTRY = Asked(Scope(None), TODAY)
SABIRABAD = Asked(Scope(frozenset({"AZ-SAB"})), TODAY)


@pytest.fixture
def who(session: Session) -> cast.Cast:
    return cast.enter(session)


def learners(session: Session, school: School, number: int | None, *, year: int = 2026, teachers: int = 20) -> None:
    row = SchoolYear(school_id=school.id or 0, year=year, learners=number, teachers=teachers, as_of=date(year, 10, 1))
    session.add(row)
    session.flush()


@pytest.fixture
def pieces(session: Session, who: cast.Cast) -> Callable[..., None]:
    maker = Maker(name="HP")
    session.add(maker)
    session.flush()
    model = Model(maker_id=maker.id or 0, name="Pro 3120", kind=Kind.COMPUTER)
    session.add(model)
    session.flush()
    count = iter(range(10_000))

    def add(school: School, number: int, *, seen: int | None = None, **facts: Any) -> None:
        """`seen`: days ago, None: never by an agent."""
        for _ in range(number):
            row = Asset(inventory_no=f"INV-{next(count):04}", model_id=model.id or 0, school_id=school.id or 0,
                        kind=Kind.COMPUTER, state=AssetState.INSTALLED, created_at=cast.NOW)  # fmt: skip
            row.seen_at = None if seen is None else cast.NOW - timedelta(days=seen)
            for name, value in facts.items():
                setattr(row, name, value)
            session.add(row)
        session.flush()

    return add


def link(
    session: Session, school: School, kind: LinkKind, first: date | None, end: date | None = None, **facts: Any
) -> None:
    code = f"{school.emis}-{kind}-{first}-{len(facts)}-{facts.get('down_kbits')}"
    row = Link(code=code, school_id=school.id or 0, kind=kind, from_on=first, until_on=end, **facts)
    session.add(row)
    session.flush()


def figure(report: Report, key: str) -> Any:
    return next(one.value for one in report.figures if one.key == key)


def table(report: Report) -> dict[Any, dict[str, Any]]:
    keys = [column.key for column in report.columns]
    return {row.cells[0]: dict(zip(keys[1:], row.cells[1:], strict=True)) for row in report.rows}


def noted(report: Report) -> dict[str, Any]:
    return {note.key: dict(note.values) for note in report.notes}


def test_a_ratio_is_one_of_sums_and_not_a_mean_of_ratios(session: Session, who: cast.Cast, pieces: Any) -> None:
    """A, B and D of the readiness examples: 900, 310 and 420 learners, 60, 12 and 49 working computers."""
    third = cast.opened(session, "300", "Üçüncü məktəb", "AZ-SKR")
    for school, number, computers in ((who.school, 900, 60), (who.elsewhere, 310, 12), (third, 420, 49)):
        learners(session, school, number)
        pieces(school, computers, seen=1)
    report = reports.made(session, "learners_per_computer", COUNTRY)
    assert round(figure(report, "per_seen"), 1) == 13.5
    assert report.figures[0].of == (1630, 121)
    assert {place: row["per_all"] for place, row in table(report).items()} == {
        "AZ-SAB": 15.0, "AZ-SKR": round(730 / 61, 4)
    }  # fmt: skip


def test_seen_declared_and_silent_are_three_figures(session: Session, who: cast.Cast, pieces: Any) -> None:
    learners(session, who.school, 100)
    pieces(who.school, 4, seen=60)
    pieces(who.school, 2, seen=61)
    pieces(who.school, 6)
    learners(session, who.elsewhere, 300)
    pieces(who.elsewhere, 10)
    report = reports.made(session, "learners_per_computer", COUNTRY)
    assert [figure(report, key) for key in ("seen", "declared", "silent")] == [4, 16, 2]
    assert (figure(report, "per_seen"), figure(report, "per_all")) == (25.0, 20.0)
    assert noted(report) == {"no_agents": {"number": 1, "total": 2}}
    assert table(report)["AZ-SKR"]["per_seen"] is None


def test_what_does_not_serve_lessons_does_not_count(session: Session, who: cast.Cast, pieces: Any) -> None:
    office = Room(school_id=who.school.id or 0, name="Mühasibat", kind=RoomKind.OFFICE)
    lab = Room(school_id=who.school.id or 0, name="İnformatika", kind=RoomKind.COMPUTER_LAB)
    session.add_all([office, lab])
    session.flush()
    learners(session, who.school, 100)
    for facts in ({"room_id": office.id}, {"kind": Kind.PRINTER}, {"state": AssetState.IN_REPAIR}):
        pieces(who.school, 5, seen=1, **facts)
    pieces(who.school, 2, seen=1, room_id=lab.id)
    pieces(who.school, 3, seen=1, kind=Kind.NETBOOK)
    assert figure(reports.made(session, "learners_per_computer", COUNTRY), "per_seen") == 20.0


def test_unknown_learners_are_left_out_of_both_sums_and_said(session: Session, who: cast.Cast, pieces: Any) -> None:
    learners(session, who.school, 100)
    pieces(who.school, 10, seen=1)
    learners(session, who.elsewhere, None)
    pieces(who.elsewhere, 1000, seen=1)
    report = reports.made(session, "learners_per_computer", COUNTRY)
    assert figure(report, "per_seen") == 10.0
    assert noted(report) == {"no_learners": {"number": 1, "total": 2}}


def test_without_any_school_year_nothing_is_known(session: Session, who: cast.Cast, pieces: Any) -> None:
    pieces(who.school, 10, seen=1)
    report = reports.made(session, "learners_per_computer", COUNTRY)
    assert (figure(report, "per_seen"), noted(report)) == (None, {"no_year": {}})


def test_online_is_thirty_days(session: Session, who: cast.Cast, pieces: Any) -> None:
    learners(session, who.school, 120)
    pieces(who.school, 3, seen=30)
    pieces(who.school, 3, seen=31)
    learners(session, who.elsewhere, 500)
    pieces(who.elsewhere, 50)
    report = reports.made(session, "learners_per_online_computer", COUNTRY)
    assert (figure(report, "per_online"), figure(report, "learners")) == (40.0, 120)
    assert [row.cells[0] for row in report.rows] == ["AZ-SAB"]


def test_a_link_counts_from_its_first_day_until_before_its_end(session: Session, who: cast.Cast) -> None:
    link(session, who.school, LinkKind.ADSL, date(2010, 5, 1), date(2011, 3, 1))
    link(session, who.school, LinkKind.FIBER, date(2011, 3, 1))
    link(session, who.elsewhere, LinkKind.ADSL, date(2011, 7, 1))
    link(session, who.elsewhere, LinkKind.SATELLITE, None)
    report = reports.made(session, "links", Asked(Scope(None), date(2012, 6, 1)))
    assert table(report) == {
        date(2010, 12, 31): {"adsl": 1, "fiber": 0, "satellite": 0, "links": 1, "connected": 1},
        date(2011, 12, 31): {"adsl": 1, "fiber": 1, "satellite": 0, "links": 2, "connected": 2},
        date(2012, 6, 1): {"adsl": 1, "fiber": 1, "satellite": 0, "links": 2, "connected": 2},
    }
    assert noted(report) == {"no_beginning": {"number": 1}}
    for day, number in ((date(2010, 4, 30), 0), (date(2010, 5, 1), 1), (date(2011, 2, 28), 1), (date(2011, 7, 1), 2)):
        assert figure(reports.made(session, "connected", Asked(Scope(None), day)), "connected") == number


def test_a_school_with_two_links_is_one_connected_school(session: Session, who: cast.Cast) -> None:
    link(session, who.school, LinkKind.ADSL, date(2010, 5, 1))
    link(session, who.school, LinkKind.FIBER, date(2010, 5, 1))
    report = reports.made(session, "connected", COUNTRY)
    assert [figure(report, key) for key in ("connected", "percent", "links")] == [1, 50.0, 2]


@pytest.mark.parametrize(("step", "last"), [("year", date(2010, 12, 31)), ("month", date(2012, 5, 31))])
def test_points_over_time_are_ends_of_months_or_years_and_the_day_itself(step: str, last: date) -> None:
    days = points(Asked(Scope(None), date(2012, 6, 1), step=step), [date(2010, 7, 1)])
    assert days == sorted(set(days))
    assert (days[-1], len(days) <= 24) == (date(2012, 6, 1), True)
    assert last in days
    assert points(Asked(Scope(None), date(2012, 6, 1)), [date(2013, 1, 1)]) == []


def test_internet_is_grouped_as_the_guide_does(session: Session, who: cast.Cast) -> None:
    third = cast.opened(session, "300", "Üçüncü məktəb", "AZ-SKR")
    link(session, who.school, LinkKind.ADSL, date(2010, 5, 1), down_kbits=128)
    link(session, who.elsewhere, LinkKind.ADSL, date(2010, 5, 1), down_kbits=128)
    link(session, who.elsewhere, LinkKind.MOBILE_4G, date(2010, 5, 1))
    link(session, third, LinkKind.FIBER, date(2010, 5, 1), teaching=False)
    link(session, third, LinkKind.ETHERNET, date(2010, 5, 1), internet=False)
    department = cast.opened(session, "9", "Təhsil şöbəsi", "AZ-SAB", type=SchoolType.DEPARTMENT)
    link(session, department, LinkKind.FIBER, date(2010, 5, 1))
    report = reports.made(session, "internet", COUNTRY)
    assert {key: row["schools"] for key, row in table(report).items()} == {
        "any": 2, "dsl": 0, "fibre": 0, "fixed_wireless": 0, "satellite": 0, "mobile": 1, "narrowband": 1, "both": 1,
        "none": 1,
    }  # fmt: skip
    assert figure(report, "with_internet") == pytest.approx(66.6667)
    assert noted(report) == {"no_speed": {"number": 1}, "other_types": {"number": 1}}


def test_institutions_are_those_that_were_open(session: Session, who: cast.Cast) -> None:
    cast.opened(session, "7", "Lisey", "AZ-SAB", type=SchoolType.LYCEUM, opened_on=date(2026, 9, 1))
    report = reports.made(session, "institutions", COUNTRY)
    assert table(report)["AZ-SAB"] == {"general": 1, "lyceum": 1, "total": 2}
    before = reports.made(session, "institutions", Asked(Scope(None), date(2026, 8, 31)))
    assert figure(before, "total") == 2
    assert noted(before) == {"opening_unknown": {"number": 2}}


def test_school_years_are_counted_and_say_whose_learners_are_missing(session: Session, who: cast.Cast) -> None:
    learners(session, who.school, 400, year=2025)
    learners(session, who.elsewhere, None, year=2025)
    learners(session, who.school, 420)
    report = reports.made(session, "school_years", COUNTRY)
    assert table(report) == {
        2025: {"schools": 2, "learners": 400, "teachers": 40, "no_learners": 1, "on": date(2025, 10, 1)},
        2026: {"schools": 1, "learners": 420, "teachers": 20, "no_learners": 0, "on": date(2026, 10, 1)},
    }


def test_equipment_by_state_and_by_age(session: Session, who: cast.Cast, pieces: Any) -> None:
    pieces(who.school, 3, in_service_on=date(2023, 11, 25))
    pieces(who.school, 2, in_service_on=date(2023, 11, 24))
    pieces(who.elsewhere, 1, in_service_on=date(2016, 11, 24), kind=Kind.UPS)
    pieces(who.elsewhere, 4, state=AssetState.WRITTEN_OFF)
    pieces(who.elsewhere, 5)
    states = reports.made(session, "equipment_states", COUNTRY)
    assert table(states) == {
        "computer": {"installed": 10, "written_off": 4, "total": 14},
        "ups": {"installed": 1, "written_off": 0, "total": 1},
    }
    ages = reports.made(session, "equipment_ages", Asked(Scope(None), TODAY, by="district"))
    assert table(ages) == {
        "AZ-SAB": {"0-3": 3, "3-5": 2, "10+": 0, "unknown_age": 0, "total": 5},
        "AZ-SKR": {"0-3": 0, "3-5": 0, "10+": 1, "unknown_age": 5, "total": 6},
    }
    assert noted(ages) == {"no_service_day": {"number": 5}}


def test_the_ministrys_seats_cover_what_its_figures_say(session: Session, who: cast.Cast, pieces: Any) -> None:
    """P41 divided by 40: 32,000 computers and systems, 3,840 antivirus and 3,000 client access licences."""
    pieces(who.school, 800, seen=1)
    act: dict[str, Any] = {"by": cast.CONSOLE, "at": cast.NOW}
    for code, number in (("xp", 800), ("kav", 96), ("cal", 75)):
        product = software.product_entered(session, code, Metric.DEVICE, **act)
        pool = software.pool_opened(session, code, product, **act)
        licences.bought(session, pool, Term(number, date(2026, 1, 1)), **act)
    report = reports.made(session, "licence_coverage", COUNTRY)
    assert [round(figure(report, code), 1) for code in ("xp", "kav", "cal")] == [100.0, 12.0, 9.4]
    mine = reports.made(session, "licence_coverage", SABIRABAD)
    assert figure(mine, "xp") == 0.0
    assert noted(report) == {"no_agents_look": {"number": 3}}


@pytest.mark.parametrize("code", INDICATORS)
def test_nobody_sees_another_district(session: Session, who: cast.Cast, pieces: Any, code: str) -> None:
    for school, number in ((who.school, 100), (who.elsewhere, 700)):
        learners(session, school, number)
        pieces(school, number, seen=1)
        link(session, school, LinkKind.ADSL, date(2020, 1, 1))
    for asked in (
        SABIRABAD,
        Asked(Scope(None), TODAY, "AZ-SAB"),
        Asked(Scope(frozenset({"AZ-SAB"})), TODAY, by="district"),
    ):
        report = reports.made(session, code, asked)
        numbers = {cell for row in report.rows for cell in row.cells} | {one.value for one in report.figures}
        assert not numbers & {"AZ-SKR", "21", 700, 800}, (code, numbers)
    hidden = reports.made(session, code, Asked(Scope(frozenset({"AZ-SAB"})), TODAY, "AZ-SKR"))
    assert not {cell for row in hidden.rows for cell in row.cells} & {"AZ-SKR", "21", 700}


@pytest.mark.parametrize("code", INDICATORS)
def test_a_country_without_anything_has_reports_too(session: Session, code: str) -> None:
    report = reports.made(session, code, COUNTRY)
    assert report.indicator.code == code
    assert all(not one.value for one in report.figures)


def test_every_report_says_what_it_counts_and_every_note_has_its_sentence() -> None:
    assert set(reports.MADE_BY) == set(INDICATORS)
    for one in INDICATORS.values():
        assert one.title
        assert one.formula.endswith(".")
        assert one.source
    assert all(sentence.endswith(".") for sentence in NOTES.values())
    assert all(WORDS.values())


def test_an_unknown_report_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        reports.made(session, "happiness", COUNTRY)


def test_one_piece_in_two_rows_is_counted_once(session: Session, who: cast.Cast, pieces: Any) -> None:
    pieces(who.school, 1, seen=1)
    first = session.exec(select(Asset.id)).one()
    pieces(who.school, 1, seen=1, same_as_id=first)
    learners(session, who.school, 30)
    assert figure(reports.made(session, "learners_per_computer", COUNTRY), "seen") == 1
    assert figure(reports.made(session, "equipment_states", COUNTRY), "total") == 1
    assert figure(reports.made(session, "equipment_ages", COUNTRY), "total") == 1
    assert figure(reports.made(session, "licence_coverage", COUNTRY), "computers") == 1
