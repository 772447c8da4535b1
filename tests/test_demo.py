"""The demonstration school: its scenario, and its devices as real clients see them."""

import asyncio
import shutil
import time
from collections.abc import Callable
from typing import Any

import aionut
import aiopjlink  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysnmp.hlapi.v3arch.asyncio import (  # type: ignore[import-untyped]
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    bulk_walk_cmd,
    get_cmd,
    set_cmd,
)
from pysnmp.proto.rfc1902 import OctetString  # type: ignore[import-untyped]

from server.demo.devices import ber, nut, objects, scenario, school
from server.demo.devices.nut import NutServer
from server.demo.devices.pjlink import PjlinkBoard
from server.demo.devices.snmp import SnmpDevice

QUIET, IN_CUT, IN_TEST, AFTER_CUT, STALE, NOISY = 60.0, 330.0, 730.0, 450.0, 1200 + 970.0, 130.0


@pytest.mark.parametrize(
    ("t", "source", "testing", "volts"),
    [
        pytest.param(QUIET, "normal", False, True, id="on a quiet minute the UPS is on mains"),
        pytest.param(IN_CUT, "battery", False, False, id="in a power cut it is on battery and the input is dead"),
        pytest.param(IN_TEST, "battery", True, True, id="a battery test uses the battery while the mains are there"),
        pytest.param(AFTER_CUT, "normal", False, True, id="after the cut it is on mains again"),
    ],
)
def test_the_ups_follows_the_mains(t: float, source: str, testing: bool, volts: bool) -> None:
    now = scenario.ups(t)
    assert (now.source, now.testing, now.input_volts > 0) == (source, testing, volts)


def test_the_charge_sinks_in_a_cut_and_rises_after_it() -> None:
    charges = [scenario.ups(t).charge for t in (239, 250, 300, 419, 421, 700, 1190)]
    assert charges[0] == 100
    assert charges == [*sorted(charges[:4], reverse=True), *sorted(charges[4:])]
    assert charges[3] < 90 < charges[-1]


@given(st.floats(0, 1e6), st.floats(0, 600))
def test_a_counter_never_falls(t: float, later: float) -> None:
    for counter in (
        lambda s: scenario.flown(s, 190_000, 300),
        lambda s: scenario.flown(scenario.powered_for(s), 9000, 240),
        lambda s: scenario.line(s).crc_down,
        lambda s: scenario.board(s).lamp_hours,
        scenario.cuts_so_far,
    ):
        assert counter(t) <= counter(t + later)


@given(st.floats(0, 1e6))
def test_every_moment_lies_within_what_the_devices_can_be(t: float) -> None:
    ups, line, air = scenario.ups(t), scenario.line(t), scenario.air(t)
    assert 0 < ups.charge <= 100
    assert 3 < line.snr_down < 13
    assert 20 < air.temperature < 35
    assert 30 < air.humidity < 50
    for device in (objects.ups, objects.modem, objects.switch, objects.sensor):
        assert all(ber.oid(".".join(map(str, key))) == key for key in device(t))


def test_noise_on_the_line_costs_margin_and_counts_errors() -> None:
    before, during, after = scenario.line(100), scenario.line(NOISY), scenario.line(300)
    assert during.snr_down < 6 < before.snr_down
    assert after.crc_down > during.crc_down > before.crc_down


def test_the_board_warms_up_burns_cools_and_rests() -> None:
    assert [scenario.board(t).power for t in (5, 100, 2710, 3000, 3305)] == [3, 1, 2, 0, 3]


def _at(t: float) -> float:
    """The beginning of a demonstration in which it is now `t` seconds."""
    return time.time() - t


async def _walk(port: int, community: str, root: str) -> dict[str, Any]:
    """By pysnmp, as text of the object identifier -> value."""
    engine = SnmpEngine()
    try:
        target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=2, retries=0)
        found = {}
        async for fault, status, _, rows in bulk_walk_cmd(
            engine, CommunityData(community), target, ContextData(), 0, 25,
            ObjectType(ObjectIdentity(root)), lexicographicMode=False, lookupMib=False,
        ):  # fmt: skip
            assert not fault, fault
            assert not status
            found.update({str(key): value for key, value in rows})
        return found
    finally:
        engine.close_dispatcher()


async def _one(command: Any, port: int, community: str, *objects_: Any) -> Any:
    engine = SnmpEngine()
    try:
        target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=0.5, retries=0)
        return await command(engine, CommunityData(community), target, ContextData(), *objects_, lookupMib=False)
    finally:
        engine.close_dispatcher()


def _snmp(t: float, table: Callable[[float], dict[ber.Oid, bytes]]) -> SnmpDevice:
    return SnmpDevice(table, "numayis", _at(t))


def test_pysnmp_reads_the_ups_in_a_power_cut() -> None:
    async def ask() -> dict[str, Any]:
        device = _snmp(IN_CUT, objects.ups)
        port = await device.start()
        try:
            return await _walk(port, "numayis", "1.3.6.1.2.1.33")
        finally:
            await device.stop()

    found = asyncio.run(ask())
    assert int(found["1.3.6.1.2.1.33.1.4.1.0"]) == 5
    assert int(found["1.3.6.1.2.1.33.1.3.3.1.3.1"]) == 0
    assert 88 <= int(found["1.3.6.1.2.1.33.1.2.2.0"]) <= 95
    assert int(found["1.3.6.1.2.1.33.1.6.1.0"]) == 2
    assert str(found["1.3.6.1.2.1.33.1.6.2.1.2.1"]) == "1.3.6.1.2.1.33.1.6.3.2"


@pytest.mark.parametrize("command", ["snmpwalk", "snmpbulkwalk"])
@pytest.mark.parametrize("table", [objects.ups, objects.modem, objects.switch, objects.sensor])
def test_net_snmp_walks_every_object_of_a_device(command: str, table: Callable[[float], dict[ber.Oid, bytes]]) -> None:
    tool = shutil.which(command)
    assert tool, "make test installs the Debian package snmp"

    async def ask() -> str:
        device = _snmp(IN_CUT, table)
        port = await device.start()
        try:
            child = await asyncio.create_subprocess_exec(
                tool, "-v2c", "-c", "numayis", "-On", "-t2", "-r0", f"127.0.0.1:{port}", ".1.3.6.1",
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await child.communicate()
        finally:
            await device.stop()
        assert child.returncode == 0, err
        return out.decode()

    out = asyncio.run(ask())
    said = [line.split(" ", 1)[0] for line in out.splitlines() if line.startswith(".1.") and "No more" not in line]
    assert [ber.oid(key) for key in said] == sorted(table(IN_CUT))


def test_the_counters_of_the_switch_rise_between_two_walks() -> None:
    async def ask() -> list[dict[str, Any]]:
        seen = []
        for t in (QUIET, QUIET + 60):
            device = _snmp(t, objects.switch)
            port = await device.start()
            try:
                seen.append(await _walk(port, "numayis", "1.3.6.1.2.1.31.1.1.1.6"))
            finally:
                await device.stop()
        return seen

    first, second = asyncio.run(ask())
    assert len(first) == 24
    assert sum(int(second[key]) > int(first[key]) for key in first) == 17  # 16 computers and the modem


def test_a_device_is_silent_to_a_wrong_community_and_refuses_to_be_set() -> None:
    name = ObjectType(ObjectIdentity("1.3.6.1.2.1.1.5.0"))
    absent = ObjectType(ObjectIdentity("1.3.6.1.2.1.1.5.9")), ObjectType(ObjectIdentity("1.3.6.1.2.1.99.9.0"))

    async def ask() -> list[Any]:
        device = _snmp(QUIET, objects.ups)
        port = await device.start()
        try:
            return [
                await _one(get_cmd, port, "public", name),
                await _one(set_cmd, port, "numayis", ObjectType(ObjectIdentity("1.3.6.1.2.1.1.5.0"), OctetString("x"))),
                await _one(get_cmd, port, "numayis", *absent),
            ]
        finally:
            await device.stop()

    stranger, setter, asker = asyncio.run(ask())
    assert "No SNMP response" in str(stranger[0])
    assert setter[1] == 6  # noAccess
    assert [type(value).__name__ for _, value in asker[3]] == ["NoSuchInstance", "NoSuchObject"]


@given(st.binary(max_size=200))
def test_no_datagram_disturbs_a_device(data: bytes) -> None:
    device = SnmpDevice(objects.sensor, "numayis", 0.0)
    device.datagram_received(data, ("127.0.0.1", 9))  # not started: an answer would raise


def test_aionut_reads_the_ups_and_meets_the_error_words() -> None:
    async def ask(t: float, ups: str = nut.UPS_NAME) -> dict[str, str]:
        server = NutServer(_at(t))
        port = await server.start()
        try:
            client = aionut.AIONUTClient("127.0.0.1", port, timeout=2, persistent=False)
            assert await client.list_ups() == {nut.UPS_NAME: nut.DESCRIBED}
            return await client.list_vars(ups)
        finally:
            await server.stop()

    assert asyncio.run(ask(QUIET))["ups.status"] == "OL"
    cut = asyncio.run(ask(IN_CUT))
    assert cut["ups.status"] == "OB DISCHRG"
    assert (cut["input.voltage"], 90 < int(cut["battery.charge"]) < 100) == ("0", True)
    assert asyncio.run(ask(AFTER_CUT))["ups.status"] == "OL CHRG"
    assert asyncio.run(ask(IN_TEST))["ups.status"].startswith("OL")
    with pytest.raises(aionut.NUTError, match="DATA-STALE"):
        asyncio.run(ask(STALE))
    with pytest.raises(aionut.NUTError, match="UNKNOWN-UPS"):
        asyncio.run(ask(QUIET, "other"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("VER", "Network UPS Tools upsd 2.8.0 - simulated for the demonstration of zeng"),
        ("NETVER", "1.3"),
        ("GET VAR school ups.load", 'VAR school ups.load "25"'),
        ("GET VAR school no.such", "ERR VAR-NOT-SUPPORTED"),
        ("GET VAR other ups.load", "ERR UNKNOWN-UPS"),
        ("INSTCMD school shutdown.return", "ERR ACCESS-DENIED"),
        ("SET VAR school ups.id x", "ERR ACCESS-DENIED"),
        ("GET", "ERR INVALID-ARGUMENT"),
        ("HELLO", "ERR UNKNOWN-COMMAND"),
        ("", "ERR UNKNOWN-COMMAND"),
    ],
)
def test_the_nut_server_answers_in_the_words_of_upsd(asked: str, said: str) -> None:
    assert nut.reply(asked, QUIET) == said


async def _board(t: float, ask: Callable[[aiopjlink.PJLink], Any], password: str | None = "secret") -> Any:
    board = PjlinkBoard("otaq 12", _at(t), password="secret", lamp_hours=2600)
    port = await board.start()
    try:
        async with aiopjlink.PJLink(address="127.0.0.1", port=port, password=password, timeout=2) as link:
            return await ask(link)
    finally:
        await board.stop()


def test_aiopjlink_reads_the_board() -> None:
    async def ask(link: aiopjlink.PJLink) -> list[Any]:
        return [
            await link.power.get(),
            await link.lamps.hours(),
            await link.errors.query(),
            await link.info.manufacturer_name(),
            await link.info.product_name(),
            await link.info.serial_number(),
        ]

    power, hours, errors, maker, model, serial = asyncio.run(_board(QUIET, ask))
    assert power == aiopjlink.Power.State.ON
    assert hours == 2600
    assert errors[aiopjlink.Errors.Category.FILTER] == aiopjlink.Errors.Level.WARN
    assert (maker, model, serial) == ("Zeng demonstration", "Simulated board class 2", "DEMO-OTAQ-12")


def test_the_board_wants_its_password_and_is_dark_in_a_power_cut() -> None:
    async def power(link: aiopjlink.PJLink) -> Any:
        return await link.power.get()

    with pytest.raises(aiopjlink.PJLinkPassword):
        asyncio.run(_board(QUIET, power, "wrong"))
    with pytest.raises(aiopjlink.PJLinkPassword):
        asyncio.run(_board(QUIET, power, None))
    with pytest.raises(aiopjlink.PJLinkException):
        asyncio.run(_board(IN_CUT, power))


def test_the_board_in_standby_says_not_now_and_cannot_be_commanded() -> None:
    board = PjlinkBoard("otaq 7", 0.0, pjlink_class=1, lamp_hours=10)
    standby = scenario.LESSON_S + 200
    assert board.reply("%1POWR ?", standby) == "%1POWR=0"
    assert board.reply("%1INPT ?", standby) == "%1INPT=ERR3"
    assert board.reply("%1POWR 1", standby) == "%1POWR=ERR3"
    assert board.reply("%2SNUM ?", standby) == "%2SNUM=ERR1"
    assert board.reply("rubbish", standby) == "rubbish=ERR1"


def test_all_devices_start_side_by_side_and_stop() -> None:
    async def twice() -> tuple[list[school.Place], list[school.Place]]:
        async with school.running(_at(QUIET)) as first, school.running(_at(QUIET)) as second:
            return first, second

    first, second = asyncio.run(twice())
    assert not {place.target for place in first} & {place.target for place in second}
    assert [place.kind for place in first] == ["ups", "modem", "switch", "sensor", "ups", "board", "board"]
    assert [place.key for place in first] == [place.key for place in second]
