"""Reading reports back from the journal: a chain of differences becomes whole reports again."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from agent import report as wire
from alerts.tables import Report

JOURNAL_LIMIT = 8_000_000  # bytes that one stored frame may unpack to; it was checked when it came


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One report read back. `report` gives names and units, its key frame's; `values` are its own."""

    number: int
    root: int
    observed_ms: int
    report: wire.Report
    values: list[wire.Value]

    def whole(self) -> wire.Report:
        return wire.with_values(self.report, self.values)


def read(session: Session, agent_id: int, first: int, last: int) -> Iterator[Snapshot]:
    """Reports `first` to `last` of an agent in order of number, each unpacked once."""
    roots = select(col(Report.root)).where(
        col(Report.agent_id) == agent_id, col(Report.number) >= first, col(Report.number) <= last
    )
    lowest = session.scalar(roots.order_by(col(Report.root)).limit(1))
    if lowest is None:
        return
    wanted = select(col(Report.number), col(Report.root), col(Report.observed_ms), col(Report.body)).where(
        col(Report.agent_id) == agent_id, col(Report.number) >= lowest, col(Report.number) <= last
    )
    chains: dict[int, tuple[wire.Report, list[wire.Value]]] = {}
    for number, root, observed_ms, body in session.execute(wanted.order_by(col(Report.number))):
        frame = wire.decode_frame(wire.decode_batch(body, JOURNAL_LIMIT)[2][0])
        if frame.base == 0:
            whole = wire.decode_report(frame.payload)
            chains[root] = (whole, wire.values(whole))
        elif root in chains:
            base, before = chains[root]
            chains[root] = (base, wire.patched(before, wire.decode_difference(frame.payload))[0])
        else:
            continue
        if number >= first:
            yield Snapshot(number, root, observed_ms, *chains[root])


def newest(session: Session, agent_id: int, number: int) -> Snapshot | None:
    """The report with exactly this number."""
    return next(read(session, agent_id, number, number), None)


def before(session: Session, agent_id: int, number: int) -> int | None:
    """The nearest lower number in the journal."""
    found = select(col(Report.number)).where(col(Report.agent_id) == agent_id, col(Report.number) < number)
    return session.scalar(found.order_by(col(Report.number).desc()).limit(1))


def after(session: Session, agent_id: int, number: int) -> int | None:
    """The nearest higher number in the journal."""
    found = select(col(Report.number)).where(col(Report.agent_id) == agent_id, col(Report.number) > number)
    return session.scalar(found.order_by(col(Report.number)).limit(1))
