"""Three years of acts: what was delivered was accepted, some of it moved, was replaced, written off, disposed of.

Rows are made at once, by the rules that the services keep: numbers without a gap in the order of days, a piece in one
open act at most, states and places that follow from the executed acts. tests/test_national.py holds both together.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from inventory import snapshots
from inventory.lifecycle import SERIES, ActKind, ActState, AssetState
from inventory.papers import PAPERS, MemberRole, Method, Side
from inventory.tables import Act, ActLine, ActSignature, AssetSite, Commission, CommissionMember, District, NumberSeries
from server.demo.national import names
from server.demo.national.equipment import Piece, Store
from server.demo.national.places import Place
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
KEEPER: Final = "leyla"
A, S = ActKind, AssetState


@dataclass(slots=True)
class Paper:
    """An act to be written; `lines`: piece, direction, its state before."""

    on: date
    kind: ActKind
    place: Place
    lines: list[tuple[Piece, str, AssetState]]
    to: Place | None = None
    reason: str = ""
    state: ActState = ActState.EXECUTED
    number: str = ""
    act_id: int = 0


@dataclass(slots=True)
class Desk:
    """Commissions by district, and what the papers did to places: `(piece, school, from, until, paper)`."""

    commissions: dict[str, tuple[int, dict[str, Any]]]
    moves: dict[int, list[tuple[int, date, Paper | None]]] = field(default_factory=dict)


def written(
    writer: Writer, republic: Republic, districts: Sequence[District], store: Store, places: Sequence[Place]
) -> list[Paper]:
    """All acts with lines and signatures, and the sites of all pieces, which are in their present state afterwards."""
    dice = republic.dice("papers")
    desk = Desk({d.code: _commission(writer, republic, dice, d) for d in districts})
    for piece in store.pieces:
        desk.moves[piece.id] = [(piece.place.id, piece.since, None)]
    papers = _acceptances(store, desk, republic)
    papers += _later(republic, dice, list(store.pieces), places, desk)
    papers.sort(key=lambda paper: (paper.on, paper.kind, paper.place.id))
    _numbered(writer, papers)
    district_names = {d.code: {"az": d.name_az, "en": d.name_en, "ru": d.name_ru} for d in districts}
    for paper in papers:
        _act(writer, dice, paper, desk, district_names)
    _present_states(dice, store)
    for piece in store.pieces:
        _sites(writer, piece, desk.moves[piece.id])
    return papers


def _acceptances(store: Store, desk: Desk, republic: Republic) -> list[Paper]:
    """One act for what came to one school on one day; the newest are still open, their pieces only delivered."""
    days: dict[tuple[int, date], list[Piece]] = {}
    for shipment in store.shipments:
        days.setdefault((shipment.place.id, shipment.on), []).extend(shipment.pieces)
    out = []
    for (_, on), pieces in days.items():
        paper = Paper(on + timedelta(days=2), A.ACCEPTANCE, pieces[0].place, [], reason="delivery")
        fresh = (republic.today - on).days <= 45
        paper.state = ActState.SUBMITTED if fresh else ActState.EXECUTED
        for piece in pieces:
            paper.lines.append((piece, "", S.DELIVERED))
            piece.state = S.DELIVERED if fresh else S.INSTALLED
            if fresh:
                piece.row["in_service_on"] = None
            desk.moves[piece.id][0] = (piece.place.id, on, None)
        out.append(paper)
    return out


def _later(
    republic: Republic, dice: random.Random, pieces: list[Piece], places: Sequence[Place], desk: Desk
) -> list[Paper]:
    """Transfers, replacements, write-offs and disposals of pieces in use; each piece in one of them at most."""
    usable = [p for p in pieces if p.state is S.INSTALLED]
    dice.shuffle(usable)
    near: dict[str, list[Place]] = {}
    for place in places:
        near.setdefault(place.district, []).append(place)
    size, out = republic.size, []
    for _ in range(size.transfers):
        piece = usable.pop()
        to = dice.choice([p for p in near[piece.place.district] if p.id != piece.place.id] or list(places))
        paper = Paper(_after(republic, dice, piece), A.TRANSFER, piece.place, [(piece, "", S.INSTALLED)], to, "need")
        desk.moves[piece.id].append((to.id, paper.on, paper))
        piece.row |= {"school_id": to.id, "room_id": None, "custodian_id": None, "link_id": None}
        piece.state = S.IN_STORE
        out.append(paper)
    changed = [_replacement(republic, dice, usable) for _ in range(size.replacements)]
    out += [paper for paper in changed if paper is not None]
    written_off: list[Piece] = []
    for _ in range(size.write_offs):
        piece = usable.pop()
        paper = Paper(_after(republic, dice, piece), A.WRITE_OFF, piece.place, [(piece, "", S.INSTALLED)], None,
                      dice.choice(("worn_out", "broken", "obsolete")))  # fmt: skip
        piece.state = S.WRITTEN_OFF
        if (republic.today - paper.on).days < 25:
            paper.state, piece.state = ActState.SUBMITTED, S.WRITEOFF_PROPOSED
        else:
            written_off.append(piece)
            piece.row["value_qepik"] = 0
            piece.since = paper.on
        out.append(paper)
    for piece in written_off[: size.disposals]:
        on = min(piece.since + timedelta(days=20), republic.today - timedelta(days=1))
        out.append(Paper(on, A.DISPOSAL, piece.place, [(piece, "", S.WRITTEN_OFF)], None, "recycled"))
        piece.state = S.DISPOSED
    return out


def _replacement(republic: Republic, dice: random.Random, usable: list[Piece]) -> Paper | None:
    """A piece in store comes for one of the same kind at the same school."""
    old = usable.pop()
    new = next((p for p in usable[-4000:] if p.place is old.place and p.kind is old.kind), None)
    if new is None:
        return None
    usable.remove(new)
    on = max(_after(republic, dice, old), _after(republic, dice, new))
    old.state, new.state = S.IN_STORE, S.INSTALLED
    new.row["room_id"], new.row["custodian_id"] = old.row.get("room_id"), old.row.get("custodian_id")
    old.row["room_id"] = old.place.store_id
    return Paper(on, A.REPLACEMENT, old.place, [(old, "out", S.INSTALLED), (new, "in", S.IN_STORE)], None, "broken")


def _after(republic: Republic, dice: random.Random, piece: Piece) -> date:
    """A day when the piece was in use, within the last three years."""
    first = max(piece.since + timedelta(days=20), republic.today - timedelta(days=3 * 365))
    return first + timedelta(days=dice.randint(0, max(0, (republic.today - first).days - 2)))


def _numbered(writer: Writer, papers: Sequence[Paper]) -> None:
    last: dict[tuple[str, int], int] = {}
    for paper in papers:
        series = (SERIES[paper.kind], paper.on.year)
        last[series] = last.get(series, 0) + 1
        paper.number = f"{series[0]}-{series[1]}-{last[series]:06d}"
    for (name, year), newest in last.items():
        writer.row(NumberSeries, series=name, year=year, last=newest)


def _act(
    writer: Writer, dice: random.Random, paper: Paper, desk: Desk, district_names: dict[str, dict[str, str]]
) -> None:
    at = datetime.combine(paper.on, time(7, 30), UTC)
    commission_id, commission = (
        desk.commissions[paper.place.district] if PAPERS[paper.kind].commission else (None, None)
    )
    code = "".join(dice.choices(LETTERS, k=12))
    snapshot: dict[str, Any] = {
        "form": snapshots.FORM, "number": paper.number, "kind": paper.kind.value, "layout": f"{paper.kind.value}-1",
        "on": paper.on.isoformat(), "school": _school(paper.place, district_names),
        "to_school": _school(paper.to, district_names) if paper.to else None, "commission": commission,
        "sides": [side.value for side in PAPERS[paper.kind].sides], "reason": paper.reason, "basis": "", "note": "",
        "drawn_by": KEEPER, "check_code": code,
        "lines": [_line(place, *line) for place, line in enumerate(paper.lines, 1)],
    }  # fmt: skip
    out = [line for line in snapshot["lines"] if line["direction"] != "in"]
    snapshot["value_qepik"] = sum(line["value_qepik"] for line in out)
    snapshot["residual_qepik"] = None
    done = paper.state is ActState.EXECUTED
    paper.act_id = writer.row(
        Act, number=paper.number, kind=paper.kind, state=paper.state, school_id=paper.place.id,
        to_school_id=paper.to.id if paper.to else None, commission_id=commission_id, layout=snapshot["layout"],
        reason=paper.reason, snapshot=snapshot, sha256=snapshots.hash_of(snapshot), check_code=code, drawn_by=KEEPER,
        drawn_at=at, submitted_at=at, executed_at=at + timedelta(hours=5) if done else None, version=5 if done else 2,
    )  # fmt: skip
    first = 0
    for place, (piece, direction, was) in enumerate(paper.lines, 1):
        line_id = writer.row(
            ActLine, act_id=paper.act_id, asset_id=piece.id, place=place, open=not done, direction=direction,
            replaces_id=first if direction == "in" else None, value_qepik=piece.value,
            was=was if paper.kind in (A.TRANSFER, A.WRITE_OFF) else None,
        )  # fmt: skip
        first = first or line_id
    if done:
        _signatures(writer, paper, commission, at + timedelta(hours=4))


def _line(place: int, piece: Piece, direction: str, was: AssetState) -> dict[str, Any]:
    return {
        "place": place, "direction": direction, "replaces": 1 if direction == "in" else None,
        "inventory_no": piece.number, "kind": piece.kind.value, "maker": piece.maker, "model": piece.model,
        "serial": piece.row["serial"], "state": was.value, "room": "", "custodian": "", "delivery": piece.delivery,
        "in_service_on": None if was is S.DELIVERED else piece.row["in_service_on"].isoformat(), "quantity": 1,
        "value_qepik": piece.value, "residual_qepik": None, "condition": "", "reason": "", "salvage": [],
        "challenges": [], "answered": "",
    }  # fmt: skip


def _school(place: Place, district_names: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "emis": place.emis,
        "name": place.name,
        "district": district_names[place.district],
        "address": place.address,
    }


def _signatures(writer: Writer, paper: Paper, commission: dict[str, Any] | None, at: datetime) -> None:
    if commission is not None:
        for member in commission["members"]:
            writer.row(ActSignature, act_id=paper.act_id, side=Side.COMMISSION.value, name=member["name"],
                       role=member["role"], method=Method.PAPER_SCAN.value, at=at)  # fmt: skip
        return
    for side, place in ((Side.FROM, paper.place), (Side.TO, paper.to)):
        if place is not None:
            writer.row(ActSignature, act_id=paper.act_id, side=side.value, name=place.director, role="director",
                       method=Method.PAPER_SCAN.value, at=at)  # fmt: skip


def _commission(
    writer: Writer, republic: Republic, dice: random.Random, district: District
) -> tuple[int, dict[str, Any]]:
    order_no, order_on = f"{district.code.partition('-')[2]}-12", date(republic.year - 3, 1, 10)
    commission_id = writer.row(
        Commission, district_code=district.code, order_no=order_no, order_on=order_on, quorum=2
    )  # fmt: skip
    members: list[dict[str, str]] = []
    for role, position in ((MemberRole.CHAIR, "şöbə müdiri"), (MemberRole.CHIEF_ACCOUNTANT, "baş mühasib"),
                           (MemberRole.MEMBER, "mütəxəssis")):  # fmt: skip
        name = names.invented(dice)
        while any(name == member["name"] for member in members):
            name = names.invented(dice)
        members.append({"name": name, "position": position, "role": role.value})
        writer.row(CommissionMember, commission_id=commission_id, **members[-1])
    return commission_id, {
        "order_no": order_no, "order_on": order_on.isoformat(), "quorum": 2, "members": members,
    }  # fmt: skip


def _present_states(dice: random.Random, store: Store) -> None:
    """A few of what is in use are in repair, in store or missing: steps that need no act."""
    for piece in store.pieces:
        if piece.state is S.INSTALLED and (chance := dice.random()) < 0.045:
            piece.state = S.IN_REPAIR if chance < 0.015 else S.IN_STORE if chance < 0.04 else S.MISSING


def _sites(writer: Writer, piece: Piece, moves: Sequence[tuple[int, date, Paper | None]]) -> None:
    for n, (school_id, since, paper) in enumerate(moves):
        until = moves[n + 1][1] if n + 1 < len(moves) else None
        writer.row(AssetSite, asset_id=piece.id, school_id=school_id, from_on=since, until_on=until,
                   act_id=paper.act_id if paper else None)  # fmt: skip
