"""The agent's day with devices that answer, hang, break and change, and an end that is told."""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from agent.clock import Clock
from agent.disk import Entry
from agent.frames import unpacked
from agent.look import look, outside_reached, signature
from agent.loop import Plan, Resident
from agent.report import Device, Reading, Report, Value
from agent.rhythm import Rhythm
from agent.spool import Spool
from agent.wanted import Wanted
from tests.agent.reports import MACHINE, wanted


class Courier:
    """Takes note of when it was asked; `waits` are its answers in turn."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.asked: list[float] = []
        self.waits: list[float] = []
        self.aborted = 0
        self.delivered: list[Entry] = []

    def bring(self, stopping: Callable[[], bool]) -> float | None:
        self.asked.append(time.monotonic())
        if self.waits:
            return self.waits.pop(0)
        waiting = self.spool.oldest(1000, 1 << 60)
        self.delivered += waiting
        self.spool.acknowledge([entry.number for entry in waiting], at_ms=0)
        return None

    def abort(self) -> None:
        self.aborted += 1

    def reports(self) -> list[Report]:
        return [unpacked(entry.body) for entry in self.delivered]


class House:
    """Devices by key: what each does when it is asked."""

    def __init__(self) -> None:
        self.losses: dict[str, Value] = {"link": 0}
        self.state = "mains"
        self.asked: list[str] = []

    async def collect(self, device: Wanted) -> Device:
        self.asked.append(device.key)
        word = device.key.split("-")[0]
        if word == "slow":
            await asyncio.sleep(0.05)
        if word == "dead":
            await asyncio.sleep(0.3)  # its collector's own patience
            return Device(device.key, device.kind, False)
        if word == "wedged":
            while True:
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    continue
        if word == "broken":
            raise KeyError("a defect")
        if word == "link":
            return Device(device.key, "link", True, [Reading("link.internet.loss", "", "%", self.losses["link"])])
        if word == "ups":
            return Device(device.key, "ups", True, [Reading("ups.state", "", "enum", self.state)])
        return Device(device.key, device.kind, True, [Reading("cpu.load", "", "%", 5)])


def resident(directory: Path, house: House, devices: list[Wanted], plan: Plan) -> tuple[Resident, Courier]:
    spool = Spool(directory)
    courier = Courier(spool)
    return Resident(plan, devices, house.collect, spool, courier, Clock(), "boot", MACHINE), courier


async def day(agent: Resident, hours: Callable[[], object], reason: str = "stopped") -> bool:
    """Run the agent while `hours` (a coroutine function) passes."""
    stop: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(agent.run(stop))
    passing = asyncio.ensure_future(hours())  # type: ignore[call-overload]
    await asyncio.wait({running, passing}, return_when=asyncio.FIRST_COMPLETED)
    stop.set_result(reason)
    return await asyncio.wait_for(running, 5)


async def until(so: Callable[[], object], within_s: float = 5) -> None:
    end = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def seconds(value: float) -> Plan:
    """A plan whose seconds are shorter."""
    return Plan(every_s=60 * value, sample_s=10 * value, phase_s=0, device_s=8 * value)


# -- looking --------------------------------------------------------------------------------------------------------


async def looked(devices: list[Wanted], bound_s: float) -> tuple[dict[str, Device], float]:
    began = time.monotonic()
    found = await look(devices, House().collect, bound_s)
    return found, time.monotonic() - began


def test_thirty_living_and_ten_dead_devices_are_seen_in_one_dead_devices_time() -> None:
    devices = [wanted(f"slow-{i}") for i in range(30)] + [wanted(f"dead-{i}") for i in range(10)]
    found, took_s = asyncio.run(looked(devices, 8))
    assert sum(device.reachable for device in found.values()) == 30
    assert sum(not device.reachable for device in found.values()) == 10
    assert took_s < 1


def test_a_wedged_collector_is_left_out_and_holds_nobody_up() -> None:
    async def scene() -> tuple[dict[str, Device], float]:
        result = await looked([wanted("wedged-1"), wanted("pc-1"), wanted("dead-1")], 0.5)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.get_coro().close()
        return result

    loop = asyncio.new_event_loop()
    found, took_s = loop.run_until_complete(scene())
    assert set(found) == {"pc-1", "dead-1"}
    assert took_s < 1
    loop.stop()


def test_a_collector_with_a_defect_is_left_out_and_named(caplog: pytest.LogCaptureFixture) -> None:
    found, _ = asyncio.run(looked([wanted("broken-1"), wanted("pc-1")], 1))
    assert set(found) == {"pc-1"}
    assert "broken-1: its collector failed, which is a defect" in caplog.text


def test_no_devices_are_no_trouble() -> None:
    assert asyncio.run(looked([], 1))[0] == {}


def device(*readings: Reading, kind: str = "ups", reachable: bool = True) -> Device:
    return Device("x", kind, reachable, list(readings))


def loss(where: str, value: Value) -> Reading:
    return Reading(f"link.{where}.loss", "", "%", value)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(device(), device(reachable=False), True, id="a device falls silent"),
        pytest.param(
            device(Reading("ups.state", "", "", "mains")), device(Reading("ups.state", "", "", "battery")), True,
            id="the mains fail",
        ),
        pytest.param(
            device(Reading("ups.battery.charge", "", "%", 9)), device(Reading("ups.battery.charge", "", "%", 8)), False,
            id="a battery loses a percent",
        ),
        pytest.param(device(loss("internet", 0)), device(loss("internet", 100)), True, id="the line is cut"),
        pytest.param(device(loss("internet", 0)), device(loss("internet", 40)), False, id="a line loses some"),
        pytest.param(device(loss("gateway", None)), device(loss("gateway", 0)), False, id="a line is measured at last"),
    ],
)  # fmt: skip
def test_what_makes_a_report_at_once(before: Device, after: Device, changes: bool) -> None:
    assert (signature(before) != signature(after)) is changes


def test_outside_is_beyond_the_gateway() -> None:
    assert not outside_reached(device(loss("gateway", 0), loss("internet", 100), kind="link"))
    assert outside_reached(device(loss("intranet", 20), loss("internet", 100), kind="link"))
    assert not outside_reached(device(loss("internet", None), kind="link"))


# -- rhythm ---------------------------------------------------------------------------------------------------------


def test_the_process_wakes_at_most_once_a_second_for_its_jobs() -> None:
    async def scene() -> dict[str, list[float]]:
        loop = asyncio.get_running_loop()
        rhythm = Rhythm(loop)
        times: dict[str, list[float]] = {"a": [], "b": [], "once": []}
        start = loop.time()
        for name, due, every in (("a", 0.0, 0.7), ("b", 0.3, 0.9)):
            rhythm.set(name, lambda n=name: times[n].append(loop.time() - start), due=start + due, every_s=every)  # type: ignore[misc]
        rhythm.set("once", lambda: times["once"].append(loop.time() - start), due=start + 1.5)
        await asyncio.sleep(3.3)
        rhythm.stop()
        return times

    times = asyncio.run(scene())
    wakes = sorted({round(t, 2) for found in times.values() for t in found})
    assert all(later - earlier >= 0.98 for earlier, later in pairwise(wakes))
    assert len(times["once"]) == 1
    assert len(times["a"]) in (3, 4)


def test_a_computer_that_slept_does_not_make_up_for_missed_jobs() -> None:
    async def scene() -> int:
        loop = asyncio.get_running_loop()
        rhythm = Rhythm(loop)
        ran = []
        rhythm.set("report", lambda: ran.append(1), due=loop.time() - 1000, every_s=60)
        await asyncio.sleep(0.05)
        rhythm.stop()
        return len(ran)

    assert asyncio.run(scene()) == 1


# -- the day --------------------------------------------------------------------------------------------------------


def test_reports_come_by_the_clock_and_reach_the_server(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1"), wanted("ups-1", "ups")], seconds(1 / 40))
    assert asyncio.run(day(agent, lambda: until(lambda: len(courier.delivered) >= 3)))
    first = courier.reports()[0]
    assert [d.key for d in first.devices] == ["pc-1", "ups-1"]
    assert (first.every, first.ending, first.machine) == (2, "", MACHINE)


def test_a_report_is_made_though_every_collector_is_dead_or_broken(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("broken-1"), wanted("dead-1")], seconds(1 / 20))
    asyncio.run(day(agent, lambda: until(lambda: len(courier.delivered) >= 1)))
    assert [(d.key, d.reachable) for d in courier.reports()[0].devices] == [("dead-1", False)]


def test_a_power_cut_is_reported_at_once(tmp_path: Path) -> None:
    house = House()
    agent, courier = resident(
        tmp_path, house, [wanted("pc-1"), wanted("ups-1", "ups")], Plan(3600, sample_s=1, phase_s=0, device_s=1)
    )

    async def hours() -> None:
        await until(lambda: len(courier.delivered) == 1)
        house.state = "battery"
        await until(lambda: len(courier.delivered) == 2)

    asyncio.run(day(agent, hours))
    before, at_once, last = courier.reports()
    assert [d.key for d in at_once.devices] == [d.key for d in before.devices] == ["pc-1", "ups-1"]
    assert at_once.devices[1].readings[0].value == "battery"
    assert [entry.change for entry in courier.delivered] == [False, True, True]
    assert house.asked.count("pc-1") == 1  # a sample looks at mains and line alone
    assert last.ending == "stopped"


def test_nothing_is_sent_before_this_agents_place_in_the_minute(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1")], Plan(3600, 3600, phase_s=1.2, device_s=1))
    began = time.monotonic()
    asyncio.run(day(agent, lambda: until(lambda: courier.delivered)))
    assert 1.1 < courier.asked[0] - began < 3


def test_a_back_off_is_kept_to_though_reports_go_on(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1")], seconds(1 / 40))
    courier.waits = [2.5]
    asyncio.run(day(agent, lambda: until(lambda: len(courier.asked) >= 2)))
    assert courier.asked[1] - courier.asked[0] >= 2.4
    assert len(courier.delivered) >= 2


def test_a_line_that_comes_back_ends_the_back_off(tmp_path: Path) -> None:
    house = House()
    house.losses["link"] = 100
    agent, courier = resident(tmp_path, house, [wanted("link", "link")], Plan(2, sample_s=1, phase_s=0, device_s=1))
    courier.waits = [900]

    async def hours() -> None:
        await until(lambda: len(courier.asked) == 1)
        house.losses["link"] = 0
        await until(lambda: courier.delivered, within_s=8)

    asyncio.run(day(agent, hours))


def test_the_last_report_says_why_and_the_end_is_quick(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1"), wanted("dead-1")], Plan(3600, 3600, 0, 8))
    ended: list[float] = []

    async def hours() -> None:
        await until(lambda: courier.delivered)
        ended.append(time.monotonic())

    assert asyncio.run(day(agent, hours, "shutdown")) is True
    assert time.monotonic() - ended[0] < 2
    assert courier.reports()[-1].ending == "shutdown"
    assert [d.key for d in courier.reports()[-1].devices] == ["pc-1", "dead-1"]


def test_an_end_before_the_first_report_is_told_all_the_same(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1")], Plan(3600, 3600, phase_s=100))
    asyncio.run(day(agent, lambda: asyncio.sleep(0)))
    assert courier.reports()[-1].ending == "stopped"


def test_a_defect_in_sending_ends_the_process_loudly(tmp_path: Path) -> None:
    agent, courier = resident(tmp_path, House(), [wanted("pc-1")], seconds(1 / 40))

    courier.waits = None  # type: ignore[assignment]
    courier.spool = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        asyncio.run(day(agent, lambda: asyncio.sleep(5)))
