"""Acts: the papers by which equipment is accepted, moved, replaced, written off and disposed of."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, client_id, document, instant, listed, owned_by
from inventory.lifecycle import ActKind, ActState, AssetState


class NumberSeries(SQLModel, table=True):
    """The last number given out in a series and year; the next one is taken by UPDATE in the act's transaction."""

    __tablename__ = "number_series"
    series: str = Field(primary_key=True, max_length=8)
    year: int = Field(primary_key=True)
    last: int = 0


class Commission(SQLModel, table=True):
    """A commission, appointed by an order. `members`: rows of CommissionMember. `quorum`: how many must sign."""

    __tablename__ = "commission"
    id: int | None = Field(default=None, primary_key=True)
    order_no: str = Field(max_length=60)
    order_on: date
    district_code: str | None = Field(default=None, foreign_key="district.code", index=True)
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    valid_until: date | None = None
    quorum: int = 2


class CommissionMember(SQLModel, table=True):
    """`role`: chair, deputy, chief_accountant, member or custodian."""

    __tablename__ = "commission_member"
    id: int | None = Field(default=None, primary_key=True)
    commission_id: int = owned_by("commission.id")
    name: str = Field(max_length=120)
    position: str = Field(default="", max_length=120)
    role: str = Field(max_length=24)
    person_id: int | None = Field(default=None, foreign_key="person.id")


class Act(SQLModel, table=True):
    """An act. `number` ("SİL-2026-000123") is given on submission, with no gap in its series and year.

    `school_id`: the school whose equipment it is about (for a transfer the giving one), `to_school_id`: the taking
    one. `snapshot`: everything that is printed, frozen on submission; `sha256` of its canonical JSON. `layout`:
    name and version of the printed form. `reason`: key of a list (worn_out, stolen, lost, moral, ...).
    """

    __tablename__ = "act"
    __table_args__ = (
        Index("act_school", "school_id", "id"),
        Index("act_to_school", "to_school_id", "id"),
        Index("act_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    number: str | None = Field(default=None, unique=True, max_length=24)
    kind: ActKind = Field(sa_column=Column(by_value(ActKind), nullable=False))
    state: ActState = Field(sa_column=Column(by_value(ActState), nullable=False))
    school_id: int = Field(foreign_key="school.id")
    to_school_id: int | None = Field(default=None, foreign_key="school.id")
    commission_id: int | None = Field(default=None, foreign_key="commission.id")
    language: str = Field(default="az", max_length=2)
    layout: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=40)
    basis: str = Field(default="", max_length=300)
    note: str = Field(default="", max_length=1000)
    external_ref: str = Field(default="", max_length=80)
    snapshot: dict[str, Any] = document()
    sha256: str = Field(default="", max_length=64)
    check_code: str | None = Field(default=None, unique=True, max_length=24)
    drawn_by: str = Field(default="", max_length=64)
    drawn_at: datetime = instant()
    submitted_at: datetime | None = instant(nullable=True)
    executed_at: datetime | None = instant(nullable=True)
    closed_reason: str = Field(default="", max_length=500)
    version: int = 1


class ActLine(SQLModel, table=True):
    """One piece in an act. `open`: the act is not executed, rejected or void; a piece is in one open act at most.

    `replaces_id`: in a replacement, the line of the piece that this one comes for. `was`: the state from which the
    act took the piece, to put it back where the act comes to nothing. `challenges`: see inventory.challenges,
    `answered` in words. `arrived_at`: the piece reported from the taking school. Values in qəpik (1/100 manat).
    """

    __tablename__ = "act_line"
    __table_args__ = (
        UniqueConstraint("act_id", "asset_id"),
        Index("act_line_open", "asset_id", unique=True, sqlite_where=text("open"), postgresql_where=text("open")),
        Index("act_line_asset", "asset_id", "act_id"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    act_id: int = Field(sa_column=Column(ForeignKey("act.id", ondelete="CASCADE"), nullable=False))
    asset_id: int = Field(foreign_key="asset.id")
    place: int = 1
    open: bool = True
    direction: str = Field(default="", max_length=8)
    replaces_id: int | None = Field(default=None, foreign_key="act_line.id")
    was: AssetState | None = Field(default=None, sa_column=Column(by_value(AssetState), nullable=True))
    condition: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=40)
    value_qepik: int | None = None
    residual_qepik: int | None = None
    salvage: list[Any] = listed()
    challenges: list[Any] = listed()
    answered: str = Field(default="", max_length=500)
    arrived_at: datetime | None = instant(nullable=True)


class ActSignature(SQLModel, table=True):
    """`side`, `role` and `method`: see inventory.papers."""

    __tablename__ = "act_signature"
    __table_args__ = (UniqueConstraint("act_id", "side", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    act_id: int = owned_by("act.id")
    side: str = Field(max_length=12)
    name: str = Field(max_length=120)
    role: str = Field(default="", max_length=24)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    method: str = Field(max_length=12)
    opinion: str = Field(default="", max_length=300)
    at: datetime = instant()


class ActFile(SQLModel, table=True):
    """A file of an act: `kind` scan, photo or esign. Small (at most some MB), so that a backup has it too."""

    __tablename__ = "act_file"
    id: int | None = Field(default=None, primary_key=True)
    act_id: int = owned_by("act.id")
    kind: str = Field(max_length=12)
    media_type: str = Field(max_length=60)
    sha256: str = Field(max_length=64)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    by: str = Field(default="", max_length=120)
    at: datetime = instant()


class Finding(SQLModel, table=True):
    """Something about a piece that cannot be right and that a person must explain, in words (`answered`).

    `kind`: "written_off_alive": it reported after it was written off. One open finding of a kind and piece.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index(
            "finding_open", "asset_id", "kind", unique=True, sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("finding_school", "school_id", "id"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=24)
    asset_id: int = Field(foreign_key="asset.id", index=True)
    school_id: int = Field(foreign_key="school.id")
    act_id: int | None = Field(default=None, foreign_key="act.id")
    at: datetime = instant()
    evidence: dict[str, Any] = document()
    answered: str = Field(default="", max_length=500)
    answered_by: str = Field(default="", max_length=120)
    answered_at: datetime | None = instant(nullable=True)
