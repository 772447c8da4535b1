"""The stranger and acts: drafts and papers of school 190, their files, commissions, findings."""

from datetime import datetime, timedelta

from sqlmodel import Session

from inventory import afterlife, signing
from inventory.lifecycle import ActKind, AssetState
from tests.cast import Cast
from tests.inventory.papered import desk
from tests.server.strangers import Lines, Values, closed, hidden, listed, own


def prepare(session: Session, who: Cast, at: datetime) -> Values:
    here = desk(session, who)
    gone, broken, other = (here.piece(session, AssetState.IN_REPAIR) for _ in range(3))
    here.executed(session, ActKind.WRITE_OFF, gone)
    gone.seen_at = at + timedelta(hours=1)
    session.flush()
    afterlife.time_passed(session, at=at)
    act = here.approved(session, ActKind.WRITE_OFF, broken)
    draft = here.draft(session, ActKind.WRITE_OFF, other)
    file = signing.filed(session, act, "scan", "image/png", b"\x89PNG\r\n\x1a\n", by=here.leyla, at=at)
    return {
        "act": act.id, "draft": draft.id, "number": act.number, "file": file.id,
        "gone": gone.inventory_no, "other": other.inventory_no,
        "order": here.commission.order_no,
    }  # fmt: skip


NEW = {"kind": "write_off", "school": "190", "reason": "broken"}
ORDER = {"order_no": "7", "order_on": "2026-11-01", "quorum": "2", "district": "AZ-SAB"}

LINES: Lines = {
    ("GET", "/acts"): listed("/acts", "{number}"),
    ("POST", "/acts"): hidden(
        "/acts", form={"finding": "1", "words": "İzah edildi"}, stranger="keeper_elsewhere", known="leyla"
    ),
    ("GET", "/acts/new"): "/acts/new?kind=disposal&school=190",
    ("POST", "/acts/new"): hidden("/acts/new", form=NEW),
    ("GET", "/acts/commissions"): listed("/acts/commissions", "{order}"),
    ("POST", "/acts/commissions"): closed("/acts/commissions", known="leyla", form=ORDER),
    ("GET", "/acts/scans"): closed("/acts/scans", known="leyla"),
    ("POST", "/acts/scans"): hidden(
        "/acts/scans", file=("sign.p7s", b"\x30\x82rest"), form=lambda v: {"kind": "esign", "act": str(v["act"])},
        stranger="keeper_elsewhere", known="leyla",
    ),
    ("GET", "/acts/{act_id}"): "/acts/{act}",
    ("POST", "/acts/{act_id}"): hidden("/acts/{draft}", form={"do": "submit", "version": "1"}),
    ("GET", "/acts/{act_id}/paper"): "/acts/{act}/paper",
    ("GET", "/acts/{act_id}/pdf"): "/acts/{act}/pdf",
    ("GET", "/api/v1/acts"): listed("/api/v1/acts", "{number}"),
    ("POST", "/api/v1/acts"): hidden("/api/v1/acts", json=NEW),
    ("POST", "/api/v1/acts/scans"): own("/api/v1/acts/scans"),
    ("GET", "/api/v1/acts/{act_id}"): "/api/v1/acts/{act}",
    ("POST", "/api/v1/acts/{act_id}/steps"): hidden("/api/v1/acts/{draft}/steps", json={"to": "submitted"}),
    ("POST", "/api/v1/acts/{act_id}/signatures"): hidden(
        "/api/v1/acts/{act}/signatures", json={"signatures": [{"side": "commission", "name": "Ramiz Ağayev"}]},
        known="leyla",
    ),
    ("POST", "/api/v1/acts/{act_id}/answers"): hidden(
        "/api/v1/acts/{draft}/answers", json=lambda v: {"number": v["other"], "answer": "Təmirə yararsızdır"}
    ),
    ("GET", "/api/v1/acts/{act_id}/pdf"): "/api/v1/acts/{act}/pdf",
    ("GET", "/api/v1/commissions"): listed("/api/v1/commissions", "{order}"),
    ("GET", "/api/v1/findings"): listed("/api/v1/findings", "{gone}"),
    ("POST", "/api/v1/findings/{finding_id}/answers"): hidden(
        "/api/v1/findings/1/answers", json={"answer": "Başqa yerdə işləyir"}, stranger="keeper_elsewhere", known="leyla"
    ),
    ("GET", "/acts/{act_id}/files/{file_id}"): "/acts/{act}/files/{file}",
}  # fmt: skip
