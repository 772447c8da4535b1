"""The stranger and files that come and go."""

from datetime import datetime

from sqlmodel import Session

from inventory import assets, catalogue, connections, contacts, licences, software
from inventory.equipment import Kind
from inventory.exchange import jobs
from inventory.licensing import Metric, Term
from inventory.network import LinkKind
from inventory.places import ContactRole
from inventory.tables import PastCall
from tests import cast
from tests.cast import Cast
from tests.server.strangers import Lines, Values, closed, hidden, listed

FILE = "emis;name\n190;190 nömrəli tam orta məktəb lisey\n".encode()


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    by = cast.who(session, who.zaur)
    contacts.contact_added(session, who.school, "Gülnar Səfərova", ContactRole.DIRECTOR, [], by=by, at=at)
    connections.link_opened(session, who.school, "SAB-190-1", LinkKind.ADSL, by=by, at=at)
    model = catalogue.model_entered(
        session, catalogue.maker_entered(session, "Sınaq", by=by, at=at), "M-1", Kind.COMPUTER, by=by, at=at
    )
    assets.entered(session, [assets.New(model, who.school, inventory_no="INV-190")], by=by, at=at)
    product = software.product_entered(session, "Windows", Metric.DEVICE, by=by, at=at)
    pool = software.pool_opened(session, "win-2026", product, by=by, at=at)
    licences.bought(session, pool, Term(10, at.date()), by=by, at=at)
    session.add(PastCall(number="050 555 12 34", at=at, school_id=who.school.id, note="190-dan zəng"))
    job = jobs.uploaded(session, "schools", "x.csv", FILE, by=by, at=at)
    return {"job": job.id}


KEEPERS = {"stranger": "keeper_elsewhere", "known": "zaur"}
EXPORTS = ("GET", "/export/{file}")
LINES: Lines = {
    ("GET", "/imports"): listed("/imports", "x.csv", **KEEPERS),
    ("GET", "/imports/queue"): closed("/imports/queue", known="zaur"),
    ("POST", "/imports"): closed("/imports", known="zaur", form={"kind": "schools"}, file=("x.csv", FILE)),
    ("GET", "/imports/{job_id}"): hidden("/imports/{job}", **KEEPERS),
    ("POST", "/imports/{job_id}"): hidden("/imports/{job}", form={"do": "reject"}, **KEEPERS),
    ("GET", "/imports/{job_id}/errors"): hidden("/imports/{job}/errors", **KEEPERS),
    EXPORTS: listed("/export/equipment.csv", "INV-190"),
    ("GET", "/api/v1/exports/{kind}"): listed("/api/v1/exports/contacts", "Gülnar"),
    ("GET", "/api/v1/imports"): listed("/api/v1/imports", "x.csv", **KEEPERS),
    ("POST", "/api/v1/imports"): closed("/api/v1/imports?kind=people", known="zaur", stranger="leyla"),
    ("GET", "/api/v1/imports/{job_id}"): hidden("/api/v1/imports/{job}", **KEEPERS),
    ("GET", "/api/v1/imports/{job_id}/rows"): hidden("/api/v1/imports/{job}/rows", **KEEPERS),
    ("POST", "/api/v1/imports/{job_id}/plan"): hidden("/api/v1/imports/{job}/plan", json={}, **KEEPERS),
    ("POST", "/api/v1/imports/{job_id}/apply"): hidden("/api/v1/imports/{job}/apply", json={}, **KEEPERS),
    ("POST", "/api/v1/imports/{job_id}/reject"): hidden("/api/v1/imports/{job}/reject", json={}, **KEEPERS),
    ("POST", "/api/v1/imports/{job_id}/rows/reject"): hidden(
        "/api/v1/imports/{job}/rows/reject", json={"numbers": [2]}, **KEEPERS
    ),
}
