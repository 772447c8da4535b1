"""What acts need of the clock: transfers end where their pieces report, and the written-off that report are found."""

from datetime import datetime

from sqlalchemy import Engine

from inventory import afterlife, arrivals
from server import db


def passed(engine: Engine, *, at: datetime) -> tuple[int, int]:
    """`(transfers completed, findings raised)`, each kind in a transaction of its own."""
    with db.writing(engine) as session:
        completed = arrivals.time_passed(session, at=at)
    with db.writing(engine) as session:
        raised = afterlife.time_passed(session, at=at)
    return completed, raised
