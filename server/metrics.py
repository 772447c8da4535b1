"""What the server counts about itself: ingest, commits, acknowledgements, its own process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from alerts.record import Tally

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
OUTCOMES = ("accepted", "duplicate", "refused", "late")
REASONS = ("token", "too_large", "not_stored", "clone", "malformed")
REPORTS = Counter("zeng_ingest_reports", "Reports by what became of them", ["outcome"], registry=REGISTRY)
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
WAITING = Gauge("zeng_ingest_waiting_deliveries", "Deliveries that wait for their commit", registry=REGISTRY)
LISTENING_SINCE = Gauge(
    "zeng_listening_since_timestamp_seconds",
    "Since when the server has been awake without a gap, Unix time",
    registry=REGISTRY,
)
LAST_TICK = Gauge(
    "zeng_listening_last_tick_timestamp_seconds",
    "When the clock that notices silence last ticked, Unix time",
    registry=REGISTRY,
)

# A counter that appears only with its first event hides that event from rate(): all start at 0.
for _outcome in OUTCOMES:
    REPORTS.labels(_outcome)
for _reason in REASONS:
    REFUSED_REQUESTS.labels(_reason)


def counted(tally: Tally) -> None:
    for outcome, number in zip(OUTCOMES, (tally.accepted, tally.duplicates, tally.refused, tally.late), strict=True):
        if number:
            REPORTS.labels(outcome).inc(number)
    VALUES.inc(tally.values)
    SET_ASIDE.inc(tally.set_aside)
