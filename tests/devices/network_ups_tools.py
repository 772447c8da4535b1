"""Real upsd with dummy-ups on a loopback port: a UPS whose variables a test writes."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from agent.targets import Target

DRIVER, SERVER = Path("/lib/nut/dummy-ups"), Path("/lib/nut/upsd")
MAXAGE_S = 3
SCHOOL_UPS = {
    "battery.charge": "100",
    "battery.runtime": "1440",
    "battery.voltage": "27.1",
    "device.mfr": "Ippon",
    "device.model": "Innova 1500",
    "device.serial": "I15-0042",
    "driver.name": "dummy-ups",
    "input.voltage": "228.4",
    "ups.load": "24",
    "ups.status": "OL",
}


@dataclass
class Upsd:
    port: int
    folder: Path
    driver: asyncio.subprocess.Process

    def target(self, ups: str = "school") -> Target:
        return Target("nut", "127.0.0.1", self.port, path=f"/{ups}")

    def says(self, **changes: str) -> None:
        """dummy-ups in mode dummy-once reads the file again when it changes; `ups_status` stands for ups.status."""
        variables = SCHOOL_UPS | {name.replace("_", "."): value for name, value in changes.items()}
        text = "".join(f"{name}: {value}\n" for name, value in variables.items())
        (self.folder / "school.dev").write_text(text, encoding="utf-8")

    def freeze(self) -> None:
        self.driver.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.driver.send_signal(signal.SIGCONT)

    async def kill_driver(self) -> None:
        self.driver.kill()
        await self.driver.wait()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def until(what: Callable[[], Awaitable[bool]], within_s: float = 15.0) -> bool:
    """Ask again until it is so; False where it does not come about in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not await what():
                await asyncio.sleep(0.1)
            return True
    return False


@contextlib.asynccontextmanager
async def upsd(folder: Path) -> AsyncIterator[Upsd]:
    port = free_port()
    (folder / "ups.conf").write_text(
        f"[school]\n driver = dummy-ups\n port = {folder}/school.dev\n mode = dummy-once\n"
    )
    (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nMAXAGE {MAXAGE_S}\n")
    (folder / "upsd.users").write_text("")
    places = ("NUT_CONFPATH", "NUT_STATEPATH", "NUT_ALTPIDPATH", "NUT_PIDPATH")
    user = os.environ.get("USER") or "root"
    env = {**os.environ, **dict.fromkeys(places, str(folder))}
    it = Upsd(port, folder, None)  # type: ignore[arg-type]
    it.says()
    quiet = {"env": env, "stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    it.driver = await asyncio.create_subprocess_exec(DRIVER, "-a", "school", "-u", user, "-F", **quiet)  # type: ignore[arg-type]
    socket_file = folder / "dummy-ups-school"

    async def driver_is_there() -> bool:
        return socket_file.exists()

    await until(driver_is_there)
    server = await asyncio.create_subprocess_exec(SERVER, "-u", user, "-F", **quiet)  # type: ignore[arg-type]
    try:
        yield it
    finally:
        for process in (server, it.driver):
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                await process.wait()
