"""Schools with what they counted in a school year: found by the EMIS code."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select
from sqlmodel import Session, col, select

from inventory import bells, contacts, register
from inventory.errors import Invalid
from inventory.exchange.cells import Value, bare, day, degrees, line, one_of, several, whole, yes_no
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step, missing_school
from inventory.exchange.lookups import Districts, streamed
from inventory.places import SchoolType
from inventory.placing import day_of
from inventory.roles import Permission, Who
from inventory.tables import PhoneUse, School, SchoolYear

YEAR: Final = ("learners", "teachers", "classes", "source", "as_of")
OWN: Final = ("phones", "year", *YEAR)  # columns that are no facts of the row of the school
FACTS: Final = {"district": "district_code", "place": "place_code", "bells": "shifts"}
TYPES: Final = {
    "tam orta": "general", "ümumi orta": "general",
    "tam orta məktəb": "general", "ümumi orta məktəb": "general", "orta məktəb": "general",
    "общеобразовательная": "general",
    "ibtidai məktəb": "primary", "ibtidai": "primary", "начальная": "primary", "lisey": "lyceum", "лицей": "lyceum",
    "gimnaziya": "gymnasium", "гимназия": "gymnasium", "internat": "boarding", "internat məktəbi": "boarding",
    "интернат": "boarding", "xüsusi məktəb": "special", "xüsusi": "special", "специальная": "special",
    "peşə məktəbi": "vocational", "peşə liseyi": "vocational", "профессиональная": "vocational",
    "uşaq bağçası": "preschool", "bağça": "preschool", "детский сад": "preschool", "məktəbdənkənar": "out_of_school",
    "внешкольное": "out_of_school", "təhsil şöbəsi": "department", "şöbə": "department", "отдел": "department",
    "təlim mərkəzi": "training_centre", "учебный центр": "training_centre", "digər": "other", "другое": "other",
}  # fmt: skip


def bells_read(key: str, text: str) -> Value:
    """`08:00-08:45 08:55-09:40 | 13:00-13:45`: lessons of the shifts, a | between shifts."""
    shifts = []
    for number, part in enumerate(text.split("|"), start=1):
        lessons = [list(lesson) for lesson in re.findall(r"(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)", part)]
        shifts.append({"shift": number, "bells": lessons})
    try:
        return bells.shifts_checked(shifts)
    except Invalid as error:
        raise Invalid(key, error.sentence, **error.values) from error


def bells_written(shifts: Value) -> str:
    return " | ".join(" ".join("-".join(lesson) for lesson in shift["bells"]) for shift in shifts or [])


COLUMNS: Final = (
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", line(32, needed=True), needed=True,
           also=("UTİS kodu", "TİMS kodu", "kod", "code", "код", "məktəbin kodu")),
    Column("name", "Adı", "Name", "Название", line(200, needed=True), needed=True,
           also=("Məktəbin adı", "Müəssisənin adı", "School", "Наименование")),
    Column("district", "Təhsil şöbəsi", "Education department", "Отдел образования", line(80, needed=True), needed=True,
           also=("rayon", "rayon/şəhər", "district_code", "район")),
    Column("place", "Yerləşdiyi rayon", "District where it stands", "Район расположения", line(80, needed=True),
           also=("place_code",)),
    Column("type", "Növü", "Type", "Тип", one_of(SchoolType, TYPES), also=("məktəbin növü", "kind")),
    Column("settlement", "Yaşayış məntəqəsi", "Settlement", "Населённый пункт", line(120), empty="",
           also=("kənd", "qəsəbə", "село")),
    Column("address", "Ünvan", "Address", "Адрес", line(300), empty=""),
    Column("latitude", "En dairəsi", "Latitude", "Широта", degrees(90), empty=None, also=("lat",)),
    Column("longitude", "Uzunluq dairəsi", "Longitude", "Долгота", degrees(180), empty=None, also=("lon", "lng")),
    Column("phones", "Telefonlar", "Telephones", "Телефоны", several(60), empty=[],
           also=("telefon", "phone", "телефон")),
    Column("bells", "Zənglər", "Bells", "Звонки", bells_read, empty=[], write=bells_written,
           also=("shifts", "növbələr")),
    Column("pilot", "Pilot", "Pilot", "Пилотная", yes_no),
    Column("e_school_since", "Elektron məktəb tarixi", "Electronic school since", "Электронная школа с", day,
           empty=None),
    Column("opened_on", "Açılıb", "Opened on", "Открыта", day, empty=None),
    Column("closed_on", "Bağlanıb", "Closed on", "Закрыта", day, empty=None),
    Column("year", "Tədris ilinin başlanğıcı", "School year begins in", "Начало учебного года", whole(1990, 2100),
           also=("tədris ili", "il", "year", "учебный год"), number=True),
    Column("learners", "Şagird sayı", "Learners", "Учащихся", whole(0, 100_000), empty=None, number=True,
           also=("şagirdlər", "pupils", "students", "число учащихся")),
    Column("teachers", "Müəllim sayı", "Teachers", "Учителей", whole(0, 100_000), empty=None, number=True,
           also=("müəllimlər", "число учителей")),
    Column("classes", "Sinif sayı", "Classes", "Классов", whole(0, 100_000), empty=None, number=True,
           also=("siniflər", "siniflərin sayı")),
    Column("source", "Mənbə", "Source", "Источник", line(80), empty=""),
    Column("as_of", "Tarixə", "As of", "На дату", day),
)  # fmt: skip


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        self._session, self._by, self._at = session, by, at
        self._districts = Districts(session)
        codes = {str(cells["emis"]) for cells in rows}
        self._known = {s.emis: s for s in session.scalars(select(School).where(col(School.emis).in_(codes)))}
        ids = [school.id or 0 for school in self._known.values()]
        self._years = {
            (year.school_id, year.year): year
            for year in session.scalars(select(SchoolYear).where(col(SchoolYear.school_id).in_(ids)))
        }
        self._phones = numbers_of_schools(session, select(School.id).where(col(School.id).in_(ids)))

    def now(self, cells: Cells) -> Cells | None:
        for name in ("district", "place"):
            if name in cells:
                cells[name] = self._districts.code(name, cells[name])
        if any(cells.get(name) is not None for name in YEAR) and not cells.get("year"):
            raise Invalid("year", "These figures belong to a school year; say in which year it began.")
        school = self._known.get(cells["emis"])
        if school is None:
            return None
        if not self._by.scope.covers(school.district_code, school.id):
            raise missing_school(cells["emis"])
        now = cells_of(school, self._phones.get(school.id or 0, []))
        if year := self._years.get((school.id or 0, cells.get("year", 0))):
            return now | {"year": year.year} | {name: getattr(year, name) for name in YEAR}
        return now | dict.fromkeys(("year", "learners", "teachers", "classes", "as_of")) | {"source": ""}

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        session, at = self._session, self._at
        for step in steps:
            cells = step.changed
            facts = {FACTS.get(n, n): v for n, v in cells.items() if n not in OWN and n != "emis"}
            if step.now is None:
                school = register.school_opened(
                    session, cells["emis"], facts.pop("name"), facts.pop("district_code"), by=step.by, at=at, **facts
                )
            else:
                school = self._known[step.cells["emis"]]
                if facts:
                    register.school_changed(session, school, facts, by=step.by, at=at)
            if "phones" in cells:
                contacts.school_numbers_changed(session, school, cells["phones"], by=step.by, at=at)
            if any(name in cells for name in ("year", *YEAR)):
                self._count(school, step)

    def _count(self, school: School, step: Step) -> None:
        figures: dict[str, Any] = {name: step.cells.get(name, (step.now or {}).get(name)) for name in YEAR}
        figures["source"] = figures["source"] or ""
        if "as_of" not in step.cells:
            figures["as_of"] = day_of(self._at)
        if all(figures[name] is None for name in ("learners", "teachers", "classes")):
            raise Invalid("learners", "A school year needs a figure: learners, teachers or classes.")
        year = int(step.cells["year"])
        register.year_counted(self._session, school, year, by=step.by, at=self._at, **figures)


def cells_of(school: School, phones: list[str]) -> Cells:
    return {
        "emis": school.emis, "name": school.name, "district": school.district_code, "place": school.place_code,
        "type": school.type, "settlement": school.settlement, "address": school.address, "latitude": school.latitude,
        "longitude": school.longitude, "phones": phones, "bells": school.shifts, "pilot": school.pilot,
        "e_school_since": school.e_school_since, "opened_on": school.opened_on, "closed_on": school.closed_on,
    }  # fmt: skip


def numbers_of_schools(session: Session, chosen: Any) -> dict[int, list[str]]:
    """Numbers of schools themselves, as they were given, in their order."""
    rows = select(col(PhoneUse.school_id), col(PhoneUse.raw))
    rows = rows.where(col(PhoneUse.school_id).in_(chosen), col(PhoneUse.contact_id).is_(None))
    found: dict[int, list[str]] = {}
    for school_id, raw in session.execute(rows.order_by(col(PhoneUse.id))):
        found.setdefault(school_id, []).append(bare(raw))
    return found


def exported(session: Session, chosen: Select[Any]) -> Iterator[Out]:
    """Each with its newest school year."""
    phones = numbers_of_schools(session, chosen)
    newest: dict[int, SchoolYear] = {}
    years = select(SchoolYear).where(col(SchoolYear.school_id).in_(chosen)).order_by(col(SchoolYear.year))
    for year in session.scalars(years):
        newest[year.school_id] = year
    for (school,) in streamed(session, select(School).where(col(School.id).in_(chosen)).order_by(col(School.emis))):
        cells = cells_of(school, phones.get(school.id or 0, []))
        if counted := newest.get(school.id or 0):
            cells |= {"year": counted.year} | {name: getattr(counted, name) for name in YEAR}
        yield Out(cells)


KIND: Final = Kind(
    "schools", "Məktəblər", "Schools", "Школы", COLUMNS, ("emis",), Permission.KEEP_PLACES, exported, Look, emis=True
)  # fmt: skip
