"""What agents see at this moment, put before the register: devices that are new, say something else, or answer."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select
from sqlmodel import Session, col

from alerts.state import Reason
from alerts.tables import DeviceState, Hearing
from inventory import assets, roles, sightings
from inventory.matching import Outcome
from inventory.sightings import Look
from inventory.tables import Agent, Device, Sighting
from server import db

BATCH: Final = 100  # devices in one transaction: SQLite has one writer, and reports must not wait for it
BATCHES: Final = 20  # in one pass
WORDS: Final = 400
REFRESH: Final = timedelta(hours=6)  # how old `seen_at` of a device that answers all the time may become
AGAIN: Final = timedelta(hours=1)  # until a device that is no piece yet is compared with the register again
SILENT: Final = (Reason.NOT_ANSWERING, Reason.AGENT_SILENT, Reason.NO_LONGER_REPORTED)
PART: Final = "\x1f"
LOCAL: Final = "local:"
JOB: Final = roles.job("sightings")


def passed(engine: Engine, *, at: datetime) -> int:
    """One pass of the clock: how many devices were looked at. Reads first; writes only where something is due."""
    done = 0
    for _ in range(BATCHES):
        with db.reading(engine) as session:
            due = due_looks(session, at, BATCH)
        if not due:
            break
        with db.writing(engine) as session:
            sightings.looked(session, due, lambda ids: answering(session, ids), by=JOB, at=at)
            assets.words_written(session, WORDS)
        done += len(due)
    with db.reading(engine) as session:
        wordless = assets.any_wordless(session)
    if wordless:
        with db.writing(engine) as session:
            assets.words_written(session, WORDS)
    return done


def due_looks(session: Session, at: datetime, most: int) -> list[Look]:
    """Devices that are new, say something else than when they were looked at, or were looked at too long ago."""
    alive, described = _alive(), _described()
    stale = or_(col(Sighting.seen_at).is_(None), col(Sighting.seen_at) < at - REFRESH)
    undecided = and_(
        col(Sighting.outcome).not_in((Outcome.MATCHED, Outcome.SET_ASIDE)), col(Sighting.at) < at - AGAIN
    )  # fmt: skip
    due = or_(
        col(Sighting.device_id).is_(None), col(Sighting.described) != described,
        and_(alive, stale, col(Sighting.at) < at - AGAIN), undecided,
    )  # fmt: skip
    rows = _devices(described, alive).where(due, col(Device.kind) != "link").limit(most)
    return [_look(*row) for row in session.execute(rows)]


def looks_at(session: Session, device_ids: Collection[int]) -> list[Look]:
    """These devices as they are now."""
    rows = _devices(_described(), _alive()).where(col(Device.id).in_(sorted(device_ids)))
    return [_look(*row) for row in session.execute(rows)]


def answering(session: Session, device_ids: Collection[int]) -> set[int]:
    """Which of these devices answer at this moment."""
    out: set[int] = set()
    wanted = sorted(device_ids)
    for start in range(0, len(wanted), 500):
        here = select(col(Device.id)).where(col(Device.id).in_(wanted[start : start + 500]), _alive())
        out |= set(session.scalars(_heard(here)))
    return out


def _heard(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Agent, col(Agent.id) == col(Device.agent_id))
        .join(Hearing, col(Hearing.agent_id) == col(Device.agent_id))
        .join(DeviceState, col(DeviceState.device_id) == col(Device.id), isouter=True)
        .where(col(Agent.revoked_at).is_(None))
    )


def _devices(described: ColumnElement[str], alive: ColumnElement[bool]) -> Select[Any]:
    what = select(
        Device, col(Agent.machine), described.label("described"), alive.label("alive"), col(Hearing.observed_ms)
    )
    return _heard(what).join(Sighting, col(Sighting.device_id) == col(Device.id), isouter=True)


def _alive() -> ColumnElement[bool]:
    answers = and_(col(DeviceState.reason).is_not(None), col(DeviceState.reason).not_in(SILENT))
    return and_(col(Device.gone_at).is_(None), col(Hearing.silent_since_ms).is_(None), answers)


def _described() -> ColumnElement[str]:
    """Everything that the device says of itself, as one text that both databases make alike."""
    text = col(Device.kind) + PART
    for column in (Device.name, Device.vendor, Device.model, Device.serial, Device.address):
        text = text + col(column) + PART
    return text


def _look(device: Device, machine: dict[str, Any], described: str, alive: bool, observed_ms: int | None) -> Look:
    is_computer = device.kind == "computer" and device.key.startswith(LOCAL)
    seen = datetime.fromtimestamp(observed_ms / 1000, UTC) if alive and observed_ms is not None else None
    return Look(
        device_id=device.id or 0, school_id=device.school_id, described=described, kind=device.kind, name=device.name,
        vendor=device.vendor, model=device.model, serial=device.serial, address=device.address,
        machine=(machine or {}) if is_computer else {}, alive=bool(alive), seen_at=seen,
    )  # fmt: skip
