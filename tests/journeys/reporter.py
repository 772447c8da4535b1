"""A process that makes reports as fast as it can and sends them by the agent's own spool, courier and uplink.

usage: python -m tests.journeys.reporter DATA COUNT NOTES
Each number that the spool has kept is noted in NOTES, durably, before the next one is made.
"""

import os
import sys
import threading
from pathlib import Path

from agent import clock, config, frames, identity
from agent.courier import Courier
from agent.spool import Spool
from agent.uplink import Uplink
from tests.bench.school import School


def main(data: Path, count: int, notes: Path) -> None:
    settings = config.load(data / "agent.toml")
    spool = Spool(data)
    uplink = Uplink(settings.server)
    boot, ticking = clock.boot_id(), clock.Clock()
    courier = Courier(spool, uplink, identity.token(data), ticking, boot, identity.instance())
    school, done = School(7), threading.Event()

    def make() -> None:
        with notes.open("a", encoding="ascii") as out:
            for _ in range(count):
                body = frames.packed(school.minute())
                kept = spool.append(
                    body, boot=boot, since_boot_ms=clock.since_boot_ms(), stamp_ms=ticking.stamp(), change=False
                )
                out.write(f"{kept.number}\n")
                out.flush()
                os.fsync(out.fileno())
        done.set()

    threading.Thread(target=make, daemon=True).start()
    pause = threading.Event()
    while not done.is_set() or spool.count:
        wait = courier.bring(lambda: False)
        pause.wait(0.02 if wait is None else min(wait, 0.2))  # a killed server is back within a second here


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
