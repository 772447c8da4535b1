"""What agents said last, of every connected school: most lines work, some are down, some schools are silent.

The states stand still: nobody speaks for these schools, so their agents are said to report once in ten years.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from alerts.state import Reason, State
from alerts.tables import DeviceState, Episode, Hearing
from inventory.equipment import Evidence, Kind
from inventory.lifecycle import GONE
from inventory.network import LinkKind
from inventory.tables import Agent, Device, Match
from server.demo.national.equipment import Piece
from server.demo.national.network import Connected
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

LINES: Final = {LinkKind.ADSL: "ADSL", LinkKind.FIBER: "Fiber-optik", LinkKind.WIRELESS_P2MP: "Simsiz"}
NEVER_AGAIN_S: Final = 10 * 365 * 86_400
SILENT, DOWN, DEGRADED, ON_BATTERY = 0.05, 0.035, 0.06, 0.02
SEEN: Final = 0.8  # of the computers at a connected school: within a week


def watched(writer: Writer, republic: Republic, lines: Sequence[Connected], pieces: Sequence[Piece]) -> None:
    """Agents with their devices, states and open outages; pieces that agents saw. Call before pieces are written."""
    dice, at = republic.dice("monitoring"), republic.at
    here: dict[int, list[Piece]] = {}
    for piece in pieces:
        if piece.state not in GONE:
            here.setdefault(piece.row["school_id"], []).append(piece)
    for line in lines:
        mine = here.get(line.place.id, [])
        computers = [p for p in mine if p.kind in (Kind.COMPUTER, Kind.NOTEBOOK)]
        speaker = computers[0] if computers else None
        agent_id = _agent(writer, republic, line, speaker)
        silent = dice.random() < SILENT
        ago_ms = dice.randint(1, 40) * 3_600_000 if silent else dice.randint(1, 59_000)
        heard_ms = round(at.timestamp() * 1000) - ago_ms
        writer.row(
            Hearing, agent_id=agent_id, school_id=line.place.id, instance=_hex(republic, agent_id)[:32],
            received="1", head_number=0, head_root=0, observed_ms=heard_ms, arrived_ms=heard_ms,
            every_s=60 if silent else NEVER_AGAIN_S, silent_since_ms=heard_ms + 150_000 if silent else None,
            silent_after_ms=None if silent else heard_ms + NEVER_AGAIN_S * 1000,
        )  # fmt: skip
        heard = at - timedelta(milliseconds=ago_ms)
        if silent:
            writer.row(
                Episode, school_id=line.place.id, agent_id=agent_id, state=State.NO_DATA,
                reason=Reason.AGENT_SILENT, started_at=heard, known_at=heard + timedelta(seconds=150),
            )  # fmt: skip
        chance = dice.random()
        state, reason = (
            (State.DOWN, Reason.OUTSIDE_UNREACHABLE) if chance < DOWN
            else (State.DEGRADED, dice.choice((Reason.LOSSY, Reason.SLOW))) if chance < DOWN + DEGRADED
            else (State.UP, Reason.WORKS)
        )  # fmt: skip
        _device(writer, republic, line, agent_id, "link", LINES[line.kind], state, reason)
        ups = next((p for p in mine if p.kind is Kind.UPS), None)
        if ups is not None:
            state, reason = (
                (State.DEGRADED, Reason.ON_BATTERY) if dice.random() < ON_BATTERY else (State.UP, Reason.WORKS)
            )
            device_id = _device(writer, republic, line, agent_id, "ups", "Server otağı", state, reason, ups)
            ups.row |= {"seen_at": heard, "seen_school_id": line.place.id, "seen_device_id": device_id}
        for piece in computers:
            if piece is speaker or dice.random() < SEEN:
                seen = heard if piece is speaker else heard - timedelta(hours=dice.randint(0, 150))
                piece.row |= {"seen_at": seen, "seen_school_id": line.place.id}


def _agent(writer: Writer, republic: Republic, line: Connected, speaker: Piece | None) -> int:
    key = hashlib.sha256(f"{republic.seed}/agent/{line.place.emis}".encode()).digest()
    machine = {"hostname": f"pc-{line.place.emis}", "serial": speaker.row["serial"] if speaker else ""}
    return writer.row(
        Agent, school_id=line.place.id, public_key=key, token_hash=hashlib.sha256(key).digest(), machine=machine,
        enrolled_at=republic.at - timedelta(days=200),
    )  # fmt: skip


def _device(
    writer: Writer, republic: Republic, line: Connected, agent_id: int, kind: str, name: str, state: State,
    reason: Reason, piece: Piece | None = None,
) -> int:  # fmt: skip
    since = republic.at - timedelta(minutes=37 + agent_id % 2000)
    device_id = writer.row(
        Device, agent_id=agent_id, school_id=line.place.id, key=kind, kind=kind, name=name,
        vendor=piece.maker if piece else "", model=piece.model if piece else "",
        serial=piece.row["serial"] if piece else "", first_seen_at=republic.at - timedelta(days=200),
    )  # fmt: skip
    writer.row(DeviceState, device_id=device_id, state=state, reason=reason, since=since, known_at=since)
    if state is not State.UP:
        writer.row(Episode, school_id=line.place.id, agent_id=agent_id, device_id=device_id, state=state,
                   reason=reason, started_at=since, known_at=since)  # fmt: skip
    if piece is not None:
        writer.row(Match, device_id=device_id, asset_id=piece.id, evidence=Evidence.SERIAL, by="agent",
                   at=republic.at - timedelta(days=199))  # fmt: skip
    return device_id


def _hex(republic: Republic, number: int) -> str:
    return hashlib.sha256(f"{republic.seed}/{number}".encode()).hexdigest()
