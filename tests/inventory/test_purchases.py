"""Contract, lot, delivery, pieces: all of a delivery or nothing of it."""

from datetime import date

import pytest
from sqlmodel import Session, select

from inventory import catalogue, purchases
from inventory.equipment import Kind
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.identities import Fault
from inventory.lifecycle import AssetState
from inventory.roles import Who
from inventory.tables import Asset, AssetSite, Delivery, Lot, Maker, Trace
from tests import cast

NOW = cast.NOW


@pytest.fixture
def who(session: Session) -> cast.Cast:
    return cast.enter(session)


@pytest.fixture
def aynur(session: Session, who: cast.Cast) -> Who:
    return cast.who(session, who.aynur)


@pytest.fixture
def lot(session: Session, aynur: Who) -> Lot:
    """Ten computers with three years of warranty, invented."""
    model = catalogue.model_named(session, "HP Inc.", "Pro 3500", Kind.COMPUTER, by=aynur, at=NOW)
    contract = purchases.contract_signed(
        session, "İKT-11/24", "NEXUS MMC", signed_on=date(2026, 9, 1), programme="2008-2012", by=aynur, at=NOW
    )
    return purchases.lot_entered(
        session, contract, model, 10, price_qepik=72_000, warranty_months=36, by=aynur, at=NOW
    )  # fmt: skip


def come(session: Session, lot: Lot, who: cast.Cast, by: Who, serials: str = "", quantity: int | None = None,
         on: date = date(2026, 11, 20)) -> list[Asset]:  # fmt: skip
    return purchases.delivered(
        session, lot, who.school, delivered_on=on, waybill="77", serials=serials, quantity=quantity, by=by, at=NOW
    ).pieces


def test_a_delivery_makes_pieces_with_numbers_warranty_and_a_place(
    session: Session, who: cast.Cast, aynur: Who, lot: Lot
) -> None:
    first, second = come(session, lot, who, aynur, "CND0001A\nCND0002B\n")
    assert (first.inventory_no, second.inventory_no) == ("SAB-2026-00001", "SAB-2026-00002")
    assert (first.state, first.kind, first.serial) == (AssetState.DELIVERED, Kind.COMPUTER, "CND0001A")
    assert (first.warranty_until, first.value_qepik, first.programme) == (date(2029, 11, 20), 72_000, "2008-2012")
    site = session.exec(select(AssetSite).where(AssetSite.asset_id == first.id)).one()
    assert (site.school_id, site.from_on, site.until_on) == (who.school.id, date(2026, 11, 24), None)
    verbs = session.exec(select(Trace.verb, Trace.key).where(Trace.noun == "asset")).all()
    assert verbs == [("delivered", "SAB-2026-00001"), ("delivered", "SAB-2026-00002")]


def test_what_has_no_serial_number_comes_by_quantity(session: Session, who: cast.Cast, aynur: Who, lot: Lot) -> None:
    assert [piece.serial for piece in come(session, lot, who, aynur, quantity=3)] == ["", "", ""]


def test_one_bad_line_and_nothing_is_done(session: Session, who: cast.Cast, aynur: Who, lot: Lot) -> None:
    come(session, lot, who, aynur, "CND0001A")
    text = "CND0002B\nTo be filled by O.E.M.\ncnd 0002-b\nCND0001A"
    _, faults = purchases.serials_checked(session, text)
    assert [(f.number, f.fault, f.other) for f in faults] == [
        (2, Fault.JUNK, ""), (3, Fault.TWICE, "1"), (4, Fault.KNOWN, "SAB-2026-00001")]  # fmt: skip
    with pytest.raises(Invalid, match="3 lines of the list"):
        come(session, lot, who, aynur, text)
    assert len(session.exec(select(Delivery)).all()) == len(session.exec(select(Asset)).all()) == 1


def test_a_lot_gives_no_more_than_it_has(session: Session, who: cast.Cast, aynur: Who, lot: Lot) -> None:
    come(session, lot, who, aynur, quantity=8)
    with pytest.raises(Conflict, match="2 pieces left"):
        come(session, lot, who, aynur, quantity=3)


def test_a_list_and_a_waybill_agree(session: Session, who: cast.Cast, aynur: Who, lot: Lot) -> None:
    with pytest.raises(Invalid, match="2 serial numbers"):
        come(session, lot, who, aynur, "CND0001A\nCND0002B", quantity=3)


def test_a_delivery_is_not_of_tomorrow(session: Session, who: cast.Cast, aynur: Who, lot: Lot) -> None:
    with pytest.raises(Invalid, match="not come yet"):
        come(session, lot, who, aynur, quantity=1, on=date(2026, 11, 25))


def test_who_does_not_keep_equipment_or_not_here_enters_nothing(
    session: Session, who: cast.Cast, aynur: Who, lot: Lot
) -> None:
    with pytest.raises(Refused):
        come(session, lot, who, cast.who(session, who.rauf), quantity=1)
    with pytest.raises(NotFound):
        come(session, lot, who, cast.who(session, who.kamran), quantity=1)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [(date(2026, 11, 20), 36, date(2029, 11, 20)), (date(2026, 1, 31), 1, date(2026, 2, 28)),
     (date(2027, 12, 31), 2, date(2028, 2, 29)), (date(2026, 5, 31), 1, date(2026, 6, 30))],
)  # fmt: skip
def test_months_are_counted_by_the_calendar(day: date, months: int, later: date) -> None:
    assert purchases.months_later(day, months) == later


def test_a_maker_is_found_by_every_spelling(session: Session, aynur: Who) -> None:
    made = catalogue.maker_entered(session, "HP", ["Hewlett-Packard", "Hewlett Packard"], by=aynur, at=NOW)
    assert made.aliases == ["Hewlett-Packard"]
    known = catalogue.makers(session)
    for spelling in ("hp", "HP Inc.", "HEWLETT-PACKARD", "Hewlett-Packard Company", "hewlett  packard"):
        assert catalogue.maker_spelled(known, spelling) is made
    assert catalogue.maker_spelled(known, "Hewlett") is None
    assert catalogue.maker_spelled(known, "") is None
    with pytest.raises(Conflict, match="spelling of HP"):
        catalogue.maker_entered(session, "HP Incorporated", by=aynur, at=NOW)


def test_a_likeness_is_a_hint_and_no_decision(session: Session, aynur: Who) -> None:
    optoma = catalogue.maker_entered(session, "Optoma", by=aynur, at=NOW)
    known = catalogue.makers(session)
    assert catalogue.maker_spelled(known, "Optima") is None
    assert catalogue.makers_alike(known, "Optima") == [optoma]


def test_the_catalogue_is_changed_by_whoever_keeps_the_country(session: Session, who: cast.Cast, aynur: Who) -> None:
    maker = catalogue.maker_entered(session, "Optoma", by=aynur, at=NOW)
    catalogue.maker_entered(session, "Epson", by=aynur, at=NOW)
    with pytest.raises(Refused):
        catalogue.maker_changed(session, maker, {"aliases": ["Optima"]}, by=aynur, at=NOW)
    leyla = cast.who(session, who.leyla)
    catalogue.maker_changed(session, maker, {"aliases": ["Optima"]}, by=leyla, at=NOW)
    assert (maker.version, catalogue.maker_spelled(catalogue.makers(session), "OPTİMA")) == (2, maker)
    with pytest.raises(Conflict, match="spelling of Epson"):
        catalogue.maker_changed(session, maker, {"name": "EPSON"}, by=leyla, at=NOW)
    assert session.get_one(Maker, maker.id).name == "Optoma"
