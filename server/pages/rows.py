"""A line of the board with its figures and its verdict, put into words; for whole pages and for live rows."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from alerts.state import State
from alerts.verdict import Evidence, Facts, Finding, Sign, Verdict, verdict
from server import words
from server.current import Current, Snapshot
from server.pages.view import View
from server.queries import WORST_FIRST, Line


@dataclass(frozen=True, slots=True)
class Row:
    """`rtt` in s and `loss` in % to the Internet (or to the intranet where that alone is asked); None: not known."""

    line: Line
    rtt: float | None
    loss: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Counts:
    """How many links are in each state; `unreported` are those of no data that have never reported."""

    by_state: Mapping[State, int]
    unreported: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def trouble(self) -> int:
        return self.by_state[State.DOWN] + self.by_state[State.DEGRADED]


def counted(lines: Iterable[Line]) -> Counts:
    states: Counter[State] = Counter()
    unreported = 0
    for line in lines:
        states[line.shown.state] += 1
        unreported += line.shown.state == State.NO_DATA and not line.reported
    return Counts({state: states[state] for state in WORST_FIRST}, unreported)


def by_district(lines: Iterable[Line], names: Mapping[str, str]) -> list[tuple[str, str, Counts]]:
    """`(code, name, counts)` of each district, in the order of the names."""
    grouped: dict[str, list[Line]] = {code: [] for code in names}
    for line in lines:
        if line.district in grouped:
            grouped[line.district].append(line)
    return [(code, names[code], counted(grouped[code])) for code in names if grouped[code]]


def rows(session: Session, current: Current, lines: Collection[Line]) -> list[Row]:
    """The lines of one page with the figures of their newest reports."""
    snapshots = current.of(session, {line.agent_id for line in lines if line.agent_id is not None})
    return [_row(line, snapshots.get(line.agent_id or 0)) for line in lines]


def _row(line: Line, snapshot: Snapshot | None) -> Row:
    figures = link_figures(snapshot, line.device_key)
    facts = facts_of(line, figures, snapshot.ending if snapshot else "")
    rtt = figures.get("link.internet.rtt", figures.get("link.intranet.rtt"))
    loss = figures.get("link.internet.loss", figures.get("link.intranet.loss"))
    return Row(line, rtt, loss, verdict(facts))


def link_figures(snapshot: Snapshot | None, key: str) -> dict[str, float]:
    """The numbers of a link's newest report by quantity; what the agent did not learn is not there."""
    link = next((seen for seen in snapshot.devices if seen.key == key), None) if snapshot else None
    if snapshot is None or link is None:
        return {}
    return {
        quantity: float(value)
        for quantity, _, _, value in snapshot.readings(link)
        if isinstance(value, int | float) and quantity not in ("if.in_rate", "if.out_rate")
    }


def facts_of(line: Line, figures: Mapping[str, float], ending: str) -> Facts:
    rtts = [figures[name] for name in ("link.internet.rtt", "link.intranet.rtt") if name in figures]
    return Facts(
        heard_at=line.heard_at,
        silent_since=line.silent_since,
        planned_until=line.planned_until,
        link=line.link,
        link_since=line.link_since,
        power=line.power,
        power_since=line.power_since,
        gateway_loss=figures.get("link.gateway.loss"),
        intranet_loss=figures.get("link.intranet.loss"),
        internet_loss=figures.get("link.internet.loss"),
        rtt=max(rtts, default=None),
        margin=figures.get("dsl.down.snr_margin"),
        ending=ending,
    )


def finding_in_words(view: View, given: Verdict) -> str:
    sentence = view._(words.FINDINGS[given.finding])
    if given.at is None:
        return sentence.replace("%(when)s", view._("an unknown time"))
    return sentence % {"when": view.formats.when(given.at, view.now)} if "%(" in sentence else sentence


def evidence_in_words(view: View, given: Verdict) -> list[str]:
    return [_sign(view, piece) for piece in given.evidence]


def short_evidence(view: View, given: Verdict) -> str:
    """For a line of the board: without when the agent was heard, which has a column of its own."""
    if given.finding in (Finding.WORKS, Finding.MAINTENANCE):
        return ""
    telling = [piece for piece in given.evidence if piece.sign not in (Sign.HEARD, Sign.MAINS, Sign.LAST_LINK_WORKED)]
    return ", ".join(_sign(view, piece) for piece in telling)


def _sign(view: View, piece: Evidence) -> str:
    unit = {Sign.LOSS: "%", Sign.LOW_MARGIN: "dB"}.get(piece.sign, "")
    slow = piece.sign == Sign.SLOW and piece.value is not None
    value = view.formats.milliseconds(piece.value or 0) if slow else view.formats.reading(piece.value, unit)
    when = view.formats.when(piece.at, view.now) if piece.at else view._("an unknown time")
    return view._(words.SIGNS[piece.sign]) % {"when": when, "value": value}
