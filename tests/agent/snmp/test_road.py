"""The road over real sockets: timeouts, foreign answers, dead devices beside living ones; and that it only reads."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pyasn1.type import univ  # type: ignore[import-untyped]
from pysnmp.proto.api import v2c  # type: ignore[import-untyped]

from agent.snmp import NoAnswer, Refused, Rows, SnmpRoad, check, oid
from agent.snmp.values import Ask, Pdu
from agent.targets import BadTarget, Target, parse
from tests.agent.snmp.device import SYSTEM, Behaviour, Bindings, Device, Question, Said, answer, honest, read

NAME = (*SYSTEM, 5, 0)
IF = oid("1.3.6.1.2.1.2.2.1")
TABLE: dict[tuple[int, ...], Any] = {
    (*SYSTEM, 1, 0): v2c.OctetString("Router"),
    (*SYSTEM, 2, 0): v2c.ObjectIdentifier("1.3.6.1.4.1.9"),
    NAME: v2c.OctetString("gw-190"),
    **{(*IF, column, row): v2c.Counter32(column * 1000 + row) for column in range(1, 11) for row in range(1, 27)},
}  # fmt: skip
CELLS = {name: int(value) for name, value in TABLE.items() if name[:-2] == IF}


def run(behave: Behaviour, ask: Callable[[SnmpRoad, Device], Awaitable[Rows]]) -> tuple[Rows, SnmpRoad, Device]:
    async def main() -> tuple[Rows, SnmpRoad, Device]:
        async with Device(behave) as device, SnmpRoad() as road:
            return await ask(road, device), road, device

    return asyncio.run(main())


def test_a_get_brings_values_and_leaves_out_what_is_absent() -> None:
    rows, road, device = run(honest(TABLE), lambda r, d: r.get(d.target(), [NAME, (*SYSTEM, 9, 0), (*SYSTEM, 2, 0)]))
    assert rows == {NAME: b"gw-190", (*SYSTEM, 2, 0): (1, 3, 6, 1, 4, 1, 9)}
    assert (road.counters.sent, road.counters.answered) == (1, 1)
    assert (device.heard[0].version, device.heard[0].community) == (1, "s3cret")


def test_a_walk_brings_the_columns() -> None:
    rows, _, device = run(honest(TABLE), lambda r, d: r.walk(d.target(), [(*IF, column) for column in range(1, 11)]))
    assert rows == CELLS
    assert {question.kind for question in device.heard} == {"GetBulk"}


def test_version_1_is_asked_by_version_1_and_getnext() -> None:
    rows, _, device = run(honest(TABLE), lambda r, d: r.walk(d.target(version="1"), [(*IF, 1), (*IF, 10)]))
    assert rows == {name: value for name, value in CELLS.items() if name[-2] in (1, 10)}
    assert {(question.version, question.kind) for question in device.heard} == {(0, "GetNext")}


def test_version_1_leaves_out_what_is_absent() -> None:
    rows, _, _ = run(honest(TABLE), lambda r, d: r.get(d.target(version="1"), [(*SYSTEM, 9, 0), NAME]))
    assert rows == {NAME: b"gw-190"}


def test_a_lost_answer_is_asked_for_again() -> None:
    lost: list[Question] = []

    def behave(question: Question) -> Said | bytes | None:
        if not lost:
            lost.append(question)
            return None
        return honest(TABLE)(question)

    rows, road, device = run(behave, lambda r, d: r.get(d.target(timeout="0.05"), [NAME]))
    assert rows == {NAME: b"gw-190"}
    assert road.counters.repeated == 1
    assert device.raw[0] == device.raw[1]  # the same request id: a late first answer is as good


def test_silence_is_told_in_a_sentence_without_the_community() -> None:
    with pytest.raises(NoAnswer, match=r"snmp://127\.0\.0\.1.*no answer within 0\.05 s, asked 2 times") as caught:
        run(lambda question: None, lambda r, d: r.get(d.target(timeout="0.05"), [NAME]))
    assert "s3cret" not in str(caught.value)


def test_garbage_in_the_place_of_an_answer_is_told() -> None:
    with pytest.raises(NoAnswer, match="not decodable as SNMP"):
        run(lambda question: b"\x30\x05hello", lambda r, d: r.get(d.target(timeout="0.05"), [NAME]))


def test_an_error_that_stays_is_a_refusal() -> None:
    with pytest.raises(Refused, match="authorizationError") as caught:
        run(lambda question: Said([(NAME, v2c.null)], 16, 1), lambda r, d: r.get(d.target(), [NAME]))
    assert "s3cret" not in str(caught.value)


def test_an_answer_with_another_request_id_is_dropped() -> None:
    def behave(question: Question) -> bytes:
        return answer(question, Said([(NAME, v2c.OctetString("forged"))]), request_id=0x40000001)

    async def main() -> None:
        async with Device(behave) as device, SnmpRoad() as road:
            with pytest.raises(NoAnswer):
                await road.get(device.target(timeout="0.05", retries="0"), [NAME])
            assert (road.counters.late, road.counters.answered) == (1, 0)

    asyncio.run(main())


def test_an_answer_from_another_address_is_dropped_and_named() -> None:
    async def main() -> None:
        async with Device(lambda question: None) as device, SnmpRoad() as road:
            other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            other.bind(("127.0.0.2", 0))

            def behave(question: Question) -> None:
                port = next(iter(road._sockets.values())).getsockname()[1]
                other.sendto(answer(question, honest(TABLE)(question)), ("127.0.0.1", port))  # type: ignore[arg-type]

            device.behave = behave
            with pytest.raises(NoAnswer, match=r"127\.0\.0\.2 answered in its stead"):
                await road.get(device.target(timeout="0.05", retries="0"), [NAME])
            assert (road.counters.foreign, road.counters.answered) == (1, 0)
            other.close()

    asyncio.run(main())


def test_a_second_copy_of_an_answer_is_counted_and_dropped() -> None:
    async def main() -> None:
        async with Device(honest(TABLE)) as device, SnmpRoad() as road:
            plain_sendto = device.transport.sendto
            twice: Any = lambda data, source: [plain_sendto(data, source), plain_sendto(data, source)]
            device.datagram_received = lambda data, source: twice(  # type: ignore[method-assign]
                answer(q := read(data), honest(TABLE)(q)),  # type: ignore[arg-type]
                source,
            )
            assert await road.walk(device.target(), [(*IF, 1), (*IF, 2)]) == {
                name: value for name, value in CELLS.items() if name[-2] in (1, 2)
            }
            await asyncio.sleep(0.02)
            assert road.counters.late == road.counters.answered

    asyncio.run(main())


def test_an_irregular_answer_goes_through_pysnmp() -> None:
    """A length in three octets: allowed by BER, and seen by no one but pysnmp."""

    def behave(question: Question) -> bytes:
        said = answer(question, honest({NAME: v2c.OctetString("x" * 40)})(question))  # type: ignore[arg-type]
        return b"\x30\x83\x00" + len(said[2:]).to_bytes(2, "big") + said[2:]

    rows, _, _ = run(behave, lambda r, d: r.get(d.target(), [NAME]))
    assert rows == {NAME: b"x" * 40}


def test_ipv6_is_a_road_too() -> None:
    async def main() -> None:
        device = await Device(honest(TABLE), host="::1").__aenter__()
        async with SnmpRoad() as road:
            assert await road.get(device.target(), [NAME]) == {NAME: b"gw-190"}
        device.transport.close()

    asyncio.run(main())


def test_a_name_that_does_not_exist_is_no_answer() -> None:
    async def main() -> None:
        async with SnmpRoad() as road:
            with pytest.raises(NoAnswer, match="resolved"):
                await road.get(Target("snmp", "no-such-host.invalid", 161, "public"), [NAME])

    asyncio.run(main())


def test_a_name_that_cannot_be_encoded_is_refused_before_anything_is_sent() -> None:
    async def main() -> None:
        async with SnmpRoad() as road:
            with pytest.raises(Refused, match="no object identifier"):
                await road.get(Target("snmp", "127.0.0.1", 9, "public"), [(1, 3, -5)])
            assert road.counters.sent == 0

    asyncio.run(main())


def test_nothing_asked_is_nothing_sent() -> None:
    rows, road, _ = run(honest(TABLE), lambda r, d: r.get(d.target(), []))
    assert (rows, road.counters.sent) == ({}, 0)


def test_who_waits_when_the_road_closes_is_told() -> None:
    async def main() -> None:
        async with Device(lambda question: None) as device:
            road = SnmpRoad()
            waiting = asyncio.create_task(road.get(device.target(), [NAME]))
            await asyncio.sleep(0.02)
            road.close()
            with pytest.raises(NoAnswer, match="stopping"):
                await waiting

    asyncio.run(main())


def test_a_question_that_is_given_up_leaves_nothing_behind() -> None:
    async def main() -> None:
        async with Device(lambda question: None) as device, SnmpRoad() as road:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await road.get(device.target(), [NAME])
            assert not road._open

    asyncio.run(main())


def test_ten_dead_devices_of_forty_delay_nobody() -> None:
    """Five closed ports and five that swallow every question, among thirty that answer at once."""

    async def main() -> None:
        async with SnmpRoad() as road, Device(honest(TABLE)) as device:
            silent = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(10)]
            for sock in silent:
                sock.bind(("127.0.0.1", 0))
            dead = [Target("snmp", "127.0.0.1", s.getsockname()[1], "x", "", (("timeout", "0.5"),)) for s in silent]
            for sock in silent[:5]:
                sock.close()

            async def walk(target: Target) -> tuple[float, int]:
                began = time.monotonic()
                try:
                    rows = await road.walk(target, [(*IF, column) for column in range(1, 11)])
                except NoAnswer:
                    return time.monotonic() - began, 0
                return time.monotonic() - began, len(rows)

            results = await asyncio.gather(*(walk(t) for t in [*dead, *[device.target(timeout="5")] * 30]))
            for waited, rows in results[:10]:
                assert rows == 0
                assert 0.9 <= waited < 2.0
            assert [rows for _, rows in results[10:]] == [260] * 30
            for sock in silent[5:]:
                sock.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("snmp://public@h?version=3", "version=3 is unknown"),
        ("snmp://public@h?timeout=soon", "are numbers"),
        ("snmp://public@h?timeout=0", "from 0.01 to 60"),
        ("snmp://public@h?retries=-1", "from 0 to 10"),
        ("snmp+v3://u@h?auth=short", "shorter than 8"),
        ("snmp+v3://u@h?priv=longenough", "priv without auth"),
        ("snmp+v3://u@h?auth=longenough&auth_proto=CRC", "auth_proto=CRC is unknown"),
        ("icmp://h", "not spoken to by SNMP"),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(BadTarget, match=re.escape(sentence)):
        check(parse(url))


def test_there_is_no_question_that_could_change_a_device() -> None:
    """RFC 3416 §3: 0xA0 Get, 0xA1 GetNext, 0xA5 GetBulk; a Set would be 0xA3, traps 0xA4, 0xA6, 0xA7."""
    assert {pdu.value for pdu in Pdu} == {0xA0, 0xA1, 0xA5}
    with pytest.raises(ValueError, match="not a valid Pdu"):
        Pdu(0xA3)
    assert set(Ask._fields) == {"pdu", "oids", "repetitions"}  # nowhere a value to set
    house = Path(__file__).parents[3] / "agent" / "snmp"
    for source in house.glob("*.py"):
        assert not re.search(r"SetRequest|SetCommand|set_cmd|Trap|Inform|Notification", source.read_text("utf-8")), (
            source
        )


def test_every_datagram_that_leaves_is_a_reading_question_with_null_values() -> None:
    def behave(question: Question) -> Said | bytes | None:
        return honest(TABLE)(question)

    async def main() -> list[Device]:
        async with Device(behave) as device, SnmpRoad() as road:
            await road.get(device.target(), [NAME, (*SYSTEM, 1, 0)])
            await road.walk(device.target(), [(*IF, 1)])
            await road.get(device.target(version="1"), [NAME])
            await road.walk(device.target(version="1"), [(*IF, 1)])
            return [device]

    (device,) = asyncio.run(main())
    assert {question.kind for question in device.heard} == {"Get", "GetNext", "GetBulk"}
    for question in device.heard:
        bindings: Bindings = v2c.apiPDU.get_varbinds(question.pdu)
        assert all(isinstance(value, univ.Null) for _, value in bindings)
