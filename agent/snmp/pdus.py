"""Questions encoded, and irregular answers decoded, by pysnmp; the regular answer is read by agent.snmp.ber."""

from functools import lru_cache
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pysnmp.error import PySnmpError  # type: ignore[import-untyped]
from pysnmp.proto.api import PROTOCOL_MODULES, decodeMessageVersion  # type: ignore[import-untyped]

from agent.snmp import ber
from agent.snmp.values import Answer, Ask, Missing, Oid, Pdu, Refused, SnmpValue, is_oid

FIRST_ID: Final = 0x40000000
"""Request ids from here to 0x7fffffff all take four octets (X.690 §8.3), so that a template can be patched in place."""

TEMPLATES: Final = 1024  # about 40 devices with 20 questions each; 1 to 2 KB apiece


class Unreadable(Exception):
    """Not an SNMP answer, by pysnmp's judgement too."""


@lru_cache(TEMPLATES)
def template(version: int, community: str, ask: Ask) -> tuple[bytes, bytes]:
    """The message before and after the four octets of its request id. `version` as on the wire: 0 = v1, 1 = v2c.

    Raises Refused for names that cannot be encoded.
    """
    api: Any = PROTOCOL_MODULES[version]
    pdu = question(api, ask)
    api.apiPDU.set_request_id(pdu, FIRST_ID)
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community.encode())
    api.apiMessage.set_pdu(message, pdu)
    data = bytes(encoder.encode(message))
    start, _, _ = ber.pdu_at(data)
    at = data.index(FIRST_ID.to_bytes(4, "big"), start)  # the first INTEGER of the PDU
    return data[:at], data[at + 4 :]


def question(api: Any, ask: Ask) -> Any:
    """The PDU as pysnmp's object; `api` is pysnmp.proto.api.v1 or v2c. Raises Refused for names that have no form."""
    if not all(map(is_oid, ask.oids)):
        raise Refused("a name that was to be asked for is no object identifier that SNMP can carry")
    if ask.pdu is Pdu.GETBULK:
        pdu, pdu_api = api.GetBulkRequestPDU(), api.apiBulkPDU
    elif ask.pdu is Pdu.GETNEXT:
        pdu, pdu_api = api.GetNextRequestPDU(), api.apiPDU
    else:
        pdu, pdu_api = api.GetRequestPDU(), api.apiPDU
    pdu_api.set_defaults(pdu)
    if ask.pdu is Pdu.GETBULK:
        pdu_api.set_max_repetitions(pdu, ask.repetitions)
    pdu_api.set_varbinds(pdu, [(name, api.null) for name in ask.oids])
    return pdu


def answer(api: Any, pdu: Any) -> Answer:
    """A response PDU of pysnmp as an Answer."""
    return Answer(
        int(api.apiPDU.get_request_id(pdu)),
        int(api.apiPDU.get_error_status(pdu)),
        int(api.apiPDU.get_error_index(pdu, muteErrors=True)),
        [(tuple(name), plain(value)) for name, value in api.apiPDU.get_varbinds(pdu)],
    )


def decode(data: bytes) -> Answer:
    """Whatever `ber.read` finds irregular: errors, long lengths, odd integers. Raises Unreadable, and nothing else."""
    try:
        version = int(decodeMessageVersion(data))
        if version not in PROTOCOL_MODULES:
            raise Unreadable(f"SNMP version number {version} where 0 (v1) or 1 (v2c) was asked")
        api: Any = PROTOCOL_MODULES[version]
        message, _ = decoder.decode(data, asn1Spec=api.Message())
        pdu = api.apiMessage.get_pdu(message)
        if not pdu.isSameTypeWith(api.GetResponsePDU()):
            raise Unreadable(f"a {type(pdu).__name__} where an answer was due")
        return answer(api, pdu)
    except (PyAsn1Error, PySnmpError, ValueError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise Unreadable(f"not decodable as SNMP ({type(error).__name__})") from error


def plain(value: Any) -> SnmpValue | Missing:
    """A pysnmp value as int, bytes, Oid, None or Missing."""
    tag = value.tagSet.superTags[-1]
    number = tag.tagClass | tag.tagId
    if number in ber.MISSING:
        return ber.MISSING[number]
    if number == ber.NULL:
        return None
    if number == ber.OID:
        name: Oid = tuple(value)
        return name
    if number in (ber.OCTETS, ber.IP_ADDRESS, ber.OPAQUE):
        return bytes(value)
    return int(value)
