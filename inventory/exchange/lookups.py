"""What rows refer to, found for a whole chunk at once: schools within the scope, districts by any name, nodes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from inventory.errors import Invalid, NotFound
from inventory.exchange.columns import Cells
from inventory.exchange.kind import missing_school
from inventory.folding import folded
from inventory.roles import Who
from inventory.scoping import within
from inventory.tables import District, School

AT_A_TIME: Final = 1000


def schools(session: Session, rows: Iterable[Cells], by: Who) -> dict[str, School]:
    """Those of the chunk's rows that this person sees, by EMIS code."""
    wanted = {str(cells["emis"]) for cells in rows if cells.get("emis")}
    found = select(School).where(col(School.emis).in_(wanted))
    return {school.emis: school for school in session.scalars(within(found, by.scope))}


@dataclass(frozen=True, slots=True)
class Place:
    """As much of a school as a piece needs to know."""

    id: int
    emis: str
    district_code: str
    demo: bool


def places(session: Session, emis: Collection[str] = (), ids: Collection[int] = ()) -> list[Place]:
    columns = select(col(School.id), col(School.emis), col(School.district_code), col(School.demo))
    wanted = columns.where(col(School.emis).in_(emis) | col(School.id).in_(ids))
    return [Place(row[0] or 0, row[1], row[2], row[3]) for row in session.execute(wanted)]


def school_of(known: dict[str, School], cells: Cells) -> School:
    school = known.get(str(cells.get("emis", "")))
    if school is None:
        raise missing_school(cells.get("emis", ""))
    return school


class Districts:
    """By code, or by a name that only one of them has."""

    def __init__(self, session: Session) -> None:
        self._by_name: dict[str, set[str]] = {}
        for row in session.exec(select(District)):
            for name in (row.code, row.name_az, row.name_en, row.name_ru, *row.aliases):
                self._by_name.setdefault(folded(name), set()).add(row.code)

    def code(self, key: str, text: str) -> str:
        codes = self._by_name.get(folded(text), set())
        if not codes:
            raise NotFound("There is no district “%(name)s”.", name=text)
        if len(codes) > 1:
            raise Invalid(
                key, "“%(name)s” may be %(codes)s; write the code.", name=text, codes=", ".join(sorted(codes))
            )
        return next(iter(codes))


def streamed(session: Session, statement: Any) -> Iterator[Any]:
    """Rows of a statement, never all of them in memory."""
    yield from session.execute(statement.execution_options(yield_per=AT_A_TIME))
