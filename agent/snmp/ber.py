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
LIMITS: Final = {COUNTER32: 0xFFFFFFFF, GAUGE32: 0xFFFFFFFF, TIMETICKS: 0xFFFFFFFF, COUNTER64: 0xFFFFFFFFFFFFFFFF}
MISSING: Final = {member.value: member for member in Missing}
NAMES: Final = 8192  # remembered; about 200 octets each
LONG_NAME: Final = 40  # octets; longer ones are not remembered


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
    """The hot loop: a school's switch alone is 600 of these a minute. The common forms are read in place."""
    out: list[VarBind] = []
    add, known, number = out.append, _names.get, int.from_bytes
    while at < end:
        length = data[at + 1]
        stop = at + 2 + length
        tail = at + 4 + data[at + 3]
        if data[at] != SEQUENCE or length >= 0x80 or data[at + 2] != OID or not tail + 1 < stop <= end:
            name, value, stop = _varbind(data, at)
            if stop > end:
                raise Irregular
            add((name, value))
        elif data[tail + 1] != stop - tail - 2:
            raise Irregular
        else:
            raw = data[at + 4 : tail]
            name = known(raw) or _name(raw)
            tag = data[tail]
            raw = data[tail + 2 : stop]
            if tag == OCTETS:
                add((name, raw))
            elif tag == COUNTER32 and len(raw) == 4:
                add((name, number(raw, "big")))
            else:
                add((name, _value(tag, raw)))
        at = stop
    return out


def _varbind(data: bytes, at: int) -> tuple[Oid, SnmpValue | Missing, int]:
    """One variable binding of any regular form: (name, value, position behind it)."""
    start, stop = _header(data, at, SEQUENCE)
    start, end = _header(data, start, OID)
    name = _name(data[start:end])
    tag = data[end]
    start, end = _header(data, end, tag)
    if end != stop:
        raise Irregular
    return name, _value(tag, data[start:end]), stop


def _value(tag: int, raw: bytes) -> SnmpValue | Missing:
    if tag in TEXT:
        return raw
    if tag in LIMITS:
        number = int.from_bytes(raw, "big")
        if number > LIMITS[tag] or not raw:
            raise Irregular
        return number
    if tag == INTEGER:
        number = int.from_bytes(raw, "big", signed=True)
        if not raw or not -0x80000000 <= number <= 0x7FFFFFFF:
            raise Irregular
        return number
    return _seldom(tag, raw)


def _seldom(tag: int, raw: bytes) -> SnmpValue | Missing:
    if tag == OID:
        return _oid(raw)
    if tag == IP_ADDRESS and len(raw) == 4:
        return raw
    if not raw and tag == NULL:
        return None
    if not raw and tag in MISSING:
        return MISSING[tag]
    raise Irregular


_names: dict[bytes, Oid] = {}  # of late; the same names come every minute


def _name(raw: bytes) -> Oid:
    if len(raw) > LONG_NAME:
        return _oid(raw)
    if len(_names) >= NAMES:
        _names.clear()
    name = _names[raw] = _oid(raw)
    return name


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
