"""Places come into the register: districts and schools."""

from sqlmodel import Session, select

from inventory.errors import Conflict, NotFound
from inventory.tables import District, School


def district_named(session: Session, code: str, *, az: str, en: str, ru: str) -> District:
    """Write a district down, or bring its names up to date."""
    district = session.get(District, code) or District(code=code, name_az=az, name_en=en, name_ru=ru)
    district.name_az, district.name_en, district.name_ru = az, en, ru
    session.add(district)
    session.flush()
    return district


def school_opened(session: Session, emis: str, name: str, district: str, *, demo: bool = False) -> School:
    """Write a school down under its EMIS code. Conflict where the code is taken, NotFound for an unknown district."""
    if session.get(District, district) is None:
        raise NotFound(f"There is no district {district}; add it first: zeng district add {district} NAME")
    if session.exec(select(School).where(School.emis == emis)).first():
        raise Conflict(f"A school with the code {emis} is there already.")
    school = School(emis=emis, name=name, district_code=district, demo=demo)
    session.add(school)
    session.flush()
    return school


def school_by_emis(session: Session, emis: str) -> School:
    school = session.exec(select(School).where(School.emis == emis)).first()
    if school is None:
        raise NotFound(f"There is no school with the code {emis}.")
    return school
