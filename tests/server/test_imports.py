"""Files by page and by API, the nightly drop, and exports: what a browser and a program get."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from inventory import contacts
from inventory.exchange import jobs, sheets
from inventory.imports import Form, JobState, Media, Source
from inventory.places import ContactRole
from inventory.tables import ImportJob, PersonalRead, School
from server import auth, db, emis
from server.pages.imports import LARGEST
from tests import cast
from tests.inventory.exchange.files import csv_of, to_the_end
from tests.server.conftest import House, token_in

FILE = [
    ["EMIS kodu", "Adı", "Rayon"],
    ["190", "190 nömrəli lisey", "Sabirabad"],
    ["191", "=HYPERLINK(1)", "Sabirabad"],
    ["192", "Yeni", "Atlantida"],
]


def test_a_file_by_pages(house: House) -> None:
    browser = house.as_(house.who.leyla)
    token = token_in(browser.get("/imports").text)
    answer = browser.post(
        "/imports", data={auth.FIELD: token, "kind": "schools"}, files={"file": ("m.csv", csv_of(*FILE))},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303
    url = answer.headers["location"]
    assert 'value="district" selected' in browser.get(url).text
    form = {auth.FIELD: token, "do": "plan", "mapping": ["emis", "name", "district"]}
    assert browser.post(url, data=form, follow_redirects=False).status_code == 303
    to_the_end(house.engine)
    page = browser.get(url).text
    assert "<del>190 nömrəli tam orta məktəb</del>" in page
    assert "Atlantida" in page
    browser.post(url, data={auth.FIELD: token, "do": "out", "numbers": ["3"]})
    browser.post(url, data={auth.FIELD: token, "do": "apply"})
    to_the_end(house.engine)
    with db.reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(School)) == 2, "row 3 was taken out"
        assert session.scalars(select(col(School.name)).where(col(School.emis) == "190")).one() == "190 nömrəli lisey"
    errors = list(sheets.rows(browser.get(f"{url}/errors").content, Form(Media.CSV, "utf-8-sig", ";")))
    assert errors == [[*FILE[0], "Səbəb"], [*FILE[3], "“Atlantida” adlı rayon yoxdur."]]


def test_what_is_no_file_is_refused_with_a_sentence(house: House) -> None:
    browser = house.as_(house.who.leyla)
    token = token_in(browser.get("/imports").text)
    for body in (b"", b"%PDF-1.7", b"\n\n", b"PK\x03\x04nothing"):
        answer = browser.post("/imports", data={auth.FIELD: token, "kind": "schools"}, files={"file": ("x", body)})
        assert answer.status_code == 422, body
        assert 'class="fault"' in answer.text


def test_a_program_brings_a_file_and_repeats_nothing(house: House) -> None:
    program = house.as_(house.who.leyla)
    headers = {"sec-fetch-site": "same-origin", "idempotency-key": "night-1", "accept": "application/json"}
    first = program.post("/api/v1/imports?kind=schools&name=m.csv", content=csv_of(*FILE), headers=headers)
    again = program.post("/api/v1/imports?kind=schools&name=m.csv", content=csv_of(*FILE), headers=headers)
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert first.json()["mapping"] == ["emis", "name", "district"]
    url = f"/api/v1/imports/{first.json()['id']}"
    headers = {"sec-fetch-site": "same-origin", "accept": "application/json", "if-match": first.headers["etag"]}
    assert program.post(f"{url}/plan", json={}, headers=headers).status_code == 202
    to_the_end(house.engine)
    assert program.get(url).json()["counts"] == {"update": 1, "create": 1, "error": 1}
    rows = program.get(f"{url}/rows?verdict=update").json()["items"]
    assert rows[0]["cells"] == {"name": ["190 nömrəli tam orta məktəb", "190 nömrəli lisey"]}
    assert program.post(f"{url}/apply", json={}, headers=headers).status_code == 412


def test_a_file_may_be_large_and_other_forms_may_not(house: House) -> None:
    browser = house.as_(house.who.leyla)
    lines = [FILE[0], *([f"{n}", "Məktəb " * 20, "AZ-SAB"] for n in range(2000))]
    headers = {"sec-fetch-site": "same-origin"}
    assert browser.post("/api/v1/imports?kind=schools", content=csv_of(*lines), headers=headers).status_code == 201
    too_long = {**headers, "content-length": str(LARGEST + 1)}
    assert browser.post("/api/v1/imports?kind=schools", content=b"x", headers=too_long).status_code == 413


def test_an_export_holds_the_whole_filter_defused(house: House) -> None:
    with db.writing(house.engine) as session:
        for n in range(120):
            cast.opened(session, f"S{n}", "=1+1" if n == 0 else f"Məktəb {n}", "AZ-SAB")
    browser = house.as_(house.who.aynur)
    answer = browser.get("/export/schools.csv?q=Sabirabad")
    rows = list(sheets.rows(answer.content, Form(Media.CSV, "utf-8-sig", ";")))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 122
    assert [row[1] for row in rows if row[0] == "S0"] == ["'=1+1"]
    workbook = browser.get("/export/schools.xlsx").content
    assert list(sheets.rows(workbook, Form(Media.XLSX))) == rows
    assert browser.get("/export/schools.pdf").status_code == 404
    assert browser.get("/export/people.csv").status_code == 403
    assert house.as_(house.who.sevda).get("/export/schools.csv").status_code == 403


def test_who_exports_contacts_leaves_a_line_for_each_person(house: House) -> None:
    with db.writing(house.engine) as session:
        for name in ("Gülnar Səfərova", "Vüqar Əhmədov"):
            contacts.contact_added(
                session, house.who.school, name, ContactRole.GUARD, [], by=cast.CONSOLE, at=cast.NOW
            )  # fmt: skip
    assert "Gülnar" in house.as_(house.who.aynur).get("/export/contacts.csv").text
    assert "Gülnar" not in house.as_(house.who.kamran).get("/export/contacts.csv").text
    with db.reading(house.engine) as session:
        seen = session.execute(select(col(PersonalRead.by), col(PersonalRead.noun))).all()
    assert [tuple(row) for row in seen] == [("aynur", "contact")] * 2


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "emis"
    folder.mkdir()
    return folder


def left(folder: Path, name: str, body: bytes, at: datetime) -> Path:
    """A file whose last byte was written at that time."""
    path = folder / name
    path.write_bytes(body)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def test_the_nightly_file_is_tried_and_waits_for_a_person(house: House, drop: Path) -> None:
    night = emis.Drop(drop)
    left(drop, "mektebler-2026-11-24.csv", csv_of(*FILE[:3]), cast.NOW)
    left(drop, "schools.csv.part", csv_of(*FILE[:2]), cast.NOW)
    left(drop, "hesabat.csv", b"a;b\n1;2\n", cast.NOW)
    night.look(house.engine, at=cast.NOW + timedelta(minutes=2))
    assert (drop / "mektebler-2026-11-24.csv").exists(), "seen once, it may still grow"
    night.look(house.engine, at=cast.NOW + timedelta(minutes=3))
    to_the_end(house.engine)
    with db.reading(house.engine) as session:
        job = session.scalars(select(ImportJob)).one()
    assert (job.source, job.state, job.counts) == (Source.EMIS, JobState.PLANNED, {"update": 1, "create": 1})
    assert sorted(path.name for path in drop.iterdir()) == ["rejected", "schools.csv.part", "waiting"]
    assert "neither schools nor contacts" in (drop / "rejected" / "hesabat.csv.why.txt").read_text()
    browser = house.as_(house.who.leyla)
    assert "mektebler-2026-11-24.csv" in browser.get("/imports/queue").text
    with db.writing(house.engine) as session:
        jobs.application_wanted(
            session, session.get_one(ImportJob, job.id), by=cast.who(session, house.who.leyla)
        )  # fmt: skip
    to_the_end(house.engine)
    night.look(house.engine, at=cast.NOW + timedelta(minutes=4))
    assert [path.name for path in (drop / "done").iterdir()] == [f"{job.id}-mektebler-2026-11-24.csv"]


def test_two_servers_that_look_at_one_folder_enter_a_file_once(house: House, drop: Path) -> None:
    left(drop, "schools.csv", csv_of(*FILE[:3]), cast.NOW)
    nights = [emis.Drop(drop), emis.Drop(drop)]
    for night in nights:
        night.look(house.engine, at=cast.NOW + timedelta(minutes=2))
    body = (drop / "schools.csv").read_bytes()
    nights[0].look(house.engine, at=cast.NOW + timedelta(minutes=3))
    left(drop, "schools.csv", body, cast.NOW)  # the power went before it was moved
    nights[1].look(house.engine, at=cast.NOW + timedelta(minutes=3))
    with db.reading(house.engine) as session:
        states = session.scalars(select(col(ImportJob.state)).order_by(col(ImportJob.id))).all()
    assert states == [JobState.PLANNING, JobState.REJECTED]
