"""Reports become sightings, and sightings pieces of the register, by evidence that the trace names."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from agent import report as wire
from inventory import assets, catalogue, sightings
from inventory.equipment import Evidence, Kind
from inventory.matching import Outcome
from inventory.roles import Who
from inventory.tables import Agent, Asset, Device, Match, School, Sighting, Trace
from server import db, looking
from tests import cast

NOW = cast.NOW
LATER = NOW + timedelta(minutes=1)
CARD = "3C:52:82:A1:B2:C3"


@pytest.fixture
def who(engine: Engine) -> cast.Cast:
    with db.writing(engine) as session:
        who = cast.enter(session)
        session.expunge_all()
    return who


def ups(serial: str, key: str = "nut://127.0.0.1/ups") -> wire.Device:
    readings = [wire.Reading("ups.state", "", "enum", "mains")]
    return wire.Device(key, "ups", True, readings, "Server otağı", "APC", "Smart-UPS 1500", serial)


def computer(serial: str = "", name: str = "pc-12", key: str = "") -> wire.Device:
    readings = [wire.Reading("mem.used_percent", "", "%", 43)]
    return wire.Device(key or f"snmp://{name}", "computer", True, readings, name, "HP", "Pro 3500", serial)


def piece(session: Session, by: Who, school: School, kind: Kind, **declared: str) -> Asset:
    model = catalogue.model_named(session, "HP", f"Model of {kind}", kind, by=by, at=NOW)
    return assets.entered(session, [assets.New(model, school, declared=declared)], by=by, at=NOW)[0]


class Street:
    """Schools with agents, and a register; every report is followed by a pass of the clock."""

    def __init__(self, engine: Engine, who: cast.Cast) -> None:
        self.engine, self.who = engine, who
        self.at = NOW

    def voice(self, school: School, macs: list[str] | None = None, machine_id: str = "") -> cast.Voice:
        with db.writing(self.engine) as session:
            voice = cast.voice_of(session, school, at=NOW)
            agent = session.get_one(Agent, voice.agent_id)
            agent.machine = {"hostname": "pc-12", "macs": macs or [], "machine_id": machine_id, "system": "Windows 10"}
            session.add(agent)
        return voice

    def says(self, voice: cast.Voice, *devices: wire.Device) -> None:
        self.at += timedelta(minutes=1)
        with db.writing(self.engine) as session:
            voice.says(session, cast.minute(*devices), at=self.at)
        looking.passed(self.engine, at=self.at)

    def later(self, step: timedelta) -> None:
        self.at += step
        looking.passed(self.engine, at=self.at)

    def enters(self, kind: Kind, school: School | None = None, **declared: str) -> str:
        with db.writing(self.engine) as session:
            by = cast.who(session, self.who.leyla)
            here = session.get_one(School, (school or self.who.school).id)
            return piece(session, by, here, kind, **declared).inventory_no

    def asset(self, number: str) -> Asset:
        with db.reading(self.engine) as session:
            return session.exec(select(Asset).where(Asset.inventory_no == number)).one()

    def sightings(self) -> list[tuple[str, Outcome]]:
        with db.reading(self.engine) as session:
            joined = select(Device.key, Sighting).where(Sighting.device_id == Device.id)
            return [(key, row.outcome) for key, row in session.exec(joined.order_by(col(Device.id)))]

    def matches(self) -> list[tuple[str, str, Evidence]]:
        with db.reading(self.engine) as session:
            joined = select(Device.key, Asset.inventory_no, Match).where(
                Match.device_id == Device.id, Match.asset_id == Asset.id
            )
            return [(key, no, row.evidence) for key, no, row in session.exec(joined.order_by(col(Device.id)))]


@pytest.fixture
def street(engine: Engine, who: cast.Cast) -> Street:
    return Street(engine, who)


def test_a_serial_number_ties_a_device_to_its_piece_and_says_so_in_the_trace(street: Street) -> None:
    number = street.enters(Kind.UPS, serial="as-1223 140051")
    street.says(street.voice(street.who.school), ups("AS1223140051"))
    assert street.matches() == [("nut://127.0.0.1/ups", number, Evidence.SERIAL)]
    asset = street.asset(number)
    assert (asset.seen_at, asset.seen_school_id) == (street.at, street.who.school.id)
    assert (asset.observed["model"], asset.conflict, asset.version) == ("Smart-UPS 1500", False, 1)
    with db.reading(street.engine) as session:
        row = session.exec(select(Trace).where(Trace.noun == "device")).one()
    assert (row.verb, row.by, row.after) == ("matched", "job:sightings", {"asset": number, "evidence": "serial"})


def test_a_host_name_is_no_evidence(street: Street) -> None:
    street.enters(Kind.COMPUTER, hostname="pc-12")
    street.says(street.voice(street.who.school), computer(name="pc-12"))
    assert street.sightings() == [("snmp://pc-12", Outcome.NO_EVIDENCE)]


def test_a_link_is_not_looked_at(street: Street) -> None:
    street.says(street.voice(street.who.school), cast.link())
    assert street.sightings() == []


def test_the_card_of_the_agents_own_computer_ties_it(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, mac=CARD)
    street.says(street.voice(street.who.school, [CARD, "02:00:00:00:00:01"]), computer(key="local:"))
    assert street.matches() == [("local:", number, Evidence.MAC)]
    assert street.asset(number).observed["hostname"] == "pc-12"


def test_a_piece_that_comes_into_the_register_later_is_found_by_the_next_pass(street: Street) -> None:
    street.says(street.voice(street.who.school), ups("AS1223140051"))
    assert street.sightings() == [("nut://127.0.0.1/ups", Outcome.UNKNOWN)]
    number = street.enters(Kind.UPS, serial="AS1223140051")
    street.later(timedelta(seconds=30))
    assert [match[1] for match in street.matches()] == [number]


def test_nothing_is_written_while_nothing_is_new(street: Street) -> None:
    voice = street.voice(street.who.school)
    street.says(voice, ups("AS1223140051"))
    with db.reading(street.engine) as session:
        assert looking.due_looks(session, street.at + timedelta(minutes=5), 100) == []
        assert len(looking.due_looks(session, street.at + timedelta(hours=7), 100)) == 1


def test_a_new_ups_in_the_old_ones_place_is_the_new_one(street: Street) -> None:
    old = street.enters(Kind.UPS, serial="AS1223140051")
    new = street.enters(Kind.UPS, serial="AS1223149999")
    voice = street.voice(street.who.school)
    street.says(voice, ups("AS1223140051"))
    seen = street.at
    street.says(voice, ups("AS1223149999"))
    assert street.matches() == [("nut://127.0.0.1/ups", new, Evidence.SERIAL)]
    assert (street.asset(old).seen_at, street.asset(old).observed["serial"]) == (seen, "AS1223140051")


def test_a_serial_number_that_two_schools_say_at_once_is_none(street: Street) -> None:
    street.enters(Kind.COMPUTER, serial="CND70123A")
    here, there = street.voice(street.who.school), street.voice(street.who.elsewhere)
    street.says(here, computer("CND70123A"))
    street.says(there, computer("CND70123A", "pc-99"))
    assert street.sightings() == [("snmp://pc-12", Outcome.MATCHED), ("snmp://pc-99", Outcome.SHARED)]


def test_a_piece_that_is_seen_at_another_school_is_seen_there(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, serial="CND70123A")
    street.says(street.voice(street.who.school), computer("CND70123A"))
    street.at = cast.falls_silent(street.engine, after=street.at)
    street.says(street.voice(street.who.elsewhere), computer("CND70123A"))
    asset = street.asset(number)
    assert asset.school_id == street.who.school.id
    with db.reading(street.engine) as session:
        seen = sightings.last_seen(session, [asset.id or 0, 99_999])
    assert {key: value[:2] for key, value in seen.items()} == {asset.id: (street.at, street.who.elsewhere.id)}


def test_two_devices_of_one_school_do_not_both_become_one_piece(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, serial="CND70123A")
    voice = street.voice(street.who.school)
    street.says(voice, computer("CND70123A", "pc-12"), computer("CND70123A", "pc-13"))
    assert street.sightings() == [("snmp://pc-12", Outcome.MATCHED), ("snmp://pc-13", Outcome.CLAIMED)]
    assert street.matches() == [("snmp://pc-12", number, Evidence.SERIAL)]


def test_a_computer_that_is_enrolled_anew_is_the_piece_it_was(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, mac=CARD)
    street.says(street.voice(street.who.school, [CARD], "8f3c2a9d4b6e7f01"), computer(key="local:"))
    street.at = cast.falls_silent(street.engine, after=street.at)
    street.says(street.voice(street.who.school, ["3C:52:82:00:00:09"], "8f3c2a9d4b6e7f01"), computer(key="local:"))
    assert street.matches()[-1] == ("local:", number, Evidence.AGENT_KEY)


def test_copies_of_one_disk_are_not_one_computer(street: Street) -> None:
    street.enters(Kind.COMPUTER, mac=CARD)
    street.says(street.voice(street.who.school, [CARD], "8f3c2a9d4b6e7f01"), computer(key="local:"))
    street.says(street.voice(street.who.school, ["3C:52:82:00:00:09"], "8f3c2a9d4b6e7f01"), computer(key="local:"))
    assert [outcome for _, outcome in street.sightings()] == [Outcome.MATCHED, Outcome.UNKNOWN]


def test_what_is_seen_never_overwrites_what_is_declared(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, mac=CARD, hostname="muellim-1", os="Windows 7")
    street.says(street.voice(street.who.school, [CARD]), computer(key="local:"))
    asset = street.asset(number)
    assert asset.declared == {"mac": CARD, "hostname": "muellim-1", "os": "Windows 7"}
    assert (asset.observed["hostname"], asset.observed["os"], asset.conflict) == ("pc-12", "Windows 10", True)


def test_a_person_takes_the_seen_value_or_keeps_the_declared(street: Street) -> None:
    number = street.enters(Kind.COMPUTER, mac=CARD, hostname="muellim-1", os="Windows 7")
    voice = street.voice(street.who.school, [CARD])
    street.says(voice, computer(key="local:"))
    with db.writing(street.engine) as session:
        by = cast.who(session, street.who.aynur)
        asset = assets.asset_seen(session, number, by.scope)
        assets.decided(session, asset, "os", take_seen=True, by=by, at=street.at)
        assets.decided(session, asset, "hostname", take_seen=False, by=by, at=street.at)
    asset = street.asset(number)
    assert (asset.declared["os"], asset.declared["hostname"], asset.conflict) == ("Windows 10", "muellim-1", False)
    street.later(timedelta(hours=7))
    assert street.asset(number).conflict is False
    with db.reading(street.engine) as session:
        rows = session.exec(select(Trace.verb, Trace.reason).where(Trace.key == number, Trace.by == "aynur"))
        assert list(rows) == [("changed", "taken as seen"), ("kept", "")]


def test_words_that_nobody_wrote_are_written_by_the_clock(street: Street) -> None:
    number = street.enters(Kind.UPS, serial="AS1223140051")
    with db.writing(street.engine) as session:
        asset = session.exec(select(Asset).where(Asset.inventory_no == number)).one()
        asset.search = ""
    street.later(timedelta(seconds=30))
    assert street.asset(number).search == " sab 2026 00001 hp model of ups as1223140051"


def test_seen_at_is_an_instant(street: Street) -> None:
    number = street.enters(Kind.UPS, serial="AS1223140051")
    street.says(street.voice(street.who.school), ups("AS1223140051"))
    seen = street.asset(number).seen_at
    assert isinstance(seen, datetime)
    assert seen.utcoffset() == timedelta(0)
