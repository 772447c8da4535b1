"""A school: what is the matter, the evidence, its devices, its outages, and the work that is planned."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from alerts import maintenance
from alerts.shown import planned_until, shown
from alerts.state import Judged, State
from alerts.tables import DeviceState, Hearing
from inventory import scoping
from inventory.errors import Conflict, HouseError, Invalid, NotFound
from inventory.roles import ALLOWED, Permission, Scope
from inventory.tables import Agent, Device, School
from server import acts, auth, db, pieces, queries, schools, words
from server.auth import VisitorDep
from server.current import Current, Seen, Snapshot
from server.deps import EngineDep, SettingsDep
from server.pages import rows, words_acts, words_equipment, words_register
from server.pages.typed import line, moment, row_id
from server.pages.view import SignedView, View

EVERYWHERE = Scope(None)  # the school itself was checked against the reader's scope
OUTAGE_DAYS = 7
CLOCK_WARNING_MS = 60_000
OPEN_UP_TO = 6  # devices of a kind that are shown without a click, where none is in trouble
TROUBLE = frozenset({State.DOWN, State.DEGRADED})
NO_SUCH_DEVICE = "There is no such device at this school."
NO_SUCH_WORK = "There is no such planned work at this school."

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A device with its state as shown; `last` is the last known one where the agent is silent or work is planned."""

    device: Device
    judged: Judged
    last: Judged | None
    since: datetime | None
    heard_at: datetime | None
    key_readings: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of planned work as it stands on the page; `device` is empty for the whole school."""

    starts: str
    ends: str
    device: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    devices: list[Shown]
    states: dict[State, int]

    @property
    def opened(self) -> bool:
        return bool(set(self.states) & TROUBLE) or len(self.devices) <= OPEN_UP_TO


@dataclass(frozen=True, slots=True)
class AgentCard:
    agent: Agent
    hearing: Hearing
    hostname: str
    heard_at: datetime | None
    silent: bool
    clock_off_s: float | None


@router.get("/schools/{emis}")
def school_page(
    request: Request, emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    believed: Annotated[int, Query(ge=0, le=1)] = 0,
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        current: Current = request.app.state.current
        parts = _parts(session, current, view, school, withdrawn=bool(believed))
    partial = request.headers.get("hx-request") and request.query_params.get("part") == "now"
    response = view.page(
        "_school_now.html" if partial else "school.html", believed=believed, fault="", typed=_untouched(view), **parts
    )
    response.headers["vary"] = "hx-request, cookie, accept-language"
    return response


@router.post("/schools/{emis}/maintenance", dependencies=[auth.OwnForm])
def plan_work(
    request: Request, emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, settings: SettingsDep,
    starts: Annotated[str, Form(max_length=40)] = "", ends: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=1000)] = "", device: Annotated[str, Form(max_length=12)] = "",
) -> Response:  # fmt: skip
    typed = Typed(line(starts), line(ends), line(device), line(note))
    try:
        with db.writing(engine) as session:
            school = scoping.school_seen(session, emis, visitor.scope)
            begin = moment(starts, settings.timezone, "starts_at")
            end = moment(ends, settings.timezone, "ends_at")
            maintenance.work_planned(
                session, school, _device_id(device), begin, end, typed.note, by=visitor.person, at=view.now
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        return _again(request, view, visitor, emis, error, typed)
    return RedirectResponse(f"/schools/{emis}#planned", 303)


@router.get("/schools/{emis}/maintenance")
@router.get("/schools/{emis}/maintenance/{number}/cancel")
def planned_work(emis: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """Where a refused form leaves the browser: its address asked for anew is the school, where the form stands."""
    with db.reading(engine) as session:
        scoping.school_seen(session, emis, visitor.scope)
    return RedirectResponse(f"/schools/{emis}#planned", 303)


@router.post("/schools/{emis}/maintenance/{number}/cancel", dependencies=[auth.OwnForm])
def cancel_work(emis: str, number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.writing(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        wanted = row_id(number)
        if wanted is None:
            raise NotFound(NO_SUCH_WORK)
        maintenance.work_cancelled(session, school, wanted, by=visitor.person, at=view.now)
    return RedirectResponse(f"/schools/{emis}#planned", 303)


def _device_id(typed: str) -> int | None:
    """None, the whole school, for the empty choice alone: what cannot be read must not silence a whole school."""
    wanted = row_id(typed)
    if typed and wanted is None:
        raise Invalid("device", NO_SUCH_DEVICE)
    return wanted


def _untouched(view: View) -> Typed:
    """Tomorrow morning, on the clocks of the reader."""
    day = view.formats.local(view.now + timedelta(days=1)).strftime("%Y-%m-%d")
    return Typed(f"{day}T09:00", f"{day}T13:00")


def _again(
    request: Request, view: View, visitor: auth.Visitor, emis: str, error: HouseError, typed: Typed
) -> Response:  # fmt: skip
    """The page once more, with what was wrong above the form, and in it what was typed."""
    with db.reading(request.app.state.engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        parts = _parts(session, request.app.state.current, view, school, withdrawn=False)
    return view.page("school.html", 422, believed=0, fault=view.told(error), typed=typed, **parts)


def _parts(session: Session, current: Current, view: View, school: School, *, withdrawn: bool) -> dict[str, Any]:
    after = queries.newest_change(session)
    heard = queries.agents_of(session, school)
    snapshots = current.of(session, {agent.id or 0 for agent, _ in heard})
    lines = queries.lines(session, EVERYWHERE, view.now, [school.id or 0])
    windows = queries.windows_by_school(session, view.now, [school.id or 0]).get(school.id or 0, [])
    silent = {line.agent_id: line.silent_since is not None for line in lines}
    devices = []
    for device, state in queries.devices_of(session, school):
        planned = planned_until(windows, device.id, view.now) is not None
        devices.append(_shown(view, device, state, snapshots.get(device.agent_id), silent, planned))
    since = view.now - timedelta(days=OUTAGE_DAYS)
    return {
        "after": after,
        "school": school,
        "district": queries.districts(session, EVERYWHERE, view.language).get(school.district_code, ""),
        "links": rows.rows(session, current, lines),
        "groups": _groups(devices),
        "agents": [_card(agent, hearing, snapshots.get(agent.id or 0), silent) for agent, hearing in heard],
        "outages": queries.outages_of(session, school, since, withdrawn=False),
        "withdrawn": queries.outages_of(session, school, since, withdrawn=True) if withdrawn else [],
        "planned": queries.planned_for(session, school, view.now),
        "devices": devices,
        "may_plan": view.person is not None and maintenance.may_plan(view.person.role),
        "outage_days": OUTAGE_DAYS,
        "clock_warning_s": CLOCK_WARNING_MS / 1000,
        "facts": schools.facts_of(session, school, view.language),
        "school_types": words_register.TYPES,
        "may_see_contacts": view.person is not None and Permission.SEE_CONTACTS in ALLOWED[view.person.role],
        "equipment": pieces.block(session, school.id or 0, view.now),
        "kinds": words_register.EQUIPMENT,
        "states": words_register.STATES,
        "signs": words_equipment.SIGNS,
        "acts_of_school": acts.rows(session, EVERYWHERE, school=school, most=5),
        "acts_said": words_acts,
        "may_draw_acts": view.person is not None and Permission.DRAW_ACTS in ALLOWED[view.person.role],
        "rows": rows,
        "instant": lambda ms: datetime.fromtimestamp(ms / 1000, UTC),
    }


def _shown(
    view: View, device: Device, state: DeviceState | None, snapshot: Snapshot | None, silent: dict[int | None, bool],
    planned: bool,
) -> Shown:  # fmt: skip
    known = Judged(state.state, state.reason) if state else None
    judged = shown(known, silent=silent.get(device.agent_id, False), planned=planned)
    seen = next((s for s in snapshot.devices if s.key == device.key), None) if snapshot else None
    heard = snapshot.observed_ms if snapshot else None
    return Shown(
        device=device,
        judged=judged,
        last=known if known != judged else None,
        since=state.since if state else None,
        heard_at=None if heard is None else datetime.fromtimestamp(heard / 1000, UTC),
        key_readings=_key_readings(view, device.kind, snapshot, seen),
    )


def _key_readings(view: View, kind: str, snapshot: Snapshot | None, seen: Seen | None) -> list[tuple[str, str]]:
    """What matters most of this kind, in words; what the device does not know is left out."""
    if snapshot is None or seen is None or not snapshot.reachable(seen):
        return []
    values = {quantity: (value, unit) for quantity, _, unit, value in reversed(list(snapshot.readings(seen)))}
    return [
        (view._(word), _reading(view, quantity, *values[quantity]))
        for quantity, word in words.KEY_READINGS.get(kind, {}).items()
        if quantity in values and values[quantity][0] is not None
    ]


def _reading(view: View, quantity: str, value: float | int | str | None, unit: str) -> str:
    if quantity.endswith(".rtt") and isinstance(value, int | float):
        return view.formats.milliseconds(value)
    return view.formats.reading(value, unit)


def _groups(devices: list[Shown]) -> list[Group]:
    """By kind, in the order of words.KINDS; the worst device of a kind first."""
    order = {kind: place for place, kind in enumerate(words.KINDS)}
    kinds: dict[str, list[Shown]] = {}
    for one in devices:
        kinds.setdefault(one.device.kind, []).append(one)
    groups = []
    for kind in sorted(kinds, key=lambda k: order.get(k, len(order))):
        mine = sorted(kinds[kind], key=lambda one: queries.RANK[one.judged.state])
        states = Counter(one.judged.state for one in mine)
        groups.append(Group(kind, mine, {state: states[state] for state in queries.WORST_FIRST if states[state]}))
    return groups


def _card(agent: Agent, hearing: Hearing, snapshot: Snapshot | None, silent: dict[int | None, bool]) -> AgentCard:
    heard, offset = hearing.observed_ms, hearing.clock_offset_ms
    return AgentCard(
        agent=agent,
        hearing=hearing,
        hostname=(snapshot.hostname if snapshot else "") or str(agent.machine.get("hostname") or ""),
        heard_at=None if heard is None else datetime.fromtimestamp(heard / 1000, UTC),
        silent=silent.get(agent.id, False),
        clock_off_s=offset / 1000 if offset is not None and abs(offset) > CLOCK_WARNING_MS else None,
    )
