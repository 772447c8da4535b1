"""A file goes into the register: tried row by row, applied as it was tried, told where it went wrong."""

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from inventory import catalogue
from inventory.equipment import Kind
from inventory.errors import Refused
from inventory.exchange import jobs
from inventory.imports import Fate, JobState, Verdict
from inventory.roles import Role, Who
from inventory.tables import (
    Asset,
    AssetSite,
    ImportFile,
    ImportJob,
    Person,
    PersonDistrict,
    School,
    SchoolYear,
    Trace,
)  # fmt: skip
from server import db
from server.importing import Worker
from tests import cast
from tests.inventory.exchange.files import applied, csv_of, imported, rows_of, said, the_job, to_the_end, tried, xlsx_of


@pytest.fixture
def people(engine: Engine) -> dict[str, Who]:
    """The cast in the database, as somebody who acts."""
    with db.writing(engine) as session:
        who = cast.enter(session)
        maker = catalogue.maker_entered(session, "HP", ["Hewlett-Packard"], by=cast.CONSOLE, at=cast.NOW)
        catalogue.model_entered(session, maker, "ProBook 450", Kind.NOTEBOOK, by=cast.CONSOLE, at=cast.NOW)
        return {
            name: cast.who(session, getattr(who, name)) for name in ("leyla", "zaur", "rauf", "aynur", "kamran")
        }  # fmt: skip


SCHOOLS = [
    ["EMIS kodu", "Məktəbin adı", "Rayon", "Şagird sayı", "Tədris ili", "Telefon", "Nəsə"],
    ["190", "190 nömrəli tam orta məktəb", "Sabirabad", "412", "2026", "", "a"],
    ["21", "Şıxlı kənd tam orta məktəbi №1", "AZ-SKR", "", "", "", ""],
    ["007", "Qaralar kənd ibtidai məktəbi", "Şəmkir", "35", "2026", "(022) 305 12 34 | 050 555 12 34", ""],
    ["8", "Bilinməyən", "Atlantida", "", "", "", ""],
]


def test_a_file_of_schools_is_tried_applied_and_then_changes_nothing(engine: Engine, people: dict[str, Who]) -> None:
    job_id = tried(engine, "schools", csv_of(*SCHOOLS), people["leyla"])
    job, rows = the_job(engine, job_id), rows_of(engine, job_id)
    assert job.state is JobState.PLANNED
    assert [row.verdict for row in rows] == [Verdict.UPDATE, Verdict.UPDATE, Verdict.CREATE, Verdict.ERROR]
    assert rows[0].cells == {"learners": ["", "412"], "year": ["", "2026"]}
    assert rows[1].cells == {"name": ["Şıxlı kənd tam orta məktəbi", "Şıxlı kənd tam orta məktəbi №1"]}
    assert said(rows[3]) == "There is no district “Atlantida”."
    with db.reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(School)) == 2, "a dry run changes nothing"
    job = applied(engine, job_id, people["leyla"])
    assert (job.state, job.done) == (JobState.DONE, {"applied": 3, "left": 0})
    with db.reading(engine) as session:
        new = session.scalars(select(School).where(col(School.emis) == "007")).one()
        assert new.district_code == "AZ-SKR"
        year = session.scalars(select(SchoolYear).where(col(SchoolYear.school_id) == new.id)).one()
        assert year.learners == 35
        traced = session.scalars(select(Trace).where(col(Trace.key) == "007", col(Trace.verb) == "opened")).one()
        assert (traced.by, traced.reason) == ("leyla", f"import {job_id}, row 4")
    again = tried(engine, "schools", csv_of(*SCHOOLS), people["leyla"])
    assert [row.verdict for row in rows_of(engine, again)] == [*[Verdict.SKIP] * 3, Verdict.ERROR]
    with db.reading(engine) as session:
        twin = jobs.twin(session, session.get_one(ImportJob, again))
        assert twin is not None
        assert twin.id == job_id


EQUIPMENT = [
    ["İnventar nömrəsi", "EMIS kodu", "İstehsalçı", "Model", "Seriya nömrəsi", "Qiymət", "İstismara verilib"],
    ["INV-1", "190", "Hewlett-Packard", "probook 450", "0012345678901234567890", "1250.50", "01.09.2024"],
    ["INV-2", "21", "HP", "ProBook 450", "CND-7012-3A", "", ""],
    ["INV-3", "190", "HP", "ProBook 9999", "", "", ""],
    ["INV-4", "190", "HP", "ProBook 450", "1.2E+10", "", ""],
    ["INV-1", "190", "HP", "ProBook 450", "", "", ""],
    ["INV-5", "404", "HP", "ProBook 450", "", "", ""],
    ["INV-6", "190", "HP", "ProBook 450", "", "12 manat", "31.02.2024"],
]


@pytest.mark.parametrize("as_file", [csv_of, xlsx_of], ids=["csv", "xlsx"])
def test_a_file_of_equipment(engine: Engine, people: dict[str, Who], as_file) -> None:  # type: ignore[no-untyped-def]
    job = imported(engine, "equipment", as_file(*EQUIPMENT), people["leyla"])
    assert job.counts == {"create": 2, "error": 5}
    assert [said(row) for row in rows_of(engine, job.id or 0)][2:] == [
        "The catalogue has no model “ProBook 9999” of HP; enter it there first, or correct the spelling.",
        "“1.2E+10” is a number that has lost its digits; make the column text in the spreadsheet and enter it again.",
        "Row 2 is about the same; one row is enough.",
        "There is no school 404, or it is not yours.",
        "“12 manat” is no sum; right is manat, for example 1250.50.",
    ]
    with db.reading(engine) as session:
        asset = session.scalars(select(Asset).where(col(Asset.inventory_no) == "INV-1")).one()
        assert asset.declared == {"serial": "0012345678901234567890"}
        assert asset.value_qepik == 125050
        assert asset.kind is Kind.NOTEBOOK
        assert "probook" in asset.search
        site = session.scalars(select(AssetSite).where(col(AssetSite.asset_id) == asset.id)).one()
        assert site.school_id == asset.school_id


def test_blank_leaves_and_clear_empties(engine: Engine, people: dict[str, Who]) -> None:
    imported(engine, "equipment", csv_of(*EQUIPMENT[:3]), people["leyla"])
    again = csv_of(EQUIPMENT[0], ["INV-1", "", "", "", "", "CLEAR", ""], ["INV-2", "CLEAR", "", "", "", "", ""])
    job = imported(engine, "equipment", again, people["leyla"])
    rows = rows_of(engine, job.id or 0)
    assert rows[0].cells == {"value": ["1250.50", ""]}
    assert (rows[0].fate, rows[1].verdict) == (Fate.APPLIED, Verdict.ERROR)
    with db.reading(engine) as session:
        asset = session.scalars(select(Asset).where(col(Asset.inventory_no) == "INV-1")).one()
        assert (asset.value_qepik, asset.declared) == (None, {"serial": "0012345678901234567890"})


def test_a_piece_does_not_change_its_school_by_a_file(engine: Engine, people: dict[str, Who]) -> None:
    imported(engine, "equipment", csv_of(*EQUIPMENT[:3]), people["leyla"])
    job_id = tried(engine, "equipment", csv_of(EQUIPMENT[0][:2], ["INV-1", "21"]), people["leyla"])
    assert "only by an act of transfer" in said(rows_of(engine, job_id)[0])


def test_a_row_that_was_changed_meanwhile_is_left_and_told(engine: Engine, people: dict[str, Who]) -> None:
    imported(engine, "equipment", csv_of(*EQUIPMENT[:3]), people["leyla"])
    header = ["İnventar nömrəsi", "Qeyd"]
    first = tried(engine, "equipment", csv_of(header, ["INV-1", "A"], ["INV-2", "A"]), people["leyla"])
    imported(engine, "equipment", csv_of(header, ["INV-1", "B"]), people["leyla"])
    job = applied(engine, first, people["leyla"])
    assert job.done == {"applied": 1, "left": 1}
    assert "changed since the dry run" in said(rows_of(engine, first)[0])
    with db.reading(engine) as session:
        notes = session.execute(select(col(Asset.inventory_no), col(Asset.note)).order_by(col(Asset.inventory_no)))
        assert [tuple(row) for row in notes] == [("INV-1", "B"), ("INV-2", "A")]


def test_whoever_may_not_import_brings_no_file(engine: Engine, people: dict[str, Who]) -> None:
    for name in ("rauf", "aynur"):
        with db.writing(engine) as session, pytest.raises(Refused):
            jobs.uploaded(session, "schools", "x.csv", csv_of(*SCHOOLS), by=people[name], at=cast.NOW)


def test_an_import_that_was_interrupted_goes_on_where_it_stopped(
    engine: Engine, people: dict[str, Who], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 3)
    lines = [EQUIPMENT[0][:4], *([f"INV-{n:03}", "190", "HP", "ProBook 450"] for n in range(20))]
    with db.writing(engine) as session:
        job = jobs.uploaded(session, "equipment", "x.csv", csv_of(*lines), by=people["leyla"], at=cast.NOW)
        jobs.dry_run_wanted(session, job, job.mapping, by=people["leyla"])
        job_id = job.id or 0
    for _ in range(3):
        assert Worker(engine).work(), "each of these is a process that dies after a chunk"
    to_the_end(engine)
    assert the_job(engine, job_id).counts == {"create": 20}
    with db.writing(engine) as session:
        jobs.application_wanted(session, session.get_one(ImportJob, job_id), by=people["leyla"])
    for _ in range(4):
        Worker(engine).work()
    to_the_end(engine)
    assert the_job(engine, job_id).done == {"applied": 20, "left": 0}
    with db.reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Asset)) == 20
        assert session.scalar(select(func.count()).select_from(AssetSite)) == 20
        assert session.scalar(select(func.count()).select_from(ImportFile)) == 0


def test_a_row_of_a_foreign_district_is_told_that_there_is_no_such_school(
    engine: Engine, people: dict[str, Who]
) -> None:
    imported(engine, "equipment", csv_of(*EQUIPMENT[:3]), people["leyla"])
    with db.writing(engine) as session:
        keeper = Person(login="keeper", name="Şəmkir", role=Role.KEEPER, password="", created_at=cast.NOW)
        session.add(keeper)
        session.flush()
        session.add(PersonDistrict(person_id=keeper.id or 0, district_code="AZ-SKR"))
        session.flush()
        by = cast.who(session, keeper)
    job_id = tried(engine, "schools", csv_of(*SCHOOLS[:3]), by)
    mine = [(row.verdict, said(row)) for row in rows_of(engine, job_id)]
    assert mine[0] == (Verdict.ERROR, "There is no school 190, or it is not yours.")
    assert mine[1][0] is Verdict.UPDATE
    job_id = tried(engine, "equipment", csv_of(EQUIPMENT[0][:2], ["INV-1", ""], ["INV-9", "190"]), by)
    assert {row.verdict for row in rows_of(engine, job_id)} == {Verdict.ERROR}
    assert [row.cells for row in rows_of(engine, job_id)] == [None, None]
