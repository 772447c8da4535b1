"""What is exported is imported again without a difference, whatever stands in the register."""

import string
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlmodel import Session

from inventory import assets, catalogue, connections, contacts, licences, people, register, software
from inventory.equipment import Kind as Thing
from inventory.exchange.cells import guarded, unguarded
from inventory.exchange.registry import KINDS
from inventory.licensing import Metric, Term
from inventory.lifecycle import AssetState
from inventory.network import LinkKind, NodeKind
from inventory.places import ContactRole, SchoolType
from inventory.roles import Role
from inventory.tables import (
    Asset,
    Contract,
    District,
    Entitlement,
    Link,
    Model,
    PastCall,
    Person,
    School,
)  # fmt: skip
from server import db
from tests import cast
from tests.inventory.exchange.files import csv_of, rows_of, said, tried, xlsx_of

BY = cast.CONSOLE
CHOSEN: dict[str, Any] = {
    "schools": School.id, "contacts": School.id, "links": Link.id, "models": Model.id, "equipment": Asset.id,
    "licences": Entitlement.id, "calls": PastCall.id, "people": Person.id,
}  # fmt: skip


def lines_of(session: Session, kind_name: str, language: str) -> Iterator[Sequence[str]]:
    """An export as the server writes it."""
    kind = KINDS[kind_name]
    yield [column.name(language) for column in kind.columns]
    for out in kind.exported(session, select(CHOSEN[kind_name])):
        yield [guarded(column.write(out.cells.get(column.key))) for column in kind.columns]


printable = st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" ")
dangerous = st.sampled_from(
    ["=1+1", "+994 12", "-5", "@a", "'=x", "''", "CLEAR", "'CLEAR", "007", "1e5", "a;b", 'a"b', "x|"]
)
text = st.one_of(dangerous, st.text(printable, min_size=1, max_size=30)).filter(
    lambda s: bool(s.strip()) and s.isprintable() and not _rounded(s)
)
maybe = st.one_of(st.just(""), text)
days = st.one_of(st.none(), st.dates(date(1991, 1, 1), date(2026, 11, 1)))
codes = st.lists(
    st.text(string.ascii_letters + string.digits, min_size=1, max_size=8), min_size=1, max_size=4, unique=True
)


def _rounded(text: str) -> bool:
    """What has visibly lost its digits is refused on purpose."""
    head, e, tail = " ".join(text.split()).partition("E+")
    return bool(e) and head.replace(".", "").replace(",", "").lstrip("+-").isdigit() and tail.lstrip("+").isdigit()


def district(session: Session) -> None:
    if session.get(District, "AZ-SAB") is None:
        cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")


def school(session: Session, emis: str, **facts: Any) -> School:
    district(session)
    return register.school_opened(session, emis, facts.pop("name", "Məktəb"), "AZ-SAB", by=BY, at=cast.NOW, **facts)


def some_schools(session: Session, data: st.DataObject) -> None:
    for emis in data.draw(codes):
        row = school(
            session, emis, name=data.draw(text), type=data.draw(st.sampled_from(SchoolType)),
            settlement=data.draw(maybe), address=data.draw(maybe), pilot=data.draw(st.booleans()),
            latitude=data.draw(st.one_of(st.none(), st.floats(-90, 90))),
            longitude=data.draw(st.one_of(st.none(), st.floats(-180, 180))), opened_on=data.draw(days),
            shifts=data.draw(st.sampled_from([[], [{"shift": 1, "bells": [["08:00", "08:45"], ["08:55", "09:40"]]},
                                                  {"shift": 2, "bells": [["13:00", "13:45"]]}]])),
        )  # fmt: skip
        numbers = data.draw(st.lists(st.sampled_from(["+994 50 555 12 34", "(012) 493-00-11", "22-33"]), unique=True))
        contacts.school_numbers_changed(session, row, numbers, by=BY, at=cast.NOW)
        for year in data.draw(st.sets(st.integers(2020, 2026), max_size=2)):
            count = data.draw(st.one_of(st.none(), st.integers(0, 4000)))
            register.year_counted(
                session, row, year, learners=count, teachers=data.draw(st.integers(0, 99)), classes=None,
                source=data.draw(maybe), as_of=date(year, 9, 15), by=BY, at=cast.NOW,
            )  # fmt: skip


def some_contacts(session: Session, data: st.DataObject) -> None:
    row = school(session, "190")
    for _ in range(data.draw(st.integers(1, 4))):
        contact = contacts.contact_added(
            session, row, data.draw(text), data.draw(st.sampled_from(ContactRole)),
            data.draw(st.lists(st.sampled_from(["050 555 12 34", "=12 34", "daxili 7"]), unique=True)), by=BY,
            at=cast.NOW, email=data.draw(st.sampled_from(["", "a@b.az", "=a@b.az"])), note=data.draw(maybe),
        )  # fmt: skip
        if data.draw(st.booleans()):
            contacts.contact_changed(session, row, contact, {"active": False}, by=BY, at=cast.NOW)


def some_links(session: Session, data: st.DataObject) -> None:
    row = school(session, "190")
    node = connections.node_opened(session, "ats-427", "ATS 427", NodeKind.EXCHANGE, by=BY, at=cast.NOW)
    for code in data.draw(codes):
        speed = st.one_of(st.none(), st.integers(1, 1_000_000))
        connections.link_opened(
            session, row, data.draw(st.sampled_from(["", "=", "'"])) + code, data.draw(st.sampled_from(LinkKind)),
            by=BY, at=cast.NOW, node_id=data.draw(st.sampled_from([None, node.id])), contract_no=data.draw(maybe),
            down_kbits=data.draw(speed), up_kbits=data.draw(speed), intranet=data.draw(st.booleans()),
            internet=data.draw(st.booleans()), teaching=data.draw(st.booleans()), from_on=data.draw(days),
        )  # fmt: skip


def a_model(session: Session, name: str = "ProBook 450") -> Model:
    maker = catalogue.maker_entered(session, "HP", by=BY, at=cast.NOW)
    return catalogue.model_entered(session, maker, name, Thing.NOTEBOOK, by=BY, at=cast.NOW)


def some_models(session: Session, data: st.DataObject) -> None:
    maker = catalogue.maker_entered(session, "=HP", by=BY, at=cast.NOW)
    for code in data.draw(st.lists(st.text(string.ascii_lowercase, min_size=1), min_size=1, max_size=4, unique=True)):
        life = data.draw(st.one_of(st.none(), st.integers(1, 50)))
        kind = data.draw(st.sampled_from(Thing))
        catalogue.model_entered(session, maker, f"- {code}", kind, life_years=life, by=BY, at=cast.NOW)


def some_equipment(session: Session, data: st.DataObject) -> None:
    row, model = school(session, "190"), a_model(session)
    pieces = [
        assets.New(
            model, row, data.draw(st.sampled_from([AssetState.DELIVERED, AssetState.IN_STORE, AssetState.INSTALLED])),
            f"={code}", {
                "serial": data.draw(maybe), "hostname": data.draw(maybe), 
                "mac": data.draw(st.sampled_from(["", "3c:52:82:a1:b2:c3"])),
                "memory_mb": data.draw(st.one_of(st.none(), st.integers(1, 10**6))),
            },
            {"note": data.draw(maybe), "programme": data.draw(maybe), "in_service_on": data.draw(days),
             "warranty_until": data.draw(days), "value_qepik": data.draw(st.one_of(st.none(), st.integers(0, 10**8)))},
        )
        for code in data.draw(codes)
    ]  # fmt: skip
    assets.entered(session, pieces, by=BY, at=cast.NOW)


def some_licences(session: Session, data: st.DataObject) -> None:
    contract = Contract(number="=M-1", supplier="X")
    session.add(contract)
    session.flush()
    product = software.product_entered(
        session, data.draw(text), Metric.CAL, edition=data.draw(maybe), by=BY, at=cast.NOW
    )
    pool = software.pool_opened(session, data.draw(text), product, owner=data.draw(maybe), by=BY, at=cast.NOW)
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.dates(date(2020, 1, 1), date(2021, 1, 1)))
        end = data.draw(st.one_of(st.none(), st.dates(date(2022, 1, 1), date(2030, 1, 1))))
        licences.bought(
            session, pool, Term(data.draw(st.integers(1, 9999)), begin, end), note=data.draw(maybe),
            contract=data.draw(st.sampled_from([None, contract])), by=BY, at=cast.NOW,
        )  # fmt: skip


def some_calls(session: Session, data: st.DataObject) -> None:
    row = school(session, "190")
    at = st.datetimes(datetime(2010, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds the zone
    for moment in data.draw(st.sets(at, min_size=1, max_size=4)):
        call = PastCall(number=data.draw(st.sampled_from(["+994 50 555 12 34", "55"])), at=moment)
        call.seconds, call.note = data.draw(st.one_of(st.none(), st.integers(0, 9999))), data.draw(maybe)
        call.outcome, call.school_id = data.draw(maybe), data.draw(st.sampled_from([None, row.id]))
        session.add(call)
    session.flush()


def some_people(session: Session, data: st.DataObject) -> None:
    school(session, "190")
    for login in data.draw(codes):
        person = people.person_added(
            session, f"p.{login}", data.draw(text), data.draw(st.sampled_from(Role)), "", ["AZ-SAB"],
            data.draw(st.sampled_from([[], ["190"]])), by=BY, at=cast.NOW,
        )  # fmt: skip
        assert person.id


REGISTERS = {
    "schools": some_schools, "contacts": some_contacts, "links": some_links, "models": some_models,
    "equipment": some_equipment, "licences": some_licences, "calls": some_calls, "people": some_people,
}  # fmt: skip


@pytest.mark.parametrize("kind", REGISTERS)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_export_changes_nothing_when_it_is_imported(engine: Engine, kind: str, data: st.DataObject) -> None:
    with db.writing(engine) as session:
        _emptied(session)
        REGISTERS[kind](session, data)
    with db.reading(engine) as session:
        lines = list(lines_of(session, kind, data.draw(st.sampled_from(["az", "en", "ru", "key"]))))
    assert len(lines) > 1
    body = data.draw(st.sampled_from([csv_of, xlsx_of]))(*lines)
    rows = rows_of(engine, tried(engine, kind, body, BY))
    assert len(rows) == len(lines) - 1
    assert [(row.verdict.value, row.cells, said(row)) for row in rows] == [("skip", None, "")] * len(rows)


def _emptied(session: Session) -> None:
    """Between the examples of one test, which share a database."""
    for table in (
        "import_row", "import_file", "import_job", "past_call", "entitlement", "licence_pool", "sw_product", "contract",
        "asset_site", "asset", "model", "maker", "link", "node", "phone_use", "phone", "contact", "school_year",
        "person_school", "person_district", "person", "school",
    ):  # fmt: skip
        session.connection().exec_driver_sql(f"DELETE FROM {table}")


def test_headers_of_all_languages_mean_the_same_columns() -> None:
    from inventory.exchange.columns import mapped

    for kind in KINDS.values():
        keys = [column.key for column in kind.columns]
        for language in ("az", "en", "ru", "key"):
            assert mapped(kind.columns, [column.name(language) for column in kind.columns]) == keys, (
                kind.name,
                language,
            )


@pytest.mark.parametrize(
    ("written", "guard"),
    [
        ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("\0x", "'\0x"),
        ("'=1", "''=1"), ("'x", "'x"), ("a=", "a="), ("CLEAR", "'CLEAR"), ("CLEARLY", "CLEARLY"),
    ],
)  # fmt: skip
def test_no_cell_is_computed_by_a_spreadsheet(written: str, guard: str) -> None:
    assert guarded(written) == guard
    assert unguarded(guard) == written
