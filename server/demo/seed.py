"""The demonstration school in the register: invented, and marked so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, select

from inventory import intake, people, register, secrets
from inventory.roles import Role, job
from inventory.tables import District, Person, School
from server import db

DISTRICT, EMIS, LOGIN = "AZ-SAB", "DEMO-190", "aynur"
SCHOOL = "190 N-li tam orta məktəb (nümayiş)"


class CannotBegin(Exception):
    """The demonstration cannot start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """`code`: lets one agent of the school in; given only where asked for. `new`: the school was written down now."""

    password: str
    code: str
    new: bool


def seeded(database: str, login_file: Path, *, code_wanted: bool, at: datetime) -> Seeded:
    """Migrate the database, write down what is absent, and learn the password from `login_file`."""
    engine = db.open_engine(database)
    try:
        db.migrate(engine)
        with db.writing(engine) as session:
            known = session.exec(select(School).where(School.emis == EMIS)).first()
            school = known or _school(session, at)
            password = _password(session, login_file, at)
            code = ""
            if code_wanted or known is None:
                code = intake.code_given_out(session, school, valid=timedelta(hours=1), by="zeng demo", at=at)
        return Seeded(password, code, known is None)
    finally:
        engine.dispose()


def _school(session: Session, at: datetime) -> School:
    if session.get(District, DISTRICT) is None:  # the republic may stand here
        register.district_named(
            session, DISTRICT, az="Sabirabad", en="Sabirabad", ru="Сабирабад", by=job("demo"), at=at
        )
    return register.school_opened(session, EMIS, SCHOOL, DISTRICT, demo=True, by=job("demo"), at=at)


def _password(session: Session, login_file: Path, at: datetime) -> str:
    """The password of the first start; the database keeps only its image."""
    if session.exec(select(Person).where(Person.login == LOGIN)).first():
        try:
            return login_file.read_text(encoding="utf-8").splitlines()[1]
        except (OSError, IndexError) as error:
            raise CannotBegin(
                f"{login_file} with the password of {LOGIN} is gone, and the database keeps only its image; "
                f"remove {login_file.parent} to begin anew"
            ) from error
    password = secrets.new_code().lower()
    login_file.touch(mode=0o600)
    login_file.write_text(f"{LOGIN}\n{password}\n", encoding="utf-8")
    people.person_added(session, LOGIN, "Aynur (nümayiş)", Role.TECHNICIAN, password, [DISTRICT], by=job("demo"), at=at)
    return password
