"""The nightly drop of EMIS (TİMS): a folder is looked at, whole files are tried and wait for a person.

    drop/schools.csv → waiting/12-schools.csv (import 12, in /imports/queue) → done/ or rejected/

A file is taken when it has been the same for two looks and a minute; what ends in .part or .tmp, or begins with a dot,
is being written.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from inventory import roles, trace
from inventory.errors import HouseError
from inventory.exchange import jobs
from inventory.exchange.registry import importable
from inventory.folding import folded
from inventory.imports import JobState, Source
from inventory.tables import ImportJob
from server import db

OLD_ENOUGH_S: Final = 60.0
BEING_WRITTEN: Final = (".part", ".tmp", ".crdownload", ".filepart")
LARGEST: Final = 40_000_000  # bytes
KINDS: Final = {
    "schools": ("school", "mekteb", "muessise", "shkol", "skol"),
    "contacts": ("contact", "people", "person", "elaqe", "emekdas", "kontakt", "sexs"),
}
WAITING, DONE, REJECTED = "waiting", "done", "rejected"
ENDED: Final = {JobState.DONE: DONE, JobState.REJECTED: REJECTED, JobState.FAILED: REJECTED}
BY: Final = roles.job("emis")
log = logging.getLogger("zeng.emis")


class Drop:
    """One folder, and how its files looked the last time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked: dict[str, tuple[int, float]] = {}

    def look(self, engine: Engine, *, at: datetime) -> None:
        """Take what is whole, and put away what has been decided about."""
        if not self._folder.is_dir():
            return
        now: dict[str, tuple[int, float]] = {}
        for path in sorted(self._folder.iterdir()):
            if not path.is_file() or path.name.startswith(".") or path.name.lower().endswith(BEING_WRITTEN):
                continue
            stat = path.stat()
            now[path.name] = (stat.st_size, stat.st_mtime)
            if self._looked.get(path.name) == now[path.name] and at.timestamp() - stat.st_mtime >= OLD_ENOUGH_S:
                self._take(engine, path, at=at)
        self._looked = now
        self._put_away(engine)

    def _take(self, engine: Engine, path: Path, *, at: datetime) -> None:
        kind = kind_of(path.name)
        if kind is None or path.stat().st_size > LARGEST:
            self._refuse(path, "Its name says neither schools nor contacts, or it is too large.")
            return
        body = path.read_bytes()
        try:
            with db.writing(engine) as session:
                trace.held(session)  # two servers that look at once: the second finds the first one's import
                job_id = _entered(session, kind, path.name, body, at=at)
        except HouseError as error:
            self._refuse(path, str(error))
            return
        self._moved(path, WAITING, f"{job_id}-{path.name}")
        log.info("%s waits as import %s", path.name, job_id)

    def _refuse(self, path: Path, why: str) -> None:
        log.warning("%s is refused: %s", path.name, why)
        gone = self._moved(path, REJECTED, path.name)
        gone.with_name(f"{gone.name}.why.txt").write_text(f"{why}\n", encoding="utf-8")

    def _put_away(self, engine: Engine) -> None:
        waiting = self._folder / WAITING
        files = {int(n): p for p in waiting.glob("*-*") if (n := p.name.partition("-")[0]).isdecimal()}
        if not files:
            return
        with db.reading(engine) as session:
            rows = session.execute(
                select(col(ImportJob.id), col(ImportJob.state)).where(col(ImportJob.id).in_(files))
            ).all()  # fmt: skip
        for job_id, state in rows:
            if state in ENDED:
                self._moved(files[job_id], ENDED[state], files[job_id].name)

    def _moved(self, path: Path, folder: str, name: str) -> Path:
        target = self._folder / folder / name
        target.parent.mkdir(exist_ok=True)
        return path.replace(target)


def kind_of(name: str) -> str | None:
    words = folded(name)
    return next((kind for kind, signs in KINDS.items() if any(sign in words for sign in signs)), None)


def _entered(session: Session, kind: str, name: str, body: bytes, *, at: datetime) -> int:
    job = jobs.uploaded(session, kind, name, body, by=BY, at=at, source=Source.EMIS)
    same = select(col(ImportJob.id)).where(
        col(ImportJob.sha256) == job.sha256, col(ImportJob.source) == Source.EMIS, col(ImportJob.id) != job.id,
        col(ImportJob.state).in_(jobs.LIVING),
    )  # fmt: skip
    known = session.scalar(same.limit(1))
    if known is not None:  # it was entered, and the power went before it was moved
        jobs.rejected(session, job, by=BY, at=at)
        return known
    if set(importable(kind).key[:1]) <= set(job.mapping):
        jobs.dry_run_wanted(session, job, job.mapping, by=BY)
    return job.id or 0
