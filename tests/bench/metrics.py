"""How long Prometheus waits for a country: GET /metrics of a real server, asked as Prometheus asks.

3,450 schools report through the real ingest between the scrapes (`metrics_scrape_ms`, the honest figure: in one scrape
every school is new) or not at all (`metrics_scrape_ms_unchanged`). The reports are written by this process beside the
server, as a second replica would, so the server has nothing in memory of them and unpacks all.
"""

import gc
import gzip
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server import db
from tests.bench import population
from tests.processes import free_port, until

SCHOOLS = int(os.environ.get("ZENG_BENCH_METRICS_SCHOOLS", str(population.SCHOOLS)))
CHANGED, UNCHANGED = 9, 30  # scrapes of each kind
ASKS = {  # word for word what Prometheus 2.42 sends
    "Accept": "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "Accept-Encoding": "gzip",
}
SERIES = re.compile(rb"^[^#\n]", re.MULTILINE)


def measure() -> dict[str, float]:
    """Medians in ms; bytes as on the wire (gzip) and unpacked; growth of resident memory over 30 scrapes in MB."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/zeng.db"
        engine = db.open_engine(url)
        db.migrate(engine)
        country = population.settled(engine, SCHOOLS)
        country.minute_passes()
        gc.collect()
        with _server(url) as (process, connection):
            first_ms, _ = _scrape(connection)
            country.minute_passes()
            _scrape(connection)
            changed = []
            for _ in range(CHANGED):
                country.minute_passes()
                changed.append(_scrape(connection)[0])
            before_mb = _rss_mb(process.pid)
            scrapes = [_scrape(connection) for _ in range(UNCHANGED)]
            growth = _rss_mb(process.pid) - before_mb
            packed = scrapes[-1][1]
        engine.dispose()
    text = gzip.decompress(packed)
    series = len(SERIES.findall(text))
    if text.count(b"\nzeng_link_up{") < SCHOOLS:
        raise RuntimeError(f"{text.count(b'zeng_link_up{')} of {SCHOOLS} links were scraped; the others are too old")
    return {
        "metrics_scrape_ms": round(statistics.median(changed), 1),
        "metrics_scrape_ms_unchanged": round(statistics.median(ms for ms, _ in scrapes), 1),
        "metrics_scrape_ms_after_start": round(first_ms, 1),
        "metrics_series": series,
        "metrics_bytes": len(text),
        "metrics_bytes_packed": len(packed),
        "metrics_rss_mb": round(before_mb, 1),
        "metrics_rss_growth_mb": round(growth, 1),
    }


def _scrape(connection: http.client.HTTPConnection) -> tuple[float, bytes]:
    """`(ms, body as it came)` until the last byte is here; unpacking it is the reader's work."""
    began = time.perf_counter()
    connection.request("GET", "/metrics", headers=ASKS)
    answer = connection.getresponse()
    body = answer.read()
    took_ms = 1000 * (time.perf_counter() - began)
    if answer.status != 200:
        raise RuntimeError(f"/metrics answered {answer.status}: {body[:200]!r}")
    return took_ms, body


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def _server(url: str) -> Iterator[tuple["subprocess.Popen[bytes]", http.client.HTTPConnection]]:
    port = free_port()
    command = [sys.executable, "-m", "server", "run", "--port", str(port)]
    environment = {**os.environ, "ZENG_DATABASE_URL": url}
    process = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        until(lambda: process.poll() is not None or _ready(port), within_s=30, what="the server answers")
        yield process, connection
    finally:
        connection.close()
        process.terminate()
        process.wait(timeout=20)


def _ready(port: int) -> bool:
    probe = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        probe.request("GET", "/readyz")
        return probe.getresponse().status == 200
    except OSError:
        return False
    finally:
        probe.close()


if __name__ == "__main__":
    print(measure())
