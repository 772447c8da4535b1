"""Telephone calls of former years, as they were written down: found by the number and the time."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from inventory import phones, trace
from inventory.errors import Invalid, NotFound
from inventory.exchange.cells import line, moment, whole
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step, missing_school
from inventory.exchange.lookups import streamed
from inventory.roles import Permission, Who
from inventory.tables import PastCall, Phone, PhoneUse, School

COLUMNS: Final = (
    Column("number", "Nömrə", "Number", "Номер", line(60, needed=True), needed=True,
           also=("telefon", "phone", "телефон", "zəng edən", "caller")),
    Column("at", "Vaxt", "Time", "Время", moment, needed=True, also=("tarix", "date", "дата")),
    Column("seconds", "Müddət (san)", "Duration (s)", "Длительность (с)", whole(0, 86_400), empty=None, number=True,
           also=("müddət", "duration", "длительность")),
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", line(32), empty="",
           also=("UTİS kodu", "TİMS kodu", "məktəb", "school", "школа")),
    Column("outcome", "Nəticə", "Outcome", "Результат", line(200), empty=""),
    Column("note", "Qeyd", "Note", "Примечание", line(1000), empty="", also=("məzmun", "text", "текст")),
)  # fmt: skip


class Look:
    """A call whose row names no school is given to the one school that has this number, if exactly one has."""

    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        by.must(Permission.SEE_CONTACTS)
        self._session, self._by, self._at = session, by, at
        self._e164 = {cells["number"]: phones.read(cells["number"]).e164 for cells in rows}
        numbers = select(PastCall).where(col(PastCall.number).in_(list(self._e164)))
        self._known = {(call.number, call.at): call for call in session.scalars(numbers)}
        self._reached: dict[str, set[int]] = {}
        uses = select(col(Phone.e164), col(PhoneUse.school_id)).join(PhoneUse, col(PhoneUse.phone_id) == col(Phone.id))
        known = {number for number in self._e164.values() if number}
        for number, school_id in session.execute(uses.where(col(Phone.e164).in_(known))):
            self._reached.setdefault(number, set()).add(school_id)
        codes = {cells["emis"] for cells in rows if cells.get("emis")}
        ids = {i for found in self._reached.values() for i in found} | {c.school_id for c in self._known.values()}
        wanted = or_(col(School.emis).in_(codes), col(School.id).in_(ids))
        self._schools = {school.id: school for school in session.scalars(select(School).where(wanted))}
        self._by_emis = {school.emis: school for school in self._schools.values()}

    def now(self, cells: Cells) -> Cells | None:
        if not cells.get("at"):
            raise Invalid("at", "This row does not say by what it is to be found; this cell is blank.")
        school = self._by_emis.get(cells.get("emis", ""))
        if cells.get("emis") and (school is None or not self._mine(school)):
            raise missing_school(cells["emis"])
        call = self._known.get((cells["number"], cells["at"]))
        if call is None:
            if school is None and not self._mine(self._guessed(cells)):
                raise NotFound("This call is of no school that is yours.")
            return None
        home = self._schools.get(call.school_id)
        if not self._mine(home):
            raise NotFound("This call is of no school that is yours.")
        return cells_of(call, home.emis if home else "")

    def _mine(self, school: School | None) -> bool:
        """A call of nobody known is seen by those who see the country."""
        if school is None:
            return self._by.scope.districts is None
        return self._by.scope.covers(school.district_code, school.id)

    def _guessed(self, cells: Cells) -> School | None:
        reached = self._reached.get(self._e164[cells["number"]], set())
        return self._schools.get(next(iter(reached))) if len(reached) == 1 else None

    def check(self, step: Step) -> None:
        if not any(letter.isdigit() for letter in step.cells["number"]):
            raise Invalid("number", "“%(raw)s” cannot be a number; right is one with digits.", raw=step.cells["number"])

    def write(self, steps: Sequence[Step]) -> None:
        trace.held(self._session)
        changes, made = [], []
        for step in steps:
            cells = step.changed
            facts: dict[str, Any] = {n: cells[n] for n in ("seconds", "outcome", "note") if n in cells}
            if step.now is None:
                school = self._by_emis.get(cells["emis"]) if cells.get("emis") else self._guessed(cells)
                call = PastCall(number=cells["number"], e164=self._e164[cells["number"]], at=cells["at"], **facts)
                call.school_id = school.id if school else None
                made.append(call)
            else:
                call = self._known[step.cells["number"], step.cells["at"]]
                if "emis" in cells:
                    call.school_id = self._by_emis[cells["emis"]].id if cells["emis"] else None
                for name, value in facts.items():
                    setattr(call, name, value)
                call.version += 1
                self._session.add(call)
            before = {name: step.now[name] for name in cells} if step.now else None
            key = f"{call.number} {call.at:%Y-%m-%d %H:%M}"[:80]
            verb = "changed" if step.now else "entered"
            changes.append(trace.Changed(verb, "past_call", key, before, cells, call.school_id, step.by.reason))
        self._session.add_all(made)
        self._session.flush()
        trace.all_changed(self._session, changes, by=self._by, at=self._at)


def cells_of(call: PastCall, emis: str) -> Cells:
    return {
        "number": call.number, "at": call.at, "seconds": call.seconds, "emis": emis, "outcome": call.outcome,
        "note": call.note,
    }  # fmt: skip


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    rows = select(PastCall, col(School.emis)).join(School, col(School.id) == col(PastCall.school_id), isouter=True)
    for call, emis in streamed(session, rows.where(col(PastCall.id).in_(chosen)).order_by(col(PastCall.id))):
        yield Out(cells_of(call, emis or ""), ("past_call", str(call.id), call.school_id))


KIND: Final = Kind(
    "calls", "Zənglərin tarixçəsi", "Call history", "История звонков", COLUMNS, ("number", "at"),
    Permission.SEE_CONTACTS, exported, Look, sees=Permission.SEE_CONTACTS, at_once=True,
)  # fmt: skip
