"""Who answers the telephone at a school. Whoever looks is written down."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import contacts, reads, scoping
from inventory.errors import Conflict, Invalid, NotFound
from inventory.places import ContactRole
from inventory.reads import Seen
from inventory.roles import Permission
from inventory.tables import Contact, School
from server import auth, db
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages.forms import ticked, unchanged
from server.pages.typed import line
from server.pages.view import SignedView, View
from server.pages.words_places import CONTACTS, PHONES

NO_SUCH_CONTACT = "There is no such contact at this school."
BLANK: Final = {
    "uid": "", "version": "", "name": "", "role": ContactRole.DIRECTOR.value, "email": "", "note": "", "numbers": "",
    "left": "",
}  # fmt: skip
Cell = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=1000)]

router = APIRouter(include_in_schema=False)


@router.get("/schools/{emis}/contacts")
def shown(emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.writing(engine) as session:  # what was not recorded is not shown
        return view.page("school_contacts.html", fault="", typed=BLANK, **_parts(session, view, visitor, emis))


@router.post("/schools/{emis}/contacts", dependencies=[auth.OwnForm])
def changed(
    emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, uid: Cell = "", version: Cell = "",
    name: Cell = "", role: Cell = "", email: Cell = "", note: Cell = "", numbers: Long = "", left: Cell = "",
) -> Response:  # fmt: skip
    """Somebody new; with a `uid` one who is there; `uid` "school": the numbers of the school itself."""
    typed = {
        "uid": uid, "version": version, "name": line(name), "role": role, "email": line(email), "note": line(note),
        "numbers": numbers, "left": left,
    }  # fmt: skip
    try:
        with db.writing(engine) as session:
            school = _seen(session, visitor, emis)
            _write(session, school, typed, view, visitor)
    except (Invalid, Conflict) as error:
        with db.writing(engine) as session:
            parts = _parts(session, view, visitor, emis)
            return view.page("school_contacts.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse(f"/schools/{emis}/contacts", 303)


def _write(session: Session, school: School, typed: dict[str, str], view: View, visitor: Visitor) -> None:
    numbers = [line(number) for number in typed["numbers"].splitlines() if line(number)]
    if typed["uid"] == "school":
        contacts.school_numbers_changed(session, school, numbers, by=visitor.who, at=view.now)
        return
    if typed["role"] not in set(ContactRole):
        raise Invalid("role", "There is no such role of a contact.")
    facts: dict[str, Any] = {
        "name": typed["name"], "role": ContactRole(typed["role"]), "email": typed["email"], "note": typed["note"],
    }  # fmt: skip
    if not typed["uid"]:
        contacts.contact_added(session, school, numbers=numbers, **facts, by=visitor.who, at=view.now)
        return
    asked = select(Contact).where(col(Contact.school_id) == school.id, col(Contact.uid) == typed["uid"])
    contact = session.exec(asked).first()
    if contact is None:
        raise NotFound(NO_SUCH_CONTACT)
    unchanged(typed["version"], contact.version)
    facts |= {"active": not ticked(typed["left"]), "numbers": numbers}
    contacts.contact_changed(session, school, contact, facts, by=visitor.who, at=view.now)


def _seen(session: Session, visitor: Visitor, emis: str) -> School:
    school = scoping.school_seen(session, emis, visitor.scope)
    visitor.who.must(Permission.SEE_CONTACTS)
    return school


def _parts(session: Session, view: View, visitor: Visitor, emis: str) -> dict[str, Any]:
    school = _seen(session, visitor, emis)
    rows = contacts.contacts_of(session, school)
    reads.all_seen(session, [Seen("contact", row.uid, school.id) for row in rows], by=visitor.who, at=view.now)
    return {
        "school": school,
        "contacts": rows,
        "numbers": contacts.numbers_of(session, [row.id or 0 for row in rows]),
        "own": contacts.school_numbers(session, school),
        "roles": CONTACTS,
        "blank": BLANK,
        "kinds": PHONES,
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
        "may_see_contacts": True,
    }
