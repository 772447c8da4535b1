"""Walks of real devices, served by snmpsim: every row is read as it stands in the file, and as pysnmp reads it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pysnmp.hlapi.v1arch.asyncio import (  # type: ignore[import-untyped]
    CommunityData,
    ObjectIdentity,
    ObjectType,
    SnmpDispatcher,
    UdpTransportTarget,
    bulk_walk_cmd,
)

from agent.snmp import NoAnswer, Rows, SnmpRoad, SnmpValue, oid
from agent.snmp.pdus import plain
from agent.targets import Target

CAPTURES = Path(__file__).parents[3] / "../shared/fixtures/snmp"
NAMES = [
    "netmanplus_204",
    "deltaups_mini-snmp",
    "draytek_vdsl",
    "jetdirect_m252dw",
    "dlink_dgs-1510-28",
    "smartax",
    "procurve_e2910",
    "windows-xp_laptop",
]
ROOTS = [oid("1.0"), oid("1.2"), oid("1.3")]  # LLDP lies under 1.0.8802, 802.11 under 1.2.840

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pysnmp")
needs_captures = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the captures of real devices (../shared/fixtures/snmp) are not here"
)


def value(tag: str, text: str) -> SnmpValue:
    """One value of a .snmprec row; `x` after the tag says hexadecimal."""
    number = int(tag.rstrip("x"))
    if number == 5:
        return None
    if number == 6:
        return oid(text)
    if tag.endswith("x"):
        return bytes.fromhex(text)
    if number == 64:
        return bytes(int(part) for part in text.split("."))
    return text.encode() if number == 4 else int(text)


def capture(name: str) -> Rows:
    rows: Rows = {}
    for line in (CAPTURES / f"{name}.snmprec").read_text(encoding="utf-8").splitlines():
        at, tag, text = line.rstrip().split("|", 2)  # snmpsim strips the end of a line too
        rows[oid(at)] = value(tag, text)
    return rows


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an snmpsim of our own; the community is the name of the capture."""
    folder = tmp_path_factory.mktemp("snmpsim")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "snmpsim-command-responder"),
        f"--data-dir={CAPTURES.resolve()}",
        f"--cache-dir={folder}",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
        "--logging-method=null",
    ]
    environment = os.environ | {"SNMPSIM_ALLOW_ROOT": "true"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            asyncio.run(until_it_answers(port))
            yield port
        finally:
            process.send_signal(signal.SIGKILL)


def target(port: int, name: str, **options: str) -> Target:
    return Target("snmp", "127.0.0.1", port, name, "", tuple(sorted({"timeout": "5", **options}.items())))


async def until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    async with SnmpRoad() as road:
        while True:
            try:
                await road.get(target(port, NAMES[0], timeout="0.3"), [oid("1.3.6.1.2.1.1.2.0")])
            except NoAnswer:
                assert time.monotonic() < deadline, "snmpsim did not come up"
            else:
                return


async def walked(port: int, name: str, **options: str) -> Rows:
    async with SnmpRoad() as road:
        return await road.walk(target(port, name, **options), ROOTS)


async def walked_by_pysnmp(port: int, name: str) -> Rows:
    rows: Rows = {}
    with SnmpDispatcher() as dispatcher:
        address = await UdpTransportTarget.create(("127.0.0.1", port), timeout=5, retries=1)
        for root in ROOTS:
            start = ObjectType(ObjectIdentity(root))
            walk = bulk_walk_cmd(
                dispatcher, CommunityData(name, mpModel=1), address, 0, 25, start,
                lookupMib=False, lexicographicMode=False,
            )  # fmt: skip
            async for error, status, _, bindings in walk:
                assert not error
                assert not status
                for at, found in bindings:
                    rows[tuple(at)] = plain(found)  # type: ignore[assignment]
    return rows


@needs_captures
@pytest.mark.parametrize("name", NAMES)
def test_every_row_of_a_real_device_is_read_as_it_stands(simulator: int, name: str) -> None:
    assert asyncio.run(walked(simulator, name)) == capture(name)


@needs_captures
@pytest.mark.parametrize("name", ["netmanplus_204", "deltaups_mini-snmp", "draytek_vdsl"])
def test_by_version_1_the_same_but_for_64_bit_counters(simulator: int, name: str) -> None:
    """RFC 3584 §4.2.2.1: an SNMPv1 agent passes over Counter64."""
    lines = (CAPTURES / f"{name}.snmprec").read_text(encoding="utf-8").splitlines()
    wide = {oid(line.split("|")[0]) for line in lines if line.split("|")[1] == "70"}
    rows = asyncio.run(walked(simulator, name, version="1"))
    assert rows == {at: found for at, found in capture(name).items() if at not in wide}


@needs_captures
@pytest.mark.parametrize("name", ["netmanplus_204", "deltaups_mini-snmp", "draytek_vdsl", "jetdirect_m252dw"])
def test_pysnmps_own_walk_reads_the_same(simulator: int, name: str) -> None:
    assert asyncio.run(walked(simulator, name)) == asyncio.run(walked_by_pysnmp(simulator, name))
