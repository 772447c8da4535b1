"""How long an agent waits after a failure: any time up to a ceiling, so that a district never knocks in step."""

from agent.courier import Backoff


def test_backoff_has_full_jitter_and_a_cap_of_fifteen_minutes() -> None:
    many = []
    for _ in range(400):
        backoff = Backoff()
        many.append([backoff.failed() for _ in range(9)])
    first, last = [waits[0] for waits in many], [waits[-1] for waits in many]
    assert max(first) <= 30
    assert min(first) < 5 < 25 < max(first)
    assert max(last) <= 900
    assert min(last) < 100 < 800 < max(last)  # no spread is lost at the cap


def test_after_success_the_backoff_begins_anew() -> None:
    backoff = Backoff()
    for _ in range(9):
        backoff.failed()
    backoff.succeeded()
    assert backoff.failed() <= 30
