"""Whether what an agent sees is a piece of the register, by evidence that can be named; never by a host name.

Strong to weak: what a person said, the agent that was tied to a piece before, the serial number, the network card.
Whatever speaks against itself is put before a person instead of being decided.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from inventory.equipment import Evidence, Kind

K = Kind
COMPUTERS: Final = frozenset({K.COMPUTER, K.NOTEBOOK, K.NETBOOK, K.TABLET, K.SERVER})
NETWORK: Final = frozenset({K.SWITCH, K.ROUTER, K.ACCESS_POINT, K.MODEM})
# What a device of a report can be in the register; a link is a line, not a piece.
FITS: Final[Mapping[str, frozenset[Kind]]] = {
    "link": frozenset(),
    "computer": COMPUTERS,
    "ups": frozenset({K.UPS}),
    "board": frozenset({K.BOARD, K.PROJECTOR, K.MONITOR}),
    "printer": frozenset({K.PRINTER, K.SCANNER}),
    "switch": NETWORK,
    "modem": NETWORK,
    "radio": NETWORK,
    "sensor": frozenset({K.SENSOR}),
}
EVERYTHING: Final = frozenset(Kind)


class Outcome(StrEnum):
    """What was concluded of a device."""

    MATCHED = "matched"
    UNKNOWN = "unknown"  # nothing in the register has its serial number or its card: to be adopted
    NO_EVIDENCE = "no_evidence"  # it says nothing that could be compared: to be tied by a person
    SEVERAL = "several"  # more than one piece has this serial number or this card
    SHARED = "shared"  # devices at several schools say this serial number at the same time
    CLAIMED = "claimed"  # the piece is being seen as another device at this moment
    DISPUTED = "disputed"  # the serial number says one piece, the card or a person another
    SET_ASIDE = "set_aside"  # a person said that it does not belong into the register


QUEUE: Final = (Outcome.UNKNOWN, Outcome.NO_EVIDENCE)
DOUBTS: Final = (Outcome.SEVERAL, Outcome.SHARED, Outcome.CLAIMED, Outcome.DISPUTED)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one device says of itself, as keys that are evidence (inventory.identities); empty where it is none."""

    kind: str
    serial: str = ""
    macs: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the register that something points to. `serials`: the declared one and the one last seen."""

    asset_id: int
    kind: Kind
    serials: frozenset[str] = field(default_factory=frozenset)
    macs: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Former:
    """The piece that this device was before, and by what evidence."""

    piece: Piece
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """`asset_id` is None where nothing was decided; `rivals` are the pieces among which a person decides."""

    outcome: Outcome
    asset_id: int | None = None
    evidence: Evidence | None = None
    rivals: tuple[int, ...] = ()


def found(
    seen: Seen, pieces: Sequence[Piece], *, former: Former | None = None, same_agent: Piece | None = None,
    shared: bool = False, claimed: Collection[int] = (),
) -> Finding:  # fmt: skip
    """What this device is.

    `pieces`: those whose serial number or card is among the device's. `same_agent`: what the device of the same name
    was under an earlier enrolment of the same computer. `shared`: other devices say this serial number at this moment,
    so it is none. `claimed`: pieces that are being seen as another device at this moment.
    """
    fitting = [piece for piece in pieces if piece.kind in FITS.get(seen.kind, EVERYTHING)]
    said = [p for p in fitting if seen.serial and seen.serial in p.serials]
    by_serial = [] if shared else said
    by_card = [p for p in fitting if seen.macs & p.macs]
    if former is not None:
        return _as_before(seen, former, by_serial)
    if len(by_serial) > 1:
        both = [p for p in by_serial if p in by_card]
        if len(both) != 1:
            return Finding(Outcome.SEVERAL, rivals=_ids(by_serial))
        by_serial = both
    if by_serial:
        return _unless_claimed(by_serial[0], Evidence.SERIAL, claimed)
    if same_agent is not None and not _another(seen, same_agent):
        return _unless_claimed(same_agent, Evidence.AGENT_KEY, claimed)
    # A card that moved into another computer is not the computer: where both name a serial number, those must agree.
    if agreeing := [p for p in by_card if not _another(seen, p)]:
        if len(agreeing) > 1:
            return Finding(Outcome.SEVERAL, rivals=_ids(agreeing))
        return _unless_claimed(agreeing[0], Evidence.MAC, claimed)
    if by_card:
        return Finding(Outcome.DISPUTED, rivals=_ids(by_card))
    if shared:
        return Finding(Outcome.SHARED, rivals=_ids(said))
    return Finding(Outcome.UNKNOWN if seen.serial or seen.macs else Outcome.NO_EVIDENCE)


def _as_before(seen: Seen, former: Former, by_serial: Sequence[Piece]) -> Finding:
    """A device stays what it was until its serial number says otherwise; a person's word is never undone here."""
    piece = former.piece
    others = [p for p in by_serial if p.asset_id != piece.asset_id]
    if former.evidence is Evidence.PERSON:
        if others:
            return Finding(Outcome.DISPUTED, piece.asset_id, former.evidence, _ids([piece, *others]))
        return Finding(Outcome.MATCHED, piece.asset_id, former.evidence)
    if not _another(seen, piece) or seen.macs & piece.macs:
        return Finding(Outcome.MATCHED, piece.asset_id, former.evidence)
    if len(others) == 1:  # the socket of the old UPS has a new UPS in it, which the register knows
        return Finding(Outcome.MATCHED, others[0].asset_id, Evidence.SERIAL)
    return Finding(Outcome.SEVERAL, rivals=_ids(others)) if others else Finding(Outcome.UNKNOWN)


def _another(seen: Seen, piece: Piece) -> bool:
    """Whether the serial numbers of both are known, and differ."""
    return bool(seen.serial and piece.serials) and seen.serial not in piece.serials


def _unless_claimed(piece: Piece, evidence: Evidence, claimed: Collection[int]) -> Finding:
    if piece.asset_id in claimed:
        return Finding(Outcome.CLAIMED, rivals=(piece.asset_id,))
    return Finding(Outcome.MATCHED, piece.asset_id, evidence)


def _ids(pieces: Sequence[Piece]) -> tuple[int, ...]:
    return tuple(sorted(piece.asset_id for piece in pieces))
