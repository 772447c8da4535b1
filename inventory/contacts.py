"""Who answers the telephone at a school: contacts, their numbers, and whose number a caller has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_
from sqlmodel import Session, col, select

from inventory import phones, trace
from inventory.errors import Conflict, Invalid
from inventory.phones import Fit, Number
from inventory.places import ContactRole, PhoneKind
from inventory.roles import Permission, Scope, Who
from inventory.scoping import within
from inventory.tables import Contact, District, Phone, PhoneUse, School

FACTS: Final = frozenset({"name", "role", "email", "note", "active"})
MOST_NUMBERS: Final = 10
LONGEST: Final = {"name": 120, "email": 200, "note": 300}


@dataclass(frozen=True, slots=True)
class Given:
    """A number as it was given here, and as it is dialled."""

    raw: str
    e164: str
    extension: str
    kind: PhoneKind


@dataclass(frozen=True, slots=True)
class Caller:
    """A school that a number may belong to, and the person there, where one is known."""

    school: School
    contact: Contact | None
    fit: Fit
    used_at: datetime | None


def contact_added(
    session: Session, school: School, name: str, role: ContactRole, numbers: Sequence[str], *, by: Who, at: datetime,
    email: str = "", note: str = "", uid: str = "",
) -> Contact:  # fmt: skip
    """Somebody at a school, with the numbers as they were given. Invalid for what cannot be one."""
    by.must(Permission.KEEP_PLACES)
    facts: dict[str, Any] = {"name": name, "role": role, "email": email, "note": note}
    _checked(facts)
    trace.held(session)
    contact = Contact(school_id=school.id or 0, **facts)
    contact.uid = uid or contact.uid
    if session.exec(select(Contact.id).where(Contact.uid == contact.uid)).first():
        raise Conflict("A contact with this uid is there already.")
    session.add(contact)
    session.flush()
    raw = _use(session, school, contact, numbers)
    trace.changed(
        session, "added", "contact", contact.uid, by=by, at=at, after={**facts, "numbers": raw}, school_id=school.id
    )
    return contact


def contact_changed(
    session: Session, school: School, contact: Contact, facts: Mapping[str, Any], *, by: Who, at: datetime
) -> bool:
    """`name`, `role`, `email`, `note`, `active`, and `numbers` (all of them, as they were given); False where nothing
    differs.
    """
    by.must(Permission.KEEP_PLACES)
    if strange := set(facts) - FACTS - {"numbers"}:
        raise Invalid(min(strange), "A contact has no “%(field)s” that can be changed.", field=min(strange))
    wanted = {name: value for name, value in facts.items() if name in FACTS}
    _checked(wanted)
    trace.held(session)
    before, after = trace.difference({name: getattr(contact, name) for name in wanted}, wanted)
    if "numbers" in facts:
        was = [phone.raw for phone in numbers_of(session, [contact.id or 0]).get(contact.id or 0, [])]
        new = _use(session, school, contact, facts["numbers"])
        if was != new:
            before["numbers"], after["numbers"] = was, new
    if not after:
        return False
    for name in wanted:
        setattr(contact, name, wanted[name])
    contact.version += 1
    session.add(contact)
    session.flush()
    trace.changed(
        session, "changed", "contact", contact.uid, by=by, at=at, before=before, after=after, school_id=school.id
    )
    return True


def school_numbers_changed(session: Session, school: School, numbers: Sequence[str], *, by: Who, at: datetime) -> bool:
    """The numbers of the school itself, whoever lifts the receiver."""
    by.must(Permission.KEEP_PLACES)
    trace.held(session)
    was = [phone.raw for phone in school_numbers(session, school)]
    new = _use(session, school, None, numbers)
    if was == new:
        return False
    before, after = {"numbers": was}, {"numbers": new}
    trace.changed(
        session, "changed", "school", school.emis, by=by, at=at, before=before, after=after, school_id=school.id
    )
    return True


def contacts_of(session: Session, school: School) -> Sequence[Contact]:
    """Those who are there before those who have left."""
    rows = select(Contact).where(Contact.school_id == school.id)
    return session.exec(rows.order_by(col(Contact.active).desc(), col(Contact.role), col(Contact.name))).all()


def numbers_of(session: Session, contact_ids: Sequence[int]) -> dict[int, list[Given]]:
    """Numbers by contact, in the order in which they were given."""
    rows = (
        select(PhoneUse, Phone)
        .join(Phone, col(Phone.id) == col(PhoneUse.phone_id))
        .where(col(PhoneUse.contact_id).in_(contact_ids))
        .order_by(col(PhoneUse.id))
    )
    found: dict[int, list[Given]] = {}
    for use, phone in session.exec(rows):
        found.setdefault(use.contact_id or 0, []).append(_given(use, phone))
    return found


def school_numbers(session: Session, school: School) -> Sequence[Given]:
    rows = select(PhoneUse, Phone).join(PhoneUse, col(PhoneUse.phone_id) == col(Phone.id))
    own = rows.where(col(PhoneUse.school_id) == school.id, col(PhoneUse.contact_id).is_(None))
    return [_given(use, phone) for use, phone in session.exec(own.order_by(col(PhoneUse.id)))]


def _given(use: PhoneUse, phone: Phone) -> Given:
    return Given(use.raw, phone.e164, phone.extension, phone.kind)


def callers(session: Session, number: str, scope: Scope, *, most: int = 20) -> list[Caller]:
    """Whose number this is: the same number before the same last seven digits, and of equal ones the latest used."""
    asked = phones.read(number)
    known = [col(Phone.e164) == asked.e164] if asked.e164 else []
    if len(asked.last7) == 7:
        known.append(col(Phone.last7) == asked.last7)
    if not known:
        return []
    rows = (
        select(Phone, PhoneUse, School, Contact)
        .join(PhoneUse, col(PhoneUse.phone_id) == col(Phone.id))
        .join(School, col(School.id) == col(PhoneUse.school_id))
        .join(Contact, col(Contact.id) == col(PhoneUse.contact_id), isouter=True)
        .where(or_(*known))
    )
    found = [
        Caller(school, contact, phones.fit(asked, phone.e164, phone.last7), use.used_at)
        for phone, use, school, contact in session.execute(within(rows, scope))
        if contact is None or contact.active
    ]
    return sorted(found, key=_rank)[:most]


def _rank(caller: Caller) -> tuple[bool, float, str]:
    return caller.fit is not Fit.EXACT, -(caller.used_at.timestamp() if caller.used_at else 0.0), caller.school.emis


def _use(session: Session, school: School, contact: Contact | None, numbers: Sequence[str]) -> list[str]:
    """Bring the uses of this school or contact to these numbers; what was given of them, in its order."""
    read = [phones.read(raw, _prefixes(session, school)) for raw in numbers if raw.strip()]
    if len(read) > MOST_NUMBERS:
        raise Invalid("numbers", "These are too many numbers; right are at most %(most)s.", most=MOST_NUMBERS)
    for number in read:
        if len(number.raw) > 60 or not number.raw.isprintable() or not any(c.isdigit() for c in number.raw):
            raise Invalid("numbers", "“%(raw)s” cannot be a number; right is one with digits.", raw=number.raw[:60])
    whose = PhoneUse.contact_id == (contact.id if contact else None)
    uses = session.exec(select(PhoneUse).where(PhoneUse.school_id == school.id, whose).order_by(col(PhoneUse.id))).all()
    wanted: dict[int, str] = {}
    for number in read:
        wanted.setdefault(_phone(session, number).id or 0, number.raw)
    if [(use.phone_id, use.raw) for use in uses] != list(wanted.items()):
        used_at = {use.phone_id: use.used_at for use in uses}
        for use in uses:
            session.delete(use)
        session.flush()
        for phone_id, raw in wanted.items():
            use = PhoneUse(phone_id=phone_id, school_id=school.id or 0, contact_id=contact.id if contact else None)
            use.raw, use.used_at = raw, used_at.get(phone_id)
            session.add(use)
            session.flush()  # the order of ids is the order in which the numbers were given
        _swept(session, set(used_at) - set(wanted))
    return list(wanted.values())


def _phone(session: Session, number: Number) -> Phone:
    """One row for one number; a number that cannot be read is the same if it was written the same."""
    same = select(Phone).where(Phone.extension == number.extension, Phone.e164 == number.e164)
    if not number.e164:
        same = same.where(Phone.raw == number.raw)
    phone = session.exec(same.order_by(col(Phone.id)).limit(1)).first()
    if phone is None:
        phone = Phone(
            raw=number.raw, e164=number.e164, extension=number.extension, last7=number.last7, kind=number.kind
        )
        session.add(phone)
        session.flush()
    return phone


def _swept(session: Session, phone_ids: set[int]) -> None:
    """A number that reaches nobody any more goes."""
    still = set(session.exec(select(PhoneUse.phone_id).where(col(PhoneUse.phone_id).in_(phone_ids))))
    for phone_id in phone_ids - still:
        session.delete(session.get_one(Phone, phone_id))
    session.flush()


def _prefixes(session: Session, school: School) -> Sequence[str]:
    """Of where it stands; the exchange does not ask who governs the school."""
    place = session.get(District, school.place_code)
    return place.prefixes if place else ()


def _checked(facts: Mapping[str, Any]) -> None:
    for field, longest in LONGEST.items():
        text = facts.get(field, "")
        empty = field == "name" and field in facts and not text.strip()
        if empty or len(text) > longest or (text and not text.isprintable()):
            raise Invalid(
                field, "“%(text)s” cannot stand here; right are at most %(longest)s printable characters.",
                text=text[:40], longest=longest,
            )  # fmt: skip
    email = facts.get("email", "")
    if email and ("@" not in email.strip("@") or " " in email):
        raise Invalid("email", "“%(email)s” is no address; right is name@example.az.", email=email)
