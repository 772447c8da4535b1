"""What a school hangs on: upstream nodes as a tree, and the links that hang on them."""

from datetime import date

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from inventory.columns import by_value, owned_by
from inventory.network import LinkKind, NodeKind


class Node(SQLModel, table=True):
    """A provider, an exchange (ATS 427), an OLT, a base station, a cable or a power feeder; `parent_id` feeds it.

    `code`: unique, what a person writes ("ats-427"). `district_code`: where it stands, if in one place.
    """

    __tablename__ = "node"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    name: str = Field(max_length=120)
    kind: NodeKind = Field(sa_column=Column(by_value(NodeKind), nullable=False))
    parent_id: int | None = Field(default=None, foreign_key="node.id", index=True)
    district_code: str | None = Field(default=None, foreign_key="district.code")
    latitude: float | None = None
    longitude: float | None = None
    closed_on: date | None = None
    version: int = 1


class Link(SQLModel, table=True):
    """A line that a school has, from `from_on` until before `until_on` (NULL: still).

    Speeds: contracted, kbit/s. `intranet`, `internet`: what it leads to. `teaching`: serves lessons, not only an
    office. `node_id`: what it hangs on; `feeder_id`: the power feeder of the school, where known.
    """

    __tablename__ = "link"
    __table_args__ = (Index("link_span", "from_on", "until_on"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)
    school_id: int = owned_by("school.id")
    kind: LinkKind = Field(sa_column=Column(by_value(LinkKind), nullable=False))
    provider_id: int | None = Field(default=None, foreign_key="node.id", index=True)
    node_id: int | None = Field(default=None, foreign_key="node.id", index=True)
    feeder_id: int | None = Field(default=None, foreign_key="node.id", index=True)
    contract_no: str = Field(default="", max_length=60)
    down_kbits: int | None = None
    up_kbits: int | None = None
    intranet: bool = True
    internet: bool = True
    teaching: bool = True
    fibres: int | None = None
    programme: str = Field(default="", max_length=60)
    from_on: date | None = None
    until_on: date | None = None
    version: int = 1
