"""Which school and district an agent speaks for, and which work is planned there now: the labels of every series."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from alerts.tables import Listening, Maintenance
from inventory.tables import Agent, Device, School
from server.series import escaped

NOTHING_PLANNED: frozenset[str] = frozenset()
WHOLE_SCHOOL = frozenset({""})


@dataclass(frozen=True, slots=True)
class Building:
    """A school of the register. `labels`: as they stand in a series."""

    id: int
    name: str
    labels: str


@dataclass(frozen=True, slots=True)
class Place:
    agent_id: int
    school_id: int
    labels: str


@dataclass(frozen=True, slots=True)
class Places:
    """`whole`: schools where all is planned work. `devices`: keys of devices under planned work, by agent."""

    schools: list[Building]
    agents: list[Place]
    whole: set[int]
    devices: dict[int, frozenset[str]]
    listening_since: datetime | None
    last_tick: datetime | None

    def planned_for(self, place: Place) -> frozenset[str]:
        """Keys of devices under planned work; "" stands for the whole school."""
        if place.school_id in self.whole:
            return WHOLE_SCHOOL
        return self.devices.get(place.agent_id, NOTHING_PLANNED)


def read(session: Session, *, at: datetime) -> Places:
    """All schools, the agents that may speak for them, and the work that is planned at this time."""
    schools, agents = [], []
    labels: dict[int, str] = {}
    register = select(col(School.id), col(School.emis), col(School.name), col(School.district_code))
    for school_id, emis, name, district in session.execute(register.order_by(col(School.emis))):
        labels[school_id] = f'school="{escaped(emis)}",district="{escaped(district)}"'
        schools.append(Building(school_id, name, labels[school_id]))
    let_in = select(col(Agent.id), col(Agent.school_id)).where(col(Agent.revoked_at).is_(None))
    for agent_id, school_id in session.execute(let_in.order_by(col(Agent.id))):
        agents.append(Place(agent_id, school_id, f'{labels[school_id]},agent="{agent_id}"'))
    whole, devices = _planned(session, at)
    newest = select(col(Listening.started_at), col(Listening.last_tick_at)).order_by(col(Listening.id).desc()).limit(1)
    since, tick = session.execute(newest).one_or_none() or (None, None)
    return Places(schools, agents, whole, devices, since, tick)


def _planned(session: Session, at: datetime) -> tuple[set[int], dict[int, frozenset[str]]]:
    now = (col(Maintenance.starts_at) <= at) & (col(Maintenance.ends_at) > at) & col(Maintenance.cancelled_at).is_(None)
    rows = (
        select(col(Maintenance.school_id), col(Maintenance.device_id), col(Device.agent_id), col(Device.key))
        .outerjoin(Device, col(Device.id) == col(Maintenance.device_id))
        .where(now)
    )
    whole: set[int] = set()
    devices: dict[int, set[str]] = {}
    for school_id, device_id, agent_id, key in session.execute(rows):
        if device_id is None:
            whole.add(school_id)
        else:
            devices.setdefault(agent_id, set()).add(key)
    return whole, {agent_id: frozenset(keys) for agent_id, keys in devices.items()}
