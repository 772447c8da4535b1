"""Just enough BER for an SNMPv2c device: reads the three questions of RFC 3416, writes the answer."""

from dataclasses import dataclass
from typing import Final

Oid = tuple[int, ...]

GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = b"\x80\x00", b"\x81\x00", b"\x82\x00"
NULL: Final = b"\x05\x00"


class NotSnmp(ValueError):
    """The datagram is not an SNMPv2c question; a device says nothing to it."""


@dataclass(frozen=True, slots=True)
class Question:
    """For GetBulk, `non_repeaters` and `repetitions` are what they say; otherwise both are 0 (error fields)."""

    version: int
    community: bytes
    kind: int
    request_id: int
    non_repeaters: int
    repetitions: int
    oids: tuple[Oid, ...]


def oid(text: str) -> Oid:
    return tuple(int(part) for part in text.strip(".").split("."))


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _signed(value: int) -> bytes:
    """Two's complement in the fewest octets (X.690 §8.3)."""
    return value.to_bytes((value.bit_length() if value >= 0 else (value + 1).bit_length()) // 8 + 1, "big", signed=True)


def integer(value: int) -> bytes:
    return tlv(0x02, _signed(value))


def octets(value: bytes | str) -> bytes:
    return tlv(0x04, value.encode() if isinstance(value, str) else value)


def counter32(value: int) -> bytes:
    return tlv(0x41, _signed(value % 2**32))


def gauge32(value: int) -> bytes:
    return tlv(0x42, _signed(min(value, 2**32 - 1)))


def ticks(seconds: float) -> bytes:
    return tlv(0x43, _signed(int(seconds * 100) % 2**32))


def counter64(value: int) -> bytes:
    return tlv(0x46, _signed(value % 2**64))


def name(value: Oid) -> bytes:
    out = bytearray()
    for part in (value[0] * 40 + value[1], *value[2:]):
        seven = [part & 0x7F]
        while part := part >> 7:
            seven.append(part & 0x7F | 0x80)
        out += bytes(reversed(seven))
    return tlv(0x06, bytes(out))


def answer(question: Question, bindings: list[tuple[Oid, bytes]], status: int = 0, place: int = 0) -> bytes:
    rows = b"".join(tlv(0x30, name(key) + value) for key, value in bindings)
    pdu = tlv(RESPONSE, integer(question.request_id) + integer(status) + integer(place) + tlv(0x30, rows))
    return tlv(0x30, integer(question.version) + octets(question.community) + pdu)


def read(data: bytes) -> Question:
    """Raises NotSnmp, and nothing else, whatever the bytes are."""
    try:
        message, _ = _element(data, 0, 0x30)
        version, at = _element(message, 0, 0x02)
        community, at = _element(message, at, 0x04)
        kind = message[at]
        pdu, _ = _element(message, at, kind)
        numbers, at = [], 0
        for _ in range(3):
            raw, at = _element(pdu, at, 0x02)
            numbers.append(int.from_bytes(raw, "big", signed=True))
        rows, _ = _element(pdu, at, 0x30)
        oids, at = [], 0
        while at < len(rows):
            row, at = _element(rows, at, 0x30)
            oids.append(_oid(_element(row, 0, 0x06)[0]))
    except IndexError as error:
        raise NotSnmp("the datagram ends early") from error
    return Question(int.from_bytes(version, "big"), community, kind, numbers[0], numbers[1], numbers[2], tuple(oids))


def _element(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """(content, position behind it) of the element with `tag` at `at`."""
    if data[at] != tag:
        raise NotSnmp(f"octet {at} is {data[at]:#x}; right is {tag:#x}")
    size, at = data[at + 1], at + 2
    if size & 0x80:
        end = at + (size & 0x7F)
        size, at = int.from_bytes(data[at:end], "big"), end
    if at + size > len(data):
        raise NotSnmp("an element is longer than the datagram")
    return data[at : at + size], at + size


def _oid(raw: bytes) -> Oid:
    parts, part = [], 0
    for octet in raw:
        part = part << 7 | octet & 0x7F
        if octet < 0x80:
            parts.append(part)
            part = 0
    if not parts:
        raise NotSnmp("an object identifier is empty")
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - 40 * first, *parts[1:])
