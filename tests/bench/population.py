"""A country of schools for tests and benchmarks, made as it comes about: enrolled agents whose reports arrive.

Nothing is written past the house: devices, states, episodes and the journal are what `record.reports_arrived` makes of
the reports. All schools are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from agent import report as wire
from alerts import record, watch
from alerts.heads import Heads
from inventory import secrets
from inventory.tables import Agent
from server import db
from tests import cast
from tests.bench.school import School

SCHOOLS = 3_450
AT_ONCE = 250  # deliveries in one transaction
DISTRICTS = (
    ("AZ-ABS", "Abşeron"), ("AZ-AGC", "Ağcabədi"), ("AZ-BA", "Bakı"), ("AZ-GA", "Gəncə"), ("AZ-GOY", "Göyçay"),
    ("AZ-LAN", "Lənkəran"), ("AZ-QBA", "Quba"), ("AZ-SAB", "Sabirabad"), ("AZ-SAK", "Şəki"), ("AZ-SM", "Sumqayıt"),
    ("AZ-TOV", "Tovuz"), ("AZ-XAC", "Xaçmaz"),
)  # fmt: skip


@dataclass(slots=True)
class Voice:
    """One school's agent: what it says next, as the batch that it would send."""

    agent_id: int
    emis: str
    token: str
    school: School
    instance: str
    number: int = 0
    before: list[wire.Value] = field(default_factory=list)

    def minute(self, *, sent_ms: int) -> bytes:
        """The next report: the first one whole, then as the difference from the one before."""
        said = self.school.minute()
        values = wire.values(said)
        base = self.number
        payload = msgspec.json.encode(wire.difference(self.before, values)) if base else wire.whole(said)
        self.number, self.before = base + 1, values
        frame = wire.Frame(self.number, 0, base, msgspec.Raw(payload))
        return wire.encode_batch([frame], sent_ms, self.instance)


@dataclass(slots=True)
class Country:
    """The voices of all agents and the memory of the one who takes their reports in."""

    engine: Engine
    voices: list[Voice]
    heads: Heads = field(default_factory=Heads)

    def minute_passes(self, *, at: datetime | None = None) -> int:
        """Every school reports once, through the real ingest; how many reports were taken."""
        at = at or datetime.now(UTC)
        taken = 0
        for start in range(0, len(self.voices), AT_ONCE):
            some = self.voices[start : start + AT_ONCE]
            sent_ms = round(at.timestamp() * 1000)
            deliveries = [record.Delivery(v.agent_id, v.minute(sent_ms=sent_ms)) for v in some]
            with db.writing(self.engine) as session:
                taken += record.reports_arrived(session, deliveries, self.heads, at=at)[1].accepted
        return taken


def settled(engine: Engine, schools: int = SCHOOLS, *, at: datetime | None = None) -> Country:
    """Open the schools and enrol an agent in each; none has reported yet."""
    at = at or datetime.now(UTC)
    voices: list[Voice] = []
    with db.writing(engine) as session:
        for code, name in DISTRICTS:
            cast.named(session, code, az=name, en=name, ru=name)
        for i in range(schools):
            voices.append(_enrolled(session, i, DISTRICTS[i % len(DISTRICTS)], at=at))
    return Country(engine, voices)


def _enrolled(session: Session, i: int, district: Sequence[str], *, at: datetime) -> Voice:
    emis, token = f"{100_000 + i}", secrets.new_token()
    school = cast.opened(session, emis, f"{district[1]} {i + 1} N-li məktəb", district[0], demo=True)
    agent = Agent(
        school_id=school.id or 0, public_key=i.to_bytes(32, "big"), token_hash=secrets.image(token), machine={},
        enrolled_at=at,
    )  # fmt: skip
    session.add(agent)
    session.flush()
    watch.agent_expected(session, agent.id or 0, school.id or 0)
    return Voice(agent.id or 0, emis, token, School(i), f"{i:08x}")
