"""People at schools whom others call: found by the school and the name, or by their uid."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from inventory import contacts
from inventory.errors import Invalid
from inventory.exchange.cells import bare, line, one_of, several, yes_no
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step
from inventory.exchange.lookups import school_of, schools, streamed
from inventory.folding import folded
from inventory.places import ContactRole
from inventory.roles import Permission, Who
from inventory.tables import Contact, Phone, PhoneUse, School

ROLES: Final = {
    "direktor": "director", "директор": "director", "direktor müavini": "deputy", "заместитель директора": "deputy",
    "laborant": "lab_assistant", "лаборант": "lab_assistant", "informatika müəllimi": "ict_teacher",
    "учитель информатики": "ict_teacher", "mühasib": "accountant", "бухгалтер": "accountant", "katibə": "secretary",
    "секретарь": "secretary", "gözətçi": "guard", "сторож": "guard", "digər": "other", "другое": "other",
}  # fmt: skip
COLUMNS: Final = (
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", line(32, needed=True), needed=True,
           also=("UTİS kodu", "TİMS kodu", "məktəb", "school", "школа")),
    Column("name", "Soyadı, adı", "Name", "Фамилия, имя", line(120, needed=True), needed=True,
           also=("ad", "adı", "ad soyad", "full name", "имя", "фио")),
    Column("role", "Vəzifəsi", "Position", "Должность", one_of(ContactRole, ROLES), also=("role", "роль")),
    Column("phones", "Telefonlar", "Telephones", "Телефоны", several(60), empty=[],
           also=("telefon", "phone", "телефон", "mobil")),
    Column("email", "E-poçt", "E-mail", "Эл. почта", line(200), empty="", also=("mail",)),
    Column("note", "Qeyd", "Note", "Примечание", line(300), empty=""),
    Column("active", "İşləyir", "Is there", "Работает", yes_no),
    Column("uid", "UID", "UID", "UID", line(32)),
)  # fmt: skip


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        self._session, self._by, self._at = session, by, at
        self._schools = schools(session, rows, by)
        ids = [school.id or 0 for school in self._schools.values()]
        uids = {cells["uid"] for cells in rows if cells.get("uid")}
        wanted = or_(col(Contact.school_id).in_(ids), col(Contact.uid).in_(uids))
        self._by_uid: dict[str, Contact] = {}
        self._by_name: dict[tuple[int, str], list[Contact]] = {}
        for contact in session.scalars(select(Contact).where(wanted)):
            self._by_uid[contact.uid] = contact
            self._by_name.setdefault((contact.school_id, folded(contact.name)), []).append(contact)
        found = [contact.id or 0 for contact in self._by_uid.values()]
        self._phones = contacts.numbers_of(session, found)

    def now(self, cells: Cells) -> Cells | None:
        contact = self._meant(cells)
        if contact is None:
            return None
        phones = [bare(phone.raw) for phone in self._phones.get(contact.id or 0, [])]
        return cells_of(contact, cells["emis"], phones)

    def _meant(self, cells: Cells) -> Contact | None:
        school = school_of(self._schools, cells)
        if uid := cells.get("uid"):
            contact = self._by_uid.get(uid)
            if contact is not None and contact.school_id != school.id:
                raise Invalid("uid", "This contact belongs to another school.")
            return contact
        if not cells.get("name"):
            raise Invalid("name", "This row does not say by what it is to be found; this cell is blank.")
        same = self._by_name.get((school.id or 0, folded(cells["name"])), [])
        if len(same) > 1:
            raise Invalid("name", "School %(emis)s has several contacts of this name; say which by the uid.",
                          emis=school.emis)  # fmt: skip
        return same[0] if same else None

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        for step in steps:
            school = self._schools[step.cells["emis"]]
            cells = {name: value for name, value in step.changed.items() if name not in ("emis", "uid")}
            if "phones" in cells:
                cells["numbers"] = cells.pop("phones")
            if step.now is None:
                self._add(school, step, cells)
                continue
            contact = self._by_uid[step.now["uid"]]
            contacts.contact_changed(self._session, school, contact, cells, by=step.by, at=self._at)

    def _add(self, school: School, step: Step, cells: Cells) -> None:
        contact = contacts.contact_added(
            self._session, school, cells["name"], cells.get("role", ContactRole.OTHER), cells.get("numbers", []),
            by=step.by, at=self._at, email=cells.get("email", ""), note=cells.get("note", ""),
            uid=step.cells.get("uid", ""),
        )  # fmt: skip
        if cells.get("active") is False:
            contacts.contact_changed(self._session, school, contact, {"active": False}, by=step.by, at=self._at)


def cells_of(contact: Contact, emis: str, phones: list[str]) -> Cells:
    return {
        "emis": emis, "name": contact.name, "role": contact.role, "phones": phones, "email": contact.email,
        "note": contact.note, "active": contact.active, "uid": contact.uid,
    }  # fmt: skip


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    """Contacts of the chosen schools; each is personal data that was seen."""
    rows = select(col(PhoneUse.contact_id), col(Phone.raw)).join(Phone, col(Phone.id) == col(PhoneUse.phone_id))
    rows = rows.where(col(PhoneUse.school_id).in_(chosen), col(PhoneUse.contact_id).is_not(None))
    phones: dict[int | None, list[str]] = {}
    for contact_id, raw in session.execute(rows.order_by(col(PhoneUse.id))):
        phones.setdefault(contact_id, []).append(bare(raw))
    people = select(Contact, col(School.emis)).join(School, col(School.id) == col(Contact.school_id))
    people = people.where(col(Contact.school_id).in_(chosen)).order_by(col(School.emis), col(Contact.id))
    for contact, emis in streamed(session, people):
        yield Out(
            cells_of(contact, emis, phones.get(contact.id, [])), ("contact", contact.uid, contact.school_id)
        )  # fmt: skip


KIND: Final = Kind(
    "contacts", "Əlaqə şəxsləri", "Contacts", "Контактные лица", COLUMNS, ("emis", "name", "uid"),
    Permission.KEEP_PLACES, exported, Look, sees=Permission.SEE_CONTACTS, emis=True,
)  # fmt: skip
