"""The one-shot probe: its answer, its exit codes, and real roads against real simulators on loopback."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent import collectors, probe
from agent.targets import parse
from agent.wanted import Heard
from tests.devices.network_ups_tools import until
from tests.devices.pjlink_projector import Projector, projector

# A printer of our own making in snmpsim's format; the levels are the traps of RFC 3805.
PRINTER = """\
1.3.6.1.2.1.1.1.0|4|Zəng LaserJet 1 of our own making
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.1.3.0|67|123456
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.5
1.3.6.1.2.1.25.3.2.1.3.1|4|Zeng LaserJet 1
1.3.6.1.2.1.25.3.5.1.1.1|2|3
1.3.6.1.2.1.25.3.5.1.2.1|4x|40
1.3.6.1.2.1.43.5.1.1.17.1|4|ZL-0001
1.3.6.1.2.1.43.8.2.1.9.1.1|2|150
1.3.6.1.2.1.43.8.2.1.10.1.1|2|-3
1.3.6.1.2.1.43.10.2.1.4.1.1|65|4711
1.3.6.1.2.1.43.11.1.1.4.1.1|2|3
1.3.6.1.2.1.43.11.1.1.6.1.1|4|Black
1.3.6.1.2.1.43.11.1.1.8.1.1|2|100
1.3.6.1.2.1.43.11.1.1.9.1.1|2|-2
1.3.6.1.2.1.43.18.1.1.2.1.1|2|3
1.3.6.1.2.1.43.18.1.1.3.1.1|2|5
"""


@contextlib.asynccontextmanager
async def simulated(folder: Path, text: str) -> AsyncIterator[int]:
    """snmpsim on a free port; the community is "device"."""
    (folder / "data").mkdir()
    (folder / "data" / "device.snmprec").write_text(text, encoding="utf-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    code = "import sys; from snmpsim.commands.responder import main; sys.exit(main())"
    simulator = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        f"--data-dir={folder}/data",
        f"--cache-dir={folder}/cache",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
        "--logging-method=null",
        env={**os.environ, "SNMPSIM_ALLOW_ROOT": "true"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        simulator.kill()
        await simulator.wait()


def test_a_printer_is_probed_over_the_wire(tmp_path: Path) -> None:
    async def story() -> dict[str, object]:
        async with simulated(tmp_path, PRINTER) as port, collectors.roads() as roads:
            target = parse(f"snmp://device@127.0.0.1:{port}?timeout=0.5&retries=0")

            async def answers() -> bool:
                return bool((await probe.probe(target, roads))["reachable"])

            assert await until(answers)
            return await probe.probe(target, roads)

    said = asyncio.run(story())
    assert (said["kind"], said["model"], said["serial"]) == ("printer", "Zeng LaserJet 1", "ZL-0001")
    readings = json.loads(json.dumps(said["readings"]))
    found = {(row["quantity"], row["index"]): row["value"] for row in readings}
    assert found["printer.detected_error", "1"] == "noPaper"
    assert found["printer.supply.level", "1.1"] is None
    assert found["printer.supply.level", "input.1.1"] == "at_least_one"
    assert found["printer.pages", "1.1"] == 4711
    assert found["printer.alert.training", "1.1"] == "fieldService"


def test_a_projector_is_probed_over_the_wire() -> None:
    async def story() -> dict[str, object]:
        async with projector(Projector()) as it, collectors.roads() as roads:
            return await probe.probe(it.target(), roads)

    said = asyncio.run(story())
    assert (said["kind"], said["vendor"], said["model"], said["serial"]) == ("board", "EPSON", "EB-680", "X5YU7100123")


def test_a_device_that_does_not_answer_is_not_reachable(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.run("snmp://public@127.0.0.1:9?timeout=0.1&retries=0", True) == probe.NOT_REACHABLE
    said = json.loads(capsys.readouterr().out)
    assert said["reachable"] is False
    assert "127.0.0.1" in said["why"]


@pytest.mark.parametrize("target", ["", "gopher://x", "nut://127.0.0.1", "snmp://public@127.0.0.1?timeout=never"])
def test_a_target_that_cannot_be_used_is_said_in_a_sentence(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.run(target, False) == probe.BAD_TARGET
    assert "right is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scheme", "why"),
    [
        pytest.param("https", "does not speak TLS; perhaps http:// is right", id="TLS to a plain port"),
        pytest.param("http", "does not speak HTTP", id="another protocol"),
    ],
)
def test_a_door_that_does_not_open_says_why(scheme: str, why: str) -> None:
    async def said() -> dict[str, Any]:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server, collectors.roads() as roads:
            port = server.sockets[0].getsockname()[1]
            return await probe.probe(parse(f"{scheme}://127.0.0.1:{port}/"), roads)

    found = asyncio.run(said())
    assert found["reachable"] is False
    assert why in found["why"]
    assert why in probe.table(found)


def test_a_closed_door_and_a_name_that_nobody_knows_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.run("tcp://127.0.0.1:9", False) == probe.NOT_REACHABLE
    assert "tcp://127.0.0.1:9: Connection refused" in capsys.readouterr().out
    assert probe.run("icmp://256.1.1.1", False) == probe.NOT_REACHABLE
    out = capsys.readouterr().out
    assert "icmp://256.1.1.1: the name 256.1.1.1 cannot be resolved" in out or "was not resolved" in out
    assert "Errno" not in out
    assert "not_asked" in out


def test_an_open_door_is_reachable_without_a_reason() -> None:
    said = probe.by_presence(Heard())
    assert (said["kind"], said["reachable"], said["readings"], "why" in said) == ("computer", True, [], False)


def test_what_no_road_leads_to_is_said_with_what_would_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.run("ssh://admin@127.0.0.1", False) == probe.BAD_TARGET
    assert "right is tcp://127.0.0.1:22" in capsys.readouterr().err


def test_a_person_gets_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.run("local:", False) == probe.REACHABLE
    out = capsys.readouterr().out
    assert out.startswith("computer:")
    assert "mem.used_percent" in out
    assert "None" not in out
