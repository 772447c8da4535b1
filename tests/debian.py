"""`python -m tests.debian`: the Debian packages that the tests need, installed where that is allowed.

The tests start these programs themselves, on ports and in folders of their own; Debian's services do not matter.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final


def _command(*names: str) -> Callable[[], bool]:
    """All of these are on PATH, or where Debian keeps what only root calls."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/lib/nut", "/usr/lib/nut"])
    return lambda: all(shutil.which(name, path=path) for name in names)


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb") is not None


def _compose() -> bool:
    return compose() is not None


def compose() -> list[str] | None:
    """The compose client: a plugin of docker, or a program of its own."""
    docker = shutil.which("docker")
    if docker and not subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        return [docker, "compose"]
    alone = shutil.which("docker-compose")
    return [alone] if alone else None


NEEDED: Final[dict[str, Callable[[], bool]]] = {
    "nut-server": _command("upsd", "dummy-ups"),
    "nut-client": _command("upsc", "upsrw"),
    "snmpd": _command("snmpd"),
    "snmp": _command("snmpwalk", "snmpbulkwalk"),
    "prometheus": _command("prometheus", "promtool"),
    "prometheus-alertmanager": _command("prometheus-alertmanager", "amtool"),
    "chromium": _command("chromium"),
    "postgresql": _postgresql,
    "libpango-1.0-0": _library("pango-1.0"),
    "libpangoft2-1.0-0": _library("pangoft2-1.0"),
    "libharfbuzz-subset0": _library("harfbuzz-subset"),
    "iproute2": _command("ip"),
    "docker-compose": _compose,
}
INSTALL: Final = ("install", "-y", "--no-install-recommends")


def missing() -> list[str]:
    return [package for package, there in NEEDED.items() if not there()]


def may_install() -> list[str] | None:
    """The words before apt-get where packages may be installed without a question; None where they may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and not subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
        return [sudo, "-n"]
    return None


def main() -> int:
    """0 where everything is there (now), 1 where something is missing and may not be installed."""
    packages = missing()
    if not packages:
        return 0
    before = may_install()
    if before is None:
        print(f"The tests need these Debian packages: {' '.join(packages)}. Install them and run make test again:")
        print(f"  sudo apt-get update && sudo apt-get {' '.join([*INSTALL, *packages])}")
        return 1
    print(f"The tests need these Debian packages, installing them: {' '.join(packages)}", flush=True)
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    for words in (["update"], [*INSTALL, *packages]):
        done = subprocess.run([*apt, *words], stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"apt-get {' '.join(words)} failed with code {done.returncode}; what it said stands above")
            return 1
    still = missing()
    if still:
        print(f"Installed, and still not found: {' '.join(still)}. The tests look for their programs on PATH.")
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main())
