"""`zeng`: run the server, and the few acts that are done at its console."""

import argparse
import getpass
import logging
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from sqlmodel import Session

from inventory import intake, people, register, secrets
from inventory.errors import HouseError, Invalid
from inventory.roles import Role
from server import db, settings
from server.app import build
from server.one_write import OneWriteProtocol

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 refused with a sentence, 2 wrong usage."""
    asked = _parser().parse_args(argv)
    if asked.command == "demo":
        from server.demo.run import main as demo  # the simulated devices are loaded only for a demonstration

        return demo(asked.data, asked.host, asked.port)
    given = settings.current()
    if asked.command == "run":
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
        serve(given, asked.host or given.host, asked.port or given.port, asked.tls_cert, asked.tls_key)
        return 0
    engine = db.open_engine(given.database)
    db.migrate(engine)
    try:
        with db.writing(engine) as session:
            print(ACTS[asked.command](session, asked))
    except HouseError as error:
        print(f"zeng: {error}", file=sys.stderr)
        return 1
    finally:
        engine.dispose()
    return 0


def serve(given: settings.Settings, host: str, port: int, cert: Path | None = None, key: Path | None = None) -> None:
    """Run until SIGTERM or SIGINT; open live streams end within three seconds."""
    uvicorn.run(
        build(given),
        host=host,
        port=port,
        http=OneWriteProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=150,  # longer than the interval of reports: an agent keeps its TLS connection
        ssl_certfile=cert,
        ssl_keyfile=key,
        proxy_headers=False,  # nothing here depends on the caller's address; a proxy's word is not needed
    )


def _district_add(session: Session, asked: argparse.Namespace) -> str:
    district = register.district_named(
        session, asked.code, az=asked.az, en=asked.en or asked.az, ru=asked.ru or asked.az
    )
    return f"district {district.code}: {district.name_az}"


def _school_add(session: Session, asked: argparse.Namespace) -> str:
    school = register.school_opened(session, asked.emis, asked.name, asked.district)
    return f"school {school.emis}: {school.name}"


def _user_add(session: Session, asked: argparse.Namespace) -> str:
    password = _password(asked)
    person = people.person_added(
        session,
        asked.login,
        asked.name or asked.login,
        Role(asked.role),
        password,
        asked.district,
        at=datetime.now(UTC),
    )
    told = f", password {password}" if asked.generate else ""
    return f"{person.role.value} {person.login}{told}"


def _password(asked: argparse.Namespace) -> str:
    if asked.generate:
        return secrets.new_token()
    if asked.password_file:
        return Path(asked.password_file).read_text(encoding="utf-8").strip()
    return getpass.getpass(f"Password for {asked.login}: ")


def _enrol_code(session: Session, asked: argparse.Namespace) -> str:
    school = register.school_by_emis(session, asked.school)
    by = getpass.getuser()
    code = intake.code_given_out(session, school, valid=duration(asked.valid), by=by, at=datetime.now(UTC))
    return f"{code}   (one agent of {school.name}, valid {asked.valid})"


def _migrate(session: Session, asked: argparse.Namespace) -> str:
    return "the database has the newest schema"


def duration(text: str) -> timedelta:
    """`30m`, `12h`, `7d`."""
    match = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if match is None:
        raise Invalid("valid", f"{text!r} is no duration; right is 15m, 12h or 7d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


ACTS = {
    "migrate": _migrate,
    "district": _district_add,
    "school": _school_add,
    "user": _user_add,
    "enrol-code": _enrol_code,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("zeng", description="Network and device management for school ICT.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the server")
    run.add_argument("--host")
    run.add_argument("--port", type=int)
    run.add_argument("--tls-cert", type=Path)
    run.add_argument("--tls-key", type=Path)
    demo = commands.add_parser("demo", help="run the server with a demonstration school and its simulated devices")
    demo.add_argument("--data", type=Path, default=Path("data"))
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=int, default=8146)
    commands.add_parser("migrate", help="bring the database to the newest schema")
    code = commands.add_parser("enrol-code", help="a one-time code that lets one agent of a school in")
    code.add_argument("school", metavar="SCHOOL", help="EMIS code")
    code.add_argument("--valid", default="7d", help="15m to 30d (default 7d)")
    for noun, arguments in (("district", ("code", "az")), ("school", ("emis", "name"))):
        add = (
            commands.add_parser(noun, help=f"add a {noun}").add_subparsers(dest="act", required=True).add_parser("add")
        )
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
    user.add_argument("--generate", action="store_true", help="make a password and print it once")
    user.add_argument("--password-file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
