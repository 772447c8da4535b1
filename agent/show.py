"""What `zeng-agent show` says: how much waits, since when, and what the last trouble was."""

import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from agent import identity
from agent.numbers import Ceiling

Facts = dict[str, int | str | None]
NEEDED: Final = 100_000  # octets free: a report of forty devices and what SQLite writes around it


def facts(data: Path) -> Facts:
    """Read beside a running agent, changing nothing. Times in Unix ms, sizes in bytes; None = not known.

    `disk_refused` 1: the disk took nothing when the agent last wrote, so what the spool says is from `figures_of_ms`
    or before. `disk_nearly_full` 1: it may take nothing now.
    """
    known = identity.enrolment(data)
    numbers, left = Ceiling(data / "numbers").mark, shutil.disk_usage(data).free
    found: Facts = {
        "server": known.server if known else None,
        "agent": known.agent if known else None,
        "school": known.school if known else None,
        "enrolled": int((data / "token").exists()),
        "spool_reports": 0,
        "spool_bytes": 0,
        "oldest_ms": None,
        "newest_ms": None,
        "next_number": None,
        "last_acknowledged": None,
        "last_acknowledged_ms": None,
        "wall_error_ms": None,
        "refused_total": 0,
        "thinned_total": 0,
        "changes_dropped_total": 0,
        "spools_damaged_total": numbers.broken,
        "disk_free_bytes": left,
        "disk_nearly_full": int(left < NEEDED),
        "disk_refused": int(numbers.loose),
        # The numbers file is written in place, on a full disk too, at the first report that the disk did not take.
        "figures_of_ms": _changed_ms(data, ("numbers",) if numbers.loose else ("spool.sqlite", "spool.sqlite-wal")),
        "failing": 0,
        "last_error": None,
        "last_error_ms": None,
    }
    path = data / "spool.sqlite"
    if path.exists():
        try:
            found |= _of_spool(path)
        except sqlite3.DatabaseError as error:
            found |= {"last_error": f"the spool cannot be read ({error})", "failing": 1}
    return found


def _changed_ms(data: Path, names: tuple[str, ...]) -> int | None:
    paths = [data / name for name in names]
    return max((int(path.stat().st_mtime * 1000) for path in paths if path.exists()), default=None)


def _of_spool(path: Path) -> Facts:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
        remembered: Facts = dict(db.execute("SELECT name, value FROM memory").fetchall())
        query = "SELECT count(*), coalesce(sum(length(body)), 0), min(stamp_ms), max(stamp_ms) FROM reports"
        count, size, oldest, newest = db.execute(query).fetchone()
    remembered["next_number"] = remembered.pop("next", None)
    remembered.pop("heard", None)
    return remembered | {"spool_reports": count, "spool_bytes": size, "oldest_ms": oldest, "newest_ms": newest}


def sentences(found: Facts) -> list[str]:
    lines = []
    if found["enrolled"]:
        lines.append(f"Agent {found['agent'] or '?'} of {found['school'] or '?'} at {found['server'] or '?'}.")
    else:
        lines.append("Not enrolled: zeng-agent enrol --server URL --code CODE.")
    if old := _old_figures_sentence(found):
        lines.append(old)
    since = f", the oldest from {_moment(found['oldest_ms'])}" if found["oldest_ms"] else ""
    lines.append(f"Waiting: {found['spool_reports']} reports, {int(found['spool_bytes'] or 0) // 1000} kB{since}.")
    if found["last_acknowledged"]:
        when = _moment(found["last_acknowledged_ms"])
        lines.append(f"Last acknowledged: report {found['last_acknowledged']} at {when}.")
    else:
        lines.append("Last acknowledged: none yet.")
    lines.append(_clock_sentence(found["wall_error_ms"]))
    lines.append(
        f"Refused for good: {found['refused_total']}. Made sparser: {found['thinned_total']}. State changes dropped: "
        f"{found['changes_dropped_total']}. Damaged spools moved aside: {found['spools_damaged_total']}."
    )
    lines.append(f"Free on the disk: {int(found['disk_free_bytes'] or 0) // 1_000_000} MB.")
    if found["last_error"]:
        state = "Trouble now" if found["failing"] else "Last trouble, over now"
        if found["disk_refused"]:
            state = "Last trouble that the disk took"
        lines.append(f"{state} (since {_moment(found['last_error_ms'])}): {found['last_error']}")
    return lines


def _old_figures_sentence(found: Facts) -> str:
    when = _moment(found["figures_of_ms"])
    if found["disk_refused"]:
        return (
            f"The disk has taken nothing since {when}: all below but the free space is from then or before. Newer "
            "reports wait in the memory of the running agent alone, and end with it."
        )
    if found["disk_nearly_full"]:
        return f"The disk is nearly full and may take nothing: what is said below was last written at {when}."
    return ""


def _clock_sentence(error_ms: int | str | None) -> str:
    if not isinstance(error_ms, int):
        return "Clock: not compared with the server's yet."
    if abs(error_ms) < 2000:
        return "Clock: right to within 2 s."
    way = "ahead" if error_ms > 0 else "behind"
    return (
        f"Clock: this computer's is {abs(error_ms) / 1000:.0f} s {way}; reports carry the server's time all the same."
    )


def _moment(at_ms: int | str | None) -> str:
    if not isinstance(at_ms, int):
        return "?"
    ago = max(time.time() - at_ms / 1000, 0)
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC ({_length(ago)} ago)"


def _length(seconds: float) -> str:
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} s"
