"""The rules one by one: tables with a sentence per row."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import clones, numbers
from alerts.clones import Admission
from alerts.state import Value, judge


@pytest.mark.parametrize(
    ("kind", "reachable", "readings", "state", "reason"),
    [
        pytest.param("ups", True, {"ups.state": "mains"}, "up", "works", id="mains"),
        pytest.param("ups", True, {"ups.state": "battery"}, "degraded", "on_battery", id="on battery"),
        pytest.param("ups", True, {"ups.state": "battery", "ups.low_battery": 1}, "degraded", "low_battery", id="nearly empty"),
        pytest.param("ups", True, {"ups.state": "mains", "ups.low_battery": 1}, "up", "works", id="low but charging is no alarm"),
        pytest.param("ups", True, {"ups.state": "mains", "ups.testing": 1}, "up", "works", id="a self-test is no power cut"),
        pytest.param("ups", True, {"ups.state": "mains", "ups.replace_battery": 1}, "degraded", "replace_battery", id="old battery"),
        pytest.param("ups", True, {"ups.state": "mains", "ups.output.load": 99}, "degraded", "overload", id="overloaded"),
        pytest.param("ups", True, {"ups.state": "mains", "ups.output.load": None}, "up", "works", id="an unknown load is no load"),
        pytest.param("ups", True, {"ups.state": "no_communication"}, "no_data", "ups_communication_lost", id="card without UPS"),
        pytest.param("ups", False, {"ups.state": "unreachable"}, "no_data", "not_answering", id="no answer is not a power cut"),
        pytest.param("ups", True, {}, "no_data", "no_reading", id="a UPS that says nothing of its source"),
        pytest.param("link", True, {"link.internet.loss": 0, "link.gateway.loss": 0}, "up", "works", id="all well"),
        pytest.param("link", True, {"link.internet.loss": 100, "link.intranet.loss": 100, "link.gateway.loss": 0}, "down", "outside_unreachable", id="modem answers, nothing beyond"),
        pytest.param("link", True, {"link.internet.loss": 100, "link.intranet.loss": 100, "link.gateway.loss": 100}, "down", "gateway_unreachable", id="not even the modem"),
        pytest.param("link", True, {"link.internet.loss": 100, "link.intranet.loss": 0}, "degraded", "internet_unreachable", id="intranet only"),
        pytest.param("link", True, {"link.internet.loss": 0, "link.intranet.loss": 100}, "degraded", "intranet_unreachable", id="Internet only"),
        pytest.param("link", True, {"link.internet.loss": 12}, "degraded", "lossy", id="packets get lost"),
        pytest.param("link", True, {"link.internet.loss": 0, "link.internet.rtt": 0.9}, "degraded", "slow", id="slow"),
        pytest.param("link", True, {"link.internet.loss": 0, "dsl.down.snr_margin": 1.5}, "degraded", "low_margin", id="about to retrain"),
        pytest.param("link", True, {"link.internet.loss": 0, "dsl.down.snr_margin": None}, "up", "works", id="an unknown margin is no margin"),
        pytest.param("link", True, {"link.internet.loss": None, "link.gateway.loss": None}, "no_data", "no_reading", id="nobody was asked"),
        pytest.param("link", True, {"link.gateway.loss": 100}, "down", "gateway_unreachable", id="only the modem was asked, in vain"),
        pytest.param("link", True, {"link.gateway.loss": 0}, "up", "works", id="only the modem was asked, and answered"),
        pytest.param("computer", True, {}, "up", "works", id="a computer that answers"),
        pytest.param("computer", False, {}, "no_data", "not_answering", id="a computer switched off at six is not down"),
        pytest.param("computer", True, {"disk.used_percent": 98.5}, "degraded", "disk_full", id="full disk"),
        pytest.param("board", True, {"board.power": "on"}, "up", "works", id="a lit board"),
        pytest.param("board", True, {"board.power": "off"}, "up", "standby", id="standby is no fault"),
        pytest.param("board", False, {}, "no_data", "not_answering", id="a board without mains may be anything"),
        pytest.param("switch", False, {}, "down", "not_answering", id="a switch has no off switch"),
        pytest.param("switch", False, {"switch.failure": "not_asked"}, "no_data", "no_reading", id="a switch that could not be asked"),
        pytest.param("switch", False, {"switch.failure": "refused"}, "down", "not_answering", id="a switch that refuses us"),
        pytest.param("switch", True, {}, "up", "works", id="a switch that answers"),
        pytest.param("sensor", True, {"sensor.temperature": 38.0}, "degraded", "too_hot", id="hot server room"),
        pytest.param("sensor", True, {"sensor.temperature": None}, "up", "works", id="an unknown temperature is no heat"),
        pytest.param("printer", False, {}, "no_data", "not_answering", id="a printer switched off"),
        pytest.param("robot", True, {}, "no_data", "unknown_kind", id="a kind from the future"),
    ],
)  # fmt: skip
def test_state_of(kind: str, reachable: bool, readings: dict[str, Value], state: str, reason: str) -> None:
    judged = judge(kind, reachable, readings)
    assert (judged.state, judged.reason) == (state, reason)


@pytest.mark.parametrize(
    ("instance", "current", "retired", "macs", "known", "alive", "admission"),
    [
        pytest.param("a", "", [], {"1"}, set(), False, Admission.SAME, id="the first word of an agent"),
        pytest.param("a", "a", [], {"1"}, {"1"}, True, Admission.SAME, id="the same process"),
        pytest.param("b", "a", [], {"1"}, {"1"}, True, Admission.RESTARTED, id="restarted on the same computer"),
        pytest.param("a", "b", ["a"], {"1"}, {"1"}, True, Admission.CLONE, id="back to an old process: two share the key"),
        pytest.param("b", "a", [], {"2"}, {"1"}, True, Admission.CLONE, id="another computer while the first is heard"),
        pytest.param("b", "a", [], {"2"}, {"1"}, False, Admission.RESTARTED, id="the disk moved to another computer"),
        pytest.param("b", "a", [], {"1", "2"}, {"2", "3"}, True, Admission.RESTARTED, id="one network card was changed"),
        pytest.param("b", "a", [], set(), {"1"}, True, Admission.RESTARTED, id="nothing known of the card is no proof"),
    ],
)  # fmt: skip
def test_admission(
    instance: str, current: str, retired: list[str], macs: set[str], known: set[str], alive: bool, admission: Admission
) -> None:
    admitted = clones.admit(
        instance, current=current, retired=retired, macs=macs, known_macs=known, known_is_alive=alive
    )
    assert admitted.admission == admission


@given(st.lists(st.integers(1, 60)))
def test_number_ranges_hold_exactly_what_was_added(added: list[int]) -> None:
    ranges: numbers.Ranges = []
    seen: set[int] = set()
    for number in added:
        assert numbers.add(ranges, number) is (number not in seen)
        seen.add(number)
    assert {n for n in range(1, 61) if numbers.has(ranges, n)} == seen
    assert numbers.parse(numbers.text(ranges)) == ranges
    assert all(after[0] - before[1] > 1 for before, after in pairwise(ranges))
