"""`zeng demo`: simulated devices, the server and a real agent, together until Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.demo import config, seed
from server.demo.children import Child
from server.demo.devices import scenario, school
from server.demo.seed import CannotBegin

START_S: Final = 60.0


def main(data: Path, host: str, port: int) -> int:
    """0 after Ctrl-C or SIGTERM; 1 where it cannot start or a part ended by itself, with a sentence that says why."""
    try:
        return asyncio.run(_demonstration(data.absolute(), host, port))
    except CannotBegin as error:
        print(f"zeng demo: {error}", file=sys.stderr)
        return 1


async def _demonstration(data: Path, host: str, port: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _free(host, port)
    address, agent_data = f"http://{host}:{port}", data / "agent"
    known = await asyncio.to_thread(_prepared, data, agent_data)
    async with contextlib.AsyncExitStack() as running:  # ends in reverse: agent, server, devices
        places = await running.enter_async_context(school.running(_began(data)))
        server = await _server(data, host, port)
        running.push_async_callback(server.stop)
        if not await _unless(stop, server, _answers(host, port)):
            return 0
        if known.code:
            await _enrol(agent_data, address, known.code)
        password = agent_data / "board-password"
        _write(password, school.BOARD_PASSWORD + "\n")
        _write(agent_data / "agent.toml", config.agent_toml(address, places, password, "127.0.0.1", "127.0.0.2"))
        agent = await Child.started("agent", "-m", "agent", "run", "--data", str(agent_data))
        running.push_async_callback(agent.stop)
        print(_greeting(address, known.password, len(places)), flush=True)
        await _until_the_end(stop, server, agent)
    return 0


def _prepared(data: Path, agent_data: Path) -> seed.Seeded:
    data.mkdir(parents=True, exist_ok=True)
    enrolled = (agent_data / "token").exists()
    known = seed.seeded(
        f"sqlite:///{data / 'zeng.db'}", data / "demo-login.txt", code_wanted=not enrolled, at=datetime.now(UTC)
    )
    if known.new and enrolled:  # the database is new and knows nothing of this agent
        agent_data.rename(data / f"agent-before-{int(time.time())}")
    return known


def _free(host: str, port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: not held up by TIME_WAIT
        try:
            trial.bind((host, port))
        except OSError as error:
            raise CannotBegin(
                f"port {port} on {host} cannot be used ({error.strerror}); end the program that holds it, or name "
                f"another: python -m server demo --port {port + 1 if port < 65535 else 8147}"
            ) from error


def _began(data: Path) -> float:
    """Unix time of the first start: counters and lamp hours go on where they were."""
    path = data / "demo-began.txt"
    if not path.exists():
        path.write_text(f"{time.time():.0f}\n", encoding="utf-8")
    try:
        return float(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CannotBegin(f"{path} holds no time; remove it") from error


async def _server(data: Path, host: str, port: int) -> Child:
    given = {name: value for name, value in os.environ.items() if name != "ZENG_DATABASE_URL"}
    arguments = ("-m", "server", "run", "--host", host, "--port", str(port))
    return await Child.started("server", *arguments, environment={**given, "ZENG_DATA": str(data)})


async def _unless(stop: asyncio.Event, server: Child, answers: "asyncio.Task[None]") -> bool:
    """True when the server answers, False when the end was asked for first."""
    stopped, ended = asyncio.create_task(stop.wait()), asyncio.create_task(server.ended())
    waiting = {answers, stopped, ended}
    done, _ = await asyncio.wait(waiting, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting - done:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if ended in done:
        raise CannotBegin(server.epitaph(ended.result()))
    if not done:
        raise CannotBegin(f"the server did not answer within {START_S:.0f} s")
    return stopped not in done


def _answers(host: str, port: int) -> "asyncio.Task[None]":
    async def asked() -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: zeng\r\nConnection: close\r\n\r\n")
                status = await reader.readline()
                writer.close()
                if b" 200 " in status:
                    return
            await asyncio.sleep(0.1)

    return asyncio.create_task(asked())


async def _enrol(agent_data: Path, address: str, code: str) -> None:
    arguments = ("-m", "agent", "enrol", "--server", address, "--code", code, "--data", str(agent_data))
    child = await Child.started("agent", *arguments)
    if number := await child.ended():
        raise CannotBegin(child.epitaph(number))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _greeting(address: str, password: str, devices: int) -> str:
    minutes, cut = scenario.ROUND_S / 60, scenario.CUT_S / 60
    rule = "─" * 78
    return (
        f"{rule}\n  Zəng: {address}    login: {seed.LOGIN}    password: {password}\n"
        f"  {seed.SCHOOL}: {devices} simulated devices, this computer and its link.\n"
        f"  The mains fail for {cut:.0f} minutes in every {minutes:.0f}. Ctrl-C ends everything; the data stay.\n{rule}"
    )


async def _until_the_end(stop: asyncio.Event, *children: Child) -> None:
    """Returns when the end is asked for; CannotBegin's sentence where a child ends by itself."""
    ends = {asyncio.create_task(child.ended()): child for child in children}
    asked = asyncio.create_task(stop.wait())
    done, waiting = await asyncio.wait({asked, *ends}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if asked not in done:
        fallen = next(task for task in done if task in ends)
        raise CannotBegin(ends[fallen].epitaph(fallen.result()))
    print("  demo | ending: agent, server, devices", flush=True)
