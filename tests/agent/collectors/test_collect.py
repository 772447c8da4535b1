"""collect(): a look at one device never raises, takes a bounded time, and says which way it failed."""

import asyncio

import pytest

from agent import collectors
from agent.collectors import COLLECTORS, collect, link
from agent.icmp import NotAllowed, Ping, PingError
from agent.mibs import dsl, host, interfaces
from agent.mibs.ups import UPS
from agent.mibs.walk import distinct, oid
from agent.nut import NoCommunication, Unreachable
from agent.pjlink import WrongPassword
from agent.report import KINDS, Device, Reading
from agent.snmp import NoAnswer, Refused
from agent.snmp.values import Rows
from agent.targets import Target, parse
from agent.wanted import Roads, Wanted
from tests.agent.collectors.fakes import FakeIcmp, FakeNut, FakePjlink, FakeSnmp, roads, wanted

NUT = parse("nut://192.0.2.8/school")
PJLINK = parse("pjlink://192.0.2.9")
PC = parse("icmp://192.0.2.10")
SYSTEM: Rows = {
    oid("1.3.6.1.2.1.1.1.0"): b"Netman 204",
    oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.5491.304"),
    oid("1.3.6.1.2.1.1.3.0"): 500_000_00,
}
RIELLO: Rows = SYSTEM | {
    (*UPS, 1, 1, 0): b"RPS SpA",
    (*UPS, 1, 2, 0): b"SDH 1000",
    (*UPS, 2, 1, 0): 2,
    (*UPS, 2, 2, 0): 0,
    (*UPS, 2, 4, 0): 97,
    (*UPS, 4, 1, 0): 3,
    (*UPS, 3, 3, 1, 3, 1): 231,
    (*UPS, 4, 4, 1, 5, 1): 24,
}


def look(device: Wanted, on: Roads) -> Device:
    return asyncio.run(collect(device, on))


def values(device: Device) -> dict[str, object]:
    return {reading.quantity: reading.value for reading in device.readings}


def test_there_is_a_collector_for_every_kind_of_the_wire() -> None:
    assert set(COLLECTORS) == set(KINDS)


def test_a_device_of_unknown_kind_is_found_out_and_named() -> None:
    device = look(wanted(), roads(FakeSnmp(dict(RIELLO))))
    assert (device.kind, device.vendor, device.model, device.reachable) == ("ups", "Riello", "SDH 1000", True)
    assert device.address == "192.0.2.7"
    assert values(device)["ups.state"] == "mains"


def test_the_second_minute_asks_only_for_what_the_device_has() -> None:
    snmp = FakeSnmp(dict(RIELLO))
    on = roads(snmp)

    async def story() -> Device:
        await collect(wanted("ups"), on)
        snmp.walked.clear()
        return await collect(wanted("ups"), on)

    device = asyncio.run(story())
    assert snmp.walked == []
    assert 0 < len(snmp.got) <= 12
    assert values(device)["ups.battery.charge"] == 97


@pytest.mark.parametrize(
    ("device", "on", "reachable", "failure"),
    [
        pytest.param(
            wanted("ups"), roads(FakeSnmp(error=NoAnswer("silence"))), False, "unreachable", id="SNMP: silence"
        ),
        pytest.param(wanted("ups"), roads(FakeSnmp(error=Refused("no"))), True, "refused", id="SNMP: refused"),
        pytest.param(
            wanted("switch"), roads(FakeSnmp(error=NoAnswer("silence"))), False, "unreachable", id="a dead switch"
        ),
        pytest.param(
            wanted("", NUT), roads(nut=FakeNut(Unreachable("refused"))), False, "unreachable", id="NUT: nobody there"
        ),
        pytest.param(
            wanted("", NUT), roads(nut=FakeNut(NoCommunication("stale"))), True, "no_communication", id="NUT: stale"
        ),
        pytest.param(
            wanted("", PJLINK), roads(pjlink=FakePjlink(WrongPassword("no"))), True, "refused", id="PJLink: password"
        ),
        pytest.param(wanted("", PC), roads(), False, "unreachable", id="a computer that does not answer echoes"),
        pytest.param(wanted("switch", PC), roads(), False, "unreachable", id="a switch that is only pinged"),
        pytest.param(
            wanted("", PC),
            roads(icmp=FakeIcmp({"192.0.2.10": NotAllowed("no")})),
            False,
            "not_asked",
            id="an agent that may not ping says so",
        ),
        pytest.param(
            wanted("printer", parse("tcp://192.0.2.11:9100")), roads(), False, "unreachable", id="a closed port"
        ),
    ],
)
def test_a_device_that_cannot_be_asked_is_an_answer(device: Wanted, on: Roads, reachable: bool, failure: str) -> None:
    found = look(device, on)
    assert found.reachable is reachable
    assert values(found).get(f"{found.kind}.failure", "unreachable") == failure


def test_a_ups_behind_a_dead_upsd_is_unreachable_and_one_with_a_dead_driver_has_lost_communication() -> None:
    dead = look(wanted("", NUT), roads(nut=FakeNut(Unreachable("refused"))))
    stale = look(wanted("", NUT), roads(nut=FakeNut(NoCommunication("stale"))))
    assert values(dead)["ups.state"] == "unreachable"
    assert values(stale)["ups.state"] == "no_communication"


def test_a_wedged_road_costs_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wedged(FakeSnmp):
        async def walk(self, target: Target, columns: object) -> Rows:
            await asyncio.Event().wait()
            return {}

    monkeypatch.setattr(collectors, "BOUND_S", 0.05)
    assert look(wanted("ups"), roads(Wedged())).reachable is False


def test_what_nut_says_names_the_device_but_a_serial_of_zeros_does_not() -> None:
    said = {"ups.status": "OL", "ups.mfr": "PPC", "ups.model": "Offline UPS", "ups.serial": "000000000"}
    device = look(wanted("", NUT), roads(nut=FakeNut(said)))
    assert (device.kind, device.vendor, device.model, device.serial) == ("ups", "PPC", "Offline UPS", "")


def test_a_projector_is_a_board() -> None:
    device = look(
        wanted("", PJLINK), roads(pjlink=FakePjlink({"POWR": "0", "ERST": "000000", "LAMP": "1200 0", "INPT": "ERR3"}))
    )
    assert device.kind == "board"
    assert values(device)["board.power"] == "off"


def test_a_computer_that_answers_one_of_two_echoes_is_there() -> None:
    device = look(wanted("", PC), roads(icmp=FakeIcmp({"192.0.2.10": Ping(2, 1, (0.001,), (1,))})))
    assert device.reachable is True
    assert device.readings == []


GOOD = Ping(5, 5, (0.030, 0.032, 0.031, 0.030, 0.031))
LINE = {"gateway": "192.0.2.1", "intranet": "192.0.2.2", "internet": "192.0.2.3 192.0.2.4"}


def test_the_line_is_as_good_as_the_best_of_its_anchors() -> None:
    icmp = FakeIcmp({"192.0.2.1": Ping(5, 5, (0.0004,) * 5), "192.0.2.2": GOOD, "192.0.2.4": GOOD})
    device = look(wanted("link", Target("local"), **LINE), roads(icmp=icmp))
    found = values(device)
    assert (found["link.gateway.loss"], found["link.intranet.loss"], found["link.internet.loss"]) == (0, 0, 0)
    assert (found["link.gateway.rtt"], found["link.internet.rtt"]) == (0.0004, 0.031)
    assert isinstance(found["link.internet.jitter"], float)
    assert device.reachable is True


def test_a_line_that_carries_nothing_is_not_reachable() -> None:
    device = look(wanted("link", Target("local"), **LINE), roads(icmp=FakeIcmp()))
    assert values(device)["link.internet.loss"] == 100
    assert values(device)["link.internet.rtt"] is None
    assert device.reachable is False


def test_an_agent_that_may_not_ping_does_not_call_the_line_dead() -> None:
    icmp = FakeIcmp({f"192.0.2.{n}": NotAllowed("no") for n in (1, 2, 3, 4)})
    device = look(wanted("link", Target("local"), **LINE), roads(icmp=icmp))
    assert values(device)["link.internet.loss"] is None
    assert device.reachable is True


def test_a_name_that_does_not_resolve_is_lost() -> None:
    icmp = FakeIcmp({"ya.example": PingError("no such name")})
    device = look(wanted("link", Target("local"), internet="ya.example"), roads(icmp=icmp))
    assert values(device)["link.internet.loss"] == 100


def test_a_place_that_is_not_named_is_not_measured() -> None:
    device = look(wanted("link", Target("local"), gateway="192.0.2.1"), roads(icmp=FakeIcmp()))
    assert not any(reading.quantity.startswith("link.internet") for reading in device.readings)


@pytest.mark.parametrize("option", ["192.0.2.3,192.0.2.4", "192.0.2.3 192.0.2.4", " 192.0.2.3, 192.0.2.4 "])
def test_anchors_are_listed_with_blanks_or_commas(option: str) -> None:
    assert link.anchors(option) == ["192.0.2.3", "192.0.2.4"]


def test_a_modem_that_does_not_answer_takes_nothing_from_the_line() -> None:
    icmp = FakeIcmp({"192.0.2.3": GOOD})
    on = roads(FakeSnmp(error=NoAnswer("silence")), icmp=icmp)
    device = look(wanted("link", Target("local"), internet="192.0.2.3", modem="snmp://public@192.0.2.5"), on)
    assert values(device)["link.internet.loss"] == 0


def switch_rows(octets: int, uptime_s: int = 500_000) -> Rows:
    rows: Rows = {oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.11.2.3.7.11.84"), (*host.SYS_UPTIME, 0): uptime_s * 100}
    for port in (1, 2, 3):
        rows |= {
            (*interfaces.OPER, port): 1 if port < 3 else 2,
            (*interfaces.TYPE, port): 6,
            (*interfaces.HIGH_SPEED, port): 1000,
            (*interfaces.HC_IN, port): octets,
            (*interfaces.HC_OUT, port): octets,
            (*interfaces.IN_ERRORS, port): 0,
            (*interfaces.OUT_ERRORS, port): 0,
        }
    return rows


def test_a_switch_counts_its_ports_and_has_rates_from_the_second_minute_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1_000_000.0, 1_000_060.0, 1_000_120.0])
    monkeypatch.setattr("agent.traffic.now_s", lambda: next(clock))
    snmp = FakeSnmp(switch_rows(10_000_000))
    on = roads(snmp)

    async def story() -> list[Device]:
        first = await collect(wanted("switch"), on)
        snmp.rows = switch_rows(10_000_000 + 60_000_000, 500_060)
        second = await collect(wanted("switch"), on)
        snmp.rows = switch_rows(5, 3)  # it restarted
        return [first, second, await collect(wanted("switch"), on)]

    first, second, third = asyncio.run(story())
    assert values(first)["switch.ports_up"] == 2
    assert values(first)["switch.in_rate"] is None
    assert values(second)["switch.in_rate"] == 3 * 8_000_000 // 10_000 * 10_000
    assert values(second)["switch.error_rate"] == 0
    assert values(third)["switch.in_rate"] is None


def test_a_boot_time_stays_the_same_while_the_computer_runs() -> None:
    rows: Rows = {
        oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.311.1.1.3.1.1"),
        (*host.HR, 1, 1, 0): 8_640_000,
        (*host.HR, 1, 5, 0): 1,
        (*host.PROCESSOR, 1): 12,
        (*host.PROCESSOR, 2): 19,
    }
    snmp = FakeSnmp(dict(rows))
    on = roads(snmp)

    async def story() -> list[Device]:
        first = await collect(wanted("computer"), on)
        snmp.rows = rows | {(*host.HR, 1, 1, 0): 8_642_000}  # 20 s later by its clock, at once by ours
        return [first, await collect(wanted("computer"), on)]

    first, second = asyncio.run(story())
    assert values(first)["computer.boot_time"] == values(second)["computer.boot_time"]
    assert values(first)["cpu.load"] == 16


def test_this_computer_is_read_by_psutil() -> None:
    async def story() -> Device:
        on = roads()
        await collect(wanted("computer", Target("local")), on)
        return await collect(wanted("computer", Target("local")), on)

    found = values(asyncio.run(story()))
    assert isinstance(found["computer.boot_time"], int)
    assert isinstance(found["mem.used_percent"], int)
    assert isinstance(found["cpu.load"], int)
    assert set(found) == {"computer.boot_time", "computer.users", "cpu.load", "mem.used_percent", "disk.used_percent"}


def test_the_first_load_of_this_computer_is_unknown_and_not_zero() -> None:
    assert values(look(wanted("computer", Target("local")), roads()))["cpu.load"] is None


MODEM: Rows = {
    oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.7367.1"),
    (*host.SYS_UPTIME, 0): 50_000_000,
    (*dsl.ATUR, dsl.MARGIN, 4): 9,
    (*dsl.ATUC, dsl.MARGIN, 4): 8,
    (*dsl.ATUC_RATE, 4): 8_000_000,
    (*dsl.ATUR_RATE, 4): 800_000,
    (*interfaces.TYPE, 1): 6,
    (*interfaces.OPER, 1): 1,
    (*interfaces.IN_OCTETS, 1): 5_000,
    (*interfaces.TYPE, 9): 23,
    (*interfaces.OPER, 9): 1,
    (*interfaces.IN_OCTETS, 9): 5_000_000,
}


def test_a_modem_is_asked_for_its_line_alone_after_the_first_minute() -> None:
    snmp = FakeSnmp(dict(MODEM))
    on = roads(snmp)

    async def story() -> Device:
        await collect(wanted("modem"), on)
        snmp.got.clear()
        return await collect(wanted("modem"), on)

    device = asyncio.run(story())
    assert values(device)["dsl.down.snr_margin"] == 9
    assert [reading.index for reading in device.readings if reading.quantity == "if.oper_status"] == ["9"]
    assert (*interfaces.OPER, 1) not in snmp.got
    snmp.rows = MODEM | {(*interfaces.OPER, 9): 2}
    asyncio.run(collect(wanted("modem"), on))
    assert on.memory[wanted("modem").key].interface == ""


def test_no_two_readings_of_a_device_have_one_name() -> None:
    found = distinct([Reading("wireless.rssi", "1", "dBm", value) for value in (-54, -55, -56)])
    assert [reading.index for reading in found] == ["1", "1.b", "1.c"]
    assert [r.index for r in distinct([Reading("sensor.contact", "", "enum", "off")] * 2)] == ["", "b"]
