"""What the agent itself costs a school's computer: memory, CPU time, and bytes on the line.

A real `python -m agent run` asks 45 devices over their real protocols on loopback: 40 computers and a switch by SNMP
(net-snmp's snmpd on a port each), a UPS by NUT, two boards by PJLink, its own line by ICMP.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from agent import identity
from agent.identity import Enrolment
from agent.report import Report
from server.demo.devices.nut import NutServer
from server.demo.devices.pjlink import PjlinkBoard
from tests.agent.listener import Listener, listening
from tests.bench import uplink
from tests.bench.lines import REPOSITORY
from tests.processes import free_port, until

COMPUTERS = 40
EVERY_S = 60
AFTER_THE_CUT_S = 430  # the simulated devices' mains fail in the seventh of each 20 minutes; the next cut is far off
WINDOW_S = int(os.environ.get("ZENG_BENCH_AGENT_S", "120"))  # two reports lie in it
SNMPD = next((path for path in ("/usr/sbin/snmpd", "/usr/local/sbin/snmpd") if Path(path).exists()), "")


def measure() -> dict[str, float]:
    """`agent_rss_mb` (largest resident size seen), `agent_cpu_s_per_hour` (over `agent_cpu_window_s`), line bytes."""
    return resident() | uplink.measure()


def resident() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(listening())
        toml = stack.enter_context(_devices(Path(folder)))
        data = Path(folder) / "data"
        data.mkdir()
        identity.enrolled(data, "token", Enrolment(server.url, 1, "Bench"))
        (data / "agent.toml").write_text(f'server = "{server.url}"\nreport_every = {EVERY_S}\n{toml}')
        command = [sys.executable, "-m", "agent", "run", "--data", str(data)]
        with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL) as process:
            try:
                return _watched(process, server)
            finally:
                process.terminate()


def _watched(process: "subprocess.Popen[bytes]", server: Listener) -> dict[str, float]:
    """Wait for the first reports, then for the window; the first look at each device is not part of it."""
    seen = psutil.Process(process.pid)
    until(lambda: len(server.reports) >= 2, within_s=2 * EVERY_S + 30, every_s=0.5)
    _complete(server)
    reports, before, largest = len(server.reports), seen.cpu_times(), 0
    pause = threading.Event()
    for _ in range(WINDOW_S * 2):
        largest = max(largest, seen.memory_info().rss)
        pause.wait(0.5)
    after = seen.cpu_times()
    if len(server.reports) - reports < WINDOW_S // EVERY_S:
        raise RuntimeError(f"only {len(server.reports) - reports} reports within {WINDOW_S} s")
    spent = after.user + after.system - before.user - before.system
    return {
        "agent_rss_mb": round(largest / 1e6, 1),
        "agent_cpu_s_per_hour": round(spent * 3600 / WINDOW_S, 2),
        "agent_cpu_window_s": WINDOW_S,
        "agent_devices": len(_newest(server).devices),
        "agent_values": sum(1 + len(device.readings) for device in _newest(server).devices),
    }


def _newest(server: Listener) -> Report:
    return server.reports[max(server.reports)]


def _complete(server: Listener) -> None:
    """A figure with half of the devices missing would be false."""
    silent = [device.key for device in _newest(server).devices if not device.reachable]
    if silent or len(_newest(server).devices) != COMPUTERS + 5:
        raise RuntimeError(f"{len(_newest(server).devices)} devices, of them silent: {', '.join(silent)}")


@contextmanager
def _devices(folder: Path) -> Iterator[str]:
    """The devices of a school on loopback, and the part of agent.toml that names them."""
    ports = [free_port(kind=2) for _ in range(COMPUTERS + 1)]
    with _snmpd(folder, ports), _talking() as (nut, boards):
        lines = ['[link]\ngateway = "127.0.0.1"\ninternet = ["127.0.0.2", "127.0.0.3"]']
        lines += [_device(f"pc-{i}", "computer", f"snmp://public@127.0.0.1:{p}") for i, p in enumerate(ports[:-1])]
        lines += [_device("switch", "switch", f"snmp://public@127.0.0.1:{ports[-1]}")]
        lines += [_device("ups", "ups", f"nut://127.0.0.1:{nut}/school")]
        lines += [_device(f"board-{i}", "board", f"pjlink://127.0.0.1:{p}") for i, p in enumerate(boards)]
        yield "\n".join(lines)


def _device(key: str, kind: str, target: str) -> str:
    return f'[[device]]\nkey = "{key}"\nkind = "{kind}"\ntarget = "{target}"'


@contextmanager
def _snmpd(folder: Path, ports: list[int]) -> Iterator[None]:
    if not SNMPD:
        raise FileNotFoundError("snmpd is not installed (Debian package snmpd)")
    config = folder / "snmpd.conf"
    config.write_text("rocommunity public 127.0.0.1\n")
    places = ",".join(f"udp:127.0.0.1:{port}" for port in ports)
    state = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder)}
    command = [SNMPD, "-f", "-Lf", str(folder / "snmpd.log"), "-C", "-c", str(config), "-I", "-smux", places]
    with subprocess.Popen(command, env=state, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _talking() -> Iterator[tuple[int, list[int]]]:
    """`(port of a NUT server, ports of two boards)`, served by a thread of this process."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[list[object], int, list[int]]:
        began = time.time() - AFTER_THE_CUT_S
        nut = NutServer(began)
        boards = [PjlinkBoard(f"Room {i}", began, pjlink_class=2, lamp_hours=1200) for i in (1, 2)]
        return [nut, *boards], await nut.start(), [await board.start() for board in boards]

    devices, nut, boards = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield nut, boards
    finally:
        for device in devices:
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(device.stop(), loop).result(5)  # type: ignore[attr-defined]
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


if __name__ == "__main__":
    print(measure())
