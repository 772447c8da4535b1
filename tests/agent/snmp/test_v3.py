"""SNMPv3 against a real net-snmp snmpd: right passwords, wrong ones, and the memory that it may not cost others."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from agent.snmp import NoAnswer, Refused, Rows, SnmpRoad, oid
from agent.targets import Target, parse

SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
SYSTEM = oid("1.3.6.1.2.1.1")
CONFIG = """agentaddress udp:127.0.0.1:{port}
createUser signed SHA authpass12
createUser sealed SHA authpass12 AES privpass12
createUser modern SHA-256 authpass12 AES privpass12
createUser old MD5 authpass12 DES privpass12
createUser open
rouser signed auth
rouser sealed priv
rouser modern priv
rouser old priv
rouser open noauth
rocommunity public 127.0.0.1
sysName school-190
sysLocation Sabirabad
"""


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an snmpd of our own on loopback."""
    program = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin")
    assert program, "snmpd is not installed; right is: apt-get install snmpd"
    folder = tmp_path_factory.mktemp("snmpd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    (folder / "snmpd.conf").write_text(CONFIG.format(port=port))
    (folder / "state").mkdir()
    environment = {"SNMP_PERSISTENT_DIR": str(folder / "state"), "SNMPCONFPATH": str(folder), "PATH": "/usr/bin"}
    command = [program, "-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf"), "-I", "-smux"]
    with subprocess.Popen(command, env=environment) as process:
        try:
            asyncio.run(until_it_answers(port, folder / "log"))
            yield port
        finally:
            process.terminate()


async def until_it_answers(port: int, log: Path) -> None:
    async with SnmpRoad() as road:
        deadline = time.monotonic() + 20
        while True:
            try:
                await road.get(Target("snmp", "127.0.0.1", port, "public", "", (("timeout", "0.3"),)), [SYS_NAME])
            except NoAnswer:
                assert time.monotonic() < deadline, f"snmpd did not come up:\n{log.read_text()}"
            else:
                return


def run(port: int, user: str, options: str, ask: Callable[[SnmpRoad, Target], Awaitable[Rows]]) -> Rows:
    async def main() -> Rows:
        async with SnmpRoad() as road:
            return await ask(road, parse(f"snmp+v3://{user}@127.0.0.1:{port}?timeout=2&{options}"))

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("user", "options"),
    [
        pytest.param("open", "", id="neither signed nor encrypted"),
        pytest.param("signed", "auth=authpass12", id="signed by SHA, which is the default"),
        pytest.param("sealed", "auth=authpass12&priv=privpass12", id="encrypted by AES, which is the default"),
        pytest.param("modern", "auth=authpass12&auth_proto=SHA-256&priv=privpass12&priv_proto=aes128", id="SHA-256"),
        pytest.param("old", "auth=authpass12&auth_proto=MD5&priv=privpass12&priv_proto=DES", id="MD5 and DES"),
    ],
)
def test_a_real_agent_is_read(snmpd: int, user: str, options: str) -> None:
    assert run(snmpd, user, options, lambda road, target: road.get(target, [SYS_NAME, (*SYSTEM, 99, 0)])) == {
        SYS_NAME: b"school-190"
    }


def test_a_walk_by_v3_reads_what_a_walk_by_v2c_reads(snmpd: int) -> None:
    roots = [SYSTEM, oid("1.3.6.1.2.1.2.2.1"), oid("1.3.6.1.2.1.25.2.2")]
    moving = {oid("1.3.6.1.2.1.1.3.0")} | {(*oid("1.3.6.1.2.1.2.2.1"), column) for column in range(9, 21)}

    def resting(rows: Rows) -> Rows:
        return {name: value for name, value in rows.items() if name not in moving and name[:-1] not in moving}

    async def main() -> None:
        async with SnmpRoad() as road:
            secret = parse(f"snmp+v3://sealed@127.0.0.1:{snmpd}?auth=authpass12&priv=privpass12&timeout=5")
            by_v3 = await road.walk(secret, roots)
            by_v2c = await road.walk(Target("snmp", "127.0.0.1", snmpd, "public"), roots)
            assert len(by_v3) > 30
            assert resting(by_v3) == resting(by_v2c)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("user", "options", "sentence"),
    [
        pytest.param("signed", "auth=wrongpass12", "auth password or auth_proto is wrong", id="a wrong auth password"),
        pytest.param("nobody", "auth=authpass12", "does not know the user", id="an unknown user"),
        pytest.param("sealed", "auth=authpass12&priv=wrongpass12", "priv", id="a wrong priv password"),
        pytest.param("signed", "auth=authpass12&priv=privpass12", "does not offer", id="encryption it does not have"),
        pytest.param("sealed", "auth=authpass12", "authorizationError", id="less than the device demands"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_no_secret(snmpd: int, user: str, options: str, sentence: str) -> None:
    with pytest.raises((Refused, NoAnswer), match=sentence) as caught:
        run(snmpd, user, f"retries=0&{options}", lambda road, target: road.get(target, [SYS_NAME]))
    assert "pass12" not in str(caught.value)


def test_a_dead_host_is_no_answer_in_its_own_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="no answer by SNMPv3"):
            run(
                silent.getsockname()[1],
                "signed",
                "auth=authpass12&timeout=0.5&retries=1",
                lambda road, target: road.get(target, [SYS_NAME]),
            )
        assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        pytest.param("", "a password that is not in the target (auth=… and perhaps priv=…)", id="no password at all"),
        pytest.param("auth=authpass12", "a password that is not in the target (priv=…)", id="signed only"),
        pytest.param("auth=authpass12&priv=privpass12", "is the priv password right?", id="encrypted"),
    ],
)
def test_silence_asks_about_no_password_that_was_not_given(options: str, asked: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(NoAnswer) as caught:
            run(
                silent.getsockname()[1],
                "user",
                f"{options}&timeout=0.1&retries=0",
                lambda road, target: road.get(target, [SYS_NAME]),
            )
    assert asked in str(caught.value)


def test_two_passwords_of_one_user_name_are_kept_apart(snmpd: int) -> None:
    async def main() -> None:
        async with SnmpRoad() as road:
            right = parse(f"snmp+v3://signed@127.0.0.1:{snmpd}?auth=authpass12")
            wrong = parse(f"snmp+v3://signed@127.0.0.1:{snmpd}?auth=wrongpass12&retries=0")
            for _ in range(2):
                assert await road.get(right, [SYS_NAME]) == {SYS_NAME: b"school-190"}
                with pytest.raises(Refused):
                    await road.get(wrong, [SYS_NAME])

    asyncio.run(main())


def test_the_engine_of_v3_is_loaded_only_when_it_is_needed() -> None:
    code = "import agent.snmp, sys; print([m for m in sys.modules if 'hlapi' in m or 'pysnmp.entity' in m])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
