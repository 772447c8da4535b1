"""The small BER reader with pysnmp as the oracle: it reads what pysnmp reads, and nothing makes it fall over."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder  # type: ignore[import-untyped]
from pysnmp.proto.api import v1, v2c  # type: ignore[import-untyped]

from agent.snmp import ber, pdus
from agent.snmp.values import Ask, Missing, Pdu, oid

UNSIGNED32 = st.one_of(st.integers(0, 0xFFFFFFFF), st.sampled_from([0, 127, 128, 255, 2**31 - 1, 2**31, 2**32 - 1]))
SUB_IDS = st.one_of(st.integers(0, 130), st.integers(0, 0xFFFFFFFF))
NAMES = st.one_of(
    st.builds(lambda rest: (1, 3, *rest), st.lists(SUB_IDS, max_size=20)),
    st.builds(lambda a, b, rest: (a, b, *rest), st.integers(0, 1), st.integers(0, 39), st.lists(SUB_IDS, max_size=6)),
    st.builds(lambda b, rest: (2, b, *rest), st.integers(0, 0xFFFFFF00), st.lists(SUB_IDS, max_size=6)),
    st.just((0, 0)),
    st.builds(lambda rest: (1, 3, *rest), st.lists(st.integers(2**28, 2**32 - 1), min_size=26, max_size=60)),
)
OCTETS = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"", b"x" * 127, b"x" * 128, b"x" * 255, b"x" * 256, bytes(range(256)) * 3]),
)
COMMON_VALUES = st.one_of(
    st.builds(v2c.Integer32, st.one_of(st.integers(-(2**31), 2**31 - 1), st.sampled_from([-1, -128, -129, 127, 128]))),
    st.builds(v2c.OctetString, OCTETS),
    st.builds(v2c.ObjectIdentifier, NAMES),
    st.builds(v2c.IpAddress, st.ip_addresses(v=4).map(str)),
    st.builds(v2c.Counter32, UNSIGNED32),
    st.builds(v2c.Gauge32, UNSIGNED32),
    st.builds(v2c.TimeTicks, UNSIGNED32),
    st.builds(v2c.Opaque, OCTETS),
    st.just(v2c.null),
)
V2C_VALUES = st.one_of(
    COMMON_VALUES,
    st.builds(v2c.Counter64, st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 2**63, 2**64 - 1]))),
    st.sampled_from([v2c.NoSuchObject(""), v2c.NoSuchInstance(""), v2c.EndOfMibView("")]),
)
REQUEST_IDS = st.integers(pdus.FIRST_ID, 0x7FFFFFFF)


def message(api: Any, request_id: int, varbinds: list[tuple[Any, Any]], community: bytes = b"public") -> bytes:
    pdu = api.GetResponsePDU()
    api.apiPDU.set_defaults(pdu)
    api.apiPDU.set_request_id(pdu, request_id)
    api.apiPDU.set_varbinds(pdu, varbinds)
    outer = api.Message()
    api.apiMessage.set_defaults(outer)
    api.apiMessage.set_community(outer, community)
    api.apiMessage.set_pdu(outer, pdu)
    return bytes(encoder.encode(outer))


V2C_MESSAGES = st.builds(
    message,
    st.just(v2c),
    REQUEST_IDS,
    st.lists(st.tuples(NAMES, V2C_VALUES), max_size=12),
    st.one_of(st.just(b"public"), st.binary(max_size=300)),
)
V1_MESSAGES = st.builds(
    message, st.just(v1), REQUEST_IDS, st.lists(st.tuples(NAMES, COMMON_VALUES), max_size=12), st.just(b"public")
)


@settings(max_examples=400, deadline=None)
@given(V2C_MESSAGES)
def test_whatever_pysnmp_encodes_as_v2c_is_read_as_pysnmp_reads_it(data: bytes) -> None:
    assert ber.read(data) == pdus.decode(data)


@settings(max_examples=150, deadline=None)
@given(V1_MESSAGES)
def test_whatever_pysnmp_encodes_as_v1_is_read_as_pysnmp_reads_it(data: bytes) -> None:
    assert ber.read(data) == pdus.decode(data)


def both(data: bytes) -> None:
    try:
        ours = ber.read(data)
    except ber.Irregular:
        ours = None
    try:
        theirs = pdus.decode(data)
    except pdus.Unreadable:
        theirs = None
    if ours and theirs:
        assert ours.request_id == theirs.request_id
        assert ours.varbinds == theirs.varbinds


@settings(max_examples=500, deadline=None)
@given(V2C_MESSAGES, st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=4))
def test_spoilt_octets_are_read_as_pysnmp_reads_them_or_refused(data: bytes, spots: list[tuple[int, int]]) -> None:
    spoilt = bytearray(data)
    for at, octet in spots:
        spoilt[at % len(spoilt)] = octet
    both(bytes(spoilt))


@settings(max_examples=200, deadline=None)
@given(V2C_MESSAGES, st.integers(0, 3000))
def test_a_cut_off_answer_is_refused(data: bytes, at: int) -> None:
    with pytest.raises(ber.Irregular):
        ber.read(data[: at % len(data)])
    with pytest.raises(pdus.Unreadable):
        pdus.decode(data[: at % len(data)])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    both(data)


ONE = (1, 3, 6, 1, 9)


def one(value: str, lengths: str = "") -> bytes:
    """A v2c answer with one variable 1.3.6.1.9 whose value is written here in hexadecimal."""
    raw = bytes.fromhex(value)
    name = bytes.fromhex("06042b060109")
    binding = b"\x30" + bytes([len(name) + len(raw)]) + name + raw
    if lengths == "long":
        binding = b"\x30\x82\x00" + bytes([len(name) + len(raw)]) + name + raw
    bindings = b"\x30" + bytes([len(binding)]) + binding
    pdu = bytes.fromhex("020440000001 020100 020100") + bindings
    inner = bytes.fromhex("020101 04067075626c6963 a2") + bytes([len(pdu)]) + pdu
    return b"\x30" + bytes([len(inner)]) + inner


@pytest.mark.parametrize(
    ("value", "read"),
    [
        pytest.param("4104ffffffff", 4294967295, id="a Counter32 without its leading zero is not negative"),
        pytest.param("4204f0000000", 0xF0000000, id="nor is a Gauge32"),
        pytest.param("4304f0000000", 0xF0000000, id="nor are TimeTicks"),
        pytest.param("0204ffffffff", -1, id="an Integer32 is"),
        pytest.param("0205 ff80000000", -(2**31), id="the least Integer32, in the five octets that pyasn1 makes of it"),
        pytest.param("4609 00ffffffffffffffff", 2**64 - 1, id="a Counter64 takes nine octets at most"),
        pytest.param("040161", b"a", id="a text stays octets"),
        pytest.param("4004 0a000001", b"\x0a\x00\x00\x01", id="an address is four octets"),
        pytest.param("0500", None, id="NULL is nothing"),
        pytest.param("8000", Missing.NO_SUCH_OBJECT, id="noSuchObject is not a value"),
        pytest.param("060100", (0, 0), id="0.0 is a name"),
    ],
)
def test_values_by_hand(value: str, read: object) -> None:
    assert ber.read(one(value)).varbinds == [(ONE, read)]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("0200", id="an integer of no octets"),
        pytest.param("0205 0100000000", id="an integer beyond 32 bits"),
        pytest.param("4105 0100000000", id="a Counter32 beyond 32 bits"),
        pytest.param("4003 0a0000", id="an address of three octets"),
        pytest.param("0600", id="an empty name"),
        pytest.param("0602 2b86", id="a name that stops within a sub-identifier"),
        pytest.param("0603 2b8001", id="a sub-identifier that begins with 0x80"),
        pytest.param("0501 00", id="a NULL with content"),
        pytest.param("4701 00", id="a type that SNMPv2 does not have"),
        pytest.param("0480 0000", id="a length without end"),
        pytest.param("0402 61", id="a text longer than its binding"),
        pytest.param("0400 61", id="a text shorter than its binding"),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_pysnmp(value: str) -> None:
    with pytest.raises(ber.Irregular):
        ber.read(one(value))


def test_lengths_in_more_octets_than_needed_are_read() -> None:
    assert ber.read(one("020105", lengths="long")).varbinds == [(ONE, 5)]


def test_an_error_status_is_left_to_pysnmp() -> None:
    data = one("0500").replace(bytes.fromhex("020100 020100"), bytes.fromhex("020105 020101"))
    with pytest.raises(ber.Irregular):
        ber.read(data)
    answer = pdus.decode(data)
    assert (answer.status, answer.place) == (5, 1)


def test_a_question_is_not_taken_for_an_answer() -> None:
    before, behind = pdus.template(1, "public", Ask(Pdu.GET, (ONE,)))
    data = before + b"\x40\x00\x00\x01" + behind
    with pytest.raises(ber.Irregular):
        ber.read(data)
    with pytest.raises(pdus.Unreadable):
        pdus.decode(data)


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.40", "1.3.-1", "1.3.x", "1.3.4294967296", "1..3"])
def test_what_is_not_an_object_identifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        oid(text)


def test_a_leading_dot_is_allowed() -> None:
    assert oid(".1.3.6.1") == oid("1.3.6.1") == (1, 3, 6, 1)
