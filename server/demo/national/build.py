"""`zeng demo --national`: the republic into an empty database, room by room, the same rows for the same seed."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from typing import Final, TextIO

from sqlalchemy import Engine
from sqlmodel import Session, select

from inventory import people, register, trace
from inventory.folding import az_key
from inventory.lifecycle import ActState
from inventory.roles import Role, job
from inventory.tables import District, School
from inventory.trace import Changed
from server import db
from server.demo.national import equipment, licences, monitoring, names, network, papers, places
from server.demo.national.equipment import Store
from server.demo.national.papers import Paper
from server.demo.national.places import Place
from server.demo.national.republic import Republic, Size
from server.demo.national.writer import Writer

SEED: Final = 146
BY: Final = job("national-demo")
# login, name, role, whether the person answers for the first district, or for the first school alone
PEOPLE: Final = (
    ("samir", Role.TECHNICIAN, True, False), ("rauf", Role.OPERATOR, False, False), ("nigar", Role.NOC, False, False),
    ("leyla", Role.KEEPER, False, False), ("elchin", Role.DIRECTOR, False, True), ("sevda", Role.MENTOR, False, True),
    ("orxan", Role.AUDITOR, False, False), ("zaur", Role.ADMINISTRATOR, False, False),
)  # fmt: skip
STEPS: Final = 10


class Progress:
    """A bar on a terminal, a line for each step elsewhere."""

    def __init__(self, steps: int, out: TextIO | None = None) -> None:
        self._steps, self._done, self._out = steps, 0, out or sys.stderr
        self._began = time.monotonic()

    def step(self, word: str) -> None:
        self._done += 1
        seconds = time.monotonic() - self._began
        if self._out.isatty():
            bar = "█" * round(30 * self._done / self._steps)
            end = "\n" if self._done == self._steps else ""
            print(f"\r{bar:░<30} {seconds:5.1f} s  {word:<24}", end=end, file=self._out, flush=True)
        else:
            print(f"{self._done}/{self._steps} {seconds:6.1f} s  {word}", file=self._out, flush=True)


def built(
    engine: Engine, *, at: datetime, password: str, seed: int = SEED, share: float = 1.0, out: TextIO | None = None
) -> bool:  # fmt: skip
    """Fill an empty, migrated database; False where schools are there already: then nothing is changed.

    One transaction: a build that is broken off leaves nothing. `share`: a smaller country of the same shape.
    """
    with db.writing(engine) as session:
        if session.exec(select(School.id).limit(1)).first() is not None:
            return False
        size = Size() if share == 1.0 else Size().scaled(share)
        _built(session, Republic(size, seed, at), password, Progress(STEPS, out))
    return True


def _built(session: Session, republic: Republic, password: str, progress: Progress) -> None:
    at, writer = republic.at, Writer(session, republic.seed)
    register.districts_loaded(session, by=BY, at=at - timedelta(days=3 * 365 + 60))
    districts = sorted(session.exec(select(District)).all(), key=lambda d: (az_key(d.name_az), d.code))
    progress.step("75 units")
    schools = places.placed(writer, republic, districts)
    progress.step(f"{len(schools)} institutions")
    lines = network.connected(writer, republic, districts, schools)
    writer.written()
    progress.step(f"{len(lines)} links")
    store = Store(writer, republic)
    equipment.equipped(store, republic, schools, lines)
    progress.step(f"{len(store.pieces)} pieces of equipment")
    acts = papers.written(writer, republic, districts, store, schools)
    progress.step(f"{len(acts)} acts of three years")
    monitoring.watched(writer, republic, lines, store.pieces)
    store.written()
    progress.step("what agents saw")
    writer.written()
    store.settled()
    progress.step("all rows written")
    licences.licensed(writer, republic, districts)
    writer.written()
    progress.step("licences")
    writer.sequences_moved()
    _people(session, republic, password, schools[0].emis, schools[0].district)
    progress.step("people")
    _traced(session, _changes(schools, store, acts))
    progress.step("trace")


def _people(session: Session, republic: Republic, password: str, emis: str, district: str) -> None:
    dice = republic.dice("people")
    for login, role, of_district, of_school in PEOPLE:
        people.person_added(
            session, login, f"{names.invented(dice)} (nümayiş)", role, password, [district] if of_district else [],
            schools=[emis] if of_school else [], by=BY, at=republic.at,
        )  # fmt: skip


def _changes(schools: Sequence[Place], store: Store, acts: Sequence[Paper]) -> Iterator[tuple[datetime, Changed]]:
    """What the trace would hold had people done all this, in the order of days."""
    first = min(piece.since for piece in store.pieces)
    opened = [(first, Changed(
        "opened", "school", place.emis, None, {"name": place.name, "district_code": place.district}, place.id
    )) for place in schools]  # fmt: skip
    came = [(piece.since, Changed(
        "arrived" if piece.came else "taken over", "asset", piece.number, None, {"serial": piece.row["serial"]},
        piece.place.id,
    )) for piece in store.pieces]  # fmt: skip
    done = [(act.on, Changed(
        "executed" if act.state is ActState.EXECUTED else "submitted", "act", act.number, None,
        {"state": act.state, "pieces": [piece.number for piece, _, _ in act.lines]}, act.place.id,
    )) for act in acts]  # fmt: skip
    for day, change in sorted([*opened, *came, *done], key=lambda dated: dated[0]):
        yield datetime.combine(day, clock(7, 30), UTC), change


def _traced(session: Session, changes: Iterable[tuple[datetime, Changed]]) -> None:
    """Chained in one go; those of one day share their moment."""
    day: list[Changed] = []
    moment: datetime | None = None
    for at, change in changes:
        if moment is not None and at != moment:
            trace.all_changed(session, day, by=BY, at=moment)
            day = []
        moment = at
        day.append(change)
    if moment is not None:
        trace.all_changed(session, day, by=BY, at=moment)
