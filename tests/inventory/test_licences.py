"""Seats are bought, renewed, given and taken back; too many are refused from every side, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from inventory import expiry, licences, seats, software
from inventory.equipment import Kind
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.licensing import Metric, Position, Sighting, Term, usage
from inventory.lifecycle import AssetState
from inventory.roles import Role, Scope, Who, job
from inventory.tables import (
    Allocation,
    Asset,
    District,
    Entitlement,
    LicencePool,
    LicenceWarning,
    Maker,
    Model,
    Product,
    School,
    SoftwareSeen,
    Trace,
)  # fmt: skip
from server import db
from tests import cast

TODAY = date(2026, 11, 24)
EVERYWHERE = Scope(None)
YEAR = Term(100, date(2026, 1, 1), date(2026, 12, 31))
NEXT = Term(100, date(2027, 1, 1), date(2027, 12, 31))
LEYLA = Who("leyla", Role.KEEPER, Scope(None))
OF_SABIRABAD = Who("keeper-sab", Role.KEEPER, Scope(frozenset({"AZ-SAB"})))
ACT: dict[str, Any] = {"by": LEYLA, "at": cast.NOW}


@pytest.fixture
def who(session: Session) -> cast.Cast:
    return cast.enter(session)


@pytest.fixture
def pool(session: Session, who: cast.Cast) -> LicencePool:
    return opened(session)


def opened(session: Session) -> LicencePool:
    product = software.product_entered(session, "Kaspersky", Metric.DEVICE, seen_as=["Kaspersky"], **ACT)
    return software.pool_opened(session, "kav", product, owner="Nazirlik", **ACT)


def machine(session: Session, school: School, number: str = "INV-1") -> Asset:
    model = session.exec(select(Model)).first()
    if model is None:
        maker = Maker(name="HP")
        session.add(maker)
        session.flush()
        model = Model(maker_id=maker.id or 0, name="Pro 3120", kind=Kind.COMPUTER)
        session.add(model)
        session.flush()
    row = Asset(inventory_no=number, model_id=model.id or 0, kind=Kind.COMPUTER, state=AssetState.INSTALLED,
                school_id=school.id or 0, created_at=cast.NOW)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def sabirabad(session: Session) -> District:
    return session.get_one(District, "AZ-SAB")


def now(session: Session, pool: LicencePool, on: date = TODAY, scope: Scope = EVERYWHERE) -> Position:
    product = session.get_one(Product, pool.product_id)
    return seats.positions(session, [(pool, product)], scope, on)[pool.id or 0]


def test_what_is_bought_can_be_given_and_not_one_more(session: Session, pool: LicencePool) -> None:
    licences.bought(session, pool, YEAR, **ACT)
    licences.given(session, pool, sabirabad(session), YEAR, **ACT)
    with pytest.raises(Conflict, match="has 100 seats and 101 would be given"):
        licences.given(session, pool, sabirabad(session), Term(1, TODAY, TODAY), **ACT)


def test_seats_are_not_given_for_longer_than_they_are_there(session: Session, pool: LicencePool) -> None:
    licences.bought(session, pool, YEAR, **ACT)
    with pytest.raises(Conflict, match="On 2027-01-01 the pool kav has 0 seats and 1"):
        licences.given(session, pool, sabirabad(session), Term(1, TODAY), **ACT)


def test_an_entitlement_does_not_shrink_under_what_was_given(session: Session, pool: LicencePool) -> None:
    row = licences.bought(session, pool, YEAR, **ACT)
    licences.given(session, pool, sabirabad(session), Term(60, TODAY, YEAR.last_on), **ACT)
    for smaller in (Term(59, YEAR.from_on, YEAR.last_on), Term(100, YEAR.from_on, TODAY)):
        with pytest.raises(Conflict), session.begin_nested():
            licences.entitlement_changed(session, row, smaller, key_ref="", note="", **ACT)
        session.refresh(row)
    with pytest.raises(Conflict), session.begin_nested():
        licences.entitlement_removed(session, row, reason="entered twice", **ACT)
    licences.entitlement_changed(session, row, Term(60, YEAR.from_on, YEAR.last_on), key_ref="safe 3", note="", **ACT)
    assert now(session, pool) == Position(60, 60, 0, 0)


def test_the_larger_of_two_overlapping_terms_ends_and_the_rest_must_do(session: Session, pool: LicencePool) -> None:
    licences.bought(session, pool, Term(50, date(2026, 1, 1)), **ACT)
    licences.bought(session, pool, YEAR, **ACT)
    licences.given(session, pool, sabirabad(session), Term(150, TODAY, date(2026, 12, 31)), **ACT)
    with pytest.raises(Conflict, match="2027-01-01"), session.begin_nested():
        licences.given(session, pool, sabirabad(session), Term(51, date(2027, 1, 1)), **ACT)
    licences.given(session, pool, sabirabad(session), Term(50, date(2027, 1, 1)), **ACT)


def test_a_renewal_is_a_new_row_and_carries_on_what_was_given(session: Session, pool: LicencePool) -> None:
    old = licences.bought(session, pool, YEAR, **ACT)
    seat = licences.given(session, pool, sabirabad(session), Term(80, TODAY, YEAR.last_on), **ACT)
    new = licences.renewed(session, old, NEXT, carry=True, **ACT)
    session.refresh(old)
    assert (new.renews_id, old.last_on, seat.last_on) == (old.id, YEAR.last_on, NEXT.last_on)
    assert now(session, pool, date(2027, 6, 1)).allocated == 80


def test_a_renewal_for_fewer_cannot_carry_on_more(session: Session, pool: LicencePool) -> None:
    old = licences.bought(session, pool, YEAR, **ACT)
    licences.given(session, pool, sabirabad(session), Term(80, TODAY, YEAR.last_on), **ACT)
    few = Term(79, NEXT.from_on, NEXT.last_on)
    with pytest.raises(Conflict, match="79 seats and 80"), session.begin_nested():
        licences.renewed(session, old, few, carry=True, **ACT)
    licences.renewed(session, old, few, carry=False, **ACT)
    assert now(session, pool, date(2027, 6, 1)).allocated == 0


def test_a_renewal_with_a_gap_says_so(session: Session, pool: LicencePool) -> None:
    old = licences.bought(session, pool, YEAR, **ACT)
    with pytest.raises(Conflict, match="nothing is valid"):
        licences.renewed(session, old, Term(100, date(2027, 1, 2), NEXT.last_on), carry=True, **ACT)
    with pytest.raises(Invalid, match="lasts longer"):
        licences.renewed(session, old, Term(100, TODAY, YEAR.last_on), carry=True, **ACT)


def test_a_machine_takes_one_seat_and_keeps_it_when_it_moves(
    session: Session, pool: LicencePool, who: cast.Cast
) -> None:
    licences.bought(session, pool, Term(2, date(2026, 1, 1)), **ACT)
    asset = machine(session, who.school)
    licences.given(session, pool, asset, Term(1, TODAY), **ACT)
    for quantity, fault in ((1, Conflict), (2, Invalid)):
        with pytest.raises(fault):
            licences.given(session, pool, asset, Term(quantity, TODAY), **ACT)
    there = Scope(frozenset({"AZ-SAB"}))
    assert (now(session, pool, scope=there).allocated, now(session, pool).allocated) == (1, 1)
    asset.school_id = who.elsewhere.id or 0
    session.flush()
    assert (now(session, pool, scope=there).allocated, now(session, pool).allocated) == (0, 1)


def test_a_written_off_machine_gives_its_seat_back(session: Session, pool: LicencePool, who: cast.Cast) -> None:
    licences.bought(session, pool, Term(1, date(2026, 1, 1)), **ACT)
    asset = machine(session, who.school)
    seat = licences.given(session, pool, asset, Term(1, date(2026, 2, 1)), **ACT)
    asset.state = AssetState.WRITTEN_OFF
    expiry.time_passed(session, by=job("licences"), at=cast.NOW)
    assert seat.last_on == TODAY
    with pytest.raises(Conflict, match="written off"):
        licences.given(session, pool, asset, Term(1, date(2027, 1, 1)), **ACT)


def test_a_stranger_gives_no_seats_and_does_not_learn_of_the_place(
    session: Session, pool: LicencePool, who: cast.Cast
) -> None:
    licences.bought(session, pool, YEAR, **ACT)
    for target in (session.get_one(District, "AZ-SKR"), who.elsewhere, machine(session, who.elsewhere)):
        with pytest.raises(NotFound):
            licences.given(session, pool, target, Term(1, TODAY, TODAY), by=OF_SABIRABAD, at=cast.NOW)
    licences.given(session, pool, who.school, Term(1, TODAY, TODAY), by=OF_SABIRABAD, at=cast.NOW)


def test_pools_are_the_countrys(session: Session, pool: LicencePool, who: cast.Cast) -> None:
    with pytest.raises(Refused, match="whole country"):
        licences.bought(session, pool, YEAR, by=OF_SABIRABAD, at=cast.NOW)
    with pytest.raises(Refused, match="role"):
        licences.bought(session, pool, YEAR, by=cast.who(session, who.rauf), at=cast.NOW)
    assert session.exec(select(Entitlement)).all() == []


def test_seats_taken_back_are_free_the_day_after(session: Session, pool: LicencePool) -> None:
    licences.bought(session, pool, YEAR, **ACT)
    seat = licences.given(session, pool, sabirabad(session), YEAR, **ACT)
    licences.taken_back(session, seat, TODAY, **ACT)
    assert [now(session, pool, TODAY + timedelta(days=n)).free for n in (0, 1)] == [0, 100]
    other = licences.given(session, pool, sabirabad(session), Term(5, date(2026, 12, 1), YEAR.last_on), **ACT)
    licences.taken_back(session, other, TODAY, **ACT)
    assert session.exec(select(Allocation)).all() == [seat]


def test_every_change_leaves_a_trace(session: Session, pool: LicencePool) -> None:
    old = licences.bought(session, pool, YEAR, **ACT)
    licences.given(session, pool, sabirabad(session), Term(80, TODAY, YEAR.last_on), **ACT)
    licences.renewed(session, old, NEXT, carry=True, **ACT)
    rows = session.exec(select(Trace).where(Trace.by == "leyla").order_by(col(Trace.number))).all()
    assert [(row.verb, row.noun) for row in rows] == [
        ("entered", "software"), ("opened", "licence_pool"), ("bought", "entitlement"), ("given", "allocation"),
        ("renewed", "entitlement"), ("changed", "allocation"),
    ]  # fmt: skip
    assert (rows[-1].before, rows[-1].after) == ({"last_on": "2026-12-31"}, {"last_on": "2027-12-31"})


def test_expiry_is_told_90_60_30_and_7_days_before_once_each(session: Session, pool: LicencePool) -> None:
    licences.bought(session, pool, YEAR, **ACT)
    for day in range(200):
        expiry.time_passed(session, by=job("licences"), at=cast.NOW - timedelta(days=100) + timedelta(days=day))
    told = session.exec(select(LicenceWarning).order_by(col(LicenceWarning.at))).all()
    assert [(row.days, (YEAR.last_on or TODAY) - row.at.date(), row.seats) for row in told] == [
        (days, timedelta(days=days), 100) for days in (90, 60, 30, 7)
    ]


def test_a_renewed_entitlement_does_not_warn(session: Session, pool: LicencePool) -> None:
    old = licences.bought(session, pool, YEAR, **ACT)
    licences.renewed(session, old, Term(40, NEXT.from_on, NEXT.last_on), carry=False, **ACT)
    assert [row.seats for row in expiry.time_passed(session, by=job("licences"), at=cast.NOW)] == [60]
    licences.renewed(session, old, Term(60, NEXT.from_on, NEXT.last_on), carry=False, **ACT)
    later = cast.NOW + timedelta(days=30)
    assert expiry.time_passed(session, by=job("licences"), at=later) == []


def test_software_is_known_by_how_agents_name_it(session: Session, pool: LicencePool, who: cast.Cast) -> None:
    asset = machine(session, who.school)
    internet = software.product_entered(session, "Kaspersky IS", Metric.DEVICE, seen_as=["KASPERSKY Internet"], **ACT)
    see = software.seen_software
    assert see(session, asset.id or 0, "kaspersky internet security", "21.3", at=cast.NOW) == internet
    assert see(session, asset.id or 0, "Dr.Web", at=cast.NOW) is None
    for days in (0, 5, -5):
        see(session, asset.id or 0, "Kaspersky Antivirus", "11", at=cast.NOW + timedelta(days=days))
    row = session.exec(select(SoftwareSeen).where(SoftwareSeen.product_id == pool.product_id)).one()
    assert row.last_seen_at - row.first_seen_at == timedelta(days=10)


def test_the_database_counts_machines_as_the_rule_does(session: Session, pool: LicencePool, who: cast.Cast) -> None:
    spans = [(0, 100), (30, 31), (60, 60), (61, 90), (0, 1), (99, 100)]
    rows = []
    for n, (first, last) in enumerate(spans):
        asset = machine(session, who.school if n % 2 else who.elsewhere, f"INV-{n}")
        for release in ("1", "2") if n < 3 else ("1",):
            for days in (first, last):
                at = cast.NOW - timedelta(days=100 - days)
                software.seen_software(session, asset.id or 0, "Kaspersky", release, at=at)
        rows.append(Sighting(n, TODAY - timedelta(days=100 - first), TODAY - timedelta(days=100 - last)))
    for days in range(-110, 70, 7):
        on = TODAY + timedelta(days=days)
        right = usage(rows, on)
        found = now(session, pool, on)
        assert (found.seen or 0, found.active or 0) == (right.seen, right.active), on
        assert (found.seen is None) == (right.seen == 0), "until somebody saw it, it is not known"
    only = now(session, pool, scope=Scope(frozenset({"AZ-SAB"})))
    assert only.seen == 3


def test_two_at_once_cannot_both_take_the_last_seats(engine: Engine) -> None:
    with db.writing(engine) as session:
        cast.enter(session)
        key = opened(session).id or 0
        licences.bought(session, session.get_one(LicencePool, key), Term(10, TODAY), **ACT)

    def take(_: int) -> bool:
        try:
            with db.writing(engine) as session:
                pool = session.get_one(LicencePool, key)
                licences.given(session, pool, sabirabad(session), Term(3, TODAY), **ACT)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as hands:
        taken = list(hands.map(take, range(8)))
    assert sum(taken) == 3
    with db.reading(engine) as session:
        assert sum(session.exec(select(Allocation.quantity)).all()) == 9
