"""What is done at the console beside running the server: the acts of the register, and the check of its trace."""

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import intake, people, register, secrets, trace
from inventory.errors import Conflict, Invalid
from inventory.roles import Role, Who, console

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _console() -> Who:
    """Whoever has the shell; a user of a container may have no name."""
    try:
        return console(getpass.getuser())
    except (KeyError, OSError):
        return console(f"uid-{os.getuid()}")


def _district(session: Session, asked: argparse.Namespace) -> str:
    if asked.act == "load":
        changed = register.districts_loaded(session, by=_console(), at=datetime.now(UTC))
        return f"districts: {changed} new or changed"
    district = register.district_named(
        session,
        asked.code,
        az=asked.az,
        en=asked.en or asked.az,
        ru=asked.ru or asked.az,
        by=_console(),
        at=datetime.now(UTC),
    )
    return f"district {district.code}: {district.name_az}"


def _school_add(session: Session, asked: argparse.Namespace) -> str:
    school = register.school_opened(
        session, asked.emis, asked.name, asked.district, by=_console(), at=datetime.now(UTC)
    )
    return f"school {school.emis}: {school.name}"


def _user_add(session: Session, asked: argparse.Namespace) -> str:
    person = people.person_added(
        session,
        asked.login,
        asked.name or asked.login,
        Role(asked.role),
        asked.password,
        asked.district,
        asked.school,
        by=_console(),
        at=datetime.now(UTC),
    )
    told = f", password {asked.password}" if asked.generate else ""
    return f"{person.role.value} {person.login}{told}"


def _password(asked: argparse.Namespace) -> str:
    if asked.generate:
        return secrets.new_token()
    if asked.password_file:
        try:
            return Path(asked.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            right = "right is the path of a file that holds the password"
            raise Invalid("password", f"{asked.password_file} cannot be read: {why}; {right}.") from error
    nobody = Invalid("password", "Nobody typed a password; right is a terminal, --password-file FILE or --generate.")
    if sys.stdin is None:  # closed by whoever started this
        raise nobody
    try:
        return getpass.getpass(f"Password for {asked.login}: ")
    except EOFError as error:
        raise nobody from error


def _enrol_code(session: Session, asked: argparse.Namespace) -> str:
    school = register.school_by_emis(session, asked.school)
    by = _console().name
    code = intake.code_given_out(session, school, valid=duration(asked.valid), by=by, at=datetime.now(UTC))
    return f"{code}   (one agent of {school.name}, valid {asked.valid})"


def _audit_verify(session: Session, asked: argparse.Namespace) -> str:
    """The end of the trace; Conflict with a line for every row that is not as it was written."""
    chain = trace.verified(session, expect=_anchor(asked.expect) if asked.expect else None)
    if chain.faults:
        raise Conflict("\n".join(["The trace was altered.", *chain.faults]))
    return f"the trace is whole: {chain.number} rows, {chain.anchor}"


def _anchor(text: str) -> tuple[int, bytes]:
    match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if match is None:
        raise Invalid("expect", f"{text!r} is no anchor; right is NUMBER:HASH as audit verify and the log tell it.")
    return int(match[1]), bytes.fromhex(match[2])


def _migrate(session: Session, asked: argparse.Namespace) -> str:
    return "the database has the newest schema"


def duration(text: str) -> timedelta:
    """`30m`, `12h`, `7d`."""
    match = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if match is None:
        raise Invalid("valid", f"{text!r} is no duration; right is 15m, 12h or 7d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


ACTS: dict[str, Callable[[Session, argparse.Namespace], str]] = {
    "migrate": _migrate,
    "district": _district,
    "school": _school_add,
    "user": _user_add,
    "enrol-code": _enrol_code,
}
ASKS: dict[str, Callable[[Session, argparse.Namespace], str]] = {"audit": _audit_verify}  # these only read


def password_asked(asked: argparse.Namespace) -> None:
    """Before the transaction: while a person types, reports are written."""
    if asked.command == "user":
        asked.password = _password(asked)


def commands_into(commands: Any) -> None:
    """The sub-commands of `zeng` whose acts stand in ACTS."""
    commands.add_parser("migrate", help="bring the database to the newest schema")
    code = commands.add_parser("enrol-code", help="a one-time code that lets one agent of a school in")
    code.add_argument("school", metavar="SCHOOL", help="EMIS code")
    code.add_argument("--valid", default="7d", help="15m to 30d (default 7d)")
    for noun, arguments in (("district", ("code", "az")), ("school", ("emis", "name"))):
        acts = commands.add_parser(noun, help=f"add a {noun}").add_subparsers(dest="act", required=True)
        add = acts.add_parser("add")
        if noun == "district":
            acts.add_parser("load", help="all districts and cities of the republic, brought up to date")
        for argument in arguments:
            add.add_argument(argument)
        for option in ("--en", "--ru") if noun == "district" else ():
            add.add_argument(option)
        if noun == "school":
            add.add_argument("--district", required=True)
    user = commands.add_parser("user", help="add a person").add_subparsers(dest="act", required=True).add_parser("add")
    user.add_argument("login")
    user.add_argument("--name")
    user.add_argument("--role", choices=[role.value for role in Role], default=Role.TECHNICIAN.value)
    user.add_argument("--district", action="append", default=[], help="may be given several times")
    user.add_argument("--school", action="append", default=[], metavar="EMIS", help="may be given several times")
    user.add_argument("--generate", action="store_true", help="make a password and print it once")
    user.add_argument("--password-file")
    audit = commands.add_parser("audit", help="look whether the trace was altered")
    verify = audit.add_subparsers(dest="act", required=True).add_parser("verify")
    verify.add_argument("--expect", metavar="NUMBER:HASH", default="", help="what was told earlier")
