"""A real PostgreSQL for the tests: one cluster per run, on loopback, thrown away afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path:
    """Debian keeps them per version; elsewhere they are on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError(
            "PostgreSQL is not installed; run `make test`, which installs it, or apt-get install postgresql"
        )
    return Path(on_path).parent


@contextmanager
def cluster() -> Iterator[str]:
    """URL of the database "postgres" of a running cluster whose commits are durable."""
    with tempfile.TemporaryDirectory(prefix="zeng-pg-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", _free_port()
        as_owner: list[str] = []
        if os.geteuid() == 0:  # initdb refuses root
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            as_owner = ["runuser", "-u", "postgres", "--"]
        tools = binaries()
        quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, "check": True}
        subprocess.run([*as_owner, tools / "initdb", "-D", data, "-A", "trust", "-U", "zeng", "-E", "UTF8"], **quiet)  # type: ignore[call-overload]
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c max_connections=100"
        control = [*as_owner, tools / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options]
        subprocess.run([*control, "start"], **quiet)  # type: ignore[call-overload]
        try:
            yield f"postgresql://zeng@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
