"""What the server counts about itself: ingest, commits, acknowledgements."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from alerts.record import Tally

REGISTRY = CollectorRegistry()
REPORTS = Counter(
    "zeng_ingest_reports", "Reports by what became of them", ["outcome"], registry=REGISTRY
)  # accepted, duplicate, refused, late
VALUES = Counter("zeng_ingest_values", "Values in accepted reports", registry=REGISTRY)
SET_ASIDE = Counter(
    "zeng_ingest_set_aside_readings",
    "Readings of a kind unknown to this server, kept but not judged",
    registry=REGISTRY,
)
REFUSED_REQUESTS = Counter(
    "zeng_ingest_refused_requests", "Refused report requests by reason", ["reason"], registry=REGISTRY
)
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.6, 5.0)
ACKNOWLEDGE_SECONDS = Histogram(
    "zeng_ingest_acknowledge_seconds",
    "From the whole request to the acknowledgement",
    registry=REGISTRY,
    buckets=BUCKETS,
)
COMMIT_SECONDS = Histogram("zeng_ingest_commit_seconds", "One group commit", registry=REGISTRY, buckets=BUCKETS)


def counted(tally: Tally) -> None:
    for outcome, number in (
        ("accepted", tally.accepted),
        ("duplicate", tally.duplicates),
        ("refused", tally.refused),
        ("late", tally.late),
    ):
        if number:
            REPORTS.labels(outcome).inc(number)
    VALUES.inc(tally.values)
    SET_ASIDE.inc(tally.set_aside)
