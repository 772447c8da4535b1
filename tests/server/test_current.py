"""What each agent said last is kept unpacked, and read again only where something came."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from agent import report as wire
from alerts import record
from inventory.tables import School
from server import db
from server.current import Current
from tests import cast
from tests.cast import NOW


@pytest.fixture
def voice(engine: Engine) -> cast.Voice:
    with db.writing(engine) as session:
        who = cast.enter(session)
        voice = cast.voice_of(session, who.school)
        voice.says(session, cast.minute())
    return voice


def _loss(current: Current, session: Session, agent_id: int) -> wire.Value:
    snapshot = current.of(session, [agent_id])[agent_id]
    link = snapshot.first("link")
    assert link is not None
    return snapshot.value(link, "link.internet.loss")


def test_a_snapshot_has_the_values_of_the_newest_report(engine: Engine, voice: cast.Voice) -> None:
    with db.reading(engine) as session:
        snapshot = Current().of(session)[voice.agent_id]
    ups = snapshot.first("ups")
    assert ups is not None
    assert (snapshot.number, snapshot.hostname, ups.name) == (1, "pc-mudir", "Server otağı")
    assert ("ups.battery.charge", "", "%", 98) in list(snapshot.readings(ups))
    assert snapshot.reachable(ups)
    assert snapshot.value(ups, "ups.temperature") is None


def test_an_agent_that_has_not_spoken_has_no_values(engine: Engine, voice: cast.Voice) -> None:
    with db.writing(engine) as session:
        school = session.get_one(School, 2)
        mute = cast.voice_of(session, school)
    with db.reading(engine) as session:
        snapshot = Current().of(session)[mute.agent_id]
    assert (snapshot.number, snapshot.observed_ms, snapshot.devices) == (0, None, ())


def test_a_new_report_is_seen_at_once(engine: Engine, voice: cast.Voice) -> None:
    current = Current()
    with db.reading(engine) as session:
        assert _loss(current, session, voice.agent_id) == 0
    with db.writing(engine) as session:
        voice.says(session, cast.minute(cast.link(internet=100)), at=NOW + timedelta(minutes=1))
    with db.reading(engine) as session:
        assert _loss(current, session, voice.agent_id) == 100


def test_differences_are_continued_from_what_is_known_and_from_the_key_frame(engine: Engine, voice: cast.Voice) -> None:
    warm, losses = Current(), []
    before = cast.minute()
    for step, loss in enumerate((10, 20, 30), start=1):
        after = cast.minute(cast.link(internet=loss), cast.ups())
        change = msgspec.Raw(msgspec.json.encode(wire.difference(wire.values(before), wire.values(after))))
        frame = wire.Frame(1 + step, 0, step, change)
        body = wire.encode_batch([frame], 0, voice.instance)
        with db.writing(engine) as session:
            at = NOW + timedelta(minutes=step)
            record.reports_arrived(session, [record.Delivery(voice.agent_id, body)], voice.heads, at=at)
        with db.reading(engine) as session:
            losses.append((_loss(warm, session, voice.agent_id), _loss(Current(), session, voice.agent_id)))
        before = after
    assert losses == [(10, 10), (20, 20), (30, 30)]


def test_silence_is_seen_without_reading_the_report_again(engine: Engine, voice: cast.Voice) -> None:
    current = Current()
    with db.reading(engine) as session:
        current.of(session)
    cast.falls_silent(engine)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, u, statement, *_: asked.append(statement))
    with db.reading(engine) as session:
        snapshot = current.of(session)[voice.agent_id]
    assert snapshot.silent_since_ms == snapshot.observed_ms
    assert snapshot.devices
    assert len([s for s in asked if "SELECT" in s]) == 1


def test_memory_is_bounded(engine: Engine, voice: cast.Voice) -> None:
    current = Current(most=1)
    with db.writing(engine) as session:
        second = cast.voice_of(session, session.get_one(School, 2))
        second.says(session, cast.minute())
    with db.reading(engine) as session:
        assert len(current.of(session)) == 2
        assert len(current._known) == 1
