"""Equipment as the register keeps it: catalogue, how it was bought, the pieces, where they were and when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, client_id, document, instant, listed
from inventory.equipment import Evidence, Kind
from inventory.lifecycle import AssetState
from inventory.matching import Outcome


class Maker(SQLModel, table=True):
    """A manufacturer. `aliases`: how acts and devices spell it ("Hewlett-Packard", "HP Inc.")."""

    __tablename__ = "maker"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=120)
    aliases: list[str] = listed()
    version: int = 1


class Model(SQLModel, table=True):
    """A model of the catalogue. `rating`: what matters of its kind: {"va": 1500}, {"inch": 19}."""

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("maker_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    maker_id: int = Field(foreign_key="maker.id")
    name: str = Field(max_length=120)
    kind: Kind = Field(sa_column=Column(by_value(Kind), nullable=False, index=True))
    rating: dict[str, Any] = document()
    life_years: int | None = None
    version: int = 1


class Contract(SQLModel, table=True):
    """A procurement contract: only what the life of the equipment needs of it."""

    __tablename__ = "contract"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, max_length=60)
    supplier: str = Field(max_length=200)
    signed_on: date | None = None
    programme: str = Field(default="", max_length=60)
    version: int = 1


class Lot(SQLModel, table=True):
    """A line of a contract. `price_qepik`: of one piece, 1/100 manat. Warranty in months from delivery."""

    __tablename__ = "lot"
    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = Field(foreign_key="contract.id", index=True)
    model_id: int = Field(foreign_key="model.id")
    quantity: int
    price_qepik: int | None = None
    warranty_months: int = 0
    version: int = 1


class Delivery(SQLModel, table=True):
    """Pieces of a lot that arrived together under one waybill."""

    __tablename__ = "delivery"
    id: int | None = Field(default=None, primary_key=True)
    lot_id: int = Field(foreign_key="lot.id", index=True)
    waybill: str = Field(default="", max_length=60)
    delivered_on: date
    school_id: int = Field(foreign_key="school.id")
    quantity: int


class Asset(SQLModel, table=True):
    """A piece of equipment with an inventory number.

    `declared`: what people say, `observed`: what agents see, by the same names (serial, mac, hostname, os, memory_mb,
    disk_gb, cpu ...); `conflict`: they disagree, `kept`: what was seen when a person said that the declared value
    holds. `serial` and `mac` are the declared ones, in capitals without separators, for matching ("" for a filler).
    `school_id` is where it is now; where it was stands in AssetSite. `kind` is its model's, kept here for the index.
    `value_qepik`: book value, 1/100 manat. `search`: what it is found by (inventory.assets.search_of).
    `same_as_id`: a person found that this row and that one are one piece; this one is shown no more.
    `seen_at`, `seen_school_id`, `seen_device_id`: last seen by an agent when, at which school, as which device.
    """

    __tablename__ = "asset"
    __table_args__ = (
        # A list is shown by inventory number and filtered by any mixture: `asset_list` holds all that is asked for, so
        # that a page is read off the index alone (measured: 20 ms for the worst of 100,000 pieces). An index of kind or
        # of state by itself would be taken instead of it, and be slow where the other filters are rare.
        Index("asset_list", "inventory_no", "same_as_id", "school_id", "kind", "state", "model_id", "lot_id", "seen_at",
              "in_service_on", "warranty_until", "programme", "conflict", "search", "id"),
        Index("asset_school", "school_id", "inventory_no"),
        Index("asset_model", "model_id", "inventory_no"),
        Index("asset_serial", "serial"),
        Index("asset_mac", "mac"),
        Index("asset_seen_device", "seen_device_id"),
        Index("asset_same_as", "same_as_id", sqlite_where=text("same_as_id IS NOT NULL"),
              postgresql_where=text("same_as_id IS NOT NULL")),
        Index("asset_wordless", "id", sqlite_where=text("search = ''"), postgresql_where=text("search = ''")),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    inventory_no: str = Field(unique=True, max_length=40)
    model_id: int = Field(foreign_key="model.id")
    kind: Kind = Field(sa_column=Column(by_value(Kind), nullable=False))
    state: AssetState = Field(sa_column=Column(by_value(AssetState), nullable=False))
    school_id: int = Field(foreign_key="school.id")
    room_id: int | None = Field(default=None, foreign_key="room.id", index=True)
    custodian_id: int | None = Field(default=None, foreign_key="contact.id")
    lot_id: int | None = Field(default=None, foreign_key="lot.id", index=True)
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    paired_id: int | None = Field(default=None, foreign_key="asset.id")
    link_id: int | None = Field(default=None, foreign_key="link.id", index=True)
    serial: str = Field(default="", max_length=120)
    mac: str = Field(default="", max_length=12)
    declared: dict[str, Any] = document()
    observed: dict[str, Any] = document()
    kept: dict[str, Any] = document()
    conflict: bool = Field(default=False, index=True)
    in_service_on: date | None = None
    warranty_until: date | None = None
    value_qepik: int | None = None
    programme: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=500)
    search: str = Field(default="", sa_column=Column(Text, nullable=False))
    same_as_id: int | None = Field(default=None, foreign_key="asset.id")
    seen_at: datetime | None = instant(nullable=True)
    seen_school_id: int | None = Field(default=None, foreign_key="school.id")
    seen_device_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("device.id", ondelete="SET NULL"), nullable=True)
    )
    created_at: datetime = instant()
    demo: bool = False
    version: int = 1


class ToldApart(SQLModel, table=True):
    """Two pieces that look like one (a serial number, a card), and that a person found to be two."""

    __tablename__ = "told_apart"
    first_id: int = Field(sa_column=Column(ForeignKey("asset.id"), primary_key=True, autoincrement=False))
    second_id: int = Field(sa_column=Column(ForeignKey("asset.id"), primary_key=True, autoincrement=False))
    by: str = Field(max_length=120)
    at: datetime = instant()


class InventorySeries(SQLModel, table=True):
    """The last inventory number that was given out for a district in a year."""

    __tablename__ = "inventory_series"
    district_code: str = Field(foreign_key="district.code", primary_key=True, max_length=12)
    year: int = Field(primary_key=True)
    last: int = 0


class AssetSite(SQLModel, table=True):
    """Where a piece was, from `from_on` until before `until_on` (NULL: still there), and by which act it came."""

    __tablename__ = "asset_site"
    __table_args__ = (Index("asset_site_asset", "asset_id", "from_on"), Index("asset_site_school", "school_id"))
    id: int | None = Field(default=None, primary_key=True)
    asset_id: int = Field(sa_column=Column(ForeignKey("asset.id", ondelete="CASCADE"), nullable=False))
    school_id: int = Field(foreign_key="school.id")
    from_on: date
    until_on: date | None = None
    act_id: int | None = Field(default=None, foreign_key="act.id", index=True)


class Match(SQLModel, table=True):
    """An agent's device that is taken for a piece of the register. One device, one piece; a piece may have several."""

    __tablename__ = "device_match"
    device_id: int = Field(sa_column=Column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True))
    asset_id: int = Field(foreign_key="asset.id", index=True)
    evidence: Evidence = Field(sa_column=Column(by_value(Evidence), nullable=False))
    by: str = Field(default="", max_length=120)
    at: datetime = instant()


class Sighting(SQLModel, table=True):
    """What was concluded of one device of an agent, from what it said then.

    `described`: those words, to see when it says others. `serial`, `macs`, `machine_id`: of them what is evidence.
    `rivals`: the pieces among which a person has to decide. `seen_at`: when it last answered.
    """

    __tablename__ = "sighting"
    __table_args__ = (
        Index("sighting_serial", "serial"),
        Index("sighting_machine", "machine_id"),
        Index("sighting_queue", "outcome", "school_id", "device_id"),
    )
    device_id: int = Field(
        sa_column=Column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    school_id: int = Field(foreign_key="school.id")
    described: str = Field(sa_column=Column(Text, nullable=False))
    serial: str = Field(default="", max_length=120)
    macs: list[str] = listed()
    machine_id: str = Field(default="", max_length=64)
    outcome: Outcome = Field(sa_column=Column(by_value(Outcome), nullable=False))
    rivals: list[int] = listed()
    seen_at: datetime | None = instant(nullable=True)
    at: datetime = instant()
