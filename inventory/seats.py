"""What the tables say of a pool of licences, as the plain values that the rules take."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, distinct, func, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import scoping
from inventory.licensing import ACTIVE_DAYS, EARLIEST, LATEST, Position, Term, Usage, position
from inventory.roles import Scope
from inventory.tables import Allocation, Asset, Entitlement, LicencePool, Product, School, SoftwareSeen

HOME: Final = ZoneInfo("Asia/Baku")  # terms are dated by the calendar on the wall


def term_of(row: Entitlement | Allocation) -> Term:
    return Term(row.quantity, row.from_on, row.last_on)


def bought(session: Session, pools: Collection[int]) -> dict[int, list[Term]]:
    """Terms by pool, fresh from the database."""
    E = Entitlement
    rows = session.exec(
        select(col(E.pool_id), col(E.quantity), col(E.from_on), col(E.last_on)).where(col(E.pool_id).in_(pools))
    )
    return _by_pool(pools, rows.all())


def given(session: Session, pools: Collection[int], scope: Scope) -> dict[int, list[Term]]:
    """Allocations by pool, those that this scope covers, fresh from the database."""
    A = Allocation
    asked = select(col(A.pool_id), col(A.quantity), col(A.from_on), col(A.last_on)).where(col(A.pool_id).in_(pools))
    if scope.districts is not None:
        asked = placed(asked).where(covered(scope))
    return _by_pool(pools, session.exec(asked).all())


def placed(statement: Any) -> Any:
    """A statement on allocation joined with the school of its target: its own, or that where its machine is."""
    joined = statement.outerjoin(Asset, col(Asset.id) == col(Allocation.asset_id))
    return joined.outerjoin(School, col(School.id) == func.coalesce(Allocation.school_id, Asset.school_id))


def covered(scope: Scope) -> ColumnElement[bool]:
    """A condition on a statement that `placed` has joined: allocations to places that this scope covers."""
    districts = col(Allocation.district_code).in_(sorted(scope.districts or ()))
    return or_(districts, (col(School.id).is_not(None)) & scoping.seen(scope))


def used(session: Session, products: Collection[int], scope: Scope, on: date) -> dict[int, Usage]:
    """How many machines agents saw each product on until a day; no entry where none."""
    S = SoftwareSeen
    until, recent = _midnight(on, 1), _midnight(on, -ACTIVE_DAYS)
    active = case((col(S.last_seen_at) >= recent, col(S.asset_id)))
    asked: Any = (
        select_rows(col(S.product_id), func.count(distinct(col(S.asset_id))), func.count(distinct(active)))
        .where(col(S.product_id).in_(products), col(S.first_seen_at) < until)
        .group_by(col(S.product_id))
    )
    if scope.districts is not None:
        asked = asked.join(Asset, col(Asset.id) == col(S.asset_id)).join(School, col(School.id) == col(Asset.school_id))
        asked = scoping.within(asked, scope)
    return {product: Usage(seen, recently) for product, seen, recently in session.execute(asked)}


def seen_by_district(session: Session, product: int, scope: Scope, on: date) -> Counter[str]:
    """On how many machines agents saw a product within ACTIVE_DAYS before a day, by district."""
    S = SoftwareSeen
    until, recent = _midnight(on, 1), _midnight(on, -ACTIVE_DAYS)
    asked: Any = (
        select_rows(col(School.district_code), func.count(distinct(col(S.asset_id))))
        .join(Asset, col(Asset.id) == col(S.asset_id))
        .join(School, col(School.id) == col(Asset.school_id))
        .where(col(S.product_id) == product, col(S.first_seen_at) < until, col(S.last_seen_at) >= recent)
        .group_by(col(School.district_code))
    )
    return Counter(dict(session.execute(scoping.within(asked, scope)).all()))


def positions(
    session: Session, pools: Collection[tuple[LicencePool, Product]], scope: Scope, on: date
) -> dict[int, Position]:
    """By id of the pool. What is bought is the country's; allocated and seen are those of the scope.

    Until agents have seen a product anywhere in the scope, it is not known whether it is in use.
    """
    ids = [pool.id or 0 for pool, _ in pools]
    terms, places = bought(session, ids), given(session, ids, scope)
    usages = used(session, [product.id or 0 for _, product in pools if product.seen_as], scope, on)
    return {
        pool.id or 0: position(
            terms[pool.id or 0],
            places[pool.id or 0],
            usages.get(product.id or 0),
            on,
        )
        for pool, product in pools
    }


def _by_pool(pools: Collection[int], rows: Collection[tuple[int, int, date, date | None]]) -> dict[int, list[Term]]:
    found: dict[int, list[Term]] = {pool: [] for pool in pools}
    for pool, quantity, from_on, last_on in rows:
        found[pool].append(Term(quantity, from_on, last_on))
    return found


def _midnight(day: date, later: int) -> datetime:
    """When the day so many days later begins, in UTC; a day that no licence has counts as the nearest one."""
    near = min(max(day, EARLIEST), LATEST) + timedelta(days=later)
    return datetime.combine(near, time(), HOME).astimezone(UTC)
