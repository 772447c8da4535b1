"""A school in the dark: fourteen days of backlog, a pulled cable, a power cut told by a real upsd."""

import asyncio
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import clock, config, frames, identity
from agent.courier import Courier
from agent.spool import Spool
from agent.uplink import Uplink
from alerts.state import Reason, State
from tests.bench.school import School
from tests.devices.network_ups_tools import upsd
from tests.journeys.acting import Agent, Server, stage
from tests.processes import until

DAYS, BACKLOG = 14, 20_159  # a report a minute, and the live one


def spooled(spool: Spool, ticking: clock.Clock, count: int, last_age_s: float) -> None:
    """`count` reports a minute apart, the last one seen `last_age_s` ago, as an agent without a line keeps them."""
    now, school = clock.since_boot_ms(), School(14)
    bodies = [frames.packed(school.minute()) for _ in range(60)]
    for back in range(count, 0, -1):
        since_boot_ms = now - round(1000 * (last_age_s + 60 * (back - 1)))
        body = bodies[back % len(bodies)]
        spool.append(body, boot=clock.boot_id(), since_boot_ms=since_boot_ms, stamp_ms=ticking.stamp(), change=False)


def test_live_data_overtakes_a_backlog_of_fourteen_days(database_url: str, tmp_path: Path) -> None:
    server, agent = Server(database_url), Agent(tmp_path / "agent")
    with stage(server):
        server.start()
        agent.enrolled(server, server.school())
        spool, ticking = Spool(agent.data), clock.Clock()
        spooled(spool, ticking, BACKLOG + 1, 1)
        settings = config.load(agent.data / "agent.toml")
        uplink = Uplink(settings.server)
        courier = Courier(spool, uplink, identity.token(agent.data), ticking, clock.boot_id(), identity.instance())
        stop = threading.Event()
        bringing = threading.Thread(target=courier.bring, args=(stop.is_set,))
        bringing.start()
        until(lambda: bool(server.numbers()), within_s=10, what="the first report arrived")
        assert (1, BACKLOG + 1) in server.numbers(), "the newest report comes first"
        body = frames.packed(School(15).minute())
        fresh = spool.append(
            body, boot=clock.boot_id(), since_boot_ms=clock.since_boot_ms(), stamp_ms=ticking.stamp(), change=True
        )
        until(lambda: (1, fresh.number) in server.numbers(), within_s=10, what="a live report overtook the backlog")
        assert spool.count > 0, "the backlog was still waiting"
        until(lambda: spool.count == 0, within_s=240, every_s=0.5, what="the backlog drained")
        stop.set()
        bringing.join(10)
        uplink.close()
        spool.close()
        assert [number for _, number in server.numbers()] == list(range(1, fresh.number + 1))
        silences = [e for e in server.episodes() if e.device_id is None]
        assert silences == [], "a silence that the backlog filled still stands"
        server.stop()


@contextmanager
def cable() -> Iterator[tuple[str, str]]:
    """Two network namespaces, server and school, with a cable between them: 10.146.0.1 and 10.146.0.2."""
    tag = f"zeng{os.getpid() % 100_000}"
    far, near = f"{tag}-srv", f"{tag}-sch"

    def ip(*words: str) -> None:
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*sudo, "ip", *words], check=True, capture_output=True)

    for name in (far, near):
        ip("netns", "add", name)
    try:
        ip("link", "add", f"{tag}a", "netns", far, "type", "veth", "peer", "name", f"{tag}b", "netns", near)
        for name, end, address in ((far, "a", "10.146.0.1/24"), (near, "b", "10.146.0.2/24")):
            ip("-n", name, "addr", "add", address, "dev", tag + end)
            ip("-n", name, "link", "set", tag + end, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield far, near
    finally:
        for name in (far, near):
            ip("netns", "del", name)


LINK = """
[link]
name = "ADSL"
gateway = "10.146.0.2"
intranet = "10.146.0.1"
internet = "10.146.0.1"
"""


def test_a_pulled_cable_is_told_afterwards_with_its_start_and_end(tmp_path: Path) -> None:
    with cable() as (far, near):
        server = Server(f"sqlite:///{tmp_path / 'zeng.db'}", host="10.146.0.1", port=8146, within=_into(far))
        agent = Agent(tmp_path / "agent", within=_into(near))
        port = (
            subprocess.run(
                [*_into(far), "ip", "-o", "link", "show", "type", "veth"], check=True, capture_output=True, text=True
            )
            .stdout.split(":")[1]
            .split("@")[0]
            .strip()
        )
        with stage(server, agent):
            code = server.school()
            server.start(wait=False)
            until(lambda: _answers(_into(near)), within_s=30, what="the server is ready across the cable")
            agent.enrolled(server, code, LINK)
            agent.start()
            until(lambda: len(server.numbers()) >= 2, within_s=30, what="two reports")
            pulled = datetime.now(UTC)
            subprocess.run([*_into(far), "ip", "link", "set", port, "down"], check=True)
            told = len(server.numbers())
            until(lambda: agent.shows()["spool_reports"] >= 3, within_s=45, every_s=1, what="reports wait on the disk")  # type: ignore[operator]
            assert len(server.numbers()) <= told + 1
            subprocess.run([*_into(far), "ip", "link", "set", port, "up"], check=True)
            back = datetime.now(UTC)
            until(lambda: agent.shows()["spool_reports"] == 0, within_s=90, every_s=1, what="the backlog arrived")
            outages = lambda: [e for e in server.episodes() if e.device_id is not None and e.state == State.DOWN]
            until(lambda: all(e.ended_at for e in outages()), within_s=30, every_s=1, what="the link is up again")
            agent.stop()
            found = outages()
            server.stop()
        assert len(found) == 1, agent.log
        outage = found[0]
        assert outage.reason == Reason.OUTSIDE_UNREACHABLE
        assert abs(outage.started_at - pulled) < timedelta(seconds=16)
        assert outage.ended_at is not None
        assert abs(outage.ended_at - back) < timedelta(seconds=16)


def _into(namespace: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", namespace)


def _answers(into: tuple[str, ...]) -> bool:
    ask = "import urllib.request as u; u.urlopen('http://10.146.0.1:8146/readyz', timeout=2)"
    return subprocess.run([*into, shutil.which("python3") or "python3", "-c", ask], capture_output=True).returncode == 0


def test_a_power_cut_is_told_by_a_real_upsd_within_seconds(tmp_path: Path) -> None:
    async def story() -> None:
        async with upsd(tmp_path) as ups:
            server, agent = Server(f"sqlite:///{tmp_path / 'zeng.db'}"), Agent(tmp_path / "agent")
            with stage(server, agent):
                await asyncio.to_thread(server.start)
                device = f'\n[[device]]\nname = "Server otağı"\nkind = "ups"\ntarget = "{ups.target()}"\n'
                code = await asyncio.to_thread(server.school)
                await asyncio.to_thread(agent.enrolled, server, code, device, report_every=60)
                agent.start()
                await asyncio.to_thread(until, lambda: bool(server.numbers()), within_s=30)
                assert server.episodes() == []
                ups.says(ups_status="OB DISCHRG")
                await asyncio.to_thread(until, lambda: bool(server.episodes()), within_s=20, what="on battery is known")
                (cut,) = server.episodes()
                assert (cut.reason, cut.ended_at) == (Reason.ON_BATTERY, None)
                ups.says(ups_status="OL CHRG")
                ended = lambda: server.episodes()[0].ended_at is not None
                await asyncio.to_thread(until, ended, within_s=20, what="the mains are back")
                agent.stop()
                server.stop()

    asyncio.run(story())


@pytest.mark.parametrize("wrong", ["-3y", "+400d"], ids=["three years slow", "four hundred days fast"])
def test_a_wrong_clock_moves_no_observation(tmp_path: Path, wrong: str) -> None:
    server, agent = Server(f"sqlite:///{tmp_path / 'zeng.db'}"), Agent(tmp_path / "agent")
    faked = [("LD_PRELOAD", _faketime()), ("FAKETIME", wrong), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]
    with stage(server, agent):
        server.start()
        agent.enrolled(server, server.school())
        began = datetime.now(UTC)
        agent.start(faked)
        until(lambda: len(server.numbers()) >= 2, within_s=40, what="two reports")
        agent.stop()
        engine = server.engine()
        with engine.connect() as connection:
            observed = [row[0] for row in connection.exec_driver_sql("SELECT observed_ms FROM report ORDER BY number")]
            offset = connection.exec_driver_sql("SELECT clock_offset_ms FROM hearing").scalar_one()
        engine.dispose()
        server.stop()
    start = began.timestamp() * 1000
    assert all(start - 2_000 < at < start + 60_000 for at in observed)
    days = offset / 86_400_000
    assert abs(days - {"-3y": -1095, "+400d": 400}[wrong]) < 2, "the page can say how wrong the clock is"


def _faketime() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    assert found, "libfaketime is not installed; run `make test`, or apt-get install libfaketime"
    return str(found[0])
