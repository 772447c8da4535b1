"""`python -m server.demo.compose DIRECTORY`: the demonstration school beside a server in containers.

Writes the school down in the database of the settings, leaves for the agent in DIRECTORY an enrolment code, agent.toml
and the board's password, and for a person the login; then its devices answer until SIGTERM.
"""

import asyncio
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from server import settings
from server.demo import config, seed
from server.demo.devices import school

HOST = "school"  # the name of this service in docker-compose.yml
SERVER = "http://server:8146"


async def serve(folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with school.running(time.time(), "0.0.0.0", HOST) as places:
        await asyncio.to_thread(_leave, folder, places)
        print(f"{seed.SCHOOL}: {len(places)} simulated devices; the login stands in {folder / 'login.txt'}", flush=True)
        await stop.wait()


def _leave(folder: Path, places: list[school.Place]) -> None:
    """agent.toml comes last: the agent starts when it is there."""
    database = settings.current().database
    known = seed.seeded(database, folder / "login.txt", code_wanted=True, at=datetime.now(UTC))
    password = folder / "board-password"
    for path, text in (
        (password, school.BOARD_PASSWORD + "\n"),
        (folder / "code", known.code + "\n"),
        (folder / "agent.toml", config.agent_toml(SERVER, places, password, "server", "server")),
    ):
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        asyncio.run(serve(Path(sys.argv[1])))
    except seed.CannotBegin as error:
        sys.exit(f"{HOST}: {error}")
