"""Places come into the register and change there: districts, schools, school years, rooms."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, select

from inventory import trace
from inventory.bells import shifts_checked
from inventory.errors import Conflict, Invalid, NotFound
from inventory.folding import folded
from inventory.places import RoomKind, SchoolType
from inventory.roles import Permission, Who
from inventory.tables import District, Room, School, SchoolYear

EMIS = re.compile(r"[A-Za-z0-9._-]{1,32}")  # it stands in the address of the school's page
DISTRICT = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,4}|AZ-X-[A-Z]{3}")  # ISO 3166-2, or a code of our own where it has none
LONGEST_NAME: Final = 200
FACTS: Final = frozenset({
    "name", "district_code", "place_code", "type", "settlement", "address", "latitude", "longitude", "shifts", "pilot",
    "e_school_since", "opened_on", "closed_on",
})  # fmt: skip
ROOM_FACTS: Final = frozenset({"name", "kind", "floor", "closed_on"})
UNITS: Final = Path(__file__).with_name("districts.csv")


def district_named(
    session: Session, code: str, *, az: str, en: str, ru: str, by: Who, at: datetime, **facts: Any
) -> District:
    """Write a district down, or bring its names (and `facts`: columns of District) up to date.

    Invalid for a code or a name that cannot be one.
    """
    by.must(Permission.KEEP_PLACES)
    if not DISTRICT.fullmatch(code):
        raise Invalid(
            "code", "“%(code)s” is no code of a district; right is one of ISO 3166-2, for example AZ-SAB.", code=code
        )
    for field, name in (("az", az), ("en", en), ("ru", ru)):
        _named(field, name)
    if not by.scope.covers(code):
        raise NotFound("There is no district %(code)s in what you keep.", code=code)
    trace.held(session)
    district = session.get(District, code)
    wanted = {"name_az": az, "name_en": en, "name_ru": ru, **facts}
    before, after = trace.difference(_cells(district, wanted), wanted)
    if district is None:
        district = District(code=code, name_az=az, name_en=en, name_ru=ru)
    elif not after:
        return district
    else:
        district.version += 1
    for name, value in wanted.items():
        setattr(district, name, value)
    session.add(district)
    session.flush()
    trace.changed(session, "named", "district", code, by=by, at=at, before=before, after=after)
    for school in session.exec(select(School).where((School.district_code == code) | (School.place_code == code))):
        school.search = _search(session, school)
        session.add(school)
    session.flush()
    return district


def districts_loaded(session: Session, *, by: Who, at: datetime) -> int:
    """The 75 units of the republic, as inventory/districts.csv has them; how many were new or changed.

    Sources: ISO 3166-2:AZ (codes, names), Unicode CLDR (English), GeoNames CC BY 4.0 (centres), libphonenumber
    (telephone prefixes), State Statistics Committee (which units there are); Russian names by hand.
    """
    changed = 0
    with UNITS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            before = session.get(District, row["code"])
            was = before.model_dump() if before else None
            district = district_named(
                session, row["code"], az=row["name_az"], en=row["name_en"], ru=row["name_ru"], by=by, at=at,
                kind=row["kind"], centre=row["centre"], latitude=_degrees(row["latitude"]),
                longitude=_degrees(row["longitude"]), prefixes=_several(row["prefixes"]),
                aliases=_several(row["aliases"]),
            )  # fmt: skip
            changed += was != district.model_dump()
    return changed


def school_opened(
    session: Session, emis: str, name: str, district: str, *, by: Who, at: datetime, demo: bool = False, **facts: Any
) -> School:
    """Write a school down under its EMIS code; `facts`: more columns (FACTS).

    Invalid for a code or a value that cannot be one, Conflict where the code is taken, NotFound for an unknown
    district, or one that `by` does not keep.
    """
    by.must(Permission.KEEP_PLACES)
    if not EMIS.fullmatch(emis) or not emis.strip("."):
        raise Invalid(
            "emis", "“%(emis)s” is no EMIS code; right are 1 to 32 of a-z, A-Z, 0-9, '-', '.' and '_'.", emis=emis
        )
    wanted = {"name": name, "district_code": district, "place_code": district, **facts}
    _checked(session, wanted, by)
    trace.held(session)  # two who open the same school at once: the second sees the first
    if session.exec(select(School).where(School.emis == emis)).first():
        raise Conflict("A school with the code %(emis)s is there already.", emis=emis)
    school = School(emis=emis, demo=demo, **wanted)
    school.search = _search(session, school)
    session.add(school)
    session.flush()
    trace.changed(session, "opened", "school", emis, by=by, at=at, after=wanted, school_id=school.id)
    return school


def school_changed(
    session: Session, school: School, facts: Mapping[str, Any], *, by: Who, at: datetime, reason: str = ""
) -> bool:
    """Bring columns (FACTS) up to date; False where nothing differs. The caller has checked that `by` sees it."""
    by.must(Permission.KEEP_PLACES)
    if strange := set(facts) - FACTS:
        raise Invalid(min(strange), "A school has no “%(field)s” that can be changed.", field=min(strange))
    wanted = dict(facts)
    _checked(session, wanted, by)
    before, after = trace.difference(_cells(school, wanted), wanted)
    if not after:
        return False
    for name, value in after.items():
        setattr(school, name, value)
    school.search = _search(session, school)
    school.version += 1
    session.add(school)
    session.flush()
    trace.changed(
        session, "changed", "school", school.emis, by=by, at=at, before=before, after=after, school_id=school.id,
        reason=reason,
    )  # fmt: skip
    return True


def year_counted(
    session: Session, school: School, year: int, *, learners: int | None, teachers: int | None,
    classes: int | None, source: str, as_of: date, by: Who, at: datetime,
) -> SchoolYear:  # fmt: skip
    """What the school counted in the school year that began in `year`; a later count takes the place of the former."""
    by.must(Permission.KEEP_PLACES)
    if not 1990 <= year <= at.year + 1:
        raise Invalid("year", "%(year)s is no school year; right is the year in which it began.", year=year)
    wanted = {"learners": learners, "teachers": teachers, "classes": classes, "source": source, "as_of": as_of}
    for field in ("learners", "teachers", "classes"):
        if wanted[field] is not None and not 0 <= int(str(wanted[field])) <= 100_000:
            raise Invalid(field, "%(number)s cannot be a count of a school.", number=wanted[field])
    there = select(SchoolYear).where(SchoolYear.school_id == school.id, SchoolYear.year == year)
    row = session.exec(there).first()
    before, after = trace.difference(_cells(row, wanted), wanted)
    if row is not None and not after:
        return row
    row = row or SchoolYear(school_id=school.id or 0, year=year, as_of=as_of)
    for name, value in wanted.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    key = f"{school.emis}/{year}"
    trace.changed(session, "counted", "school_year", key, by=by, at=at, before=before, after=after, school_id=school.id)
    return row


def room_opened(
    session: Session, school: School, name: str, kind: RoomKind, *, by: Who, at: datetime, floor: int | None = None,
    uid: str = "",
) -> Room:  # fmt: skip
    """A room, unique by its name within the school; Conflict where the name is taken."""
    by.must(Permission.KEEP_PLACES)
    _named("name", name, 80)
    trace.held(session)
    if session.exec(select(Room).where(Room.school_id == school.id, Room.name == name)).first():
        raise Conflict("This school has a room “%(name)s” already.", name=name)
    room = Room(school_id=school.id or 0, name=name, kind=kind, floor=floor)
    room.uid = uid or room.uid
    session.add(room)
    session.flush()
    cells = {"name": name, "kind": kind, "floor": floor}
    trace.changed(session, "opened", "room", f"{school.emis}/{name}", by=by, at=at, after=cells, school_id=school.id)
    return room


def room_changed(
    session: Session, school: School, room: Room, facts: Mapping[str, Any], *, by: Who, at: datetime
) -> bool:
    """`name`, `kind`, `floor`, `closed_on`; False where nothing differs."""
    by.must(Permission.KEEP_PLACES)
    if strange := set(facts) - ROOM_FACTS:
        raise Invalid(min(strange), "A room has no “%(field)s” that can be changed.", field=min(strange))
    before, after = trace.difference(_cells(room, facts), facts)
    if not after:
        return False
    if "name" in after:
        _named("name", after["name"], 80)
        trace.held(session)
        if session.exec(select(Room).where(Room.school_id == school.id, Room.name == after["name"])).first():
            raise Conflict("This school has a room “%(name)s” already.", name=after["name"])
    for name, value in after.items():
        setattr(room, name, value)
    room.version += 1
    session.add(room)
    session.flush()
    key = f"{school.emis}/{room.name}"
    trace.changed(session, "changed", "room", key, by=by, at=at, before=before, after=after, school_id=school.id)
    return True


def school_by_emis(session: Session, emis: str) -> School:
    school = session.exec(select(School).where(School.emis == emis)).first()
    if school is None:
        raise NotFound("There is no school with the code %(emis)s.", emis=emis)
    return school


def _checked(session: Session, wanted: dict[str, Any], by: Who) -> None:
    """Raises for the first value that cannot be one; brings type and shifts into their form."""
    if "name" in wanted:
        _named("name", wanted["name"])
    for field in ("district_code", "place_code"):
        if field in wanted and session.get(District, wanted[field]) is None:
            raise NotFound("There is no district %(code)s; add it first: zeng district load", code=wanted[field])
    if "district_code" in wanted and not by.scope.covers(wanted["district_code"]):
        raise NotFound("There is no district %(code)s in what you keep.", code=wanted["district_code"])
    if "type" in wanted:
        try:
            wanted["type"] = SchoolType(wanted["type"])
        except ValueError as error:
            known = ", ".join(SchoolType)
            raise Invalid("type", "“%(type)s” is no type; right is one of %(known)s.",
                          type=wanted["type"], known=known) from error  # fmt: skip
    for field, limit in (("latitude", 90), ("longitude", 180)):
        if wanted.get(field) is not None and not -limit <= wanted[field] <= limit:
            raise Invalid(field, "%(value)s are no degrees; right is a number from -%(limit)s to %(limit)s.",
                          value=wanted[field], limit=limit)  # fmt: skip
    if "shifts" in wanted:
        wanted["shifts"] = shifts_checked(wanted["shifts"])


def _search(session: Session, school: School) -> str:
    """What a school is found by: its name, code, settlement, and the names and other spellings of its districts."""
    words = [school.name, school.emis, school.settlement]
    for code in dict.fromkeys((school.district_code, school.place_code)):
        if district := session.get(District, code):
            words += [district.name_az, district.name_en, district.name_ru, *district.aliases]
    parts = dict.fromkeys(folded(word) for word in words if word)
    return " " + " ".join(part for part in parts if part)


def _cells(row: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in wanted} if row is not None else {}


def _degrees(text: str) -> float | None:
    return float(text) if text else None


def _several(text: str) -> Sequence[str]:
    return [part for part in text.split(";") if part]


def _named(field: str, name: str, longest: int = LONGEST_NAME) -> None:
    if not name.strip() or len(name) > longest or not name.isprintable():
        raise Invalid(
            field, "“%(name)s” cannot be a name; right are 1 to %(longest)s printable characters.", name=name,
            longest=longest,
        )  # fmt: skip
