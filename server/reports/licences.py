"""How far the seats reach: of each pool against the computers that there are."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from inventory import seats
from inventory.indicators import INDICATORS, LICENSED, NOT_OWNED, Unit
from inventory.roles import Scope
from inventory.tables import Asset, LicencePool, Product, School
from server.reports.values import Asked, Chart, Column, Figure, Note, Report, Row, divided, here, known, listed


def coverage(session: Session, asked: Asked) -> Report:
    """For the whole country by what is bought; within a scope or a district by what is given to it."""
    pools = list(session.exec(
        select(LicencePool, Product).join(Product, col(Product.id) == col(LicencePool.product_id))
        .order_by(col(LicencePool.code))
    ))  # fmt: skip
    scope = Scope(frozenset({asked.district})) if asked.district else asked.scope
    positions = seats.positions(session, pools, scope, asked.on)
    computers = _computers(session, asked)
    columns = [
        Column("pool", "text"), Column("product", "text"), Column("bought"), Column("allocated"), Column("computers"),
        Column("coverage", "percent"), Column("active"), Column("lapsed"),
    ]  # fmt: skip
    rows, figures = [], []
    for pool, product in pools:
        there = positions[pool.id or 0]
        have = there.bought if asked.country else there.allocated
        share = divided(have, computers, 100)
        address = f"/licences/{pool.code}"
        name = f"{product.name} {product.edition}".strip()
        cells = (pool.code, name, there.bought, there.allocated, computers, share, there.active, there.lapsed)
        rows.append(Row(cells, address))
        figures.append(Figure(pool.code, share, Unit.PERCENT, (have, computers), address))
    figures.append(
        Figure("computers", computers, Unit.COUNT,
               rows=listed("/equipment", district=asked.district, kind="computer"))
    )  # fmt: skip
    blind = sum(position.active is None for position in positions.values())
    notes = known([Note("no_agents_look", {"number": blind})])
    chart = Chart("bars", "pool", ("coverage",)) if rows else None
    return Report(INDICATORS["licence_coverage"], asked.on, figures, columns, rows, notes, chart)


def _computers(session: Session, asked: Asked) -> int:
    counted = select(func.count(col(Asset.id))).where(
        col(Asset.kind).in_(sorted(LICENSED)),
        col(Asset.state).not_in(sorted(NOT_OWNED)),
        col(Asset.same_as_id).is_(None),
    )
    if not asked.country:
        counted = counted.join(School, col(School.id) == col(Asset.school_id)).where(here(asked))
    return session.exec(counted).one()
