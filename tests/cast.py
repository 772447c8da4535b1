"""The people and places of every test: Sabirabad and Şəmkir, two schools, an operator, two technicians."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlmodel import Session

from agent import report as wire
from alerts import record, watch
from alerts.heads import Heads
from inventory import register, scoping, secrets
from inventory.roles import Role, Who, console
from inventory.tables import Agent, District, Person, PersonDistrict, PersonSchool, School, SignIn
from server import db

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 12:00 in Baku, a Tuesday
CONSOLE = console("test")
PASSWORD = "sabirabad-190"
KEY = itertools.count(1)


@dataclass(frozen=True)
class Cast:
    """Everybody and everything; `elsewhere` lies in Şəmkir, where Aynur has no say and Kamran has."""

    school: School
    elsewhere: School
    aynur: Person  # technician of Sabirabad
    kamran: Person  # technician of Şəmkir: the stranger
    rauf: Person  # operator
    nigar: Person  # NOC
    leyla: Person  # keeper of the register, of the whole country
    elchin: Person  # director of school 190
    sevda: Person  # mentor of school 190
    orxan: Person  # auditor
    zaur: Person  # administrator


def enter(session: Session, *, at: datetime = NOW) -> Cast:
    """Write the cast down; the caller commits."""
    for code, az, en, ru in (
        ("AZ-SAB", "Sabirabad", "Sabirabad", "Сабирабад"),
        ("AZ-SKR", "Şəmkir", "Shamkir", "Шамкир"),
    ):
        register.district_named(session, code, az=az, en=en, ru=ru, by=CONSOLE, at=at)
    school = register.school_opened(session, "190", "190 nömrəli tam orta məktəb", "AZ-SAB", by=CONSOLE, at=at)
    elsewhere = register.school_opened(session, "21", "Şıxlı kənd tam orta məktəbi", "AZ-SKR", by=CONSOLE, at=at)

    def person(login: str, name: str, role: Role, *districts: str) -> Person:
        row = Person(login=login, name=name, role=role, password=_argon2(), created_at=at)
        session.add(row)
        session.flush()
        session.add_all(PersonDistrict(person_id=row.id or 0, district_code=code) for code in districts)
        session.flush()
        return row

    def of_school(person: Person, school: School) -> Person:
        session.add(PersonSchool(person_id=person.id or 0, school_id=school.id or 0))
        session.flush()
        return person

    return Cast(
        school,
        elsewhere,
        person("aynur", "Aynur Məmmədova", Role.TECHNICIAN, "AZ-SAB"),
        person("kamran", "Kamran Əliyev", Role.TECHNICIAN, "AZ-SKR"),
        person("rauf", "Rauf Hüseynov", Role.OPERATOR),
        person("nigar", "Nigar Quliyeva", Role.NOC),
        person("leyla", "Leyla Abbasova", Role.KEEPER),
        of_school(person("elchin", "Elçin Rzayev", Role.DIRECTOR), school),
        of_school(person("sevda", "Sevda İsmayılova", Role.MENTOR), school),
        person("orxan", "Orxan Vəliyev", Role.AUDITOR),
        person("zaur", "Zaur Nəbiyev", Role.ADMINISTRATOR),
    )


def named(session: Session, code: str, *, az: str, en: str, ru: str) -> District:
    return register.district_named(session, code, az=az, en=en, ru=ru, by=CONSOLE, at=NOW)


def opened(session: Session, emis: str, name: str, district: str, **facts: Any) -> School:
    return register.school_opened(session, emis, name, district, by=CONSOLE, at=NOW, **facts)


def who(session: Session, person: Person) -> Who:
    """The same person, for services."""
    return Who(person.login, person.role, scoping.scope_of_person(session, person), person.id)


@cache
def _argon2() -> str:
    """The image of PASSWORD, made once: argon2 is slow on purpose, and every test has four people."""
    return PasswordHasher().hash(PASSWORD)


def cookie_of(session: Session, person: Person, *, at: datetime | None = None) -> str:
    """A browser session without the second that argon2 takes; signing in by password has tests of its own."""
    cookie = secrets.new_token() + secrets.new_token()
    begun = at or datetime.now(UTC)
    row = SignIn(token_hash=secrets.image(cookie), person_id=person.id or 0)
    row.created_at, row.expires_at = begun, begun + timedelta(hours=12)
    session.add(row)
    session.flush()
    return cookie


@dataclass
class Voice:
    """The agent of a school, as far as a server can tell."""

    agent_id: int
    token: str
    heads: Heads = field(default_factory=Heads)
    instance: str = field(default_factory=lambda: uuid.uuid4().hex)
    number: int = 0

    def batch(self, reports: Sequence[wire.Report], ago: timedelta = timedelta(0), **numbered: int) -> bytes:
        """Reports as one batch of key frames, the last one observed `ago`, the others a minute apart before it."""
        self.number = numbered.get("number", self.number + 1)
        frames = []
        for place, report in enumerate(reports):
            age = ago + timedelta(minutes=len(reports) - 1 - place)
            frames.append(wire.Frame(self.number + place, _ms(age), 0, msgspec.Raw(wire.whole(report))))
        self.number += len(reports) - 1
        return wire.encode_batch(frames, 0, self.instance)

    def says(
        self,
        session: Session,
        *reports: wire.Report,
        at: datetime = NOW,
        ago: timedelta = timedelta(0),
        **numbered: int,
    ) -> None:
        """These reports arrive at `at`; the caller commits."""
        highest = self.number
        body = self.batch(reports, ago, **numbered)
        self.number = max(highest, self.number)
        outcomes, _ = record.reports_arrived(session, [record.Delivery(self.agent_id, body)], self.heads, at=at)
        answer = outcomes[0].answer
        assert answer is not None, outcomes[0].sentence
        assert not answer.refused, answer.refused


def voice_of(session: Session, school: School, *, at: datetime = NOW) -> Voice:
    """An agent that was let in, without the exchange of keys (that has tests of its own)."""
    token = secrets.new_token()
    key = next(KEY).to_bytes(32, "big")
    agent = Agent(school_id=school.id or 0, public_key=key, token_hash=secrets.image(token), machine={})
    agent.enrolled_at = at
    session.add(agent)
    session.flush()
    watch.agent_expected(session, agent.id or 0, agent.school_id)
    return Voice(agent.id or 0, token)


def falls_silent(engine: Engine, *, after: datetime = NOW, minutes: int = 10) -> datetime:
    """The clock ticks for some minutes without a word from anybody; returns the last tick."""
    for seconds in range(0, minutes * 60 + 1, 30):
        with db.writing(engine) as session:
            watch.time_passed(session, at=after + timedelta(seconds=seconds))
    return after + timedelta(minutes=minutes)


MACHINE = wire.Machine("pc-mudir", "m1", ["02:00:00:00:00:01"], "Windows 10", "0.1.0")


def minute(*devices: wire.Device, spool: int = 0, machine: wire.Machine = MACHINE, ending: str = "") -> wire.Report:
    """A report of these devices; without any, of a link that works and a UPS on mains."""
    return wire.Report(machine, list(devices or (link(), ups())), spool, ending=ending)


def link(
    *, gateway: float | None = 0, intranet: float | None = 0, internet: float | None = 0, rtt: float | None = 0.031,
    margin: float | None = 9.5,
) -> wire.Device:  # fmt: skip
    """Loss in %, rtt in s, margin in dB; None = asked for and not known."""
    readings = [
        wire.Reading("link.gateway.loss", "", "%", gateway),
        wire.Reading("link.intranet.loss", "", "%", intranet),
        wire.Reading("link.internet.loss", "", "%", internet),
        wire.Reading("link.internet.rtt", "", "s", rtt),
        wire.Reading("dsl.down.snr_margin", "", "dB", margin),
    ]
    return wire.Device("link", "link", gateway != 100, readings, "ADSL")


def ups(state: str = "mains", charge: float | None = 98, runtime: float | None = 1440) -> wire.Device:
    readings = [
        wire.Reading("ups.state", "", "enum", state),
        wire.Reading("ups.battery.charge", "", "%", charge),
        wire.Reading("ups.battery.runtime", "", "s", runtime),
        wire.Reading("ups.output.load", "", "%", 24),
    ]
    return wire.Device("nut://127.0.0.1/ups", "ups", True, readings, "Server otağı", "APC", "Smart-UPS 1500")


def computer(name: str = "Sinif 1, müəllim", *, on: bool = True) -> wire.Device:
    readings = [wire.Reading("disk.used_percent", "", "%", 61.5), wire.Reading("mem.used_percent", "", "%", 43)]
    return wire.Device(f"snmp://{name}", "computer", on, readings if on else [], name)


def _ms(age: timedelta) -> int:
    return round(age.total_seconds() * 1000)
