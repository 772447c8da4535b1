"""zeng-agent: enrol, run, once, probe, show. Exit code 0 = done, 1 = it did not work out, 2 = used wrongly."""

import argparse
import asyncio
import faulthandler
import hashlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from agent import clock, config, files, identity, report
from agent.spool import Spool

log = logging.getLogger("zeng.agent")
LEAVE_S = 0.5
HANGS_S = (
    300  # a loop that does not turn for so long ends the process, with a trace; the service manager starts it anew
)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        answer: int = given.command(given)
    except config.BadConfig as error:
        print(error, file=sys.stderr)
        return 2
    except (identity.NoIdentity, files.Busy) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("zeng-agent", description="Reports what works in a school, and what does not.")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", help=f"data directory (or {identity.DIRECTORY_VARIABLE})")
    shared.add_argument("--config", help="agent.toml; by default the one in the data directory")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    enrol = commands.add_parser("enrol", parents=[shared], help="exchange a one-time code for a token")
    enrol.add_argument("--server", required=True, help="https://host of the Zəng server")
    enrol.add_argument("--code", required=True, help="the code that the server's operator gave")
    enrol.add_argument("--ca", default="", help="PEM file of the authority that signed the server's certificate")
    enrol.set_defaults(command=_enrol)
    run = commands.add_parser("run", parents=[shared], help="collect and report until stopped")
    run.set_defaults(command=_run)
    once = commands.add_parser("once", parents=[shared], help="collect once and print the report as JSON")
    once.add_argument("--send", action="store_true", help="also keep it and send it")
    once.set_defaults(command=_once)
    probe = commands.add_parser("probe", help="ask one device everything and print what it says")
    probe.add_argument("target", metavar="TARGET", help="for example snmp://public@192.168.1.20")
    probe.add_argument("--json", action="store_true")
    probe.set_defaults(command=_probe)
    show = commands.add_parser("show", parents=[shared], help="what waits on the disk, and the last trouble")
    show.add_argument("--json", action="store_true")
    show.set_defaults(command=_show)
    return parser


def _settings(given: argparse.Namespace) -> tuple[Path, Path]:
    """Data directory (made where it is absent) and agent.toml."""
    data = identity.directory(given.data)
    identity.prepare(data)
    return data, Path(given.config) if given.config else data / "agent.toml"


def _enrol(given: argparse.Namespace) -> int:
    from agent import enrol
    from agent.uplink import Uplink

    data, path = _settings(given)
    faults = [f"--server {given.server}: {wrong}"] if (wrong := config.TOP["server"](given.server)) else []
    known = config.load(path) if path.exists() else config.Config()
    if faults:
        raise config.BadConfig("enrol", faults)
    uplink = Uplink(given.server, ca=given.ca or known.ca, proxy=known.proxy)
    try:
        accepted = enrol.enrol(data, path, given.server.rstrip("/"), given.code, uplink)
    except enrol.Refused as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        uplink.close()
    print(f"Enrolled as agent {accepted.agent} of {accepted.school}. Devices stand in {path}; then: zeng-agent run")
    return 0


def _run(given: argparse.Namespace) -> int:
    data, path = _settings(given)
    settings, token = _ready(data, path)
    lock = files.lock(data)
    asyncio.run(_resident(data, settings, token))
    os.close(lock)
    return 0


def _leave_soon() -> None:
    """All is on the disk. A thread in a call that nothing interrupts (name resolution) must not hold the end up."""
    logging.shutdown()
    leaving = threading.Timer(LEAVE_S, os._exit, (0,))
    leaving.daemon = True
    leaving.start()


def _ready(data: Path, path: Path) -> tuple[config.Config, str]:
    settings, token = config.load(path), identity.token(data)
    if not settings.server:
        raise config.BadConfig(
            str(path), ['server: is missing; right is server = "https://host", as enrolment writes it']
        )
    return settings, token


async def _resident(data: Path, settings: config.Config, token: str) -> None:
    from agent import collectors, loop
    from agent.courier import Courier
    from agent.uplink import Uplink

    spool = _spool(data, settings)
    ticking = clock.Clock(int(spool.recall("last_acknowledged_ms") or 0))
    uplink = Uplink(settings.server, ca=settings.ca, proxy=settings.proxy, floor_ms=ticking.floor_ms)
    courier = Courier(spool, uplink, token, ticking, clock.boot_id(), identity.instance())
    plan = loop.Plan(settings.report_every, settings.sample_every, _phase(data, settings.report_every))
    running = asyncio.get_running_loop()
    stop: asyncio.Future[str] = running.create_future()

    def stopped() -> None:
        if not stop.done():
            stop.set_result(_why_stopped())

    _on_signals(running, stopped)
    log.info("zeng-agent runs: %d devices, a report each %d s to %s",
             len(settings.devices), settings.report_every, settings.server)  # fmt: skip
    async with collectors.roads() as roads:
        resident = loop.Resident(
            plan, settings.devices, lambda device: collectors.collect(device, roads), spool, courier, ticking,
            clock.boot_id(), identity.machine(), lambda: _still_alive(settings.report_every),
        )  # fmt: skip
        if await resident.run(stop):
            uplink.close()
            spool.close()
        faulthandler.cancel_dump_traceback_later()
        _leave_soon()


def _spool(data: Path, settings: config.Config) -> Spool:
    most = settings.spool_days * 86_400 // settings.report_every
    return Spool(data, max_reports=most, max_bytes=settings.spool_mb * 1_000_000)


def _phase(data: Path, every_s: int) -> float:
    """Where in the interval this agent speaks: spread evenly over agents, and the same after each start."""
    known = identity.enrolment(data)
    digest = hashlib.sha256(f"{known.agent if known else data}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 * every_s


def _on_signals(running: asyncio.AbstractEventLoop, stopped: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: running.call_soon_threadsafe(stopped))
        else:
            running.add_signal_handler(number, stopped)


def _why_stopped() -> str:
    """ "shutdown" where the whole computer goes down: systemd makes /run/nologin first (systemd-user-sessions)."""
    return "shutdown" if Path("/run/nologin").exists() else "stopped"


def _still_alive(every_s: int) -> None:
    faulthandler.dump_traceback_later(max(HANGS_S, 3 * every_s), exit=True)


def _once(given: argparse.Namespace) -> int:
    data, path = _settings(given)
    if not given.send:
        seen = asyncio.run(_seen(config.load(path), 0))
        print(json.dumps(msgspec.to_builtins(seen), ensure_ascii=False, indent=1))
        return 0
    return _collect_and_send(data, *_ready(data, path))


async def _seen(settings: config.Config, waiting: int) -> report.Report:
    from agent import collectors
    from agent.look import look
    from agent.loop import DEVICE_S

    async with collectors.roads() as roads:
        found = await look(settings.devices, lambda device: collectors.collect(device, roads), DEVICE_S)
    devices = [found[device.key] for device in settings.devices if device.key in found]
    return report.Report(identity.machine(), devices, waiting, settings.report_every)


def _collect_and_send(data: Path, settings: config.Config, token: str) -> int:
    from agent import frames
    from agent.courier import Courier
    from agent.uplink import Uplink

    lock = files.lock(data)
    spool = _spool(data, settings)
    ticking = clock.Clock(int(spool.recall("last_acknowledged_ms") or 0))
    seen = asyncio.run(_seen(settings, spool.count))
    kept = spool.append(
        frames.packed(seen), boot=clock.boot_id(), since_boot_ms=clock.since_boot_ms(),
        stamp_ms=ticking.stamp(), change=False,
    )  # fmt: skip
    uplink = Uplink(settings.server, ca=settings.ca, proxy=settings.proxy, floor_ms=ticking.floor_ms)
    courier = Courier(spool, uplink, token, ticking, clock.boot_id(), identity.instance())
    courier.bring(lambda: False)
    delivered = kept.number not in {entry.number for entry in spool.oldest(spool.count, spool.next)}
    print(json.dumps(msgspec.to_builtins(seen), ensure_ascii=False, indent=1))
    if not delivered:
        print(f"report {kept.number} waits on the disk: {courier.error}", file=sys.stderr)
    uplink.close()
    spool.close()
    os.close(lock)
    return 0 if delivered else 1


def _probe(given: argparse.Namespace) -> int:
    from agent import probe

    return probe.run(given.target, given.json)


def _show(given: argparse.Namespace) -> int:
    from agent import show

    data = identity.directory(given.data)
    if not data.is_dir():
        raise identity.NoIdentity(f"there is no data directory {data}; name it by --data, or enrol first")
    found = show.facts(data)
    print(json.dumps(found, ensure_ascii=False, indent=1) if given.json else "\n".join(show.sentences(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
