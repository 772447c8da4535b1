"""Reports as pages, files and JSON: every figure with its day, source and rows; formulas defused; three languages."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session
from starlette.testclient import TestClient

from inventory import licences, software
from inventory.indicators import INDICATORS
from inventory.licensing import Metric, Term
from inventory.network import LinkKind
from inventory.tables import Link, SchoolYear
from server import db, reports
from tests import cast
from tests.server.conftest import House


@pytest.fixture
def leyla(house: House) -> TestClient:
    with db.writing(house.engine) as session:
        fill(session, house)
    return house.as_(house.who.leyla)


def fill(session: Session, house: House) -> None:
    for school, learners in ((house.who.school, 400), (house.who.elsewhere, None)):
        school_id = school.id or 0
        session.add(SchoolYear(school_id=school_id, year=2025, learners=learners, teachers=30, as_of=date(2025, 10, 1)))
        session.add(Link(code=f"l{school.emis}", school_id=school_id, kind=LinkKind.ADSL, from_on=date(2010, 3, 1)))
    act: dict[str, Any] = {"by": cast.CONSOLE, "at": cast.NOW}
    product = software.product_entered(session, "=HYPERLINK(1)", Metric.DEVICE, **act)
    pool = software.pool_opened(session, "@sum", product, **act)
    licences.bought(session, pool, Term(5, date(2020, 1, 1)), **act)


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_report_is_a_page_in_every_language(leyla: TestClient, language: str) -> None:
    index = leyla.get(f"/reports?lang={language}").text
    for code in INDICATORS:
        assert f'href="/reports/{code}"' in index
        page = leyla.get(f"/reports/{code}?lang={language}")
        assert page.status_code == 200, code
        assert "style=" not in page.text
        assert "<script" not in page.text.split("<main")[1], "drawn without a script"
        assert (
            re.search(r"<svg[^>]*(columns|preserveAspectRatio)", page.text.split("<main")[1]) or "bars" not in page.text
        )


def test_a_page_says_value_day_source_formula_and_leads_to_rows(leyla: TestClient) -> None:
    page = leyla.get("/reports/connected?on=2010-12-31&lang=en").text
    assert re.search(r'<dt>Connected</dt><dd><a href="/reports/connected/rows\?[^"]*on=2010-12-31[^"]*">2</a>', page)
    assert "figures of Dec 31, 2010" in page
    assert "The register of this system" in page
    assert "each counted once" in page


def test_what_is_not_known_is_said_and_not_nil(leyla: TestClient) -> None:
    page = leyla.get("/reports/learners_per_computer?lang=en").text
    assert "Learners are not known for 1 of 2 schools" in page
    assert re.search(r"<dt>Learners per computer seen</dt><dd>.*?not known", page)
    table = rows_of(leyla, "learners_per_computer")
    assert table[1][:7] == ["Sabirabad", "400", "0", "0", "0", "m", "m"]


def rows_of(browser: TestClient, code: str) -> list[list[str]]:
    answer = browser.get(f"/reports/{code}.csv")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{code}-')
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("code", INDICATORS)
def test_the_same_table_comes_as_page_csv_xlsx_and_json(leyla: TestClient, code: str) -> None:
    as_csv = rows_of(leyla, code)
    as_xlsx = CalamineWorkbook.from_filelike(io.BytesIO(leyla.get(f"/reports/{code}.xlsx").content))
    sheet = as_xlsx.get_sheet_by_index(0).to_python()
    as_json = leyla.get(f"/api/v1/reports/{code}").json()
    assert len(as_csv) == len(sheet) == len(as_json["items"]) + 1
    assert as_csv[0][:-3] == sheet[0]
    assert all(row[-1] == code and row[-3] == as_json["as_of"] for row in as_csv[1:])
    for row, item in zip(sheet[1:], as_json["items"], strict=True):
        for cell, column in zip(row, as_json["columns"], strict=True):
            if column["kind"] in ("count", "percent", "ratio"):
                value = item["cells"][column["key"]]
                assert cell == ("m" if value is None else value), column
    assert as_xlsx.sheet_names[1] == "Haqqında"


def test_no_cell_is_a_formula(leyla: TestClient) -> None:
    table = rows_of(leyla, "licence_coverage")
    assert table[1][:2] == ["'@sum", "'=HYPERLINK(1)"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(leyla.get("/reports/licence_coverage.xlsx").content))
    assert book.get_sheet_by_index(0).to_python()[1][:2] == ["'@sum", "'=HYPERLINK(1)"]


def test_the_api_has_the_registry_and_figures_with_day_source_and_rows(leyla: TestClient) -> None:
    registry = leyla.get("/api/v1/indicators").json()["items"]
    assert {one["code"]: one["uis"] for one in registry if one["uis"]} == {
        "learners_per_computer": "ED4bis", "internet": "ED5", "learners_per_online_computer": "ED25"
    }  # fmt: skip
    report = leyla.get("/api/v1/reports/connected?on=2010-12-31").json()
    figure = report["figures"][1]
    assert (figure["key"], figure["value"], figure["of"], figure["as_of"]) == ("percent", 100.0, [2, 2], "2010-12-31")
    assert figure["rows"].startswith("/reports/connected/rows?")
    assert report["items"][0]["cells"] == {"district": "AZ-SAB", "institutions": 1, "connected": 1, "percent": 100.0}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/happiness", 404),
        ("/reports/institutions?district=AZ-NOWHERE", 404),
        ("/reports/institutions?on=2010-13-01", 422),
        ("/reports/institutions?on=9999-12-31", 422),
        ("/reports/equipment_states?on=2010-12-31", 422),
        ("/reports/links?step=week", 200),
        ("/reports/happiness.csv", 404),
        ("/api/v1/reports/happiness", 404),
        ("/api/v1/reports/links?step=week", 422),
        ("/api/v1/reports/equipment_ages?on=2010-12-31", 422),
        ("/api/v1/reports/institutions?on=0001-01-01", 200),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(leyla: TestClient, address: str, status: int) -> None:
    answer = leyla.get(address)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_technicians_reports_are_of_his_district(leyla: TestClient, house: House) -> None:
    kamran = house.as_(house.who.kamran)
    for code in INDICATORS:
        page = kamran.get(f"/reports/{code}").text
        assert "Sabirabad" not in page, code
        assert '<select name="district">' not in page


def test_whoever_may_not_export_gets_no_file(house: House, leyla: TestClient) -> None:
    sevda = house.as_(house.who.sevda)
    assert sevda.get("/reports/institutions").status_code == 200
    assert "institutions.csv" not in sevda.get("/reports/institutions").text
    assert sevda.get("/reports/institutions.csv").status_code == 403
    assert sevda.get("/reports/institutions.xlsx").status_code == 403


def test_reports_that_know_today_alone_have_no_field_for_a_day(leyla: TestClient) -> None:
    for code in INDICATORS:
        assert ('name="on"' in leyla.get(f"/reports/{code}").text) == (code not in reports.NOW_ONLY), code


def test_the_rows_behind_a_figure_are_as_many_as_it_says(leyla: TestClient) -> None:
    for code in ("links", "connected", "internet"):
        report = leyla.get(f"/api/v1/reports/{code}").json()
        rows = next(one["rows"] for one in report["figures"] if one["key"] == "connected")
        page = leyla.get(f"{rows}&lang=en").text
        assert "2 rows" in page, code
        assert page.count('/links">') == 2
    none = leyla.get("/reports/internet/rows?only=none&on=2010-02-28&lang=en").text
    assert "Schools without such a link" in none
    assert "2 rows" in none
    assert leyla.get("/reports/institutions/rows").status_code == 404


def test_within_a_district_a_school_whose_learners_are_not_known_stands_in_the_table(leyla: TestClient) -> None:
    report = leyla.get("/api/v1/reports/learners_per_computer?district=AZ-SKR").json()
    assert report["items"][0]["cells"]["learners"] is None
    assert report["not_known"][0]["number"] == 1
