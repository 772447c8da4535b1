"""Stock-takes: what was expected, what people found, what it came to, and what was decided."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, client_id, instant, listed, owned_by
from inventory.counting import Decision, Method, Result, StocktakeState, What


class Stocktake(SQLModel, table=True):
    """The count of one school; a school has one at a time that is `open` (not signed).

    `opened_at`, `frozen_at`, `signed_at`: counting began, counting ended, the commission signed. `signers`: names.
    """

    __tablename__ = "stocktake"
    __table_args__ = (
        Index("stocktake_open", "school_id", unique=True, sqlite_where=text("open"), postgresql_where=text("open")),
        Index("stocktake_school", "school_id", "id"),
        Index("stocktake_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    school_id: int = Field(foreign_key="school.id")
    commission_id: int | None = Field(default=None, foreign_key="commission.id")
    state: StocktakeState = Field(sa_column=Column(by_value(StocktakeState), nullable=False))
    open: bool = True
    note: str = Field(default="", max_length=300)
    planned_by: str = Field(default="", max_length=120)
    planned_at: datetime = instant()
    opened_at: datetime | None = instant(nullable=True)
    frozen_at: datetime | None = instant(nullable=True)
    signed_at: datetime | None = instant(nullable=True)
    signers: list[str] = listed()
    version: int = 1


class StocktakeLine(SQLModel, table=True):
    """One piece of a count. `key`: "a:" + the piece's uid, "c:" + an unknown code, "n:" or "d:" + a finding's uid.

    `expected`: the register had it at the school when the count began, in `expected_room_id`. `found`: None = nobody
    looked. `room_id`: where it was found. `heads`: uids of the findings that nobody answered; more than one that
    disagree make it `disputed`. `seen_at`: last seen by an agent of the school, kept when the count ends. `moved`: its
    place in the register changed during the count. `decided_on`: the result that the decision was taken on.
    """

    __tablename__ = "stocktake_line"
    __table_args__ = (UniqueConstraint("stocktake_id", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    stocktake_id: int = owned_by("stocktake.id")
    key: str = Field(max_length=130)
    what: What = Field(sa_column=Column(by_value(What), nullable=False))
    asset_id: int | None = Field(default=None, foreign_key="asset.id", index=True)
    code: str = Field(default="", max_length=120)
    name: str = Field(default="", max_length=200)
    expected: bool = False
    expected_room_id: int | None = Field(default=None, foreign_key="room.id")
    found: bool | None = None
    room_id: int | None = Field(default=None, foreign_key="room.id")
    method: Method | None = Field(default=None, sa_column=Column(by_value(Method), nullable=True))
    found_at: datetime | None = instant(nullable=True)
    found_by: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=500)
    heads: list[str] = listed()
    disputed: bool = False
    seen_at: datetime | None = instant(nullable=True)
    moved: bool = False
    result: Result | None = Field(default=None, sa_column=Column(by_value(Result), nullable=True))
    decision: Decision | None = Field(default=None, sa_column=Column(by_value(Decision), nullable=True))
    decided_on: Result | None = Field(default=None, sa_column=Column(by_value(Result), nullable=True))
    decided_by: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=300)
    act_id: int | None = Field(default=None, foreign_key="act.id", index=True)


class StocktakeFinding(SQLModel, table=True):
    """What somebody said of a line; never changed. `uid`: of the operation that said it. `after`: what it had seen."""

    __tablename__ = "stocktake_finding"
    id: int | None = Field(default=None, primary_key=True)
    uid: str = client_id()
    line_id: int = owned_by("stocktake_line.id")
    found: bool
    room_id: int | None = Field(default=None, foreign_key="room.id")
    method: Method = Field(sa_column=Column(by_value(Method), nullable=False))
    name: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=500)
    after: list[str] = listed()
    by: str = Field(max_length=120)
    made_at: datetime = instant()
    arrived_at: datetime = instant()
