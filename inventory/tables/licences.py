"""Licences: products, pools of seats, what was bought and for how long, who was given them, where agents saw them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, instant, listed, owned_by
from inventory.licensing import Metric


class Product(SQLModel, table=True):
    """Software that is licensed. `edition`: "Professional", "" where there is one only.

    `seen_as`: how agents name it; a name that begins so is this product. Empty: agents cannot see it.
    """

    __tablename__ = "sw_product"
    __table_args__ = (UniqueConstraint("name", "edition"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    edition: str = Field(default="", max_length=80)
    metric: Metric = Field(sa_column=Column(by_value(Metric), nullable=False))
    seen_as: list[str] = listed()
    version: int = 1


class LicencePool(SQLModel, table=True):
    """Seats of one product that are given out together. `code`: unique, what a person writes ("xp-2008")."""

    __tablename__ = "licence_pool"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    product_id: int = Field(foreign_key="sw_product.id", index=True)
    owner: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=500)
    demo: bool = False
    version: int = 1


class Entitlement(SQLModel, table=True):
    """Seats of a pool for a term, valid on its first and last day (`last_on` NULL: without end).

    `renews_id`: the row that this one carries on; a renewal never changes the old row. `key_ref`: where the key is
    kept, never the key itself.
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="entitlement_quantity"),
        CheckConstraint("last_on IS NULL OR last_on >= from_on", name="entitlement_term"),
        Index("entitlement_last", "last_on"),
    )
    id: int | None = Field(default=None, primary_key=True)
    pool_id: int = owned_by("licence_pool.id")
    quantity: int
    from_on: date
    last_on: date | None = None
    contract_id: int | None = Field(default=None, foreign_key="contract.id", index=True)
    lot_id: int | None = Field(default=None, foreign_key="lot.id", index=True)
    renews_id: int | None = Field(default=None, foreign_key="entitlement.id", index=True)
    key_ref: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=500)
    version: int = 1


class Allocation(SQLModel, table=True):
    """Seats given to one district, one school or one machine; each draws on the pool, none on another allocation."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="allocation_quantity"),
        CheckConstraint("last_on IS NULL OR last_on >= from_on", name="allocation_term"),
        CheckConstraint(
            "(district_code IS NOT NULL AND school_id IS NULL AND asset_id IS NULL)"
            " OR (district_code IS NULL AND school_id IS NOT NULL AND asset_id IS NULL)"
            " OR (district_code IS NULL AND school_id IS NULL AND asset_id IS NOT NULL)",
            name="allocation_one_target",
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    pool_id: int = owned_by("licence_pool.id")
    district_code: str | None = Field(default=None, foreign_key="district.code", index=True)
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    asset_id: int | None = Field(default=None, foreign_key="asset.id", index=True)
    quantity: int
    from_on: date
    last_on: date | None = None
    note: str = Field(default="", max_length=300)
    version: int = 1


class SoftwareSeen(SQLModel, table=True):
    """A version of a product that an agent saw on a machine, the first and the last time."""

    __tablename__ = "sw_seen"
    __table_args__ = (
        UniqueConstraint("asset_id", "product_id", "release"),
        Index("sw_seen_product", "product_id", "asset_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=False))
    product_id: int = Field(sa_column=Column(ForeignKey("sw_product.id", ondelete="CASCADE"), nullable=False))
    release: str = Field(default="", max_length=80)
    first_seen_at: datetime = instant()
    last_seen_at: datetime = instant()


class LicenceWarning(SQLModel, table=True):
    """That seats end soon, told once: so many `days` before the `last_on` that was known then."""

    __tablename__ = "licence_warning"
    __table_args__ = (UniqueConstraint("entitlement_id", "last_on", "days"),)
    id: int | None = Field(default=None, primary_key=True)
    entitlement_id: int = owned_by("entitlement.id")
    last_on: date
    days: int
    seats: int
    at: datetime = instant()
