"""A line of its own: a process in its own network namespace, whose interface counts every byte that travels."""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MTU = 1500


def apart(module: str, *words: str) -> dict[str, float]:
    """Run a module in a namespace with nothing but a loopback of MTU 1500, and read its last line of output as JSON.

    Raises PermissionError where this user may make no namespace.
    """
    # One segment per packet, as on a real line: offloading would hide the headers of all but the first.
    setup = f"ip link set lo mtu {MTU} gso_max_segs 1 up"
    command = f'{setup} && exec "$0" -m {module} "$@"'
    flags = ["--net"] if _allowed(["--net"]) else ["--net", "--map-root-user"]
    if not _allowed(flags):
        raise PermissionError("this user may make no network namespace (kernel.unprivileged_userns_clone)")
    done = subprocess.run(
        ["unshare", *flags, "sh", "-c", command, sys.executable, *words],
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _allowed(flags: list[str]) -> bool:
    return subprocess.run(["unshare", *flags, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def travelled() -> tuple[int, int]:
    """`(IP bytes, packets)` on loopback so far. What one side sends the other receives, so this is both directions.

    Linux counts loopback packets without any link header: one ping of 56 bytes is 84.
    """
    for line in Path("/proc/net/dev").read_text().splitlines():
        name, _, counts = line.partition(":")
        if name.strip() == "lo":
            size, packets = (int(word) for word in counts.split()[:2])
            return size, packets
    raise LookupError("no loopback interface")
