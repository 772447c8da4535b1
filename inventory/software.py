"""Which software is licensed, in which pools, and on which machines agents saw it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, select

from inventory import trace
from inventory.errors import Conflict, Invalid, Refused
from inventory.folding import folded
from inventory.licensing import Metric
from inventory.roles import Permission, Who
from inventory.tables import Allocation, Entitlement, LicencePool, Product, SoftwareSeen

MOST_NAMES: Final = 20


def product_entered(
    session: Session, name: str, metric: Metric, *, edition: str = "", seen_as: Collection[str] = (), by: Who,
    at: datetime,
) -> Product:  # fmt: skip
    keeper_of_all(by)
    said("name", name)
    trace.held(session)
    there = select(Product.id).where(Product.name == name, Product.edition == edition)
    if session.exec(there).first() is not None:
        raise Conflict("%(name)s is in the list of products already.", name=f"{name} {edition}".strip())
    row = Product(name=name, edition=edition, metric=metric, seen_as=_names(seen_as))
    session.add(row)
    session.flush()
    facts = {"name": name, "edition": edition, "metric": metric, "seen_as": row.seen_as}
    trace.changed(session, "entered", "software", row.id or 0, by=by, at=at, after=facts)
    return row


def pool_opened(
    session: Session, code: str, product: Product, *, owner: str = "", note: str = "", demo: bool = False, by: Who,
    at: datetime,
) -> LicencePool:  # fmt: skip
    keeper_of_all(by)
    said("code", code)
    trace.held(session)
    if session.exec(select(LicencePool.id).where(LicencePool.code == code)).first() is not None:
        raise Conflict("There is a pool with the code %(code)s already.", code=code)
    row = LicencePool(code=code, product_id=product.id or 0, owner=owner, note=note, demo=demo)
    session.add(row)
    session.flush()
    facts = {"code": code, "product": f"{product.name} {product.edition}".strip(), "owner": owner, "note": note}
    trace.changed(session, "opened", "licence_pool", code, by=by, at=at, after=facts)
    return row


def pool_changed(session: Session, pool: LicencePool, *, owner: str, note: str, by: Who, at: datetime) -> None:
    keeper_of_all(by)
    edited(session, pool, "licence_pool", pool.code, {"owner": owner, "note": note}, by=by, at=at)


def seen_software(session: Session, asset_id: int, name: str, release: str = "", *, at: datetime) -> Product | None:
    """An agent saw software on a machine. None where no product of the list is named so: nothing is kept of it."""
    wanted = folded(name)
    known = [(folded(alias), p) for p in session.exec(select(Product)).all() for alias in p.seen_as]
    fits = [(len(alias), p) for alias, p in known if wanted.startswith(alias)]
    if not fits:
        return None
    product = max(fits, key=lambda pair: pair[0])[1]
    S = SoftwareSeen
    there = select(S).where(S.asset_id == asset_id, S.product_id == product.id, S.release == release[:80])
    row = session.exec(there).first()
    if row is None:
        row = S(asset_id=asset_id, product_id=product.id or 0, release=release[:80])
        row.first_seen_at = row.last_seen_at = at
    row.first_seen_at, row.last_seen_at = min(row.first_seen_at, at), max(row.last_seen_at, at)
    session.add(row)
    session.flush()
    return product


def keeper_of_all(by: Who) -> None:
    """Pools belong to no district. Refused for somebody who does not keep the licences of the country."""
    by.must(Permission.KEEP_LICENCES)
    if by.scope.districts is not None:
        raise Refused("Pools of licences are the country's; only who keeps them for the whole country changes them.")


def edited(
    session: Session, row: Product | LicencePool | Entitlement | Allocation, noun: str, key: str | int,
    cells: Mapping[str, Any], *, by: Who, at: datetime, school_id: int | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Set these cells, count the version on and leave the trace; nothing at all where nothing differs."""
    before, after = trace.difference({name: getattr(row, name) for name in cells}, cells)
    if not after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    session.add(row)
    session.flush()
    trace.changed(session, "changed", noun, key, by=by, at=at, before=before, after=after, school_id=school_id,
                  reason=reason)  # fmt: skip


def said(field: str, text: str) -> None:
    """Invalid where a field that must say something is empty."""
    if not text.strip():
        raise Invalid(field, "This must not be empty.")


def _names(given: Collection[str]) -> list[str]:
    """How agents name a product: each once, in the given order; "" would be everything."""
    names = list(dict.fromkeys(name.strip() for name in given if folded(name)))
    if len(names) > MOST_NAMES or any(len(name) > 80 for name in names):
        raise Invalid("seen_as", "A product has at most 20 names, of at most 80 characters each.")
    return names
