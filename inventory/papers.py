"""What each kind of act needs on paper: a commission or two sides, which reasons, whose signatures. Plain values.

Reasons of a write-off and its salvage: Cabinet of Ministers decree 177 of 6 November 2004, form 3Q.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inventory.lifecycle import ActKind, AssetState


class Side(StrEnum):
    """For whom somebody signs."""

    COMMISSION = "commission"
    FROM = "from"  # the school whose equipment it is; in a transfer the giving one
    TO = "to"  # the taking school


class MemberRole(StrEnum):
    CHAIR = "chair"
    DEPUTY = "deputy"
    CHIEF_ACCOUNTANT = "chief_accountant"
    MEMBER = "member"
    CUSTODIAN = "custodian"  # answers for the pieces; signs, but has no vote and may not chair


class Method(StrEnum):
    PAPER_SCAN = "paper_scan"
    TABLET = "tablet"
    ESIGN = "esign"
    NETWORK = "network"  # the pieces themselves reported from the taking school


class Reason(StrEnum):
    WORN_OUT = "worn_out"
    BROKEN = "broken"
    OBSOLETE = "obsolete"
    STOLEN = "stolen"
    LOST = "lost"
    DISASTER = "disaster"
    DELIVERY = "delivery"
    GIFT = "gift"
    NEED = "need"
    CLOSURE = "closure"
    WARRANTY = "warranty"
    RENEWAL = "renewal"
    SOLD = "sold"
    RECYCLED = "recycled"
    DESTROYED = "destroyed"
    OTHER = "other"


class Wanting(StrEnum):
    """What keeps an act from being signed, or NOTHING."""

    NOTHING = "nothing"
    CHAIR = "chair"
    QUORUM = "quorum"
    FROM = "from"
    TO = "to"


class Fault(StrEnum):
    """Why some people cannot be a commission, or NOTHING."""

    NOTHING = "nothing"
    NO_CHAIR = "no_chair"
    TWO_CHAIRS = "two_chairs"
    CUSTODIAN_CHAIRS = "custodian_chairs"
    QUORUM = "quorum"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Paper:
    commission: bool
    sides: tuple[Side, ...]
    reasons: tuple[Reason, ...]


R, K = Reason, ActKind
PAPERS: Final[dict[ActKind, Paper]] = {
    K.ACCEPTANCE: Paper(True, (Side.COMMISSION,), (R.DELIVERY, R.GIFT, R.OTHER)),
    K.TRANSFER: Paper(False, (Side.FROM, Side.TO), (R.NEED, R.CLOSURE, R.RENEWAL, R.OTHER)),
    K.REPLACEMENT: Paper(False, (Side.FROM,), (R.BROKEN, R.WARRANTY, R.RENEWAL, R.LOST, R.STOLEN, R.OTHER)),
    K.WRITE_OFF: Paper(
        True, (Side.COMMISSION,), (R.WORN_OUT, R.BROKEN, R.OBSOLETE, R.STOLEN, R.LOST, R.DISASTER, R.OTHER)
    ),
    K.DISPOSAL: Paper(True, (Side.COMMISSION,), (R.RECYCLED, R.SOLD, R.DESTROYED, R.OTHER)),
}
SMALLEST_QUORUM: Final = 2
TRANSIT_DAYS: Final = 5  # longer on the way: somebody is reminded


@dataclass(frozen=True, slots=True)
class Member:
    """`name` folded, so that one person written in two ways is one."""

    name: str
    role: MemberRole


def fault_of(members: Sequence[Member], quorum: int) -> Fault:
    """Whether these may be a commission; the quorum counts everybody but custodians."""
    chairs = [member for member in members if member.role is MemberRole.CHAIR]
    custodians = {member.name for member in members if member.role is MemberRole.CUSTODIAN}
    voters = [member for member in members if member.role is not MemberRole.CUSTODIAN]
    if not chairs:
        return Fault.NO_CHAIR
    if len(chairs) > 1:
        return Fault.TWO_CHAIRS
    if chairs[0].name in custodians:
        return Fault.CUSTODIAN_CHAIRS
    if len({(member.name, member.role is MemberRole.CUSTODIAN) for member in members}) < len(members):
        return Fault.TWICE
    if not SMALLEST_QUORUM <= quorum <= len(voters):
        return Fault.QUORUM
    return Fault.NOTHING


def wanting(kind: ActKind, signed: Collection[tuple[Side, str]], quorum: int) -> Wanting:
    """What is still missing on the paper. `signed`: side and role of each signature."""
    sides = PAPERS[kind].sides
    if Side.COMMISSION in sides:
        roles = [role for side, role in signed if side is Side.COMMISSION and role != MemberRole.CUSTODIAN]
        if MemberRole.CHAIR not in roles:
            return Wanting.CHAIR
        if len(roles) < quorum:
            return Wanting.QUORUM
    there = {side for side, _ in signed}
    if Side.FROM in sides and Side.FROM not in there:
        return Wanting.FROM
    if Side.TO in sides and Side.TO not in there:
        return Wanting.TO
    return Wanting.NOTHING


def landing(was: AssetState | None, *, reports: bool) -> AssetState:
    """How a transferred piece is at its new school: in the store, unless it works there already or is broken."""
    if reports:
        return AssetState.INSTALLED
    return AssetState.IN_REPAIR if was is AssetState.IN_REPAIR else AssetState.IN_STORE
