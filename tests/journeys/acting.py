"""Whole processes on a stage: a server, its console, and agents, started and killed as in life."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import col

from alerts.tables import Episode, Report
from server import db
from tests.processes import free_port, until

HERE = Path(__file__).parents[2]
Running = subprocess.Popen[bytes]


@dataclass
class Server:
    """A server process on loopback with its own database; may be killed and started again on the same port."""

    database_url: str
    host: str = "127.0.0.1"
    port: int = field(default_factory=free_port)
    within: tuple[str, ...] = ()  # words before the command, such as `ip netns exec NAME`
    process: Running | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "ZENG_DATABASE_URL": self.database_url, "PYTHONDONTWRITEBYTECODE": "1"}

    def console(self, *words: str) -> str:
        """What `zeng WORDS` prints."""
        command = [sys.executable, "-m", "server", *words]
        done = subprocess.run(command, cwd=HERE, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *, wait: bool = True) -> None:
        command = [*self.within, sys.executable, "-m", "server", "run", "--host", self.host, "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=HERE, env=self._environment, stderr=subprocess.DEVNULL)
        if wait:
            until(self.ready, within_s=30, what="the server is ready")

    def ready(self) -> bool:
        return self.status("/readyz") == 200

    def status(self, path: str) -> int:
        """The HTTP status of a page, 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=3) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def kill(self) -> None:
        """As a power cut would."""
        _end(self.process, signal.SIGKILL)

    def stop(self) -> None:
        _end(self.process, signal.SIGTERM)

    def school(self, emis: str = "190") -> str:
        """A school in Sabirabad; returns a one-time code for its agent."""
        self.console("district", "add", "AZ-SAB", "Sabirabad", "--ru", "Сабирабад")
        self.console("school", "add", emis, f"{emis} N-li tam orta məktəb", "--district", "AZ-SAB")
        return self.code(emis)

    def code(self, emis: str = "190") -> str:
        return self.console("enrol-code", emis, "--valid", "1h").split()[0]

    def engine(self) -> Engine:
        return db.open_engine(self.database_url.replace("postgresql://", "postgresql+psycopg://"))

    def numbers(self) -> list[tuple[int, int]]:
        """Agent and number of every report in the journal, in order."""
        engine = self.engine()
        with db.reading(engine) as session:
            rows = session.execute(select(col(Report.agent_id), col(Report.number)))
            found = sorted((agent, number) for agent, number in rows if agent is not None)
        engine.dispose()
        return found

    def episodes(self) -> list[Episode]:
        """What holds, in order of start."""
        engine = self.engine()
        with db.reading(engine) as session:
            rows = select(Episode).where(col(Episode.withdrawn_at).is_(None)).order_by(col(Episode.started_at))
            found = list(session.scalars(rows))
            session.expunge_all()
        engine.dispose()
        return found


@dataclass
class Agent:
    """An agent with its data directory, before or behind a cable."""

    data: Path
    within: tuple[str, ...] = ()
    process: Running | None = None

    def _command(self, *words: str) -> list[str]:
        return [*self.within, sys.executable, "-m", "agent", *words, "--data", str(self.data)]

    def does(self, *words: str) -> str:
        """What a command of the agent prints; an AssertionError with its sentence where it fails."""
        done = subprocess.run(self._command(*words), cwd=HERE, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def enrolled(self, server: Server, code: str, devices: str = "", **top: int) -> "Agent":
        """Enrol, then look at these devices (lines of agent.toml)."""
        self.does("enrol", "--server", server.url, "--code", code)
        written = (self.data / "agent.toml").read_text(encoding="utf-8")
        pace = {"report_every": 10, "sample_every": 5, **top}
        head = "".join(f"{key} = {value}\n" for key, value in pace.items())
        (self.data / "agent.toml").write_text(head + written + devices, encoding="utf-8")
        return self

    def start(self, environment: Iterable[tuple[str, str]] = ()) -> None:
        log = (self.data / "agent.log").open("ab")
        command = self._command("run")
        self.process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **dict(environment)}, stderr=log)
        log.close()

    def kill(self) -> None:
        _end(self.process, signal.SIGKILL)

    def stop(self) -> None:
        _end(self.process, signal.SIGTERM)

    @property
    def log(self) -> str:
        return (self.data / "agent.log").read_text(encoding="utf-8")

    def shows(self) -> dict[str, object]:
        shown: dict[str, object] = json.loads(self.does("show", "--json"))
        return shown


def _end(process: Running | None, how: signal.Signals) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(how)
        process.wait(timeout=20)


@contextmanager
def stage(*actors: Server | Agent) -> Iterator[None]:
    """Everybody leaves when the test ends, however it ends."""
    try:
        yield
    finally:
        for actor in reversed(actors):
            actor.kill()
