"""The verdict on a school: a finding never says more than its evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.state import UP, Judged, Reason, State
from alerts.verdict import Evidence, Facts, Finding, Sign, verdict

TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
SINCE = TEN - timedelta(hours=1)
FINE = Facts(
    heard_at=TEN, link=UP, link_since=SINCE, power=UP, power_since=SINCE, gateway_loss=0, intranet_loss=0,
    internet_loss=0, rtt=0.03, margin=9.5,
)  # fmt: skip


def linked(state: State, reason: Reason, **other: float | None) -> Facts:
    return replace(FINE, link=Judged(state, reason), **other)  # type: ignore[arg-type]


BATTERY = Judged(State.DEGRADED, Reason.ON_BATTERY)
OUTSIDE = linked(State.DOWN, Reason.OUTSIDE_UNREACHABLE, intranet_loss=100, internet_loss=100)
GATEWAY = replace(OUTSIDE, link=Judged(State.DOWN, Reason.GATEWAY_UNREACHABLE), gateway_loss=100)
NO_INTERNET = linked(State.DEGRADED, Reason.INTERNET_UNREACHABLE, internet_loss=100)


@pytest.mark.parametrize(
    ("facts", "finding", "at"),
    [
        pytest.param(FINE, Finding.WORKS, SINCE, id="everything answers: it works"),
        pytest.param(Facts(), Finding.NO_REPORT_YET, None, id="no report yet is neither up nor down"),
        pytest.param(replace(FINE, silent_since=TEN), Finding.SILENT, TEN, id="silence is silence, not an outage"),
        pytest.param(replace(OUTSIDE, silent_since=TEN), Finding.SILENT, TEN, id="silence after an outage is silence"),
        pytest.param(OUTSIDE, Finding.LINK_DOWN, SINCE, id="nothing outside answers: the link is down"),
        pytest.param(GATEWAY, Finding.LINK_DOWN, SINCE, id="not even the gateway answers: the link is down"),
        pytest.param(NO_INTERNET, Finding.INTERNET_UNREACHABLE, SINCE, id="only the intranet answers"),
        pytest.param(linked(State.DEGRADED, Reason.INTRANET_UNREACHABLE, intranet_loss=100),
                     Finding.INTRANET_UNREACHABLE, SINCE, id="the Internet answers, the intranet does not"),
        pytest.param(replace(FINE, power=BATTERY), Finding.ON_BATTERY, SINCE, id="the link works on battery"),
        pytest.param(replace(OUTSIDE, power=BATTERY), Finding.LINK_DOWN, SINCE, id="down weighs more than battery"),
        pytest.param(linked(State.DEGRADED, Reason.LOSSY, internet_loss=12), Finding.LINK_POOR, SINCE, id="poor"),
        pytest.param(replace(FINE, link=None), Finding.LINK_UNKNOWN, SINCE, id="nobody measures the link"),
        pytest.param(replace(OUTSIDE, planned_until=TEN), Finding.MAINTENANCE, TEN, id="planned work comes first"),
    ],
)  # fmt: skip
def test_the_finding(facts: Facts, finding: Finding, at: datetime | None) -> None:
    given = verdict(facts)
    assert (given.finding, given.at) == (finding, at)


@pytest.mark.parametrize(
    ("facts", "evidence"),
    [
        pytest.param(OUTSIDE, Evidence(Sign.HEARD, TEN), id="a link that is down was told by an agent that was heard"),
        pytest.param(OUTSIDE, Evidence(Sign.GATEWAY_ANSWERS), id="the gateway answers"),
        pytest.param(GATEWAY, Evidence(Sign.GATEWAY_LOST), id="the gateway does not answer"),
        pytest.param(NO_INTERNET, Evidence(Sign.INTRANET_ANSWERS), id="the intranet answers"),
        pytest.param(replace(FINE, silent_since=TEN, power=BATTERY), Evidence(Sign.LAST_ON_BATTERY, TEN),
                     id="before the silence the UPS was on battery"),
        pytest.param(replace(FINE, silent_since=TEN, ending="shutdown"), Evidence(Sign.SHUT_DOWN, TEN),
                     id="the computer said that it was being shut down"),
        pytest.param(replace(FINE, silent_since=TEN, ending="stopped"), Evidence(Sign.STOPPED, TEN),
                     id="somebody stopped the agent"),
        pytest.param(replace(OUTSIDE, silent_since=TEN), Evidence(Sign.LAST_LINK_DOWN, TEN),
                     id="before the silence the link was down"),
        pytest.param(linked(State.DEGRADED, Reason.LOSSY, internet_loss=12), Evidence(Sign.LOSS, value=12),
                     id="the loss in percent"),
        pytest.param(linked(State.DEGRADED, Reason.SLOW, rtt=0.9), Evidence(Sign.SLOW, value=0.9), id="the round trip"),
        pytest.param(linked(State.DEGRADED, Reason.LOW_MARGIN, margin=2.1), Evidence(Sign.LOW_MARGIN, value=2.1),
                     id="the margin"),
    ],
)  # fmt: skip
def test_the_evidence(facts: Facts, evidence: Evidence) -> None:
    assert evidence in verdict(facts).evidence


def test_an_anchor_that_was_not_asked_is_no_evidence() -> None:
    signs = {e.sign for e in verdict(replace(OUTSIDE, gateway_loss=None)).evidence}
    assert not signs & {Sign.GATEWAY_ANSWERS, Sign.GATEWAY_LOST}


def test_a_ups_that_does_not_answer_says_nothing_about_the_mains() -> None:
    power = Judged(State.NO_DATA, Reason.UPS_COMMUNICATION_LOST)
    assert Sign.MAINS not in {e.sign for e in verdict(replace(FINE, power=power)).evidence}
