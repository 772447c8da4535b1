"""Pieces of equipment, a commission and acts, for the tests of the life cycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from inventory import acts, commissions, drafts, placing
from inventory.commissions import Appointed
from inventory.drafts import Piece
from inventory.equipment import Kind
from inventory.lifecycle import ActKind, AssetState
from inventory.papers import MemberRole, Side
from inventory.roles import Who
from inventory.signing import Signed
from inventory.tables import Act, Asset, Commission, Maker, Model, School
from tests import cast

CHAIR, DEPUTY, MEMBER = "Ramiz Ağayev", "Şəhla Quliyeva", "Gülnarə Həsənova"
COMMISSION = (
    Appointed(CHAIR, MemberRole.CHAIR, "Şöbə müdiri"),
    Appointed(DEPUTY, MemberRole.CHIEF_ACCOUNTANT, "Baş mühasib"),
    Appointed(MEMBER, MemberRole.MEMBER, "Mühəndis"),
)


@dataclass
class Desk:
    """Who acts: the technician draws, the keeper approves and executes. Models by kind."""

    who: cast.Cast
    aynur: Who
    leyla: Who
    models: dict[Kind, Model]
    commission: Commission
    number: int = 0

    def piece(
        self, session: Session, state: AssetState = AssetState.INSTALLED, *, kind: Kind = Kind.COMPUTER,
        school: School | None = None, **facts: Any,
    ) -> Asset:  # fmt: skip
        """INV-0001, INV-0002, ...; an old piece that was repaired once, unless `facts` say otherwise."""
        self.number += 1
        school = school or self.who.school
        row = Asset(
            inventory_no=f"INV-{self.number:04}", model_id=self.models[kind].id or 0, kind=kind, state=state,
            school_id=school.id or 0, serial=f"SN{self.number:06}", value_qepik=65_000,
            in_service_on=date(2011, 9, 1), **facts,
        )  # fmt: skip
        row.created_at = cast.NOW
        session.add(row)
        session.flush()
        placing.arrived(session, row, by=self.leyla, at=cast.NOW)
        return row

    def draft(self, session: Session, kind: ActKind, *pieces: Asset, **more: Any) -> Act:
        facts: dict[str, Any] = {"reason": REASON[kind], "commission": self.commission}
        facts |= {"to_school": self.who.elsewhere} if kind is ActKind.TRANSFER else {}
        lines = [Piece(piece.inventory_no) for piece in pieces]
        if kind is ActKind.REPLACEMENT:
            lines = [Piece(pieces[1].inventory_no, replaces=pieces[0].inventory_no)]
        return drafts.drawn(
            session, kind, self.who.school, lines, by=self.aynur, at=cast.NOW, **(facts | more)
        )  # fmt: skip

    def submitted(self, session: Session, kind: ActKind, *pieces: Asset, **more: Any) -> Act:
        act = self.draft(session, kind, *pieces, **more)
        acts.submitted(session, act, by=self.aynur, at=cast.NOW)
        return act

    def approved(self, session: Session, kind: ActKind, *pieces: Asset, **more: Any) -> Act:
        """Whatever speaks against it is answered."""
        act = self.submitted(session, kind, *pieces, **more)
        for line in drafts.lines_of(session, act):
            if line.challenges:
                acts.answered(session, act, line, "Lampa yanıb, ehtiyat hissəsi yoxdur", by=self.leyla, at=cast.NOW)
        acts.approved(session, act, by=self.leyla, at=cast.NOW)
        return act

    def executed(self, session: Session, kind: ActKind, *pieces: Asset, **more: Any) -> Act:
        act = self.approved(session, kind, *pieces, **more)
        acts.signed(session, act, signatures(kind), by=self.leyla, at=cast.NOW)
        if kind is not ActKind.TRANSFER:  # to sign there is to accept
            acts.executed(session, act, by=self.leyla, at=cast.NOW)
        return act


REASON = {
    ActKind.ACCEPTANCE: "delivery", ActKind.TRANSFER: "need", ActKind.REPLACEMENT: "broken",
    ActKind.WRITE_OFF: "worn_out", ActKind.DISPOSAL: "recycled",
}  # fmt: skip
FROM = Signed(Side.FROM, "Elçin Rzayev", "director")
TO = Signed(Side.TO, "Nərgiz Babayeva", "director")


def signatures(kind: ActKind) -> Sequence[Signed]:
    if kind is ActKind.TRANSFER:
        return [FROM, TO]
    if kind is ActKind.REPLACEMENT:
        return [FROM]
    return [Signed(Side.COMMISSION, name) for name in (CHAIR, DEPUTY, MEMBER)]


def desk(session: Session, who: cast.Cast | None = None) -> Desk:
    who = who or cast.enter(session)
    leyla = cast.who(session, who.leyla)
    maker = Maker(name="Acer")
    session.add(maker)
    session.flush()
    models = {}
    for kind in (Kind.COMPUTER, Kind.PROJECTOR):
        models[kind] = Model(maker_id=maker.id or 0, name=f"{kind.value.title()} X1", kind=kind)
        session.add(models[kind])
    session.flush()
    commission = commissions.appointed(
        session, "ƏM-14", (cast.NOW - timedelta(days=30)).date(), COMMISSION, quorum=2, by=leyla, at=cast.NOW,
        district_code=who.school.district_code,
    )  # fmt: skip
    return Desk(who, cast.who(session, who.aynur), leyla, models, commission)
