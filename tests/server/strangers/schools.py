"""The stranger and the pages of a school: its state, its charts, its planned work, its news."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from alerts import maintenance
from inventory.tables import School
from server import db
from tests import cast
from tests.cast import Cast
from tests.server.strangers import Lines, Values, hidden, listed, streamed

WHEN = {"starts": "2030-01-01T09:00", "ends": "2030-01-01T10:00"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    now = datetime.now(UTC)
    voice = cast.voice_of(session, who.school, at=now)
    voice.says(session, cast.minute(), at=now)
    starts = now + timedelta(days=1)
    planned = maintenance.work_planned(
        session, who.school, None, starts, starts + timedelta(hours=1), "", by=who.aynur, at=now
    )
    return {"planned": planned.id}


def a_report_arrives(engine: Engine, emis: str) -> None:
    with db.writing(engine) as session:
        school = session.exec(select(School).where(School.emis == emis)).one()
        voice = cast.voice_of(session, school, at=datetime.now(UTC))
        voice.says(session, cast.minute(cast.link(internet=100)), at=datetime.now(UTC))


LINES: Lines = {
    ("GET", "/"): listed("/", "190 nömrəli"),
    ("GET", "/live"): streamed("/live", "190 nömrəli", then=a_report_arrives),
    ("GET", "/schools/{emis}"): "/schools/190",
    ("GET", "/schools/{emis}/chart"): "/schools/190/chart",
    ("GET", "/schools/{emis}/chart.json"): "/schools/190/chart.json",
    ("GET", "/schools/{emis}/maintenance"): "/schools/190/maintenance",
    ("GET", "/schools/{emis}/maintenance/{number}/cancel"): "/schools/190/maintenance/{planned}/cancel",
    ("POST", "/schools/{emis}/maintenance"): hidden("/schools/190/maintenance", form=WHEN),
    ("POST", "/schools/{emis}/maintenance/{number}/cancel"): "/schools/190/maintenance/{planned}/cancel",
}
