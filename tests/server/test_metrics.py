"""What Prometheus is told of schools: nothing but what is known, in base units, and never a person."""

import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import exposition as text_format
from prometheus_client.parser import text_string_to_metric_families as plain_families
from sqlalchemy import Engine

from agent import report as wire
from alerts.state import Judged, Reason, State
from alerts.tables import Maintenance
from inventory.roles import Role
from inventory.tables import Person
from server import db, metrics, places, series
from server.current import Current
from server.exposition import Exposition
from tests import cast

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"
LINK, UPS = 'device="link"', 'device="nut://127.0.0.1/ups"'


class Scraper:
    """One server's eyes on a database, asked at any time."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._current, self._exposition = engine, Current(), Exposition()

    def text(self, *, at: datetime = cast.NOW) -> str:
        with db.reading(self._engine) as session:
            known, snapshots = places.read(session, at=at), self._current.of(session)
        return self._exposition.render(known, snapshots, at=at).decode()

    def lines(self, word: str, *, at: datetime = cast.NOW) -> list[str]:
        return [line for line in self.text(at=at).splitlines() if word in line and not line.startswith("#")]

    def value(self, metric: str, *labels: str, at: datetime = cast.NOW) -> float | None:
        """The one value of a series, None where there is none."""
        found = [line for line in self.lines(metric + "{", at=at) if all(label in line for label in labels)]
        assert len(found) <= 1, found
        return float(found[0].rsplit(" ", 1)[1]) if found else None


@pytest.fixture
def scraper(engine: Engine) -> Scraper:
    return Scraper(engine)


@pytest.fixture
def voice(engine: Engine) -> cast.Voice:
    """The agent of school 190 in Sabirabad; school 21 in Şəmkir has none."""
    with db.writing(engine) as session:
        for code, name in (("AZ-SAB", "Sabirabad"), ("AZ-SKR", "Şəmkir")):
            cast.named(session, code, az=name, en=name, ru=name)
        school = cast.opened(session, "190", "190 nömrəli tam orta məktəb", "AZ-SAB")
        cast.opened(session, "21", "Şıxlı kənd tam orta məktəbi", "AZ-SKR")
        return cast.voice_of(session, school)


def says(engine: Engine, voice: cast.Voice, *devices: wire.Device, at: datetime = cast.NOW, **more: Any) -> None:
    voice.heads.forget([voice.agent_id])  # the clock may have written for this agent meanwhile
    with db.writing(engine) as session:
        voice.says(session, cast.minute(*devices, **more), at=at)


def device(
    kind: str, *readings: tuple[str, str, str, wire.Value], key: str = "d", reachable: bool = True
) -> wire.Device:
    return wire.Device(key, kind, reachable, [wire.Reading(*r) for r in readings])


@pytest.mark.parametrize(
    ("kind", "quantity", "unit", "value", "metric", "expected"),
    [
        pytest.param(*row[1:], id=row[0])
        for row in (
            ("seconds stay seconds", "link", "link.internet.rtt", "s", 0.031, "zeng_link_rtt_seconds", 0.031),
            ("milliseconds are divided", "link", "link.internet.rtt", "ms", 31, "zeng_link_rtt_seconds", 0.031),
            ("percent becomes a ratio", "link", "link.gateway.loss", "%", 1.7, "zeng_link_loss_ratio", 0.017),
            ("minutes of runtime", "ups", "ups.battery.runtime", "min", 24, "zeng_ups_runtime_seconds", 1440),
            ("seconds of runtime", "ups", "ups.battery.runtime", "s", 1440, "zeng_ups_runtime_seconds", 1440),
            ("a full battery is 1", "ups", "ups.battery.charge", "%", 100, "zeng_ups_charge_ratio", 1),
            ("an overload is above 1", "ups", "ups.output.load", "%", 105, "zeng_ups_load_ratio", 1.05),
            ("kilobits of a line", "link", "dsl.down.rate", "kbit/s", 8192, "zeng_dsl_rate_bits_per_second", 8_192_000),
            ("a modem has a line too", "modem", "dsl.up.snr_margin", "0.1dB", 95, "zeng_dsl_snr_margin_decibels", 9.5),
            ("Fahrenheit", "sensor", "sensor.temperature", "F", 77, "zeng_sensor_temperature_celsius", 25),
            ("humidity", "sensor", "sensor.humidity", "%", 45, "zeng_sensor_humidity_ratio", 0.45),
            ("a flag is 0 or 1", "ups", "ups.low_battery", "", 1, "zeng_ups_low_battery", 1),
        )
    ],
)
def test_units_become_base_units(
    kind: str, quantity: str, unit: str, value: float, metric: str, expected: float
) -> None:
    found = series.of(kind, quantity, unit)
    assert found is not None
    assert found[0].metric == metric
    assert found[1](value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "quantity", "unit"),
    [
        pytest.param("link", "link.internet.rtt", "furlong", id="a unit that nobody knows"),
        pytest.param("link", "link.internet.rtt", "", id="a number without its unit"),
        pytest.param("computer", "cpu.load", "%", id="a computer has no series of its own"),
        pytest.param("switch", "if.in_rate", "bit/s", id="a port of a switch is not the school's line"),
    ],
)
def test_what_is_no_series(kind: str, quantity: str, unit: str) -> None:
    assert series.of(kind, quantity, unit) is None


@pytest.mark.parametrize(
    ("state", "up"), [(State.UP, 1), (State.DEGRADED, 1), (State.DOWN, 0), (State.NO_DATA, None)], ids=str
)
def test_what_is_not_known_is_neither_up_nor_down(state: State, up: int | None) -> None:
    assert series.up(Judged(state, Reason.WORKS)) is up


def test_a_working_school_in_series(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, spool=3)
    assert scraper.lines("zeng_link_up") == ['zeng_link_up{school="190",district="AZ-SAB",agent="1",device="link"} 1']
    assert scraper.value("zeng_link_degraded", LINK) == 0
    assert scraper.value("zeng_link_rtt_seconds", 'far="internet"') == 0.031
    assert scraper.value("zeng_dsl_snr_margin_decibels", 'direction="down"') == 9.5
    assert scraper.value("zeng_ups_on_battery", UPS) == 0
    assert scraper.value("zeng_ups_communication_lost", UPS) == 0
    assert scraper.value("zeng_ups_charge_ratio", UPS) == 0.98
    assert scraper.value("zeng_ups_runtime_seconds", UPS) == 1440
    assert scraper.value("zeng_device_up", 'kind="ups"') == 1
    assert scraper.value("zeng_agent_silent") == 0
    assert scraper.value("zeng_agent_spool_reports") == 3
    assert scraper.value("zeng_agent_last_report_timestamp_seconds") == cast.NOW.timestamp()
    assert scraper.value("zeng_school_info", 'school="190"', 'name="190 nömrəli tam orta məktəb"') == 1


@pytest.mark.parametrize(
    ("sentence", "said", "up", "degraded"),
    [
        pytest.param(*row, id=row[0])
        for row in (
            ("nothing outside answers", cast.link(intranet=100, internet=100), 0, 0),
            ("only the Internet is away", cast.link(internet=100), 1, 1),
            ("the line loses much", cast.link(internet=12), 1, 1),
            ("nobody asked anything", cast.link(gateway=None, intranet=None, internet=None), None, None),
        )
    ],
)
def test_a_link(
    engine: Engine,
    scraper: Scraper,
    voice: cast.Voice,
    sentence: str,
    said: wire.Device,
    up: int | None,
    degraded: int | None,
) -> None:
    says(engine, voice, said)
    assert scraper.value("zeng_link_up", LINK) == up
    assert scraper.value("zeng_link_degraded", LINK) == degraded
    assert scraper.value("zeng_device_up", LINK) == up


def test_a_ups_that_the_daemon_has_lost_keeps_no_old_numbers(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice, cast.ups("battery", 60))
    assert scraper.value("zeng_ups_on_battery") == 1
    says(engine, voice, cast.ups("no_communication", 60))
    assert [line.split("{")[0] for line in scraper.lines("zeng_ups")] == ["zeng_ups_communication_lost"]
    assert scraper.value("zeng_ups_communication_lost") == 1
    assert scraper.value("zeng_device_up") is None


def test_a_ups_that_does_not_answer_says_nothing_about_power(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice, device("ups", ("ups.battery.charge", "", "%", 60), reachable=False))
    assert scraper.lines("zeng_ups") == []
    assert scraper.value("zeng_devices", 'kind="ups"', 'state="no_data"') == 1


def test_a_ups_that_hides_its_source_still_has_a_charge(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, device("ups", ("ups.state", "", "enum", None), ("ups.battery.charge", "", "%", 60)))
    assert scraper.value("zeng_ups_on_battery") is None
    assert scraper.value("zeng_ups_communication_lost") is None
    assert scraper.value("zeng_ups_charge_ratio") == 0.6


@pytest.mark.parametrize("reachable", [True, False])
def test_a_lost_ups_is_told_whether_its_card_answers(
    engine: Engine, scraper: Scraper, voice: cast.Voice, reachable: bool
) -> None:
    says(engine, voice, device("ups", ("ups.state", "", "enum", "no_communication"), reachable=reachable))
    assert scraper.value("zeng_ups_communication_lost") == 1


def test_a_value_that_the_device_does_not_know_has_no_line(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, cast.ups(charge=None, runtime=None))
    assert scraper.value("zeng_ups_charge_ratio") is None
    assert scraper.value("zeng_ups_runtime_seconds") is None
    assert scraper.value("zeng_ups_on_battery") == 0


def test_a_silent_school_keeps_its_agent_and_loses_its_devices(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice, cast.link(intranet=100, internet=100), cast.ups("battery"))
    assert scraper.value("zeng_link_up", LINK) == 0
    late = cast.falls_silent(engine)
    assert scraper.value("zeng_agent_silent", at=late) == 1
    assert scraper.value("zeng_agent_last_report_timestamp_seconds", at=late) == cast.NOW.timestamp()
    for word in ("zeng_link", "zeng_ups", "zeng_device", "zeng_devices", "zeng_agent_spool"):
        assert scraper.lines(word, at=late) == []
    says(engine, voice, at=late)
    assert scraper.value("zeng_agent_silent", at=late) == 0
    assert scraper.value("zeng_link_up", LINK, at=late) == 1


def test_a_computer_that_was_shut_down_is_off_until_it_is_heard_again(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice, ending="shutdown")
    assert scraper.lines("zeng_agent_off") == []
    late = cast.falls_silent(engine)
    assert scraper.value("zeng_agent_off", at=late) == 1
    assert scraper.value("zeng_agent_silent", at=late) == 1
    says(engine, voice, at=late)
    assert scraper.lines("zeng_agent_off", at=late) == []


def test_old_readings_vanish_even_before_the_silence_is_noticed(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice)
    assert scraper.value("zeng_link_up", at=cast.NOW + timedelta(seconds=170)) == 1
    after = cast.NOW + timedelta(seconds=190)  # the server was away, and nobody has ticked since
    assert scraper.value("zeng_link_up", at=after) is None
    assert scraper.value("zeng_agent_silent", at=after) == 0


def test_an_agent_that_never_reported_is_not_silent(scraper: Scraper, voice: cast.Voice) -> None:
    assert scraper.lines("zeng_agent") == []
    assert scraper.value("zeng_school_info", 'school="190"') == 1


def test_a_revoked_agent_leaves(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE agent SET revoked_at = '2026-11-24 08:00:00+00:00'")
    assert scraper.lines("zeng_agent") == []
    assert scraper.lines("zeng_link") == []


def test_planned_work_at_a_school_and_at_one_device(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice)
    assert scraper.value("zeng_school_maintenance", 'school="190"') == 0
    with db.writing(engine) as session:
        nigar = Person(login="nigar", name="Nigar Quliyeva", role=Role.NOC, password="", created_at=cast.NOW)
        session.add(nigar)
        session.flush()
        for device_id, hour in ((2, 1), (None, 2)):
            starts = cast.NOW + timedelta(hours=hour)
            work = Maintenance(school_id=1, device_id=device_id, planned_by=nigar.id or 0, note="battery")
            work.starts_at, work.ends_at, work.planned_at = starts, starts + timedelta(hours=1), cast.NOW
            session.add(work)
    at_one = cast.NOW + timedelta(hours=1, minutes=1)
    says(engine, voice, at=at_one)
    assert scraper.value("zeng_device_maintenance", UPS, at=at_one) == 1
    assert scraper.value("zeng_devices", 'kind="ups"', 'state="maintenance"', at=at_one) == 1
    assert scraper.value("zeng_school_maintenance", 'school="190"', at=at_one) == 0
    at_all = at_one + timedelta(hours=1)
    says(engine, voice, at=at_all)
    assert scraper.value("zeng_school_maintenance", 'school="190"', at=at_all) == 1
    assert scraper.value("zeng_school_maintenance", 'school="21"', at=at_all) == 0
    assert scraper.value("zeng_devices", 'kind="link"', 'state="maintenance"', at=at_all) == 1
    assert scraper.value("zeng_link_up", LINK, at=at_all) == 1, "the measurement stays true under planned work"


def test_people_and_their_computers_stand_in_no_label(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, cast.computer("Aynur"), cast.computer("Rauf"), cast.computer("Kamran", on=False))
    assert scraper.value("zeng_devices", 'kind="computer"', 'state="up"') == 2
    assert scraper.value("zeng_devices", 'kind="computer"', 'state="no_data"') == 1
    text = scraper.text()
    assert not any(name in text for name in ("Aynur", "Rauf", "Kamran"))


def test_a_name_with_quotes_breaks_no_line(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, device("switch", key='rack "A"\\1\n'))
    (family,) = (f for f in plain_families(scraper.text()) if f.name == "zeng_device_up")
    assert family.samples[0].labels["device"] == 'rack "A"\\1\n'


def test_two_probes_in_one_room_are_two_series(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    warm, hot = ("sensor.temperature", "1", "C", 21.5), ("sensor.temperature", "2", "C", 33)
    says(engine, voice, device("sensor", warm, hot))
    assert scraper.value("zeng_sensor_temperature_celsius", 'probe="1"') == 21.5
    assert scraper.value("zeng_sensor_temperature_celsius", 'probe="2"') == 33


def test_what_was_written_before_is_written_anew_only_where_an_agent_was_heard(
    engine: Engine, scraper: Scraper, voice: cast.Voice
) -> None:
    says(engine, voice)
    assert scraper.text() == scraper.text() == Scraper(engine).text()
    later = cast.NOW + timedelta(minutes=1)
    says(engine, voice, cast.link(internet=100), cast.ups("battery", 90), cast.computer(), at=later)
    assert scraper.text(at=later) == Scraper(engine).text(at=later)
    for state in ("mains", "battery", "no_communication", "mains"):
        later += timedelta(minutes=1)
        says(engine, voice, cast.link(rtt=0.9), cast.ups(state, 80), cast.computer(on=state == "mains"), at=later)
        assert scraper.text(at=later) == Scraper(engine).text(at=later)


def test_prometheus_own_linter_finds_nothing_to_say(engine: Engine, scraper: Scraper, voice: cast.Voice) -> None:
    says(engine, voice, cast.link(), cast.ups(), cast.computer(), device("sensor", ("sensor.humidity", "", "%", 40)))
    own = text_format.generate_latest(metrics.REGISTRY)
    given = scraper.text().encode() + own
    told = subprocess.run(["promtool", "check", "metrics"], input=given, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr.decode() + told.stdout.decode()


def test_every_metric_stands_in_the_document() -> None:
    documented = set(re.findall(r"^\| `(zeng_\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    measured = {s.metric for of_kind in series.QUANTITIES.values() for s in of_kind.values()}
    assert measured <= series.DEVICE.keys()
    own = {f.name + ("_total" if f.type == "counter" else "") for f in metrics.REGISTRY.collect()}
    zengs_own = {name for name in own if name.startswith("zeng_")}
    assert documented == {*series.SCHOOL, *series.AGENT, *series.DEVICE, *zengs_own}
