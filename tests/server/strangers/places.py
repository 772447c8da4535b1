"""The stranger and places: schools, their rooms, contacts and links, what they hang on, and the maps."""

from datetime import date, datetime

from sqlmodel import Session

from inventory import connections, contacts, register
from inventory.network import LinkKind, NodeKind
from inventory.places import ContactRole, RoomKind
from tests.cast import CONSOLE, Cast
from tests.server.strangers import Lines, Values, closed, hidden, listed, own

ELSEWHERE = {"stranger": "keeper_elsewhere", "known": "leyla"}
SCHOOL = {"emis": "191", "name": "191 nömrəli tam orta məktəb", "district": "AZ-SAB"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    school = who.school
    register.school_changed(session, school, {"latitude": 39.94, "longitude": 48.47}, by=CONSOLE, at=at)
    room = register.room_opened(session, school, "İnformatika otağı", RoomKind.COMPUTER_LAB, by=CONSOLE, at=at)
    numbers = ["050 212 34 56"]
    contact = contacts.contact_added(session, school, "Vaqif", ContactRole.GUARD, numbers, by=CONSOLE, at=at)
    node = connections.node_opened(session, "ats-427", "ATS 427", NodeKind.EXCHANGE, by=CONSOLE, at=at)
    connections.link_opened(
        session, school, "190-adsl", LinkKind.ADSL, by=CONSOLE, at=at, node_id=node.id, from_on=date(2011, 1, 1)
    )
    return {"room": room.uid, "contact": contact.uid}


LINES: Lines = {
    ("GET", "/api/v1/districts"): own("/api/v1/districts"),
    ("GET", "/api/v1/districts/{code}"): own("/api/v1/districts/AZ-SAB"),
    ("PATCH", "/api/v1/districts/{code}"): hidden("/api/v1/districts/AZ-SAB", json={"centre": "X"}, **ELSEWHERE),
    ("GET", "/api/v1/schools"): listed("/api/v1/schools", "190 nömrəli"),
    ("POST", "/api/v1/schools"): hidden("/api/v1/schools", json=SCHOOL, **ELSEWHERE),
    ("GET", "/api/v1/schools/{emis}"): "/api/v1/schools/190",
    ("PATCH", "/api/v1/schools/{emis}"): hidden("/api/v1/schools/190", json={"pilot": True}, **ELSEWHERE),
    ("GET", "/api/v1/schools/{emis}/nearest"): "/api/v1/schools/190/nearest",
    ("GET", "/api/v1/schools/{emis}/years"): "/api/v1/schools/190/years",
    ("PUT", "/api/v1/schools/{emis}/years/{year}"): hidden(
        "/api/v1/schools/190/years/2026", json={"learners": 500, "as_of": "2026-09-15"}, **ELSEWHERE
    ),
    ("GET", "/api/v1/schools/{emis}/rooms"): "/api/v1/schools/190/rooms",
    ("POST", "/api/v1/schools/{emis}/rooms"): hidden("/api/v1/schools/190/rooms", json={"name": "5"}, **ELSEWHERE),
    ("GET", "/api/v1/schools/{emis}/rooms/{uid}"): "/api/v1/schools/190/rooms/{room}",
    ("PATCH", "/api/v1/schools/{emis}/rooms/{uid}"): hidden(
        "/api/v1/schools/190/rooms/{room}", json={"name": "6"}, **ELSEWHERE
    ),
    ("GET", "/api/v1/schools/{emis}/contacts"): "/api/v1/schools/190/contacts",
    ("POST", "/api/v1/schools/{emis}/contacts"): hidden(
        "/api/v1/schools/190/contacts", json={"name": "Nigar"}, **ELSEWHERE
    ),
    ("PUT", "/api/v1/schools/{emis}/numbers"): hidden("/api/v1/schools/190/numbers", json=["146"], **ELSEWHERE),
    ("GET", "/api/v1/schools/{emis}/contacts/{uid}"): "/api/v1/schools/190/contacts/{contact}",
    ("PATCH", "/api/v1/schools/{emis}/contacts/{uid}"): hidden(
        "/api/v1/schools/190/contacts/{contact}", json={"active": False}, **ELSEWHERE
    ),
    ("GET", "/api/v1/nodes"): own("/api/v1/nodes"),
    ("POST", "/api/v1/nodes"): closed(
        "/api/v1/nodes", json={"code": "ats-1", "name": "ATS 1", "kind": "exchange"}, known="leyla"
    ),
    ("GET", "/api/v1/nodes/{code}"): own("/api/v1/nodes/ats-427"),
    ("PATCH", "/api/v1/nodes/{code}"): closed("/api/v1/nodes/ats-427", json={"name": "ATS-427"}, known="leyla"),
    ("GET", "/api/v1/links"): listed("/api/v1/links?on=2012-01-01", "190-adsl"),
    ("GET", "/api/v1/links/connected"): listed("/api/v1/links/connected?on=2012-01-01", '"adsl"'),
    ("POST", "/api/v1/links"): hidden(
        "/api/v1/links", json={"school": "190", "code": "190-2", "kind": "fiber"}, **ELSEWHERE
    ),
    ("GET", "/api/v1/links/{code}"): "/api/v1/links/190-adsl",
    ("PATCH", "/api/v1/links/{code}"): hidden("/api/v1/links/190-adsl", json={"teaching": False}, **ELSEWHERE),
    ("GET", "/schools"): listed("/schools?q=190", "190 nömrəli"),
    ("POST", "/schools"): hidden("/schools", form=SCHOOL, **ELSEWHERE),
    ("GET", "/schools/{emis}/register"): "/schools/190/register",
    ("POST", "/schools/{emis}/register"): hidden("/schools/190/register", form={"name": "X"}, **ELSEWHERE),
    ("GET", "/schools/{emis}/years"): "/schools/190/years",
    ("POST", "/schools/{emis}/years"): hidden(
        "/schools/190/years", form={"year": "2026", "as_of": "2026-09-15"}, **ELSEWHERE
    ),
    ("GET", "/schools/{emis}/rooms"): "/schools/190/rooms",
    ("POST", "/schools/{emis}/rooms"): hidden(
        "/schools/190/rooms", form={"name": "7", "kind": "classroom"}, **ELSEWHERE
    ),
    ("GET", "/schools/{emis}/contacts"): "/schools/190/contacts",
    ("POST", "/schools/{emis}/contacts"): hidden(
        "/schools/190/contacts", form={"name": "Y", "role": "guard"}, **ELSEWHERE
    ),
    ("GET", "/schools/{emis}/links"): "/schools/190/links",
    ("POST", "/schools/{emis}/links"): hidden(
        "/schools/190/links", form={"code": "190-3", "kind": "adsl"}, **ELSEWHERE
    ),
    ("GET", "/nodes"): listed("/nodes?node=ats-427", "190 nömrəli"),
    ("POST", "/nodes"): closed("/nodes", form={"code": "olt-1", "name": "OLT", "kind": "olt"}, known="leyla"),
    ("GET", "/map"): listed("/map", "/map/AZ-SAB"),
    ("GET", "/map/{district}"): "/map/AZ-SAB",
}
