"""The newest report of each agent kept in memory, read back from the database where it is not."""

from collections import OrderedDict
from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from alerts import journal, numbers
from alerts.head import Head, layout
from alerts.state import Judged, Reason, State
from alerts.tables import DeviceState, Hearing
from inventory.tables import Device


class Heads:
    """At most `most` heads, the longest unheard leave first. Belongs to the one thread that writes reports."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._heads: OrderedDict[int, Head] = OrderedDict()

    def get(self, session: Session, agent_id: int) -> Head:
        head = self._heads.get(agent_id)
        if head is None:
            head = self._heads[agent_id] = _read(session, agent_id)
            if len(self._heads) > self._most:
                self._heads.popitem(last=False)
        self._heads.move_to_end(agent_id)
        return head

    def forget(self, agent_ids: Iterable[int]) -> None:
        for agent_id in agent_ids:
            self._heads.pop(agent_id, None)


def _read(session: Session, agent_id: int) -> Head:
    # Columns, not the entity: the session must not hand back a row it remembers from before another replica wrote.
    hearing = session.execute(select(Hearing.__table__).where(col(Hearing.agent_id) == agent_id)).one()  # type: ignore[attr-defined]
    head = Head(
        agent_id=agent_id,
        school_id=hearing.school_id,
        version=hearing.version,
        instance=hearing.instance,
        retired=list(hearing.retired),
        received=numbers.parse(hearing.received),
        number=hearing.head_number,
        root=hearing.head_root,
        observed_ms=hearing.observed_ms,
        arrived_ms=hearing.arrived_ms,
        silent_since_ms=hearing.silent_since_ms,
        clone=hearing.clone,
        clock_offset_ms=hearing.clock_offset_ms or 0,
    )
    newest = journal.newest(session, agent_id, head.number) if head.number else None
    if newest is None:
        return head
    head.report, head.values = newest.report, newest.values
    rows = session.execute(select(col(Device.key), col(Device.id)).where(col(Device.agent_id) == agent_id))
    head.layout = layout(newest.report, {key: device_id for key, device_id in rows if device_id})
    ids = [slot.device_id for slot in head.layout.slots]
    states = select(col(DeviceState.device_id), col(DeviceState.state), col(DeviceState.reason)).where(
        col(DeviceState.device_id).in_(ids)
    )
    known = {device_id: Judged(state, reason) for device_id, state, reason in session.execute(states)}
    head.judged = [known.get(device_id, Judged(State.NO_DATA, Reason.NO_READING)) for device_id in ids]
    return head
