"""The NUT road against real upsd: the four states of a UPS, and every way in which asking can fail."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from agent import nut
from agent.collectors import ups
from agent.mibs.nut import flags, readings
from agent.nut import NoCommunication, NutError, NutRoad, Refused, UnknownUps, Unreachable
from agent.report import Reading
from agent.targets import Target
from agent.wanted import Detail, Heard, Memory
from tests.devices import network_ups_tools as tools

ROAD = NutRoad(timeout_s=2.0)


async def state(target: Target) -> str | None:
    """ups.state as the collector would say it, or the name of the error."""
    try:
        heard = Heard(words=await ROAD.variables(target))
    except NutError as error:
        return type(error).__name__
    found = ups.translate(heard, Memory(), Detail.MINUTE)
    return next((str(r.value) for r in found if r.quantity == "ups.state"), None)


async def becomes(target: Target, wanted: str) -> bool:
    async def it_is() -> bool:
        return await state(target) == wanted

    return await tools.until(it_is)


def test_mains_then_battery_then_mains_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with tools.upsd(tmp_path) as it:
            assert await becomes(it.target(), "mains")
            it.says(ups_status="OB DISCHRG", input_voltage="0")
            assert await becomes(it.target(), "battery")
            it.says(ups_status="OL CHRG")
            assert await becomes(it.target(), "mains")

    asyncio.run(story())


def test_a_killed_driver_is_lost_communication_at_once_and_not_a_power_cut(tmp_path: Path) -> None:
    async def story() -> None:
        async with tools.upsd(tmp_path) as it:
            assert await becomes(it.target(), "mains")
            await it.kill_driver()
            assert await becomes(it.target(), "NoCommunication")

    asyncio.run(story())


def test_a_frozen_driver_is_stale_after_maxage_and_recovers(tmp_path: Path) -> None:
    async def story() -> None:
        async with tools.upsd(tmp_path) as it:
            assert await becomes(it.target(), "mains")
            it.freeze()
            assert await becomes(it.target(), "NoCommunication")
            with pytest.raises(NoCommunication, match="DATA-STALE"):
                await ROAD.variables(it.target())
            it.thaw()
            assert await becomes(it.target(), "mains")

    asyncio.run(story())


def test_an_unknown_ups_is_told_by_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with tools.upsd(tmp_path) as it:
            assert await becomes(it.target(), "mains")
            with pytest.raises(UnknownUps, match="no UPS named 'kitchen'"):
                await ROAD.variables(it.target("kitchen"))

    asyncio.run(story())


def test_a_model_name_in_another_encoding_does_not_hide_the_ups(tmp_path: Path) -> None:
    async def story() -> None:
        async with tools.upsd(tmp_path) as it:
            it.says(device_model="Müəllim 1500")
            assert await becomes(it.target(), "mains")
            assert (await ROAD.variables(it.target()))["ups.status"] == "OL"

    asyncio.run(story())


def test_nobody_at_the_port_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        asyncio.run(ROAD.variables(Target("nut", "127.0.0.1", tools.free_port(), path="/school")))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2\n", Refused, id="another protocol is refused, not unreachable"),
        pytest.param(b"ERR ACCESS-DENIED\n", Refused, id="an access rule refuses"),
        pytest.param(b"", Unreachable, id="a server that hangs up is unreachable"),
        pytest.param(b"BEGIN LIST VAR school\nVAR school ups.st", NutError, id="an answer cut in the middle"),
        pytest.param(b"ERR DATA-STALE\n", NoCommunication, id="stale data"),
        pytest.param(b"ERR DRIVER-NOT-CONNECTED\n", NoCommunication, id="no driver"),
    ],
)
def test_what_answers_decides_the_error(said: bytes, error: type[NutError]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readline()
            writer.write(said)
            await writer.drain()
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error):
            await ROAD.variables(Target("nut", "127.0.0.1", port, path="/school"))
        server.close()

    asyncio.run(story())


def test_a_server_that_says_nothing_costs_a_bounded_time() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(3):
            with pytest.raises(Unreachable):
                await NutRoad(timeout_s=0.3).variables(Target("nut", "127.0.0.1", port, path="/school"))
        server.close()

    asyncio.run(story())


def test_this_road_has_no_command_that_writes() -> None:
    words = Path(nut.__file__).read_text(encoding="utf-8")
    assert not any(word in words for word in ("run_command", "INSTCMD", "SET VAR", "FSD"))


@pytest.mark.parametrize(
    ("status", "others", "expected"),
    [
        pytest.param("OL", {}, ("mains", False, False, False), id="on line is mains"),
        pytest.param("OL CHRG LB", {}, ("mains", False, True, False), id="low battery while charging is mains and low"),
        pytest.param("OB DISCHRG LB", {}, ("battery", False, True, False), id="on battery, nearly empty"),
        pytest.param("OB CAL", {}, ("mains", True, False, False), id="a calibration is not a power cut"),
        pytest.param(
            "OB DISCHRG",
            {"ups.test.result": "In progress"},
            ("mains", True, False, False),
            id="a self-test is not a power cut",
        ),
        pytest.param("ALARM OL CHRG RB", {}, ("mains", False, False, True), id="replace battery"),
        pytest.param("OL BOOST", {}, ("mains", False, False, False), id="boosting is mains"),
        pytest.param("BYPASS", {}, ("mains", False, False, False), id="bypass is mains"),
        pytest.param("OL FSD", {}, ("mains", False, False, False), id="a false forced shutdown changes no state"),
        pytest.param("OL NEWTOKEN", {}, ("mains", False, False, False), id="an unknown token is ignored"),
        pytest.param(
            "WAIT", {}, ("no_communication", None, None, None), id="a driver that has just started knows nothing"
        ),
        pytest.param(
            "OL",
            {"driver.state": "reconnect.trying"},
            ("no_communication", None, None, None),
            id="a driver that reconnects serves old values",
        ),
        pytest.param("", {}, (None, None, None, None), id="an empty status tells nothing"),
        pytest.param("OFF", {}, (None, False, False, False), id="load off says nothing of the mains"),
    ],
)
def test_status_to_state(status: str, others: dict[str, str], expected: tuple[object, ...]) -> None:
    assert flags({"ups.status": status, **others}) == expected


@pytest.mark.parametrize(
    ("name", "word", "quantity", "value"),
    [
        pytest.param("battery.runtime", "65535", "ups.battery.runtime", None, id="a runtime of 65535 is an overflow"),
        pytest.param("battery.charge", "-197.6", "ups.battery.charge", None, id="a negative charge is none"),
        pytest.param("ups.temperature", "-272", "ups.temperature", None, id="-272 °C is none"),
        pytest.param("input.voltage", "228.4", "ups.input.voltage", 228.4, id="volts stay volts"),
        pytest.param("battery.runtime", "0", "ups.battery.runtime", 0, id="a runtime of zero is a number"),
        pytest.param("battery.charge", "", "ups.battery.charge", None, id="an empty variable is none"),
        pytest.param("battery.charge", "nan", "ups.battery.charge", None, id="nan is none"),
        pytest.param("ups.load", "full", "ups.output.load", None, id="a word for a number is none"),
    ],
)
def test_a_variable_is_a_number_or_nothing(name: str, word: str, quantity: str, value: object) -> None:
    assert [(r.quantity, r.value) for r in readings({name: word})] == [(quantity, value)]


def test_ambient_sensors_and_phases_have_an_index() -> None:
    found = readings(
        {
            "ambient.1.temperature": "21.5",
            "ambient.1.contacts.1.status": "open",
            "ambient.humidity": "40",
            "input.L1-N.voltage": "231",
        }
    )
    assert Reading("sensor.temperature", "1", "C", 21.5) in found
    assert Reading("sensor.contact", "1.1", "enum", "open") in found
    assert Reading("sensor.humidity", "", "%", 40) in found
    assert Reading("ups.input.voltage", "L1", "V", 231) in found
