"""Answers that the API keeps for repeats: for two days, by when every program has asked again or never will."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col

from inventory.tables import ApiAnswer

KEPT: Final = timedelta(days=2)


def old_swept(session: Session, *, at: datetime) -> None:
    session.execute(delete(ApiAnswer).where(col(ApiAnswer.at) < at - KEPT))
