"""What agents see of the register: each device is tied to a piece by evidence, and the piece learns what was seen."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, or_
from sqlmodel import Session, col, select

from inventory import facts, identities, trace
from inventory.equipment import Evidence
from inventory.matching import Finding, Former, Outcome, Piece, Seen, found
from inventory.roles import Who
from inventory.tables import Asset, Match, Sighting

MOST_AT_ONE_SCHOOL: Final = 2  # devices with one serial number: one piece that two agents ask; more are clones
CHUNK: Final = 500

Alive = Callable[[Collection[int]], set[int]]  # which of these devices answer at this moment


@dataclass(frozen=True, slots=True)
class Look:
    """A device as its agent describes it. `machine`: of the computer that the agent runs on, where it is this device.

    `alive`: it answers at this moment; `seen_at`: when it last did, as far as is known.
    """

    device_id: int
    school_id: int
    described: str
    kind: str
    name: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    address: str = ""
    machine: Mapping[str, Any] = field(default_factory=dict)
    alive: bool = False
    seen_at: datetime | None = None

    @property
    def macs(self) -> list[str]:
        cards = self.machine.get("macs")
        return [mac for text in (cards if isinstance(cards, list) else ()) if (mac := identities.mac_evidence(text))]

    @property
    def machine_id(self) -> str:
        text = str(self.machine.get("machine_id") or "")[:64]
        return "" if identities.tells_nothing(text) else identities.key_of(text)

    @property
    def evidence(self) -> Seen:
        return Seen(self.kind, identities.serial_evidence(self.serial), frozenset(self.macs))

    def observed(self) -> dict[str, Any]:
        """The observed column, by the names of inventory.facts; only what was said."""
        cells: dict[str, Any] = {
            "serial": self.serial, "vendor": self.vendor, "model": self.model, "name": self.name,
            "address": self.address, "hostname": str(self.machine.get("hostname") or "")[:120],
            "os": str(self.machine.get("system") or "")[:120], "macs": self.macs, "mac": next(iter(self.macs), ""),
        }  # fmt: skip
        return {name: value for name, value in cells.items() if value}


def looked(session: Session, looks: Sequence[Look], alive: Alive, *, by: Who, at: datetime) -> int:
    """Conclude anew of these devices what they are; how many of them are another piece than before, or none now."""
    if not looks:
        return 0
    trace.held(session)
    known = _noted(session, looks, at)
    at_once = _said_by_several(session, looks, alive)
    before = {m.device_id: m for m in session.exec(select(Match).where(col(Match.device_id).in_(list(known))))}
    pieces, rows = _pieces(session, looks, [m.asset_id for m in before.values()])
    claims = _claims(session, rows, alive)
    by_evidence = _by_evidence(pieces)
    changes = []
    for look in looks:
        sighting, match = known[look.device_id], before.get(look.device_id)
        former = None
        if match is not None and match.asset_id in pieces:
            former = Former(pieces[match.asset_id], match.evidence)
        rivals = {asset for asset, who in claims.items() if who - {look.device_id}} if look.alive else set()
        finding = found(
            look.evidence, _pointed(look.evidence, by_evidence), former=former,
            same_agent=_same_agent(session, look, alive, pieces, rows), shared=look.device_id in at_once,
            claimed=rivals,
        )  # fmt: skip
        changes += _concluded(session, look, sighting, match, finding, rows, at)
        if finding.asset_id is not None and look.alive:
            claims.setdefault(finding.asset_id, set()).add(look.device_id)
    session.flush()
    trace.all_changed(session, changes, by=by, at=at)
    return len(changes)


def seen_as(asset: Asset, look: Look) -> None:
    """The piece learns what was seen of it; what people declare stays, and so does its version."""
    told = look.observed()
    if asset.observed != told:
        asset.observed = told
        asset.conflict = bool(facts.disagreements(asset.declared, told, asset.kept))
        asset.search = ""  # written anew by the next pass of the clock, or by the next edit
    if look.seen_at is not None and (asset.seen_at is None or look.seen_at >= asset.seen_at):
        asset.seen_at, asset.seen_school_id, asset.seen_device_id = look.seen_at, look.school_id, look.device_id


def last_seen(session: Session, asset_ids: Collection[int]) -> dict[int, tuple[datetime, int, int | None]]:
    """When an agent last saw these pieces, at which school, as which device: `{asset: (at, school, device)}`.

    The school may be another than the register says: that is for whoever moves pieces. Never seen: not in the answer.
    """
    out: dict[int, tuple[datetime, int, int | None]] = {}
    wanted = sorted(asset_ids)
    for start in range(0, len(wanted), CHUNK):
        here = select(Asset.id, Asset.seen_at, Asset.seen_school_id, Asset.seen_device_id)
        here = here.where(col(Asset.id).in_(wanted[start : start + CHUNK]), col(Asset.seen_at).is_not(None))
        for asset_id, seen_at, school_id, device_id in session.exec(here):
            if asset_id is not None and seen_at is not None and school_id is not None:
                out[asset_id] = (seen_at, school_id, device_id)
    return out


def look_again(session: Session, serials: Iterable[str]) -> None:
    """The register learnt of these serial numbers: whoever says one of them is looked at by the next pass."""
    keys = [key for key in serials if key]
    for start in range(0, len(keys), CHUNK):
        told = select(Sighting).where(col(Sighting.serial).in_(keys[start : start + CHUNK]))
        for sighting in session.exec(told):
            sighting.described = ""
            session.add(sighting)


def _noted(session: Session, looks: Sequence[Look], at: datetime) -> dict[int, Sighting]:
    told = select(Sighting).where(col(Sighting.device_id).in_([look.device_id for look in looks]))
    known = {row.device_id: row for row in session.exec(told)}
    new = [
        {"device_id": look.device_id, "outcome": Outcome.NO_EVIDENCE, "rivals": [], **_words(look), "at": at,
         "seen_at": look.seen_at}
        for look in looks if look.device_id not in known
    ]  # fmt: skip
    for look in looks:
        if row := known.get(look.device_id):
            for name, value in _words(look).items():
                setattr(row, name, value)
            row.at, row.seen_at = at, look.seen_at or row.seen_at
            session.add(row)
    if new:  # rows at once: making a model object takes longer than all the rest of a look
        session.execute(insert(Sighting), new)
        known = {row.device_id: row for row in session.exec(told)}
    session.flush()
    return known


def _words(look: Look) -> dict[str, Any]:
    return {"school_id": look.school_id, "described": look.described, "serial": look.evidence.serial,
            "macs": look.macs, "machine_id": look.machine_id}  # fmt: skip


def _said_by_several(session: Session, looks: Sequence[Look], alive: Alive) -> set[int]:
    """Devices whose serial number is said at several schools, or too often at one, at this moment: it is none."""
    serials = sorted({look.evidence.serial for look in looks} - {""})
    rows = session.exec(
        select(Sighting.serial, Sighting.device_id, Sighting.school_id).where(col(Sighting.serial).in_(serials))
    ).all()
    bearers: dict[str, list[tuple[int, int]]] = {}
    for serial, device_id, school_id in rows:
        bearers.setdefault(serial, []).append((device_id, school_id))
    several = [who for who in bearers.values() if len(who) > 1]
    answering = alive([device for who in several for device, _ in who]) if several else set()
    out: set[int] = set()
    for who in several:
        now = [(device, school) for device, school in who if device in answering]
        if len({school for _, school in now}) > 1 or len(now) > MOST_AT_ONE_SCHOOL:
            out |= {device for device, _ in who}
    return out


def _pieces(
    session: Session, looks: Sequence[Look], formers: Sequence[int]
) -> tuple[dict[int, Piece], dict[int, Asset]]:
    """Everything of the register that these devices point to. A row that is another's double stands for that one."""
    serials = sorted({look.evidence.serial for look in looks} - {""})
    macs = sorted({mac for look in looks for mac in look.macs})
    wanted = or_(col(Asset.serial).in_(serials), col(Asset.mac).in_(macs), col(Asset.id).in_(formers))
    rows = {row.id or 0: row for row in session.exec(select(Asset).where(wanted))}
    return _as_pieces(session, rows), rows


def _as_pieces(session: Session, rows: dict[int, Asset]) -> dict[int, Piece]:
    doubles = {key: row.same_as_id for key, row in rows.items() if row.same_as_id is not None}
    for kept_id in set(doubles.values()) - set(rows):
        rows[kept_id] = session.get_one(Asset, kept_id)
    out = {key: _piece(row) for key, row in rows.items() if row.same_as_id is None}
    for key, kept_id in doubles.items():
        if kept_id in out:
            double = _piece(rows[key])
            known = out[kept_id]
            whole = Piece(kept_id, known.kind, known.serials | double.serials, known.macs | double.macs)
            out[kept_id] = out[key] = whole
    return out


def _piece(row: Asset) -> Piece:
    seen = identities.serial_evidence(str(row.observed.get("serial") or ""))
    cards = {row.mac, *row.observed.get("macs", ())} - {""}
    return Piece(row.id or 0, row.kind, frozenset({row.serial, seen} - {""}), frozenset(cards))


def _by_evidence(pieces: Mapping[int, Piece]) -> dict[str, dict[int, Piece]]:
    """Pieces by each serial number and card of theirs."""
    out: dict[str, dict[int, Piece]] = {}
    for piece in pieces.values():
        for key in (*(f"s{serial}" for serial in piece.serials), *(f"m{mac}" for mac in piece.macs)):
            out.setdefault(key, {})[piece.asset_id] = piece
    return out


def _pointed(seen: Seen, by_evidence: Mapping[str, Mapping[int, Piece]]) -> list[Piece]:
    """The pieces that this device could mean."""
    keys = (f"s{seen.serial}", *(f"m{mac}" for mac in seen.macs))
    return list({number: piece for key in keys for number, piece in by_evidence.get(key, {}).items()}.values())


def _claims(session: Session, rows: Mapping[int, Asset], alive: Alive) -> dict[int, set[int]]:
    """By piece the devices that are it and answer at this moment."""
    ties = session.exec(select(Match.asset_id, Match.device_id).where(col(Match.asset_id).in_(list(rows)))).all()
    answering = alive([device for _, device in ties]) if ties else set()
    out: dict[int, set[int]] = {}
    for asset_id, device_id in ties:
        if device_id in answering:
            out.setdefault(asset_id, set()).add(device_id)
    return out


def _same_agent(
    session: Session, look: Look, alive: Alive, pieces: dict[int, Piece], rows: dict[int, Asset]
) -> Piece | None:
    """What this computer was under an earlier enrolment: one other device has its machine id, and answers no more."""
    if not look.machine_id:
        return None
    others = session.exec(
        select(Sighting.device_id, Match.asset_id)
        .join(Match, col(Match.device_id) == col(Sighting.device_id), isouter=True)
        .where(Sighting.machine_id == look.machine_id, Sighting.device_id != look.device_id)
    ).all()
    if not others or alive([device for device, _ in others]):
        return None  # two that answer at once with one machine id are copies of one disk
    tied = {asset for _, asset in others if asset is not None}
    if len(tied) != 1:
        return None
    asset_id = tied.pop()
    if asset_id not in pieces:
        rows[asset_id] = session.get_one(Asset, asset_id)
        pieces.update(_as_pieces(session, {asset_id: rows[asset_id]}))
    return pieces.get(asset_id)


def _concluded(
    session: Session, look: Look, sighting: Sighting, match: Match | None, finding: Finding, rows: Mapping[int, Asset],
    at: datetime,
) -> list[trace.Changed]:  # fmt: skip
    """Write it down; one change where the device is another piece than before."""
    set_aside = sighting.outcome is Outcome.SET_ASIDE and finding.asset_id is None
    sighting.outcome = Outcome.SET_ASIDE if set_aside else finding.outcome
    sighting.rivals = list(finding.rivals)
    was = rows[match.asset_id].inventory_no if match is not None and match.asset_id in rows else None
    if finding.asset_id is None or finding.evidence is None:
        if match is None:
            return []
        session.delete(match)
        return [_tied(look, was, None, "")]
    asset = rows[finding.asset_id]
    seen_as(asset, look)
    session.add(asset)
    if match is not None and match.asset_id == finding.asset_id:
        return []
    match = match or Match(device_id=look.device_id, asset_id=finding.asset_id, evidence=finding.evidence)
    match.asset_id, match.evidence, match.by, match.at = finding.asset_id, finding.evidence, "", at
    session.add(match)
    return [_tied(look, was, asset.inventory_no, finding.evidence)]


def _tied(look: Look, was: str | None, becomes: str | None, evidence: Evidence | str) -> trace.Changed:
    before = None if was is None else {"asset": was}
    after = {"asset": becomes, "evidence": evidence} if becomes else {"asset": None}
    return trace.Changed("matched" if becomes else "parted", "device", str(look.device_id), before, after,
                         look.school_id)  # fmt: skip
