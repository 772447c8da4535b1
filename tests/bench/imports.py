"""100,000 pieces of equipment by a file: dry run and application, rows per second and memory of the process.

SQLite's figure under the key, PostgreSQL's under key + `_postgresql`. Rows per second over both parts together.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from inventory import catalogue, register
from inventory.equipment import Kind
from inventory.exchange import jobs, sheets
from inventory.imports import JobState
from inventory.roles import console
from inventory.tables import ImportJob
from server import db
from server.importing import Worker
from tests import postgresql

ROWS, SCHOOLS = 100_000, 500
BY = console("bench")


def lines() -> Iterator[list[str]]:
    yield ["inventory_no", "emis", "maker", "model", "serial", "mac", "os", "memory_mb", "disk_gb", "in_service_on",
           "warranty_until", "value", "programme", "note"]  # fmt: skip
    for n in range(ROWS):
        yield [f"BNC-{n:06}", str(n % SCHOOLS), "HP", f"ProBook {n % 40}", f"CND{n:07}X", f"3C5282{n:06X}",
               "Windows 10 Pro", "8192", "256", "01.09.2021", "2024-09-01", "1250.50", "Elektron məktəb",
               f"sətir {n}"]  # fmt: skip


def one(url: str) -> dict[str, float]:
    """In a process of its own, so that its greatest memory is that of the import."""
    engine = db.open_engine(url)
    db.migrate(engine)
    now = datetime.now(UTC)
    with db.writing(engine) as session:
        register.district_named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад", by=BY, at=now)
        for n in range(SCHOOLS):
            register.school_opened(session, str(n), f"{n} nömrəli məktəb", "AZ-SAB", by=BY, at=now)
        maker = catalogue.maker_entered(session, "HP", by=BY, at=now)
        for n in range(40):
            catalogue.model_entered(session, maker, f"ProBook {n}", Kind.NOTEBOOK, by=BY, at=now)
    body = b"".join(sheets.csv_written(lines()))
    begun, used = time.perf_counter(), time.process_time()
    with db.writing(engine) as session:
        job = jobs.uploaded(session, "equipment", "bench.csv", body, by=BY, at=now)
        jobs.dry_run_wanted(session, job, job.mapping, by=BY)
        job_id = job.id
    del body, job
    worker, longest = Worker(engine), 0.0
    for state in (JobState.PLANNING, JobState.APPLYING):
        if state is JobState.APPLYING:
            with db.writing(engine) as session:
                jobs.application_wanted(session, session.get_one(ImportJob, job_id), by=BY)
        while True:
            chunk = time.perf_counter()
            if not worker.work():
                break
            longest = max(longest, time.perf_counter() - chunk)
        print(f"{state.value}: {time.perf_counter() - begun:.1f} s, of this process {time.process_time() - used:.1f} s",
              file=sys.stderr)  # fmt: skip
    took = time.perf_counter() - begun
    with db.reading(engine) as session:
        done = session.get_one(ImportJob, job_id).done
    assert done == {"applied": ROWS, "left": 0}, done
    engine.dispose()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "import_rows_per_s": round(ROWS / took), "import_rss_mb": round(rss, 1), "import_chunk_max_s": round(longest, 3)
    }  # fmt: skip


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        figures = _apart(f"sqlite:///{Path(folder) / 'zeng.db'}")
    with postgresql.cluster() as url:
        theirs = _apart(url.replace("postgresql://", "postgresql+psycopg://"))
    return figures | {f"{name}_postgresql": value for name, value in theirs.items()}


def _apart(url: str) -> dict[str, float]:
    with get_context("spawn").Pool(1) as pool:
        found: dict[str, float] = pool.apply(one, (url,))
    return found
