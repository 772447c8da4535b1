"""Reports on links: how many of which kind on which day, who is connected, who has Internet for lessons."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, null, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory.indicators import ACCESS, INDICATORS, NARROW_KBITS, TEACHING, Access, Unit
from inventory.network import LinkKind, is_live
from inventory.tables import Link, School
from server.reports.values import (
    Asked,
    Chart,
    Column,
    Figure,
    Note,
    Report,
    Row,
    divided,
    here,
    known,
    listed,
    open_on,
    quotient,
)  # fmt: skip

POINTS = 24  # days that a report over time shows at most


@dataclass(frozen=True, slots=True)
class Line:
    school: int
    district: str
    kind: LinkKind
    kbits: int | None
    from_on: date | None
    until_on: date | None
    teaching: bool


def over_time(session: Session, asked: Asked) -> Report:
    lines = _lines(session, asked)
    kinds = [kind for kind in LinkKind if any(line.kind is kind for line in lines)]
    days = points(asked, [line.from_on for line in lines if line.from_on])
    columns = [Column("on", "day"), *(Column(kind.value) for kind in kinds), Column("links"), Column("connected")]
    rows = []
    for day in days:
        live = [line for line in lines if is_live(line.from_on, line.until_on, day)]
        count = Counter(line.kind for line in live)
        behind = _behind("links", asked, day)
        schools = len({line.school for line in live})
        rows.append(Row((day, *(count[kind] for kind in kinds), len(live), schools), behind))
    figures = [
        Figure(column.key, number, Unit.COUNT, rows=_behind("links", asked, asked.on, column.key))
        for row in rows[-1:]
        for column, number in zip(columns[1:], row.cells[1:], strict=True)
        if isinstance(number, int)
    ]
    chart = Chart("columns", "on", tuple(kind.value for kind in kinds)) if len(rows) > 1 else None
    return Report(INDICATORS["links"], asked.on, figures, columns, rows, _undated(lines), chart)


def connected(session: Session, asked: Asked) -> Report:
    lines = _lines(session, asked)
    live = [line for line in lines if is_live(line.from_on, line.until_on, asked.on)]
    total = _institutions(session, asked, teaching=False)
    with_link: dict[str, set[int]] = {}
    for line in live:
        with_link.setdefault(line.district, set()).add(line.school)
    columns = [
        Column("district", "district"),
        Column("institutions"),
        Column("connected"),
        Column("percent", "percent"),
    ]
    rows = []
    for code in sorted(total | dict.fromkeys(with_link, 0)):
        there, number = total.get(code, 0), len(with_link.get(code, ()))
        behind = listed("/reports/connected/rows", on=asked.on.isoformat(), district=code)
        rows.append(Row((code, there, number, divided(number, there, 100)), behind))
    number = len({line.school for line in live})
    behind = _behind("connected", asked, asked.on)
    figures = [
        Figure("connected", number, Unit.COUNT, rows=behind),
        quotient("percent", number, sum(total.values()), Unit.PERCENT, behind),
        Figure("links", len(live), Unit.COUNT, rows=behind),
    ]
    chart = Chart("bars", "district", ("percent",)) if len(rows) > 1 else None
    return Report(INDICATORS["connected"], asked.on, figures, columns, rows, _undated(lines), chart)


def internet(session: Session, asked: Asked) -> Report:
    """ED5, over schools that teach."""
    total = sum(_institutions(session, asked, teaching=True).values())
    lines = [line for line in _lines(session, asked, internet=True) if line.teaching]
    live = [line for line in lines if is_live(line.from_on, line.until_on, asked.on)]
    by_school: dict[int, set[Access]] = {}
    for line in live:
        by_school.setdefault(line.school, set()).add(access_of(line))
    behind = _behind("internet", asked, asked.on)
    numbers: list[tuple[str, int]] = [("any", len(by_school))]
    numbers += [
        (access.value, sum(access in have for have in by_school.values()))
        for access in Access
        if access is not Access.NARROWBAND
    ]
    narrow = Access.NARROWBAND
    numbers += [
        (narrow.value, sum(have == {narrow} for have in by_school.values())),
        ("both", sum(narrow in have and len(have) > 1 for have in by_school.values())),
        ("none", total - len(by_school)),
    ]
    columns = [Column("access", "access"), Column("schools"), Column("percent", "percent")]
    rows = [
        Row((key, number, divided(number, total, 100)), _behind("internet", asked, asked.on, key))
        for key, number in numbers
    ]  # fmt: skip
    fast = sum(have != {narrow} for have in by_school.values())
    figures = [
        quotient("with_internet", len(by_school), total, Unit.PERCENT, behind),
        Figure("connected", len(by_school), Unit.COUNT, rows=behind),
        Figure("broadband", fast, Unit.COUNT, rows=behind),
        Figure("schools", total, Unit.COUNT, rows=listed("/schools", district=asked.district)),
    ]
    no_speed = len({line.school for line in live if line.kbits is None})
    left_out = sum(_institutions(session, asked, teaching=False).values()) - total
    notes = _undated(lines) + known([Note("no_speed", {"number": no_speed}), Note("other_types", {"number": left_out})])
    chart = Chart("bars", "access", ("schools",))
    return Report(INDICATORS["internet"], asked.on, figures, columns, rows, notes, chart)


def access_of(line: Line) -> Access:
    if line.kbits is not None and line.kbits < NARROW_KBITS:
        return Access.NARROWBAND
    return ACCESS[line.kind]


def points(asked: Asked, beginnings: Iterable[date]) -> list[date]:
    """Ends of months or of years until the day asked for, and that day itself; none before the first beginning."""
    first = min(beginnings, default=None)
    if first is None or first > asked.on:
        return []
    days = [asked.on]
    while len(days) < POINTS:
        day = days[-1].replace(day=1) if asked.step == "month" else days[-1].replace(month=1, day=1)
        day -= timedelta(days=1)
        if day < first:
            break
        days.append(day)
    return days[::-1]


def _lines(session: Session, asked: Asked, *, internet: bool = False) -> list[Line]:
    columns = (
        col(Link.school_id), col(School.district_code), col(Link.kind), col(Link.down_kbits), col(Link.from_on),
        col(Link.until_on), col(Link.teaching),
    )  # fmt: skip
    asked_for = select_rows(*columns).join(School, col(School.id) == col(Link.school_id)).where(here(asked))
    if internet:
        asked_for = asked_for.where(col(Link.internet).is_(True), col(School.type).in_(sorted(TEACHING)))
        asked_for = asked_for.where(open_on(asked.on))
    return [Line(*row) for row in session.execute(asked_for)]


def _institutions(session: Session, asked: Asked, *, teaching: bool) -> dict[str, int]:
    counted = select(col(School.district_code), func.count()).where(here(asked), open_on(asked.on))
    if teaching:
        counted = counted.where(col(School.type).in_(sorted(TEACHING)))
    return dict(session.exec(counted.group_by(col(School.district_code))).all())


def _undated(lines: Iterable[Line]) -> list[Note]:
    return known([Note("no_beginning", {"number": sum(line.from_on is None for line in lines)})])


@dataclass(frozen=True, slots=True)
class Behind:
    """One row behind a figure: a school, and its link, if it is about links."""

    emis: str
    school: str
    district: str
    link: Link | None


def behind(session: Session, code: str, asked: Asked, only: str, page: int, most: int) -> tuple[list[Behind], int]:
    """A page of the links behind a figure of `links`, `connected` or `internet`, and how many there are in all.

    `only`: a kind of link; "none": instead the schools without one that serves lessons.
    """
    ours = [here(asked)]
    live = (col(Link.from_on) <= asked.on) & or_(col(Link.until_on).is_(None), col(Link.until_on) > asked.on)
    if code == "internet":
        ours += [open_on(asked.on), col(School.type).in_(sorted(TEACHING))]
        live = live & col(Link.internet).is_(True) & col(Link.teaching).is_(True)
    columns = (col(School.emis), col(School.name), col(School.district_code))
    if only == "none":
        without = ~select(col(Link.id)).where(col(Link.school_id) == col(School.id), live).exists()
        found: Any = select_rows(*columns, null()).where(*ours, without)
    else:
        found = select_rows(*columns, Link).join(Link, col(Link.school_id) == col(School.id)).where(*ours, live)
        if only in {kind.value for kind in LinkKind}:
            found = found.where(col(Link.kind) == LinkKind(only))
    total = session.scalar(select_rows(func.count()).select_from(found.subquery())) or 0
    shown = found.order_by(col(School.district_code), col(School.emis)).limit(most).offset((page - 1) * most)
    return [Behind(*row) for row in session.execute(shown)], total


def _behind(code: str, asked: Asked, day: date, only: str = "") -> str:
    kept = only if only == "none" or only in {kind.value for kind in LinkKind} else ""
    return listed(f"/reports/{code}/rows", on=day.isoformat(), district=asked.district, only=kept)
