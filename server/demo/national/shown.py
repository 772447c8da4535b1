"""`zeng demo --national`: build the republic where there is none, and print who may sign in."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from inventory import secrets
from inventory.errors import Conflict
from server.demo.national import build

LOGINS: Final = "national-logins.txt"


def prepared(engine: Engine, data: Path, seed: int) -> str:
    """Build into an empty, migrated database; what to print. Conflict where other schools are there already."""
    file = data / LOGINS
    password = secrets.new_code().lower()
    data.mkdir(parents=True, exist_ok=True)
    began = datetime.now(UTC)
    if build.built(engine, at=began, password=password, seed=seed, out=sys.stderr):
        file.touch(mode=0o600)
        file.write_text(password + "\n", encoding="utf-8")
        seconds = (datetime.now(UTC) - began).total_seconds()
        return f"the republic stands after {seconds:.0f} s (seed {seed})\n{_greeting(password)}"
    try:
        password = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Conflict(
            "the database holds schools already, and %(file)s is not there; name an empty database (--data, "
            "ZENG_DATABASE_URL).",
            file=str(file),
        ) from error
    return f"the republic stands there already; nothing was changed\n{_greeting(password)}"


def _greeting(password: str) -> str:
    who = ", ".join(f"{login} ({role.value})" for login, role, _, _ in build.PEOPLE)
    return f"  sign in as: {who}\n  password of all: {password}\n  Every school, person and number is invented."
