"""Places come into the register: districts and schools."""

import re

from sqlmodel import Session, select

from inventory.errors import Conflict, Invalid, NotFound
from inventory.tables import District, School

EMIS = re.compile(r"[A-Za-z0-9._-]{1,32}")  # it stands in the address of the school's page
DISTRICT = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,4}")  # ISO 3166-2
LONGEST_NAME = 200


def district_named(session: Session, code: str, *, az: str, en: str, ru: str) -> District:
    """Write a district down, or bring its names up to date. Invalid for a code or a name that cannot be one."""
    if not DISTRICT.fullmatch(code):
        raise Invalid("code", f"{code!r} is no code of a district; right is one of ISO 3166-2, for example AZ-SAB.")
    for field, name in (("az", az), ("en", en), ("ru", ru)):
        _named(field, name)
    district = session.get(District, code) or District(code=code, name_az=az, name_en=en, name_ru=ru)
    district.name_az, district.name_en, district.name_ru = az, en, ru
    session.add(district)
    session.flush()
    return district


def school_opened(session: Session, emis: str, name: str, district: str, *, demo: bool = False) -> School:
    """Write a school down under its EMIS code.

    Invalid for a code or a name that cannot be one, Conflict where the code is taken, NotFound for an unknown district.
    """
    if not EMIS.fullmatch(emis) or not emis.strip("."):
        raise Invalid("emis", f"{emis!r} is no EMIS code; right are 1 to 32 of a-z, A-Z, 0-9, '-', '.' and '_'.")
    _named("name", name)
    if session.get(District, district) is None:
        raise NotFound(f"There is no district {district}; add it first: zeng district add {district} NAME")
    if session.exec(select(School).where(School.emis == emis)).first():
        raise Conflict(f"A school with the code {emis} is there already.")
    school = School(emis=emis, name=name, district_code=district, place_code=district, demo=demo)
    session.add(school)
    session.flush()
    return school


def school_by_emis(session: Session, emis: str) -> School:
    school = session.exec(select(School).where(School.emis == emis)).first()
    if school is None:
        raise NotFound(f"There is no school with the code {emis}.")
    return school


def _named(field: str, name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(field, f"{name!r} cannot be a name; right are 1 to {LONGEST_NAME} printable characters.")
