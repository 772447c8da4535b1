"""The life of a piece of equipment: its states, the steps between them, and which of them only an act takes.

Five steps belong to acts alone (MISSION P45, Cabinet of Ministers decree 177 of 2004): acceptance, transfer to another
school, replacement, write-off and disposal. All others leave a trace but need no commission.
"""

from enum import StrEnum


class AssetState(StrEnum):
    ORDERED = "ordered"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    IN_STORE = "in_store"
    INSTALLED = "installed"
    RESERVED = "reserved"
    IN_REPAIR = "in_repair"
    IN_TRANSIT = "in_transit"
    MISSING = "missing"
    WRITEOFF_PROPOSED = "writeoff_proposed"
    WRITTEN_OFF = "written_off"
    DISPOSED = "disposed"


class ActKind(StrEnum):
    """`SERIES` of their numbers: QƏB, TƏH, ƏVZ, SİL, UTL."""

    ACCEPTANCE = "acceptance"
    TRANSFER = "transfer"
    REPLACEMENT = "replacement"
    WRITE_OFF = "write_off"
    DISPOSAL = "disposal"


class ActState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SIGNED = "signed"
    EXECUTED = "executed"
    REJECTED = "rejected"
    VOID = "void"


class Step(StrEnum):
    """Whether a piece may go from one state to another, and if not, why."""

    FREE = "free"
    BY_ACT = "by_act"
    NONE = "none"
    SAME = "same"


S, A = AssetState, ActKind
GONE = frozenset({S.WRITTEN_OFF, S.DISPOSED})
SERIES = {A.ACCEPTANCE: "QƏB", A.TRANSFER: "TƏH", A.REPLACEMENT: "ƏVZ", A.WRITE_OFF: "SİL", A.DISPOSAL: "UTL"}
AT_SCHOOL = (S.IN_STORE, S.INSTALLED, S.RESERVED, S.IN_REPAIR)

# What nobody needs a commission for; each leaves a trace.
FREE: frozenset[tuple[AssetState, AssetState]] = frozenset(
    {
        (S.ORDERED, S.DELIVERED),
        (S.ACCEPTED, S.IN_STORE),
        (S.ACCEPTED, S.INSTALLED),
        (S.IN_STORE, S.INSTALLED),
        (S.INSTALLED, S.IN_STORE),
        (S.IN_STORE, S.RESERVED),
        (S.INSTALLED, S.RESERVED),
        (S.RESERVED, S.IN_STORE),
        (S.RESERVED, S.INSTALLED),
        (S.INSTALLED, S.IN_REPAIR),
        (S.IN_STORE, S.IN_REPAIR),
        (S.RESERVED, S.IN_REPAIR),
        (S.IN_REPAIR, S.INSTALLED),
        (S.IN_REPAIR, S.IN_STORE),
        *((state, S.MISSING) for state in (S.ACCEPTED, *AT_SCHOOL, S.WRITEOFF_PROPOSED)),
        (S.MISSING, S.IN_STORE),
        (S.MISSING, S.INSTALLED),
    }
)
# What an act does to its pieces on the way, from the moment it is submitted or signed until it is executed; and what
# takes it back where the act is rejected or void. The act is the only one who takes these steps.
BY_ACT: dict[ActKind, frozenset[tuple[AssetState, AssetState]]] = {
    A.ACCEPTANCE: frozenset({(S.DELIVERED, S.ACCEPTED)}),
    A.TRANSFER: frozenset(
        {
            *((state, S.IN_TRANSIT) for state in (S.ACCEPTED, S.IN_STORE, S.INSTALLED, S.RESERVED, S.IN_REPAIR)),
            *((S.IN_TRANSIT, state) for state in (S.ACCEPTED, *AT_SCHOOL)),
        }
    ),
    A.REPLACEMENT: frozenset(
        {
            *((state, S.IN_STORE) for state in (S.INSTALLED, S.IN_REPAIR, S.RESERVED)),
            *((state, S.INSTALLED) for state in (S.ACCEPTED, S.IN_STORE, S.RESERVED)),
        }
    ),
    A.WRITE_OFF: frozenset(
        {
            *((state, S.WRITEOFF_PROPOSED) for state in (S.ACCEPTED, *AT_SCHOOL, S.MISSING)),
            *((S.WRITEOFF_PROPOSED, state) for state in (S.ACCEPTED, *AT_SCHOOL, S.MISSING, S.WRITTEN_OFF)),
        }
    ),
    A.DISPOSAL: frozenset({(S.WRITTEN_OFF, S.DISPOSED)}),
}
NEXT_OF_ACT: dict[ActState, frozenset[ActState]] = {
    ActState.DRAFT: frozenset({ActState.SUBMITTED, ActState.VOID}),
    ActState.SUBMITTED: frozenset({ActState.APPROVED, ActState.REJECTED, ActState.VOID}),
    ActState.APPROVED: frozenset({ActState.SIGNED, ActState.REJECTED, ActState.VOID}),
    ActState.SIGNED: frozenset({ActState.EXECUTED, ActState.VOID}),
    ActState.EXECUTED: frozenset(),
    ActState.REJECTED: frozenset(),
    ActState.VOID: frozenset(),
}
OPEN_ACTS = frozenset({ActState.DRAFT, ActState.SUBMITTED, ActState.APPROVED, ActState.SIGNED})


def step(before: AssetState, after: AssetState, act: ActKind | None = None) -> Step:
    """Whether a piece may go from `before` to `after`; `act`: the act that takes the step, None for a person alone."""
    if before == after:
        return Step.SAME
    if act is not None and (before, after) in BY_ACT[act]:
        return Step.FREE
    if act is None and (before, after) in FREE:
        return Step.FREE
    return Step.BY_ACT if any((before, after) in steps for steps in BY_ACT.values()) else Step.NONE


def nexts(before: AssetState) -> list[AssetState]:
    """Where a person may take a piece without an act, in the order of life."""
    return [after for after in AssetState if (before, after) in FREE]


def may_follow(before: ActState, after: ActState) -> bool:
    return after in NEXT_OF_ACT[before]


def may_enter(kind: ActKind, state: AssetState, *, incoming: bool = False) -> bool:
    """Whether a piece in this state may stand on a new act; `incoming`: it comes in a replacement."""
    if kind is A.REPLACEMENT and incoming:
        return (state, S.INSTALLED) in BY_ACT[kind]
    if kind is A.REPLACEMENT:  # what is missing, or in the store already, is replaced where it is
        return state in (*AT_SCHOOL, S.MISSING)
    begins = {before for before, after in BY_ACT[kind] if before not in (S.IN_TRANSIT, S.WRITEOFF_PROPOSED)}
    return state in begins
