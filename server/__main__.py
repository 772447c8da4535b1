"""`zeng`: run the server, and the few acts that are done at its console."""

import argparse
import contextlib
import logging
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from inventory.errors import Conflict, HouseError, Invalid
from server import console, db, settings
from server.app import build
from server.one_write import OneWriteProtocol

BACKLOG = 2048  # connections that wait to be taken, as uvicorn has it


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
    small = asked.command == "demo" and not asked.national
    return db.shown(f"sqlite:///{asked.data / 'zeng.db'}" if small else _given(asked).database)


def _given(asked: argparse.Namespace) -> settings.Settings:
    """The settings; a demonstration of the republic names its folder itself, unless ZENG_DATABASE_URL names more."""
    return settings.read(data=asked.data) if asked.command == "demo" else settings.current()


def _done(asked: argparse.Namespace) -> int:
    if asked.command == "demo" and not asked.national:
        from server.demo.run import main as demo  # the simulated devices are loaded only for a demonstration

        return demo(asked.data, asked.host, asked.port)
    given = _given(asked)
    console.password_asked(asked)
    if asked.command == "run":
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    engine = db.open_engine(given.database)
    try:
        db.migrate(engine)
        if asked.command == "demo":
            from server.demo.national import shown

            print(shown.prepared(engine, asked.data, asked.seed))
        elif asked.command in console.ASKS:
            with db.reading(engine) as session:
                print(console.ASKS[asked.command](session, asked))
        elif asked.command != "run":
            with db.writing(engine) as session:
                print(console.ACTS[asked.command](session, asked))
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


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; right is a number from 1 to 65535")
    return int(text)


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
    demo.add_argument("--national", action="store_true", help="build the republic of the ministry's report, and end")
    demo.add_argument("--seed", type=int, default=146, help="of the republic: the same rows for the same seed")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=_port, default=8146)
    console.commands_into(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
