"""What pages ask the database: plain values, always within the scope of the one who asks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from alerts.shown import UNKNOWN, Window, planned_until, shown, silent_since
from alerts.state import Judged, Reason, State
from alerts.tables import Change, DeviceState, Episode, Hearing, Maintenance
from inventory.folding import az_key, folded, found
from inventory.roles import Scope
from inventory.scoping import within
from inventory.tables import Agent, Device, District, Person, School

WORST_FIRST = (State.DOWN, State.DEGRADED, State.NO_DATA, State.MAINTENANCE, State.UP)
RANK = {state: rank for rank, state in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class Line:
    """One link of a school as the board shows it; a school without a measured link has one line too (`device_id` None).

    `since`: since when the shown state holds. `link`/`power`: last judgements with their beginning, for the verdict.
    """

    school_id: int
    emis: str
    school: str
    district: str
    demo: bool
    agent_id: int | None
    device_id: int | None
    device_key: str
    name: str
    shown: Judged
    since: datetime | None
    heard_at: datetime | None
    silent_since: datetime | None
    planned_until: datetime | None
    link: Judged | None
    link_since: datetime | None
    power: Judged | None
    power_since: datetime | None

    @property
    def reported(self) -> bool:
        return self.heard_at is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader of the board asked for; empty = everything."""

    district: str = ""
    state: State | None = None
    sought: str = ""


def districts(session: Session, scope: Scope, language: str) -> dict[str, str]:
    """Names by code of the districts that have schools in this scope, in Azerbaijani (or the language's) order."""
    name = {"en": District.name_en, "ru": District.name_ru}.get(language, District.name_az)
    with_schools = within(select(col(School.district_code)).distinct(), scope)
    rows = session.execute(select(col(District.code), col(name)).where(col(District.code).in_(with_schools))).all()
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: az_key(row[1]))}


def lines(session: Session, scope: Scope, now: datetime, school_ids: Collection[int] | None = None) -> list[Line]:
    """The lines of all schools in scope (or of these of them), unsorted. Five queries, however many schools."""
    schools = select(
        col(School.id), col(School.emis), col(School.name), col(School.district_code), col(School.demo)
    )  # fmt: skip
    heard = select(
        col(Hearing.school_id), col(Hearing.agent_id), col(Hearing.observed_ms), col(Hearing.silent_since_ms),
        col(Hearing.every_s),
    ).join(Agent, col(Agent.id) == col(Hearing.agent_id)).where(col(Agent.revoked_at).is_(None))  # fmt: skip
    devices = (
        select(
            col(Device.id), col(Device.agent_id), col(Device.key), col(Device.kind), col(Device.name),
            col(DeviceState.state), col(DeviceState.reason), col(DeviceState.since),
        )
        .join(DeviceState, col(DeviceState.device_id) == col(Device.id), isouter=True)
        .where(col(Device.kind).in_(("link", "ups")), col(Device.gone_at).is_(None))
    )  # fmt: skip
    schools = within(schools, scope)
    if school_ids is not None:
        schools = schools.where(col(School.id).in_(school_ids))
        heard = heard.where(col(Hearing.school_id).in_(school_ids))
        devices = devices.where(col(Device.school_id).in_(school_ids))
    now_ms = round(now.timestamp() * 1000)
    agents: dict[int, list[_Heard]] = {}
    for school_id, agent_id, observed_ms, noticed_ms, every_s in session.execute(heard):
        silent = silent_since(observed_ms, noticed_ms, every_s, now_ms)
        agents.setdefault(school_id, []).append((agent_id, _instant(observed_ms), _instant(silent)))
    links: dict[int, list[_Known | None]] = {}
    power: dict[int, _Known] = {}
    for device_id, agent_id, key, kind, name, state, reason, since in session.execute(devices):
        known = _Known(device_id, key, name, Judged(state, reason) if state else None, since)
        if kind == "link":
            links.setdefault(agent_id, []).append(known)
        elif agent_id not in power or known.worse_than(power[agent_id]):
            power[agent_id] = known
    windows = windows_by_school(session, now, school_ids)
    out = []
    for school_id, emis, school, district, demo in session.execute(schools):
        place = (school_id, emis, school, district, demo)
        for agent_id, heard_at, silent_at in agents.get(school_id) or NOBODY:
            ups = power.get(agent_id or 0)
            for link in links.get(agent_id or 0) or NO_LINK:
                when = planned_until(windows.get(school_id, ()), link.device_id if link else None, now)
                out.append(_line(place, agent_id, link, ups, heard_at, silent_at, when))
    return out


@dataclass(frozen=True, slots=True)
class _Known:
    device_id: int
    key: str
    name: str
    judged: Judged | None
    since: datetime | None

    def worse_than(self, other: "_Known") -> bool:
        return RANK[(self.judged or UNKNOWN).state] < RANK[(other.judged or UNKNOWN).state]


_Heard = tuple[int | None, datetime | None, datetime | None]  # agent, heard at, silent since
NOBODY: list[_Heard] = [(None, None, None)]
NO_LINK: list[_Known | None] = [None]


def _line(
    place: tuple[int, str, str, str, bool],
    agent_id: int | None,
    link: _Known | None,
    ups: _Known | None,
    heard_at: datetime | None,
    silent_at: datetime | None,
    planned: datetime | None,
) -> Line:
    judged = shown(link.judged if link else None, silent=silent_at is not None, planned=planned is not None)
    since = silent_at if judged.reason == Reason.AGENT_SILENT else link.since if link else None
    return Line(
        *place,
        agent_id=agent_id,
        device_id=link.device_id if link else None,
        device_key=link.key if link else "",
        name=link.name if link else "",
        shown=judged,
        since=None if judged.state == State.MAINTENANCE else since,
        heard_at=heard_at,
        silent_since=silent_at,
        planned_until=planned,
        link=link.judged if link else None,
        link_since=link.since if link else None,
        power=ups.judged if ups else None,
        power_since=ups.since if ups else None,
    )


def filtered(rows: Iterable[Line], names: dict[str, str], asked: Filter) -> list[Line]:
    """Those that were asked for, the worst first; of two equal ones that which began later."""
    keys: dict[str, str] = {code: folded(name) for code, name in names.items()}
    wanted = [
        line
        for line in rows
        if (not asked.district or line.district == asked.district)
        and (asked.state is None or line.shown.state == asked.state)
        and (not asked.sought or found(asked.sought, folded(line.school), keys.get(line.district, ""), line.emis))
    ]
    order = {code: place for place, code in enumerate(names)}
    return sorted(wanted, key=lambda line: _rank(line, order))


def _rank(line: Line, districts: dict[str, int]) -> tuple[object, ...]:
    began = -line.since.timestamp() if line.since and line.shown.state != State.UP else 0.0
    unheard = not line.reported and line.shown.state == State.NO_DATA
    return (RANK[line.shown.state], unheard, began, districts.get(line.district, 0), az_key(line.school), line.emis)


def windows_by_school(
    session: Session, now: datetime, school_ids: Collection[int] | None = None
) -> dict[int, list[Window]]:
    """Planned work that is going on now."""
    rows = select(
        col(Maintenance.school_id), col(Maintenance.device_id), col(Maintenance.starts_at), col(Maintenance.ends_at)
    ).where(
        col(Maintenance.cancelled_at).is_(None), col(Maintenance.starts_at) <= now, col(Maintenance.ends_at) > now
    )  # fmt: skip
    if school_ids is not None:
        rows = rows.where(col(Maintenance.school_id).in_(school_ids))
    out: dict[int, list[Window]] = {}
    for school_id, device_id, starts_at, ends_at in session.execute(rows):
        out.setdefault(school_id, []).append(Window(device_id, starts_at, ends_at))
    return out


def agents_of(session: Session, school: School) -> list[tuple[Agent, Hearing]]:
    rows = select(Agent, Hearing).join(Hearing, col(Hearing.agent_id) == col(Agent.id))
    mine = rows.where(col(Agent.school_id) == school.id, col(Agent.revoked_at).is_(None)).order_by(col(Agent.id))
    return [(agent, hearing) for agent, hearing in session.execute(mine)]


def devices_of(session: Session, school: School) -> list[tuple[Device, DeviceState | None]]:
    """Devices that are in the reports now, with their last judged state."""
    rows = (
        select(Device, DeviceState)
        .join(DeviceState, col(DeviceState.device_id) == col(Device.id), isouter=True)
        .where(col(Device.school_id) == school.id, col(Device.gone_at).is_(None))
    )
    found_rows = [(device, state) for device, state in session.execute(rows)]
    return sorted(found_rows, key=lambda row: az_key(row[0].name or row[0].key))


def outages_of(
    session: Session, school: School, since: datetime, *, withdrawn: bool, most: int = 100
) -> list[tuple[Episode, Device | None]]:
    """Episodes that reach into the time from `since` on, the newest first: those that hold, or those withdrawn."""
    rows = (
        select(Episode, Device)
        .join(Device, col(Device.id) == col(Episode.device_id), isouter=True)
        .where(
            col(Episode.school_id) == school.id,
            or_(col(Episode.ended_at).is_(None), col(Episode.ended_at) >= since),
            col(Episode.withdrawn_at).is_not(None) if withdrawn else col(Episode.withdrawn_at).is_(None),
        )
    )
    newest = rows.order_by(col(Episode.started_at).desc(), col(Episode.id).desc()).limit(most)
    return [(episode, device) for episode, device in session.execute(newest)]


def planned_for(session: Session, school: School, now: datetime) -> list[tuple[Maintenance, str, str]]:
    """Planned work that is not over: `(row, who planned it, name of the device or "")`, the next first."""
    rows = (
        select(Maintenance, col(Person.name), col(Device.name))
        .join(Person, col(Person.id) == col(Maintenance.planned_by))
        .join(Device, col(Device.id) == col(Maintenance.device_id), isouter=True)
        .where(
            col(Maintenance.school_id) == school.id, col(Maintenance.cancelled_at).is_(None),
            col(Maintenance.ends_at) > now,
        )
    )  # fmt: skip
    return [(row, by, device or "") for row, by, device in session.execute(rows.order_by(col(Maintenance.starts_at)))]


def newest_change(session: Session) -> int:
    return session.scalar(select(func.max(col(Change.id)))) or 0


def changes_after(session: Session, after: int, most: int) -> list[tuple[int, int]]:
    """`(change id, school id)` in order of id."""
    rows = select(col(Change.id), col(Change.school_id)).where(col(Change.id) > after)
    return [(i or 0, school_id) for i, school_id in session.execute(rows.order_by(col(Change.id)).limit(most))]


def plans_turned(session: Session, after: datetime, until: datetime) -> set[int]:
    """Schools at which planned work began, ended, or was cancelled between two moments."""
    moments = (Maintenance.starts_at, Maintenance.ends_at, Maintenance.cancelled_at, Maintenance.planned_at)
    turned = or_(*((col(moment) > after) & (col(moment) <= until) for moment in moments))
    return set(session.scalars(select(col(Maintenance.school_id)).where(turned)))


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
