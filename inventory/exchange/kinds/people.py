"""People who sign in: found by the login. No password comes by a file; a new person gets one from an administrator."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from inventory import people
from inventory.exchange.cells import line, one_of, several, yes_no
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step
from inventory.exchange.lookups import Districts, streamed
from inventory.roles import Permission, Role, Who
from inventory.tables import Person, PersonDistrict, PersonSchool, School

COLUMNS: Final = (
    Column("login", "İstifadəçi adı", "Login", "Логин", line(64, needed=True), needed=True, also=("user",)),
    Column("name", "Soyadı, adı", "Name", "Фамилия, имя", line(120, needed=True), needed=True,
           also=("ad", "adı", "ad soyad", "имя", "фио")),
    Column("role", "Rolu", "Role", "Роль", one_of(Role), needed=True),
    Column("districts", "Rayonlar", "Districts", "Районы", several(80), empty=[], also=("rayon", "district", "район")),
    Column("schools", "Məktəblər (EMIS)", "Schools (EMIS)", "Школы (EMIS)", several(32), empty=[],
           also=("emis", "məktəb", "school", "школа")),
    Column("active", "Daxil ola bilər", "May sign in", "Может входить", yes_no),
)  # fmt: skip


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        by.must(Permission.KEEP_PEOPLE)
        self._session, self._at = session, at
        self._districts = Districts(session)
        logins = {cells["login"] for cells in rows}
        self._known = {p.login: p for p in session.scalars(select(Person).where(col(Person.login).in_(logins)))}

    def now(self, cells: Cells) -> Cells | None:
        for name in ("districts", "schools"):
            if cells.get(name):
                read = (
                    [self._districts.code(name, each) for each in cells[name]] if name == "districts" else cells[name]
                )
                cells[name] = sorted(set(read))
        person = self._known.get(cells["login"])
        if person is None:
            return None
        given = people.given_to(self._session, person)
        return cells_of(person, list(given.districts), list(given.schools))

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        for step in steps:
            cells = (step.now or {"districts": [], "schools": [], "active": True}) | step.cells
            person = self._known.get(cells["login"])
            given = cells["districts"], cells["schools"]
            if person is None:
                person = people.person_added(
                    self._session, cells["login"], cells["name"], cells["role"], "", *given, by=step.by, at=self._at
                )
                if cells["active"]:
                    continue
            people.person_changed(
                self._session, person, name=cells["name"], role=cells["role"], districts=given[0], schools=given[1],
                active=cells["active"], by=step.by, at=self._at,
            )  # fmt: skip


def cells_of(person: Person, districts: list[str], schools: list[str]) -> Cells:
    return {
        "login": person.login, "name": person.name, "role": person.role, "districts": districts, "schools": schools,
        "active": person.active,
    }  # fmt: skip


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    districts: dict[int, list[str]] = {}
    for person_id, code in session.execute(
        select(col(PersonDistrict.person_id), col(PersonDistrict.district_code)).order_by(
            col(PersonDistrict.district_code)
        )
    ):
        districts.setdefault(person_id, []).append(code)
    schools: dict[int, list[str]] = {}
    ties = select(col(PersonSchool.person_id), col(School.emis)).join(
        School, col(School.id) == col(PersonSchool.school_id)
    )
    for person_id, emis in session.execute(ties.order_by(col(School.emis))):
        schools.setdefault(person_id, []).append(emis)
    rows = select(Person).where(col(Person.id).in_(chosen)).order_by(col(Person.login))
    for (person,) in streamed(session, rows):
        given = sorted(districts.get(person.id, [])), sorted(schools.get(person.id, []))
        yield Out(cells_of(person, *given), ("person", person.login, None))


KIND: Final = Kind(
    "people", "İstifadəçilər", "People who sign in", "Пользователи", COLUMNS, ("login",), Permission.KEEP_PEOPLE,
    exported, Look, sees=Permission.KEEP_PEOPLE,
)  # fmt: skip
