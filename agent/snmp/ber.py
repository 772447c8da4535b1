"""A small reader of the regular GetResponse (BER, RFC 3417 §8): what a healthy device sends, and nothing else.

Whatever is out of the ordinary raises Irregular, and the caller hands the datagram to pysnmp's decoder instead.
In one place it is milder than pysnmp: Counter32, Gauge32 and TimeTicks are read as unsigned even where the device left
out the leading zero octet (met in print servers and old switches), which read strictly would make them negative.
"""

from typing import Final

from agent.snmp.values import Answer, Missing, Oid, SnmpValue, VarBind

SEQUENCE: Final = 0x30
GET_RESPONSE: Final = 0xA2
INTEGER, OCTETS, NULL, OID = 0x02, 0x04, 0x05, 0x06
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
TEXT: Final = frozenset((OCTETS, OPAQUE))
UNSIGNED: Final = frozenset((COUNTER32, GAUGE32, TIMETICKS, COUNTER64))
MISSING: Final = {member.value: member for member in Missing}


class Irregular(Exception):
    """Not the common form: ask pysnmp."""


def _header(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """(start, end) of the content of the element at `at`, which must have `tag`. Lengths above 65,535 are irregular."""
    if data[at] != tag:
        raise Irregular
    length = data[at + 1]
    at += 2
    if length & 0x80:
        size = length & 0x7F
        if size not in (1, 2):
            raise Irregular
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    end = at + length
    if end > len(data):
        raise Irregular
    return at, end


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """(value, position behind it) of an Integer32."""
    start, end = _header(data, at, INTEGER)
    if not 1 <= end - start <= 4:
        raise Irregular
    return int.from_bytes(data[start:end], "big", signed=True), end


def pdu_at(data: bytes) -> tuple[int, int, int]:
    """(position of the PDU's tag, its end, version) of an SNMPv1 or v2c message."""
    try:
        start, end = _header(data, 0, SEQUENCE)
        version, start = _integer(data, start)
        _, start = _header(data, start, OCTETS)
    except IndexError as error:
        raise Irregular from error
    if version not in (0, 1) or start >= end:
        raise Irregular
    return start, end, version


def read(data: bytes) -> Answer:
    """The answer in `data`. Raises Irregular, and nothing else, whatever the bytes are."""
    try:
        start, message_end, _ = pdu_at(data)
        at, pdu_end = _header(data, start, GET_RESPONSE)
        request_id, at = _integer(data, at)
        status, at = _integer(data, at)
        index, at = _integer(data, at)
        at, end = _header(data, at, SEQUENCE)
        if status or end != pdu_end or pdu_end != message_end:
            raise Irregular
        return Answer(request_id, 0, index, _varbinds(data, at, end))
    except IndexError as error:
        raise Irregular from error


def _varbinds(data: bytes, at: int, end: int) -> list[VarBind]:
    """The hot loop: a school's switch alone is 600 of these a minute. Lengths below 128 are read in place."""
    out: list[VarBind] = []
    while at < end:
        if data[at + 1] < 0x80 and data[at] == SEQUENCE:
            stop = at + 2 + data[at + 1]
            at += 2
        else:
            at, stop = _header(data, at, SEQUENCE)
        size = data[at + 1]
        tail = at + 2 + size
        if stop > end or data[at] != OID or size >= 0x80 or tail >= stop:
            raise Irregular
        raw = data[at + 2 : tail]
        # One octet per sub-identifier, beginning with 1.3: nearly always so, and cheap to see.
        name = (1, 3, *raw[1:]) if raw.isascii() and raw[:1] == b"+" else _oid(raw)
        tag = data[tail]
        if data[tail + 1] < 0x80:
            at, value_end = tail + 2, tail + 2 + data[tail + 1]
        else:
            at, value_end = _header(data, tail, tag)
        if value_end != stop:
            raise Irregular
        raw = data[at:stop]
        if tag in TEXT:
            out.append((name, raw))
        elif tag in UNSIGNED:
            out.append((name, _unsigned(raw, tag)))
        elif tag == INTEGER:
            if not 1 <= len(raw) <= 4:
                raise Irregular
            out.append((name, int.from_bytes(raw, "big", signed=True)))
        else:
            out.append((name, _seldom(raw, tag)))
        at = stop
    return out


def _unsigned(raw: bytes, tag: int) -> int:
    size = 8 if tag == COUNTER64 else 4
    value = int.from_bytes(raw, "big")
    if not 1 <= len(raw) <= size + 1 or value >> 8 * size:
        raise Irregular
    return value


def _seldom(raw: bytes, tag: int) -> SnmpValue | Missing:
    if tag == OID:
        return _oid(raw)
    if tag == IP_ADDRESS and len(raw) == 4:
        return raw
    if not raw and tag == NULL:
        return None
    if not raw and tag in MISSING:
        return MISSING[tag]
    raise Irregular


def _oid(raw: bytes) -> Oid:
    """An object identifier of any form (X.690 §8.19): several octets per sub-identifier, joint first two."""
    parts: list[int] = []
    part = 0
    fresh = True
    for octet in raw:
        if fresh and octet == 0x80:
            raise Irregular
        part = part << 7 | octet & 0x7F
        fresh = octet < 0x80
        if fresh:
            parts.append(part)
            part = 0
    if not fresh or not parts or max(parts) > 0xFFFFFFFF:
        raise Irregular
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - 40 * first, *parts[1:])
