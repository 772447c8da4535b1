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
    """`series` of its numbers: QƏB, TƏH, ƏVZ, SİL, UTL."""

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


GONE = frozenset({AssetState.WRITTEN_OFF, AssetState.DISPOSED})
