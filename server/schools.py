"""What pages and doors ask about schools: search, facts, rooms, distances; always within the scope of who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import literal, or_, select
from sqlmodel import Session, col

from inventory.distances import Point, great_circle_km, nearest
from inventory.folding import az_key, folded
from inventory.places import SchoolType
from inventory.roles import Role, Scope
from inventory.scoping import Statement, within
from inventory.tables import District, Person, PersonDistrict, Room, School, SchoolYear

NEAREST: Final = 5


@dataclass(frozen=True, slots=True)
class Filter:
    """`district`: whose education department answers, or where the school stands. `closed`: None = both."""

    q: str = ""
    district: str = ""
    type: SchoolType | None = None
    pilot: bool | None = None
    closed: bool | None = False


@dataclass(frozen=True, slots=True)
class Found:
    id: int
    emis: str
    name: str
    district: str
    type: SchoolType
    pilot: bool
    demo: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Near:
    """A school and how far it is as the crow flies."""

    emis: str
    name: str
    km: float


@dataclass(frozen=True, slots=True)
class Distances:
    """`centre_km`: from the centre of the district where it stands. `technician`: the nearest one's name, the centre
    from which he sets out, and the km from there.
    """

    centre_km: float | None
    technician: tuple[str, str, float] | None
    schools: Sequence[Near]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the register says of one school; `year`: the newest count."""

    school: School
    department: str
    place: str
    centre_km: float | None
    year: SchoolYear | None


def asked(statement: Statement, wanted: Filter) -> Statement:
    """A statement over `school`, cut down to what was asked: every word sought begins a word of the school."""
    for word in folded(wanted.q).split():
        like = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(col(School.search).like(f"% {like}%", escape="\\"))
    if wanted.district:
        statement = statement.where(
            or_(col(School.district_code) == wanted.district, col(School.place_code) == wanted.district)
        )
    if wanted.type is not None:
        statement = statement.where(col(School.type) == wanted.type)
    if wanted.pilot is not None:
        statement = statement.where(col(School.pilot).is_(wanted.pilot))
    if wanted.closed is not None:
        ended = col(School.closed_on)
        statement = statement.where(ended.is_not(None) if wanted.closed else ended.is_(None))
    return statement


def found(session: Session, scope: Scope, wanted: Filter) -> list[int]:
    """Ids, whole words before beginnings of words ("5" before "55"), then by name as Azerbaijani sorts it.

    Of each school only what the order needs is read: "məktəb" finds nearly all 3,450, and a page shows some of them.
    """
    words = [f" {word} " for word in folded(wanted.q).split()]
    rows = select(
        col(School.id), col(School.emis), col(School.name), col(School.search) if words else literal("")
    )  # fmt: skip
    keyed = []
    for i, emis, name, search in session.execute(asked(within(rows, scope), wanted)):
        padded = f"{search} "
        whole = sum(word in padded for word in words)
        keyed.append((-whole, az_key(name), emis, i))
    keyed.sort()
    return [key[3] for key in keyed]


def filled(session: Session, ids: Sequence[int]) -> list[Found]:
    """The schools with these ids, in their order."""
    rows = select(
        col(School.id), col(School.emis), col(School.name), col(School.district_code), col(School.type),
        col(School.pilot), col(School.demo), col(School.closed_on).is_not(None),
    ).where(col(School.id).in_(ids))  # fmt: skip
    known = {row[0]: Found(*row) for row in session.execute(rows)}
    return [known[i] for i in ids]


def names_of_districts(session: Session, language: str) -> dict[str, str]:
    """Of all units, in the order of their names."""
    name = {"en": District.name_en, "ru": District.name_ru}.get(language, District.name_az)
    rows = session.execute(select(col(District.code), col(name))).all()
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: az_key(row[1]))}


def facts_of(session: Session, school: School, language: str) -> Facts:
    codes = {school.district_code, school.place_code}
    districts = {row.code: row for row in session.scalars(select(District).where(col(District.code).in_(codes)))}
    years = select(SchoolYear).where(col(SchoolYear.school_id) == school.id).order_by(col(SchoolYear.year).desc())
    place = districts[school.place_code]
    here, centre = point(school), point(place)
    return Facts(
        school,
        name_of(districts[school.district_code], language),
        name_of(place, language),
        great_circle_km(here, centre) if here and centre else None,
        session.scalars(years.limit(1)).first(),
    )


def years_of(session: Session, school: School) -> Sequence[SchoolYear]:
    rows = select(SchoolYear).where(col(SchoolYear.school_id) == school.id)
    return session.scalars(rows.order_by(col(SchoolYear.year).desc())).all()


def rooms_of(session: Session, school: School) -> list[Room]:
    """Those in use before those that were closed, by name."""
    rows = session.scalars(select(Room).where(col(Room.school_id) == school.id))
    return sorted(rows, key=lambda room: (room.closed_on is not None, az_key(room.name)))


def distances_of(session: Session, school: School, scope: Scope, *, most: int = NEAREST) -> Distances | None:
    """None where nobody knows where the school stands."""
    here = point(school)
    if here is None:
        return None
    rows = select(
        col(School.emis), col(School.name), col(School.latitude), col(School.longitude)
    ).where(
        col(School.id) != school.id, col(School.latitude).is_not(None), col(School.longitude).is_not(None),
        col(School.closed_on).is_(None),
    )  # fmt: skip
    others = [((emis, name), (lat, lon)) for emis, name, lat, lon in session.execute(within(rows, scope))]
    near = [Near(emis, name, km) for (emis, name), km in nearest(here, others, most)]
    place = session.get_one(District, school.place_code)
    centre = point(place)
    return Distances(great_circle_km(here, centre) if centre else None, _technician(session, here), near)


def _technician(session: Session, here: Point) -> tuple[str, str, float] | None:
    """The nearest one, who sets out from the centre of a district given to him."""
    rows = (
        select(col(Person.name), District)
        .join(PersonDistrict, col(PersonDistrict.person_id) == col(Person.id))
        .join(District, col(District.code) == col(PersonDistrict.district_code))
        .where(col(Person.role) == Role.TECHNICIAN, col(Person.active))
    )
    bases = [((name, row.centre or row.name_az), base) for name, row in session.execute(rows) if (base := point(row))]
    for (name, centre), km in nearest(here, bases, 1):
        return name, centre, km
    return None


def point(place: School | District) -> Point | None:
    if place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def name_of(district: District, language: str) -> str:
    return {"en": district.name_en, "ru": district.name_ru}.get(language, district.name_az)
