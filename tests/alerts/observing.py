"""A school in a test that says things: agents let in, reports made and taken in through the real service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
from sqlmodel import Session, col, select

from agent import report as wire
from alerts import record, watch
from alerts.heads import Heads
from alerts.tables import Episode
from inventory import secrets
from inventory.tables import Agent
from tests import cast

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def ups(state: str = "mains", *, charge: float | None = 100, low: int = 0, key: str = "ups") -> wire.Device:
    readings = [
        wire.Reading("ups.state", "", "enum", state),
        wire.Reading("ups.battery.charge", "", "%", charge),
        wire.Reading("ups.low_battery", "", "", low),
    ]
    return wire.Device(key, "ups", state != "unreachable", readings, "Server otağı")


def link(internet: float | None = 0, *, gateway: float | None = 0, intranet: float | None = 0) -> wire.Device:
    losses = (("gateway", gateway), ("intranet", intranet), ("internet", internet))
    readings = [wire.Reading(f"link.{far}.loss", "", "%", loss) for far, loss in losses]
    return wire.Device("link", "link", True, readings, "ADSL")


def computer(reachable: bool = True, *, key: str = "pc-1") -> wire.Device:
    return wire.Device(key, "computer", reachable, [wire.Reading("cpu.load", "", "%", 7)])


def report(
    *devices: wire.Device, hostname: str = "pc-1", mac: str = "02:00:00:00:00:01", every: int = 60
) -> wire.Report:
    return wire.Report(wire.Machine(hostname, "m" * 32, [mac], "Linux", "0.1.0"), list(devices), every=every)


@dataclass
class Speaking:
    """An agent of a school. `says` sends whole reports, `at` is when they were observed, `now` when they arrive."""

    session: Session
    heads: Heads
    agent_id: int
    school_id: int
    instance: str = "aaaa"
    tally: record.Tally = field(default_factory=record.Tally)

    def sends(self, frames: Sequence[wire.Frame], *, now: datetime, instance: str | None = None) -> record.Outcome:
        body = wire.encode_batch(frames, round(now.timestamp() * 1000), instance or self.instance)
        outcomes, self.tally = record.reports_arrived(
            self.session, [record.Delivery(self.agent_id, body)], self.heads, at=now
        )
        return outcomes[0]

    def says(
        self, number: int, *devices: wire.Device, at: datetime, now: datetime | None = None, instance: str | None = None
    ) -> record.Outcome:
        now = now or at
        return self.sends([whole(number, report(*devices), age=now - at)], now=now, instance=instance)

    def episodes(self, *, withdrawn: bool = False) -> list[tuple[str, str, datetime, datetime | None]]:
        """`(state, reason, start, end)` of what holds now (or no longer), in order of start."""
        rows = (
            select(Episode).where(Episode.agent_id == self.agent_id).order_by(col(Episode.started_at), col(Episode.id))
        )
        return [
            (row.state.value, row.reason.value, row.started_at, row.ended_at)
            for row in self.session.exec(rows)
            if (row.withdrawn_at is not None) == withdrawn
        ]


def whole(number: int, what: wire.Report, *, age: timedelta = timedelta()) -> wire.Frame:
    return wire.Frame(number, round(age.total_seconds() * 1000), 0, msgspec.Raw(wire.whole(what)))


def differing(
    number: int, base: int, old: wire.Report, new: wire.Report, *, age: timedelta = timedelta()
) -> wire.Frame:
    change = wire.difference(wire.values(old), wire.values(new))
    return wire.Frame(number, round(age.total_seconds() * 1000), base, msgspec.Raw(msgspec.json.encode(change)))


def minutes(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


def let_in(session: Session, *, emis: str = "190", heads: Heads | None = None) -> Speaking:
    """A school in Sabirabad with one enrolled agent."""
    cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
    school = cast.opened(session, emis, f"{emis} N-li tam orta məktəb", "AZ-SAB", demo=True)
    agent = Agent(
        school_id=school.id or 0,
        public_key=emis.encode().rjust(32, b"\0"),
        token_hash=secrets.image(emis),
        machine={"hostname": "pc-1", "macs": ["02:00:00:00:00:01"]},
        enrolled_at=NOON,
    )
    session.add(agent)
    session.flush()
    watch.agent_expected(session, agent.id or 0, school.id or 0)
    return Speaking(session, heads or Heads(), agent.id or 0, school.id or 0)
