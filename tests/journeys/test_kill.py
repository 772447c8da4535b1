"""kill -9 of agent and server at random moments: none of 10,000 reports is lost, none is there twice."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

from tests.journeys.acting import HERE, Agent, Server, stage
from tests.processes import until

REPORTS = 10_000


def noted(notes: Path) -> list[int]:
    lines = notes.read_text(encoding="ascii").split("\n") if notes.exists() else []
    return [int(line) for line in lines[:-1] if line]  # the last line may be torn


def test_no_report_is_lost_or_doubled_whatever_is_killed(database_url: str, tmp_path: Path) -> None:
    server, agent, notes = Server(database_url), Agent(tmp_path / "agent"), tmp_path / "notes"
    random, pause = Random(146), threading.Event()
    with stage(server):
        server.start()
        agent.enrolled(server, server.school())
        made, killed = 0, {"agent": 0, "server": 0}
        while made < REPORTS:
            command = [sys.executable, "-m", "tests.journeys.reporter", agent.data, str(REPORTS - made), notes]
            reporter = subprocess.Popen(command, cwd=HERE, stderr=(tmp_path / "reporter.log").open("ab"))
            try:
                pause.wait(random.uniform(1.5, 4))
                if random.random() < 0.5:
                    server.kill()
                    killed["server"] += 1
                    pause.wait(random.uniform(0, 0.5))
                    server.start(wait=False)
                    pause.wait(random.uniform(0.5, 2.5))
                if reporter.poll() is None and len(noted(notes)) < REPORTS:
                    reporter.send_signal(signal.SIGKILL)
                    killed["agent"] += 1
                    reporter.wait(10)
                elif len(noted(notes)) >= REPORTS:
                    until(server.ready, within_s=30)
                    assert reporter.wait(60) == 0
            finally:
                reporter.kill()
                reporter.wait(10)
            made = len(noted(notes))
        until(server.ready, within_s=30)
        last = subprocess.run(
            [sys.executable, "-m", "tests.journeys.reporter", agent.data, "0", notes], cwd=HERE, timeout=90
        )
        assert last.returncode == 0
        arrived = [number for _, number in server.numbers()]
        server.stop()
    assert killed["agent"] >= 2
    assert killed["server"] >= 1
    assert len(arrived) == len(set(arrived)), "a report is there twice"
    assert set(noted(notes)) <= set(arrived), "a report that the agent had kept was lost"
    # A report may have been kept, but the agent killed before it noted the number: at most one per kill.
    assert len(arrived) - len(noted(notes)) <= killed["agent"]
