"""The PJLink road against a projector of our own making, with password, class 2, standby and odd manners."""

import asyncio
from pathlib import Path

import pytest

from agent import pjlink
from agent.collectors import board
from agent.pjlink import Garbled, PjlinkError, PjlinkRoad, Unreachable, WrongPassword
from agent.report import Reading
from agent.targets import Target
from agent.wanted import Detail, Heard, Memory
from tests.devices.network_ups_tools import free_port
from tests.devices.pjlink_projector import STANDBY, Projector, projector

ROAD = PjlinkRoad(timeout_s=1.0)


def answers(it: Projector, everything: bool = False, password: str = "") -> dict[str, str]:
    async def story() -> dict[str, str]:
        async with projector(it):
            return await ROAD.answers(it.target(password), everything)

    return asyncio.run(story())


def read(words: dict[str, str], detail: Detail = Detail.MINUTE) -> dict[tuple[str, str], object]:
    return {(r.quantity, r.index): r.value for r in board.translate(Heard(words=words), Memory(), detail)}


def test_a_projector_that_is_on_tells_power_lamps_and_errors() -> None:
    found = read(answers(Projector()))
    assert found["board.power", ""] == "on"
    assert found["board.errors", ""] == "lamp=warning filter=error"
    assert found["board.lamp_time", "1"] == 1200
    assert found["board.lamp_time", "2"] == 300
    assert found["board.input", ""] == "digital 1"


def test_the_minute_asks_four_questions_and_a_probe_asks_class_2_too() -> None:
    few, many = Projector(), Projector()
    answers(few)
    assert [line[2:6] for line in few.asked] == ["POWR", "ERST", "LAMP", "INPT"]
    found = read(answers(many, everything=True), Detail.PROBE)
    assert found["device.serial", ""] == "X5YU7100123"
    assert found["board.filter_time", ""] == 240
    assert found["board.mute", ""] == "none"


def test_every_command_is_a_question() -> None:
    it = Projector()
    answers(it, everything=True)
    assert all(line.endswith(" ?") for line in it.asked)
    words = Path(pjlink.__file__).read_text(encoding="utf-8")
    assert not any(word in words for word in ("turn_on", "turn_off", ".set(", "_transmit_ok"))


def test_standby_is_off_and_what_it_cannot_say_now_is_unknown() -> None:
    found = read(answers(Projector(answers=dict(STANDBY))))
    assert found["board.power", ""] == "off"
    assert found["board.input", ""] is None


@pytest.mark.parametrize(
    "it",
    [
        pytest.param(Projector(lookup_first=True), id="an announcement before the answer is skipped"),
        pytest.param(Projector(nul_padding=True), id="NUL bytes as padding are dropped"),
        pytest.param(Projector(hang_up_first=True), id="a connection closed too early is tried once more"),
        pytest.param(Projector(password="zeng"), id="with the right password"),
        pytest.param(Projector(answers={"%1POWR": "1", "%1ERST": "000000"}), id="a laser has no lamp: ERR1"),
    ],
)
def test_odd_manners_do_not_hide_the_projector(it: Projector) -> None:
    assert read(answers(it, password=it.password))["board.power", ""] == "on"


def test_a_name_in_latin_letters_does_not_crash() -> None:
    it = Projector(answers=Projector().answers | {"%1NAME": "Böyük zal"}, encoding="latin-1")
    assert answers(it, everything=True)["NAME"].startswith("B")


@pytest.mark.parametrize(("password", "why"), [("", "password required"), ("wrong", "authentication failed")])
def test_a_wrong_or_missing_password_says_so(password: str, why: str) -> None:
    with pytest.raises(WrongPassword, match=why):
        answers(Projector(password="zeng"), password=password)


def test_nobody_at_the_port_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        asyncio.run(ROAD.answers(Target("pjlink", "127.0.0.1", free_port())))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param(b"220 smtp.example ESMTP\r", Garbled, id="another protocol"),
        pytest.param(b"P\r", Garbled, id="too short a greeting"),
        pytest.param(b"PJLINK 0\r%1POWR", PjlinkError, id="an answer cut in the middle"),
        pytest.param(b"PJLINK 0\rgarbage\r", Garbled, id="garbage after the greeting"),
        pytest.param(b"", Unreachable, id="hangs up"),
    ],
)
def test_what_answers_decides_the_error(said: bytes, error: type[PjlinkError]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(error):
            await ROAD.answers(Target("pjlink", "127.0.0.1", port))
        server.close()

    asyncio.run(story())


def test_a_projector_that_says_nothing_costs_a_bounded_time() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(3):
            with pytest.raises(PjlinkError):
                await PjlinkRoad(timeout_s=0.3).answers(Target("pjlink", "127.0.0.1", port))
        server.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        pytest.param("000000", "none", id="nothing wrong"),
        pytest.param("200000", "fan=error", id="fan"),
        pytest.param("011001", "lamp=warning temperature=warning other=warning", id="several"),
        pytest.param("ERR3", None, id="not now"),
        pytest.param("0000", None, id="too few digits"),
        pytest.param("000009", None, id="a digit that PJLink does not know"),
        pytest.param("", None, id="empty"),
    ],
)
def test_error_digits(answer: str, value: str | None) -> None:
    assert board.errors(answer) == value


@pytest.mark.parametrize(
    ("answer", "hours"),
    [
        pytest.param("1200 1", [1200], id="one lamp"),
        pytest.param("0 0", [None], id="zero hours are not counted hours"),
        pytest.param("ERR1", [], id="no lamp"),
        pytest.param("1200", [], id="hours without a state"),
        pytest.param("x 1", [], id="no number"),
        pytest.param("", [], id="empty"),
    ],
)
def test_lamp_hours(answer: str, hours: list[int | None]) -> None:
    assert [r.value for r in board.lamps(answer) if r.quantity == "board.lamp_time"] == hours


@pytest.mark.parametrize(
    ("ids", "present"),
    [
        pytest.param(["1d6b:0002", "0d48:0001"], 1, id="a Promethean board"),
        pytest.param(["1d6b:0002"], 0, id="no board"),
        pytest.param(["0eef:0001"], 0, id="a touch display is no board"),
        pytest.param(["0d48:9999"], 1, id="a newer Promethean board"),
        pytest.param(["abcd:0007"], 1, id="one that agent.toml names"),
        pytest.param(None, None, id="a bus that cannot be looked at is no absence"),
    ],
)
def test_a_board_at_the_usb(ids: list[str] | None, present: int | None) -> None:
    found = board.presence(ids, {"abcd:0007"})
    assert Reading("board.present", "", "", present) in found


def test_the_usb_of_linux_is_read_from_its_files(tmp_path: Path) -> None:
    for name, vendor, product in (("1-1", "0D48\n", "0004\n"), ("usb1", "1d6b\n", "0002\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "idVendor").write_text(vendor)
        (tmp_path / name / "idProduct").write_text(product)
    (tmp_path / "1-2").mkdir()
    (tmp_path / "1-2" / "idVendor").write_bytes(b"\xff\xfe")
    assert board.linux_usb_ids(tmp_path) == ["0d48:0004", "1d6b:0002"]
    assert board.linux_usb_ids(tmp_path / "absent") is None


def test_the_usb_of_windows_is_read_from_pnputil_in_any_language() -> None:
    text = "Cihaz identifikatoru: USB\\VID_0D48&PID_0001\\5&2c\r\nInstance ID: USB\\VID_0D48&PID_0001&MI_00\\6&1\r\n"
    assert board.windows_listing(text) == ["0d48:0001"]
