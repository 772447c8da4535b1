"""What the API answered to a request that carried an Idempotency-Key, so that a repeat gets the same answer."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from inventory.columns import instant


class ApiAnswer(SQLModel, table=True):
    """`caller`: Who.name; `asked`: SHA-256 of method, path and body; rows older than two days are swept."""

    __tablename__ = "api_answer"
    caller: str = Field(primary_key=True, max_length=120)
    key: str = Field(primary_key=True, max_length=80)
    asked: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    status: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    etag: str = Field(default="", max_length=40)
    location: str = Field(default="", max_length=200)
    at: datetime = instant()
