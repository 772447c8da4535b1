"""What pages and programs ask of licences: pools with their position, chains of renewals, who was given what."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import scoping, seats
from inventory.errors import Invalid, NotFound
from inventory.licences import Target
from inventory.licensing import Position, unrenewed
from inventory.roles import Scope
from inventory.tables import (
    Allocation,
    Asset,
    Contract,
    District,
    Entitlement,
    LicencePool,
    LicenceWarning,
    Product,
    School,
    SoftwareSeen,
)  # fmt: skip

NO_SUCH_POOL = "There is no such pool of licences."


@dataclass(frozen=True, slots=True)
class Line:
    """A pool on a day. `ends_on`: the next last day of seats that nothing carries on; `ends`: how many end then."""

    pool: LicencePool
    product: Product
    position: Position
    ends_on: date | None
    ends: int

    def days_left(self, today: date) -> int | None:
        return None if self.ends_on is None else (self.ends_on - today).days


@dataclass(frozen=True, slots=True)
class Bought:
    """An entitlement; `unrenewed`: seats that nothing carries on; `told`: days before its end that were told."""

    row: Entitlement
    contract: str
    unrenewed: int
    told: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An allocation with its target in words. `district`: where the target is."""

    row: Allocation
    district: str
    school: str
    emis: str
    machine: str


def pools(session: Session, scope: Scope, on: date) -> list[Line]:
    rows = session.exec(
        select(LicencePool, Product)
        .join(Product, col(Product.id) == col(LicencePool.product_id))
        .order_by(col(LicencePool.code))
    ).all()
    return lines(session, list(rows), scope, on)


def lines(session: Session, rows: list[tuple[LicencePool, Product]], scope: Scope, on: date) -> list[Line]:
    positions = seats.positions(session, rows, scope, on)
    ending = _ending(session, [pool.id or 0 for pool, _ in rows], on)
    return [
        Line(pool, product, positions[pool.id or 0], *ending.get(pool.id or 0, (None, 0))) for pool, product in rows
    ]


def pool_named(session: Session, code: str) -> tuple[LicencePool, Product]:
    """Everybody may know of a pool; what was given to whom is cut to the scope."""
    found = session.exec(
        select(LicencePool, Product)
        .join(Product, col(Product.id) == col(LicencePool.product_id))
        .where(LicencePool.code == code)
    ).first()
    if found is None:
        raise NotFound(NO_SUCH_POOL)
    return found


def bought(session: Session, pool: LicencePool) -> list[Bought]:
    """The newest first, each with what is known of its end."""
    rows = session.execute(
        select_rows(Entitlement, col(Contract.number))
        .outerjoin(Contract, col(Contract.id) == col(Entitlement.contract_id))
        .where(col(Entitlement.pool_id) == pool.id)
        .order_by(col(Entitlement.from_on).desc(), col(Entitlement.id).desc())
    ).all()
    told: dict[int, list[int]] = {}
    ids = [row.id for row, _ in rows]
    for warning in session.exec(select(LicenceWarning).where(col(LicenceWarning.entitlement_id).in_(ids))):
        told.setdefault(warning.entitlement_id, []).append(warning.days)
    later: dict[int, list[Entitlement]] = {}
    for row, _ in rows:
        later.setdefault(row.renews_id or 0, []).append(row)
    return [
        Bought(row, contract or "", unrenewed(seats.term_of(row), map(seats.term_of, later.get(row.id or 0, ()))),
               tuple(sorted(told.get(row.id or 0, ()), reverse=True)))
        for row, contract in rows
    ]  # fmt: skip


def given_statement(pool: LicencePool, scope: Scope) -> Any:
    """Allocations of a pool to places in the scope, with their targets, in the order of their ids."""
    asked = select_rows(Allocation, School, col(Asset.inventory_no))
    asked = seats.placed(asked).where(col(Allocation.pool_id) == pool.id)
    return asked if scope.districts is None else asked.where(seats.covered(scope))


def given(session: Session, pool: LicencePool, scope: Scope, on: date, most: int) -> list[Given]:
    """Those that hold on the day or begin later."""
    A = Allocation
    asked = given_statement(pool, scope).where(or_(col(A.last_on).is_(None), col(A.last_on) >= on))
    return [given_of(*row) for row in session.execute(asked.order_by(col(A.id)).limit(most))]


def given_of(row: Allocation, school: School | None, machine: str | None) -> Given:
    district = row.district_code or (school.district_code if school else "")
    return Given(row, district, school.name if school else "", school.emis if school else "", machine or "")


def by_district(session: Session, pool: LicencePool, scope: Scope, on: date) -> list[tuple[str, int, int | None]]:
    """By district: seats that are given on the day, and machines on which agents saw the product."""
    A = Allocation
    where = func.coalesce(A.district_code, School.district_code)
    holds = (col(A.from_on) <= on) & or_(col(A.last_on).is_(None), col(A.last_on) >= on)
    asked = seats.placed(select_rows(where, func.sum(A.quantity))).where(col(A.pool_id) == pool.id, holds)
    if scope.districts is not None:
        asked = asked.where(seats.covered(scope))
    places: Counter[str] = Counter(dict(session.execute(asked.group_by(where)).all()))
    product = session.get_one(Product, pool.product_id)
    if not product.seen_as:
        return [(code, number, None) for code, number in sorted(places.items())]
    watched = seats.seen_by_district(session, product.id or 0, scope, on)
    return [(code, places[code], watched[code]) for code in sorted(places.keys() | watched.keys())]


def versions(session: Session, product: Product, scope: Scope) -> list[tuple[str, int]]:
    """Versions that agents saw, and on how many machines."""
    S = SoftwareSeen
    asked = select_rows(col(S.release), func.count()).where(col(S.product_id) == product.id)
    if scope.districts is not None:
        asked = asked.join(Asset, col(Asset.id) == col(S.asset_id)).join(School, col(School.id) == col(Asset.school_id))
        asked = asked.where(scoping.seen(scope))
    return [
        (release, number)
        for release, number in session.execute(asked.group_by(col(S.release)).order_by(col(S.release)))
    ]


def districts(session: Session, scope: Scope) -> list[District]:
    asked = select(District).order_by(col(District.name_az))
    if scope.districts is not None:
        asked = asked.where(col(District.code).in_(sorted(scope.districts)))
    return list(session.exec(asked))


def _ending(session: Session, pools: list[int], on: date) -> dict[int, tuple[date, int]]:
    """By pool the first last day, from this day on, of seats that nothing carries on."""
    rows = session.exec(select(Entitlement).where(col(Entitlement.pool_id).in_(pools))).all()
    found: dict[int, tuple[date, int]] = {}
    for row in rows:
        if row.last_on is None or row.last_on < on:
            continue
        left = unrenewed(seats.term_of(row), [seats.term_of(one) for one in rows if one.renews_id == row.id])
        if not left:
            continue
        day, number = found.get(row.pool_id, (date.max, 0))
        if row.last_on < day:
            found[row.pool_id] = (row.last_on, left)
        elif row.last_on == day:
            found[row.pool_id] = (day, number + left)
    return found


def target_named(session: Session, scope: Scope, district: str, school: str, asset: str) -> Target:
    """The one place that was named. Invalid unless it is exactly one; NotFound outside the scope."""
    if sum(map(bool, (district, school, asset))) != 1:
        raise Invalid("district", "Seats go to one district, one school or one machine; name exactly one of them.")
    if school:
        return scoping.school_seen(session, school, scope)
    if district:
        found = session.get(District, district)
        if found is None or not scope.covers(district):
            raise NotFound(scoping.NO_SUCH_PAGE)
        return found
    machine = session.exec(select(Asset).where(col(Asset.inventory_no) == asset)).first()
    if machine is None:
        raise NotFound(scoping.NO_SUCH_PAGE)
    scoping.school_with_id(session, machine.school_id, scope)
    return machine


def allocation_seen(session: Session, number: int, scope: Scope) -> Given:
    """NotFound for one that is not there, or goes to a place outside the scope."""
    asked = seats.placed(select_rows(Allocation, School, col(Asset.inventory_no))).where(col(Allocation.id) == number)
    if scope.districts is not None:
        asked = asked.where(seats.covered(scope))
    found = session.execute(asked).first()
    if found is None:
        raise NotFound(scoping.NO_SUCH_PAGE)
    return given_of(*found)


def entitlement_with(session: Session, number: int) -> Entitlement:
    row = session.get(Entitlement, number)
    if row is None:
        raise NotFound("There is no such entitlement.")
    return row


def contract_named(session: Session, number: str) -> Contract | None:
    """None for no number; Invalid for one that no contract has."""
    if not number:
        return None
    row = session.exec(select(Contract).where(Contract.number == number)).first()
    if row is None:
        raise Invalid("contract", "There is no contract with this number.")
    return row


def product_named(session: Session, name: str, edition: str) -> Product | None:
    return session.exec(select(Product).where(Product.name == name, Product.edition == edition)).first()
