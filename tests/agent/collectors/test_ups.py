"""The four states of a UPS by UPS-MIB and the vendors' tables: what is a power cut, and what only looks like one."""

import pytest

from agent.collectors import ups
from agent.mibs.ups import ALARM_ROOT, UPS
from agent.mibs.ups_vendors import APC, DELTA, HUAWEI, MGE, XUPS
from agent.report import Reading
from agent.snmp.values import Oid, Rows, SnmpValue
from agent.wanted import Detail, Failure, Heard, Memory

STATUS, SECONDS, CHARGE, SOURCE, VOLTS, TEST = (
    (*UPS, *tail) for tail in ((2, 1, 0), (2, 2, 0), (2, 4, 0), (4, 1, 0), (3, 3, 1, 3, 1), (7, 3, 0))
)
ALARM = (*UPS, 6, 2, 1, 2, 1)


def said(rows: Rows, maker: int = 5491, detail: Detail = Detail.MINUTE) -> dict[str, object]:
    found = ups.translate(Heard(rows=rows), Memory(enterprise=maker), detail)
    return {reading.quantity: reading.value for reading in reversed(found)}


ON_MAINS: dict[Oid, SnmpValue] = {STATUS: 2, SECONDS: 0, CHARGE: 100, SOURCE: 3, VOLTS: 231, TEST: 6}


@pytest.mark.parametrize(
    ("change", "state", "testing", "low", "replace"),
    [
        pytest.param({}, "mains", 0, 0, 0, id="an ordinary day"),
        pytest.param({SOURCE: 5, SECONDS: 40, VOLTS: 0}, "battery", 0, 0, 0, id="a power cut"),
        pytest.param({SOURCE: 5, SECONDS: 900, VOLTS: 0, STATUS: 3}, "battery", 0, 1, 0, id="a long one"),
        pytest.param({SOURCE: 5, SECONDS: 5, TEST: 5}, "mains", 1, 0, 0, id="a self-test is not a power cut"),
        pytest.param({SOURCE: 5, ALARM: (*ALARM_ROOT, 24)}, "mains", 1, 0, 0, id="an alarm says that a test runs"),
        pytest.param({ALARM: (*ALARM_ROOT, 20)}, "no_communication", None, None, None, id="the card lost the UPS"),
        pytest.param({ALARM: (*ALARM_ROOT, 1)}, "mains", 0, 0, 1, id="a bad battery is to be replaced"),
        pytest.param({ALARM: (*ALARM_ROOT, 3)}, "mains", 0, 1, 0, id="an alarm says that the battery is low"),
        pytest.param({SOURCE: 4}, "mains", 0, 0, 0, id="bypass is mains"),
        pytest.param({SOURCE: 6}, "mains", 0, 0, 0, id="boost is mains"),
        pytest.param({SOURCE: None, SECONDS: 12}, "battery", 0, 0, 0, id="no source, but seconds on battery"),
        pytest.param({SOURCE: None}, "mains", 0, 0, 0, id="no source, but volts on the line"),
        pytest.param({SOURCE: 2, VOLTS: 0}, None, 0, 0, 0, id="output off and no line: nobody knows"),
        pytest.param(
            {SOURCE: 99, VOLTS: None, SECONDS: None}, None, 0, 0, 0, id="a source that the MIB does not define"
        ),
    ],
)
def test_states_by_ups_mib(
    change: Rows, state: str | None, testing: int | None, low: int | None, replace: int | None
) -> None:
    found = said(ON_MAINS | change)
    assert found["ups.state"] == state
    assert (found["ups.testing"], found["ups.low_battery"], found["ups.replace_battery"]) == (testing, low, replace)


@pytest.mark.parametrize(
    ("maker", "rows", "state", "testing"),
    [
        pytest.param(318, {(*APC, 4, 1, 1, 0): 2}, "mains", 0, id="APC on line"),
        pytest.param(318, {(*APC, 4, 1, 1, 0): 3}, "battery", 0, id="APC on battery"),
        pytest.param(318, {(*APC, 4, 1, 1, 0): 15}, "mains", 1, id="APC on battery for a test"),
        pytest.param(
            318, {(*APC, 4, 1, 1, 0): 3, (*APC, 3, 2, 5, 0): 9}, "mains", 1, id="APC: the transfer was a self-test"
        ),
        pytest.param(
            318, {(*APC, 4, 1, 1, 0): 3, (*APC, 3, 2, 5, 0): 4}, "battery", 0, id="APC: the transfer was a blackout"
        ),
        pytest.param(
            318, {(*APC, 4, 1, 1, 0): 2, (*APC, 8, 1, 0): 2}, "no_communication", None, id="APC: the card lost the UPS"
        ),
        pytest.param(318, {(*APC, 4, 1, 1, 0): 12}, "mains", 0, id="APC trims"),
        pytest.param(534, {(*XUPS, 4, 5, 0): 5}, "battery", 0, id="Eaton on battery"),
        pytest.param(534, {(*XUPS, 4, 5, 0): 10}, "mains", 0, id="Eaton in high efficiency mode"),
        pytest.param(705, {(*MGE, 7, 3, 0): 1}, "battery", 0, id="MGE on battery"),
        pytest.param(2254, {(*DELTA, 5, 1, 0): 0}, "mains", 0, id="Delta normal"),
        pytest.param(2011, {(*HUAWEI, 2, 101, 1, 1, 1): 4}, "battery", 0, id="Huawei on battery"),
    ],
)
def test_states_by_the_vendors_tables(maker: int, rows: Rows, state: str, testing: int | None) -> None:
    found = said(rows, maker)
    assert (found["ups.state"], found["ups.testing"]) == (state, testing)


def test_an_unknown_runtime_is_not_136_years() -> None:
    found = said(ON_MAINS | {(*UPS, 2, 3, 0): 4294967295})
    assert found["ups.battery.runtime"] is None


def test_the_finer_object_wins_where_the_card_has_both() -> None:
    rows: Rows = {(*APC, 2, 2, 1, 0): 94, (*APC, 2, 3, 1, 0): 942, (*APC, 4, 1, 1, 0): 2}
    assert said(rows, 318)["ups.battery.charge"] == 94.2


def test_the_vendors_volts_win_over_a_card_that_breaks_the_mib() -> None:
    rows: Rows = {VOLTS: 2313, (*DELTA, 4, 3, 0): 2313, SOURCE: 3}
    assert said(rows, 2254)["ups.input.voltage"] == 231.3


@pytest.mark.parametrize(
    ("failure", "state"), [(Failure.UNREACHABLE, "unreachable"), (Failure.NO_COMMUNICATION, "no_communication")]
)
def test_a_ups_that_could_not_be_asked_says_which_way(failure: Failure, state: str) -> None:
    found = ups.translate(Heard(failure=failure), Memory(), Detail.MINUTE)
    assert Reading("ups.state", "", "enum", state) in found


def test_the_minute_is_a_small_set() -> None:
    assert len(said(ON_MAINS | {(*UPS, 2, 3, 0): 24, (*UPS, 2, 5, 0): 271, (*UPS, 4, 4, 1, 5, 1): 24})) <= 14
