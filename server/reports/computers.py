"""Learners per computer: those that agents see work, those that the register alone declares, those that are online."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory.indicators import (
    COMPUTERS,
    INDICATORS,
    NOT_FOR_LESSONS,
    ONLINE_DAYS,
    TEACHING,
    WORKING_DAYS,
    Unit,
)  # fmt: skip
from inventory.lifecycle import AssetState
from inventory.tables import Asset, Room, School, SchoolYear
from server.reports.values import (
    Asked,
    Chart,
    Column,
    Figure,
    Note,
    Report,
    Row,
    days_before,
    divided,
    here,
    known,
    listed,
    open_on,
    quotient,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """One school. `learners` None: not known."""

    schools: int = 0
    learners: int | None = None
    seen: int = 0
    declared: int = 0
    silent: int = 0
    online: int = 0

    @property
    def watched(self) -> bool:
        """Whether agents see computers here."""
        return self.seen + self.silent > 0

    @property
    def watched_learners(self) -> int | None:
        return self.learners if self.watched else None


Schools = dict[int, tuple[tuple[str, str], Counted]]  # by id: district and code, and what is counted there


@dataclass(frozen=True, slots=True)
class Summed:
    """Sums over schools whose learners are known; the second half over those of them in which agents see computers."""

    learners: int = 0
    seen: int = 0
    declared: int = 0
    silent: int = 0
    watched_learners: int = 0
    online: int = 0


def learners_per_computer(session: Session, asked: Asked) -> Report:
    year, schools = _schools(session, asked)
    total = summed(one for _, one in schools.values())
    columns = [
        _place(asked), Column("learners"), Column("seen"), Column("declared"), Column("silent"),
        Column("per_seen", "ratio"), Column("per_all", "ratio"),
    ]  # fmt: skip
    rows = [
        Row(
            (place, s.learners, s.seen, s.declared, s.silent, divided(s.watched_learners, s.seen),
             divided(s.learners, s.seen + s.declared)),
            _behind(asked, place),
        )
        for place, s in _groups(asked, schools)
    ]  # fmt: skip
    behind = listed("/reports/learners_per_computer", district=asked.district) + "#numbers"
    figures = [
        quotient("per_seen", total.watched_learners, total.seen, Unit.RATIO, behind),
        quotient("per_all", total.learners, total.seen + total.declared, Unit.RATIO, behind),
        Figure("learners", total.learners, Unit.COUNT),
        Figure("seen", total.seen, Unit.COUNT, rows=behind),
        Figure("declared", total.declared, Unit.COUNT, rows=behind),
        Figure("silent", total.silent, Unit.COUNT, rows=behind),
    ]
    chart = Chart("bars", columns[0].key, ("per_all",)) if 1 < len(rows) <= 100 else None
    notes = _notes(year, schools)
    return Report(INDICATORS["learners_per_computer"], asked.on, figures, columns, rows, notes, chart)


def learners_per_online_computer(session: Session, asked: Asked) -> Report:
    year, schools = _schools(session, asked)
    total = summed(one for _, one in schools.values())
    columns = [_place(asked), Column("learners"), Column("online"), Column("per_online", "ratio")]
    rows = [
        Row((place, s.watched_learners, s.online, divided(s.watched_learners, s.online)), _behind(asked, place))
        for place, s in _groups(asked, schools)
        if s.watched_learners
    ]
    figures = [
        quotient("per_online", total.watched_learners, total.online, Unit.RATIO),
        Figure("learners", total.watched_learners, Unit.COUNT),
        Figure(
            "online",
            total.online,
            Unit.COUNT,
            rows=listed("/reports/learners_per_computer", district=asked.district) + "#numbers",
        ),
    ]
    chart = Chart("bars", columns[0].key, ("per_online",)) if 1 < len(rows) <= 100 else None
    notes = _notes(year, schools)
    return Report(INDICATORS["learners_per_online_computer"], asked.on, figures, columns, rows, notes, chart)


def summed(schools: Iterable[Counted]) -> Summed:
    """A ratio of sums is made from these; a school whose learners are not known is in none of them."""
    known = [(one.learners, one) for one in schools if one.learners is not None]
    return Summed(
        learners=sum(learners for learners, _ in known),
        seen=sum(one.seen for _, one in known),
        declared=sum(one.declared for _, one in known),
        silent=sum(one.silent for _, one in known),
        watched_learners=sum(learners for learners, one in known if one.watched),
        online=sum(one.online for _, one in known),
    )


def _schools(session: Session, asked: Asked) -> tuple[int | None, Schools]:
    """By id of the school: its district and code, and what is counted in it; and the school year of the learners."""
    year = school_year(session, asked.on)
    asked_for = select(col(SchoolYear.school_id), col(SchoolYear.learners)).where(SchoolYear.year == year)
    learners = dict(session.exec(asked_for).all())
    working, online = days_before(asked.on, WORKING_DAYS), days_before(asked.on, ONLINE_DAYS)
    seen = col(Asset.seen_at)
    counted = (
        select_rows(
            col(Asset.school_id),
            func.sum(case((seen >= working, 1), else_=0)),
            func.sum(case((seen.is_(None), 1), else_=0)),
            func.sum(case((seen < working, 1), else_=0)),
            func.sum(case((seen >= online, 1), else_=0)),
        )
        .outerjoin(Room, col(Room.id) == col(Asset.room_id))
        .where(
            col(Asset.kind).in_(sorted(COMPUTERS)),
            col(Asset.same_as_id).is_(None),
            col(Asset.state) == AssetState.INSTALLED,
            or_(col(Room.kind).is_(None), col(Room.kind).not_in(sorted(NOT_FOR_LESSONS))),
        )
        .group_by(col(Asset.school_id))
    )
    if not asked.country:
        counted = counted.join(School, col(School.id) == col(Asset.school_id)).where(here(asked))
    computers = {school: tuple(numbers) for school, *numbers in session.execute(counted)}
    teaching = select(col(School.id), col(School.district_code), col(School.emis)).where(
        and_(here(asked), open_on(asked.on), col(School.type).in_(sorted(TEACHING)))
    )
    found = {}
    for school, district, emis in session.exec(teaching.order_by(col(School.emis))):
        numbers = computers.get(school or 0, (0, 0, 0, 0))
        found[school or 0] = ((district, emis), Counted(1, learners.get(school or 0), *numbers))
    return year, found


def school_year(session: Session, on: date) -> int | None:
    """The newest school year, begun until this day, in which anybody reported learners."""
    began = on.year if on.month >= 9 else on.year - 1
    years = select(func.max(SchoolYear.year)).where(SchoolYear.year <= began, col(SchoolYear.learners).is_not(None))
    return session.exec(years).one()


def _groups(asked: Asked, schools: Schools) -> list[tuple[str, Summed | Counted]]:
    """By district; within one district by school, also those whose learners are not known."""
    if asked.district:
        return [(emis, one) for (_, emis), one in schools.values()]
    by: dict[str, list[Counted]] = {}
    for (district, _), one in schools.values():
        by.setdefault(district, []).append(one)
    return [(place, summed(some)) for place, some in sorted(by.items())]


def _place(asked: Asked) -> Column:
    return Column("school", "school") if asked.district else Column("district", "district")


def _behind(asked: Asked, place: str) -> str:
    """Districts lead to their schools, schools to their equipment."""
    if asked.district:
        return listed("/equipment", school=place, state=AssetState.INSTALLED.value)
    return listed("/reports/learners_per_computer", district=place)


def _notes(year: int | None, schools: Schools) -> list[Note]:
    if year is None:
        return [Note("no_year", {})]
    silent = sum(1 for _, one in schools.values() if not one.watched)
    unknown = sum(1 for _, one in schools.values() if one.learners is None)
    total = {"total": len(schools)}
    return known([Note("no_learners", {"number": unknown, **total}), Note("no_agents", {"number": silent, **total})])
