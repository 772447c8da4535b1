"""What SNMP speaks of: object identifiers, values, rows; and what goes wrong when asking."""

import enum
from typing import NamedTuple

Oid = tuple[int, ...]
SnmpValue = int | bytes | Oid | None
"""Integer32, Counter, Gauge and TimeTicks as int; OctetString, IpAddress (4 octets), Opaque as bytes; NULL: None."""
Rows = dict[Oid, SnmpValue]


class Missing(enum.Enum):
    """The three exceptions of RFC 3416 §3 that stand where a value would; the member's value is the BER tag."""

    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


VarBind = tuple[Oid, SnmpValue | Missing]


class Pdu(enum.Enum):
    """The questions that this agent can ask. There is no other: it reads devices and never changes one."""

    GET = 0xA0
    GETNEXT = 0xA1
    GETBULK = 0xA5


class Ask(NamedTuple):
    """One question: `repetitions` is the max-repetitions of a GETBULK (RFC 3416 §4.2.3), else 0."""

    pdu: Pdu
    oids: tuple[Oid, ...]
    repetitions: int = 0


class Answer(NamedTuple):
    """What came back: error-status, `place` = error-index (RFC 3416 §3; 0 = none), variable bindings in order."""

    request_id: int
    status: int
    place: int
    varbinds: list[VarBind]


class SnmpError(Exception):
    """The device could not be read; the message is a sentence that names the device and holds no secret."""


class NoAnswer(SnmpError):
    """Nothing came back in time: off, cut off, or (SNMPv1 and v2c answer strangers with silence) a wrong community."""


class Refused(SnmpError):
    """The device answered and said no: wrong user or password, no access, or an error that stays when asked anew."""


def oid(text: str) -> Oid:
    """`"1.3.6.1.2.1.1"`, with or without a leading dot, -> (1, 3, 6, 1, 2, 1, 1). ValueError for anything else."""
    try:
        parts = tuple(int(part) for part in text.removeprefix(".").split("."))
    except ValueError as error:
        raise ValueError(f"{text!r} is not an object identifier; right is numbers with dots: 1.3.6.1.2.1.1") from error
    if not is_oid(parts):
        raise ValueError(f"{text!r} is not an object identifier (RFC 2578 §3.5); right is for example 1.3.6.1.2.1.1")
    return parts


def is_oid(parts: Oid) -> bool:
    """Whether BER has a form for it (X.690 §8.19) and SNMP allows it (RFC 2578 §3.5)."""
    if len(parts) < 2 or not all(0 <= part <= 0xFFFFFFFF for part in parts):
        return False
    return parts[0] == 2 or (parts[0] < 2 and parts[1] < 40)
