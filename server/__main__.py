"""`zeng`: run the server, and the few acts that are done at its console."""

import argparse
import contextlib
import getpass
import logging
import os
import re
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from inventory import intake, people, register, secrets
from inventory.errors import Conflict, HouseError, Invalid
from inventory.roles import Role, Who, console
from server import db, settings
from server.app import build
from server.one_write import OneWriteProtocol

BACKLOG = 2048  # connections that wait to be taken, as uvicorn has it
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 1 refused with a sentence, 2 wrong usage."""
    asked = _parser().parse_args(argv)
    try:
        return _done(asked)
    except HouseError as error:
        sentence = str(error)
    except SQLAlchemyError as error:
        right = "right is one that answers, is Zəng's and can be written (ZENG_DATA, ZENG_DATABASE_URL)"
        sentence = f"the database {_database(asked)} cannot be used: {db.told(error)}; {right}."
    except CommandError as error:
        sentence = f"the database {_database(asked)} was made by another version of Zəng: {error}"
    except OSError as error:
        sentence = f"{error.filename or 'the system'}: {error.strerror or error}; right is a path that can be written."
    print(f"zeng: {sentence}", file=sys.stderr)
    return 1


def _database(asked: argparse.Namespace) -> str:
    """As it is shown to people: without its password."""
    return db.shown(f"sqlite:///{asked.data / 'zeng.db'}" if asked.command == "demo" else settings.current().database)


def _done(asked: argparse.Namespace) -> int:
    if asked.command == "demo":
        from server.demo.run import main as demo  # the simulated devices are loaded only for a demonstration

        return demo(asked.data, asked.host, asked.port)
    given = settings.current()
    if asked.command == "user":
        asked.password = _password(asked)  # before the transaction: while a person types, reports are written
    if asked.command == "run":
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    engine = db.open_engine(given.database)
    try:
        db.migrate(engine)
        if asked.command != "run":
            with db.writing(engine) as session:
                print(ACTS[asked.command](session, asked))
    finally:
        engine.dispose()
    if asked.command == "run":
        logging.getLogger("alembic").setLevel(logging.WARNING)  # the application finds nothing to do after this
        serve(given, asked.host or given.host, asked.port or given.port, asked.tls_cert, asked.tls_key)
    return 0


def serve(given: settings.Settings, host: str, port: int, cert: Path | None = None, key: Path | None = None) -> None:
    """Run until SIGTERM or SIGINT; open live streams end within three seconds.

    Invalid for a certificate that cannot be used, Conflict for an address that cannot be listened on.
    """
    config = uvicorn.Config(
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
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one too; neither names the file
        right = "right are the paths of a certificate and its key in PEM (--tls-cert, --tls-key)"
        raise Invalid("tls_cert", f"{cert} and {key} cannot be used: {error.strerror or error}; {right}.") from error
    with contextlib.ExitStack() as sockets, contextlib.suppress(KeyboardInterrupt):
        # Bound here: uvicorn knows no sentence for an address that is taken, and waits forever for some that cannot be.
        uvicorn.Server(config).run([sockets.enter_context(each) for each in _listening(host, port)])


def _listening(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of the host: `localhost` may have one of IPv4 and one of IPv6."""
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            opened.append(socket.socket(family, kind, protocol))
            opened[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened[-1].bind(address)
            opened[-1].listen(BACKLOG)
    except (OSError, UnicodeError) as error:
        for each in opened:
            each.close()
        why = error.strerror if isinstance(error, OSError) else "this is no name of a host"
        right = "right are an address of this computer and a port that no other program holds (--host, --port)"
        raise Conflict(f"port {port} on {host} cannot be listened on: {why}; {right}.") from error
    return opened


def _console() -> Who:
    """Whoever has the shell; a user of a container may have no name."""
    try:
        return console(getpass.getuser())
    except (KeyError, OSError):
        return console(f"uid-{os.getuid()}")


def _district_add(session: Session, asked: argparse.Namespace) -> str:
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


def _migrate(session: Session, asked: argparse.Namespace) -> str:
    return "the database has the newest schema"


def duration(text: str) -> timedelta:
    """`30m`, `12h`, `7d`."""
    match = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if match is None:
        raise Invalid("valid", f"{text!r} is no duration; right is 15m, 12h or 7d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; right is a number from 1 to 65535")
    return int(text)


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
    run.add_argument("--port", type=_port)
    run.add_argument("--tls-cert", type=Path)
    run.add_argument("--tls-key", type=Path)
    demo = commands.add_parser("demo", help="run the server with a demonstration school and its simulated devices")
    demo.add_argument("--data", type=Path, default=Path("data"))
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=_port, default=8146)
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
