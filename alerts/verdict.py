"""What is the matter with a school, in its simplest honest form: a finding and the evidence for it.

Silence is never called an outage: the last words before it are shown as evidence, not as a conclusion.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alerts.state import Judged, Reason, State


class Finding(StrEnum):
    WORKS = "works"
    MAINTENANCE = "maintenance"
    NO_REPORT_YET = "no_report_yet"
    SILENT = "silent"
    LINK_DOWN = "link_down"
    INTERNET_UNREACHABLE = "internet_unreachable"
    INTRANET_UNREACHABLE = "intranet_unreachable"
    ON_BATTERY = "on_battery"
    LINK_POOR = "link_poor"
    LINK_UNKNOWN = "link_unknown"


class Sign(StrEnum):
    """A piece of evidence: something that was observed."""

    HEARD = "heard"
    GATEWAY_ANSWERS = "gateway_answers"
    GATEWAY_LOST = "gateway_lost"
    INTRANET_ANSWERS = "intranet_answers"
    INTRANET_LOST = "intranet_lost"
    INTERNET_ANSWERS = "internet_answers"
    INTERNET_LOST = "internet_lost"
    LOSS = "loss"
    SLOW = "slow"
    LOW_MARGIN = "low_margin"
    ON_BATTERY = "on_battery"
    LOW_BATTERY = "low_battery"
    MAINS = "mains"
    LAST_ON_BATTERY = "last_on_battery"
    LAST_ON_MAINS = "last_on_mains"
    LAST_LINK_DOWN = "last_link_down"
    LAST_LINK_WORKED = "last_link_worked"
    SHUT_DOWN = "shut_down"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`at`: when it was observed, or since when; `value`: % of loss, s of round trip, dB of margin."""

    sign: Sign
    at: datetime | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a school. Losses in %, `rtt` in s, `margin` in dB; None: not asked, or not known.

    `link` and `power` are the last judgements, `..._since` when they began; `heard_at` the last observation;
    `ending` why that was the last one, if it said so.
    """

    heard_at: datetime | None = None
    silent_since: datetime | None = None
    planned_until: datetime | None = None
    link: Judged | None = None
    link_since: datetime | None = None
    power: Judged | None = None
    power_since: datetime | None = None
    gateway_loss: float | None = None
    intranet_loss: float | None = None
    internet_loss: float | None = None
    rtt: float | None = None
    margin: float | None = None
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`at`: since when the finding holds; for planned work until when."""

    finding: Finding
    at: datetime | None
    evidence: tuple[Evidence, ...]


BATTERY = frozenset({Reason.ON_BATTERY, Reason.LOW_BATTERY})
GOODBYES = {"shutdown": Sign.SHUT_DOWN, "stopped": Sign.STOPPED}
POOR = frozenset({Reason.LOSSY, Reason.SLOW, Reason.LOW_MARGIN})


def verdict(facts: Facts) -> Verdict:
    """The first of the findings that holds, the gravest first."""
    if facts.planned_until is not None:
        return Verdict(Finding.MAINTENANCE, facts.planned_until, _heard(facts))
    if facts.heard_at is None:
        return Verdict(Finding.NO_REPORT_YET, None, ())
    if facts.silent_since is not None:
        return Verdict(Finding.SILENT, facts.silent_since, _last_words(facts))
    link, power = facts.link, facts.power
    on_battery = power is not None and power.reason in BATTERY
    evidence = _heard(facts) + _answers(facts) + _power(facts)
    if link is not None and link.state == State.DOWN:
        return Verdict(Finding.LINK_DOWN, facts.link_since, evidence)
    if link is not None and link.reason == Reason.INTERNET_UNREACHABLE:
        return Verdict(Finding.INTERNET_UNREACHABLE, facts.link_since, evidence)
    if on_battery:
        return Verdict(Finding.ON_BATTERY, facts.power_since, evidence)
    if link is not None and link.reason == Reason.INTRANET_UNREACHABLE:
        return Verdict(Finding.INTRANET_UNREACHABLE, facts.link_since, evidence)
    if link is not None and link.reason in POOR:
        return Verdict(Finding.LINK_POOR, facts.link_since, _heard(facts) + _poor(facts, link.reason) + _power(facts))
    if link is None or link.state == State.NO_DATA:
        return Verdict(Finding.LINK_UNKNOWN, facts.link_since, _heard(facts) + _power(facts))
    return Verdict(Finding.WORKS, facts.link_since, evidence)


def _heard(facts: Facts) -> tuple[Evidence, ...]:
    return (Evidence(Sign.HEARD, facts.heard_at),) if facts.heard_at else ()


def _answers(facts: Facts) -> tuple[Evidence, ...]:
    asked = (
        (facts.gateway_loss, Sign.GATEWAY_ANSWERS, Sign.GATEWAY_LOST),
        (facts.intranet_loss, Sign.INTRANET_ANSWERS, Sign.INTRANET_LOST),
        (facts.internet_loss, Sign.INTERNET_ANSWERS, Sign.INTERNET_LOST),
    )
    return tuple(Evidence(lost if loss >= 100 else answers) for loss, answers, lost in asked if loss is not None)


def _poor(facts: Facts, reason: Reason) -> tuple[Evidence, ...]:
    if reason == Reason.LOSSY:
        return (Evidence(Sign.LOSS, value=max(facts.intranet_loss or 0, facts.internet_loss or 0)),)
    if reason == Reason.SLOW:
        return (Evidence(Sign.SLOW, value=facts.rtt),)
    return (Evidence(Sign.LOW_MARGIN, value=facts.margin),)


def _power(facts: Facts) -> tuple[Evidence, ...]:
    if facts.power is None or facts.power.state == State.NO_DATA:
        return ()
    if facts.power.reason not in BATTERY:
        return (Evidence(Sign.MAINS),)
    low = facts.power.reason == Reason.LOW_BATTERY
    return (Evidence(Sign.LOW_BATTERY if low else Sign.ON_BATTERY, facts.power_since),)


def _last_words(facts: Facts) -> tuple[Evidence, ...]:
    words = list(_heard(facts))
    if facts.ending in GOODBYES:
        words.append(Evidence(GOODBYES[facts.ending], facts.heard_at))
    if facts.power is not None and facts.power.state != State.NO_DATA:
        sign = Sign.LAST_ON_BATTERY if facts.power.reason in BATTERY else Sign.LAST_ON_MAINS
        words.append(Evidence(sign, facts.heard_at))
    if facts.link is not None and facts.link.state != State.NO_DATA:
        down = facts.link.state == State.DOWN
        words.append(Evidence(Sign.LAST_LINK_DOWN if down else Sign.LAST_LINK_WORKED, facts.heard_at))
    return tuple(words)
