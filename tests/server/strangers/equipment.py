"""The stranger and equipment: pieces, what agents see of them, doubles, deliveries."""

from datetime import date, datetime

from sqlmodel import Session

from inventory import assets, catalogue, purchases
from inventory.equipment import Kind
from inventory.matching import Outcome
from inventory.tables import School, Sighting
from server import looking
from tests import cast
from tests.cast import CONSOLE, Cast
from tests.server.strangers import Lines, Values, closed, hidden, listed, own

MAKER = {"json": {"aliases": ["Hewlett-Packard"]}}
DELIVERY = {"school": "190", "delivered_on": "2026-11-20", "serials": "CND0009A"}


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    school = session.get_one(School, who.school.id)
    model = catalogue.model_named(session, "HP", "Pro 3500", Kind.COMPUTER, by=CONSOLE, at=at)
    contract = purchases.contract_signed(
        session, "İKT-11", "NEXUS", signed_on=date(2026, 9, 1), programme="", by=CONSOLE, at=at
    )
    lot = purchases.lot_entered(session, contract, model, 10, price_qepik=None, warranty_months=12, by=CONSOLE, at=at)
    serial = {"serial": "CND70123A"}
    here = [assets.New(model, school, declared=serial)] * 3
    first, second, third = assets.entered(session, here, by=CONSOLE, at=at)
    power = catalogue.model_named(session, "APC", "Smart-UPS", Kind.UPS, by=CONSOLE, at=at)
    ups = assets.entered(session, [assets.New(power, school)], by=CONSOLE, at=at)[0]
    for piece in (first, second):
        piece.observed, piece.conflict = {"hostname": "pc-1"}, True
        piece.declared = {**piece.declared, "hostname": "pc-2"}
    voice = cast.voice_of(session, school, at=at)
    voice.says(session, cast.minute(cast.ups(), cast.computer()), at=at)
    looks = looking.due_looks(session, at, 10)
    for look in looks:
        session.add(
            Sighting(device_id=look.device_id, school_id=look.school_id, described="", outcome=Outcome.UNKNOWN, at=at)
        )
    session.flush()
    return {
        "no": first.inventory_no, "other": second.inventory_no, "third": third.inventory_no, "ups": ups.inventory_no,
        "lot": lot.id, "contract": contract.id, "model": model.id, "maker": model.maker_id,
        "device": looks[0].device_id, "pc": looks[1].device_id,
    }  # fmt: skip


LINES: Lines = {
    ("GET", "/equipment"): listed("/equipment", "{no}"),
    ("GET", "/equipment/conflicts"): listed("/equipment/conflicts", "{no}"),
    ("GET", "/equipment/unknown"): listed("/equipment/unknown", "Smart-UPS"),
    ("POST", "/equipment/unknown"): hidden(
        "/equipment/unknown", form=lambda v: {"do": "set_aside", "device": str(v["pc"])}
    ),
    ("GET", "/equipment/duplicates"): listed("/equipment/duplicates", "{no}"),
    ("POST", "/equipment/duplicates"): hidden(
        "/equipment/duplicates", form=lambda v: {"first": v["no"], "second": v["other"], "do": "apart"}
    ),
    ("GET", "/equipment/contracts"): own("/equipment/contracts", "SAB-2026"),
    ("POST", "/equipment/contracts"): closed(
        "/equipment/contracts", known="leyla", stranger="rauf", form={"number": "İKT-13", "supplier": "NEXUS"}
    ),
    ("GET", "/equipment/contracts/{number}"): own("/equipment/contracts/{contract}"),
    ("GET", "/equipment/contracts/{number}/lots"): own("/equipment/contracts/{contract}/lots"),
    ("GET", "/equipment/contracts/{number}/deliveries"): own("/equipment/contracts/{contract}/deliveries"),
    ("POST", "/equipment/contracts/{number}/lots"): closed(
        "/equipment/contracts/{contract}/lots", known="leyla", stranger="rauf",
        form={"kind": "ups", "maker": "APC", "model": "SMT1500", "quantity": "5"},
    ),
    ("POST", "/equipment/contracts/{number}/deliveries"): hidden(
        "/equipment/contracts/{contract}/deliveries", form=lambda v: {**DELIVERY, "lot": str(v["lot"])}
    ),
    ("GET", "/equipment/{inventory_no}"): "/equipment/{no}",
    ("GET", "/equipment/{inventory_no}/state"): "/equipment/{no}/state",
    ("GET", "/equipment/{inventory_no}/facts"): "/equipment/{no}/facts",
    ("POST", "/equipment/{inventory_no}"): hidden("/equipment/{no}", form={"version": "1", "serial": "CND70123A"}),
    ("POST", "/equipment/{inventory_no}/state"): hidden(
        "/equipment/{no}/state", form={"version": "1", "state": "in_repair"}
    ),
    ("POST", "/equipment/{inventory_no}/facts"): hidden(
        "/equipment/{no}/facts", form={"version": "1", "name": "hostname", "take": "seen"}
    ),
    ("GET", "/api/v1/assets"): listed("/api/v1/assets", "{no}"),
    ("POST", "/api/v1/assets"): hidden("/api/v1/assets", json=lambda v: {"school": "190", "model_id": v["model"]}),
    ("GET", "/api/v1/assets/{inventory_no}"): "/api/v1/assets/{no}",
    ("PATCH", "/api/v1/assets/{inventory_no}"): hidden("/api/v1/assets/{no}", json={"note": "x"}),
    ("POST", "/api/v1/assets/{inventory_no}/state"): hidden("/api/v1/assets/{no}/state", json={"state": "in_repair"}),
    ("POST", "/api/v1/assets/{inventory_no}/facts/{name}"): hidden(
        "/api/v1/assets/{other}/facts/hostname", json={"take": "seen"}
    ),
    ("GET", "/api/v1/makers"): own("/api/v1/makers"),
    ("POST", "/api/v1/makers"): closed("/api/v1/makers", known="leyla", stranger="rauf", json={"name": "Epson"}),
    ("GET", "/api/v1/makers/{maker_id}"): own("/api/v1/makers/{maker}"),
    ("PATCH", "/api/v1/makers/{maker_id}"): closed("/api/v1/makers/{maker}", known="leyla", **MAKER),
    ("GET", "/api/v1/models"): own("/api/v1/models"),
    ("POST", "/api/v1/models"): closed(
        "/api/v1/models", known="leyla", stranger="rauf",
        json=lambda v: {"maker_id": v["maker"], "name": "Pro 400", "kind": "computer"},
    ),
    ("GET", "/api/v1/models/{model_id}"): own("/api/v1/models/{model}"),
    ("PATCH", "/api/v1/models/{model_id}"): closed("/api/v1/models/{model}", known="leyla", json={"life_years": 5}),
    ("GET", "/api/v1/contracts"): own("/api/v1/contracts"),
    ("POST", "/api/v1/contracts"): closed(
        "/api/v1/contracts", known="leyla", stranger="rauf", json={"number": "İKT-12", "supplier": "NEXUS"}
    ),
    ("GET", "/api/v1/contracts/{contract_id}"): own("/api/v1/contracts/{contract}"),
    ("PATCH", "/api/v1/contracts/{contract_id}"): closed(
        "/api/v1/contracts/{contract}", known="leyla", stranger="rauf", json={"supplier": "Başqa"}
    ),
    ("POST", "/api/v1/contracts/{contract_id}/lots"): closed(
        "/api/v1/contracts/{contract}/lots", known="leyla", stranger="rauf",
        json=lambda v: {"model_id": v["model"], "quantity": 3},
    ),
    ("GET", "/api/v1/lots/{lot_id}"): own("/api/v1/lots/{lot}"),
    ("GET", "/api/v1/lots/{lot_id}/deliveries"): own("/api/v1/lots/{lot}/deliveries"),
    ("POST", "/api/v1/lots/{lot_id}/deliveries"): hidden("/api/v1/lots/{lot}/deliveries", json=DELIVERY),
    ("GET", "/api/v1/sightings"): listed("/api/v1/sightings", "Smart-UPS"),
    ("POST", "/api/v1/sightings/{device_id}/adopt"): hidden("/api/v1/sightings/{device}/adopt", json={}),
    ("POST", "/api/v1/sightings/{device_id}/tie"): hidden(
        "/api/v1/sightings/{device}/tie", json=lambda v: {"inventory_no": v["ups"]}
    ),
    ("POST", "/api/v1/sightings/{device_id}/set-aside"): hidden("/api/v1/sightings/{device}/set-aside"),
    ("POST", "/api/v1/sightings/{device_id}/take-back"): hidden("/api/v1/sightings/{device}/take-back"),
    ("GET", "/api/v1/doubles"): listed("/api/v1/doubles", "{no}"),
    ("POST", "/api/v1/doubles"): hidden(
        "/api/v1/doubles", json=lambda v: {"first": v["no"], "second": v["third"], "same": False}
    ),
}  # fmt: skip
