"""Who the agent is: a key that is made once, a token that nobody else reads, facts about its computer."""

import base64
import os
from pathlib import Path

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent import enrol, identity
from agent.config import parse
from agent.files import Busy, keep, lock
from agent.identity import Enrolment, NoIdentity
from agent.uplink import Uplink
from tests.agent.listener import Refusal, listening, problem


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_key_pair_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = identity.public_key(tmp_path)
    assert len(first) == 32
    assert identity.public_key(tmp_path) == first
    assert mode(tmp_path / "key") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_signature_is_of_this_key_and_this_text(tmp_path: Path) -> None:
    public = Ed25519PublicKey.from_public_bytes(identity.public_key(tmp_path))
    public.verify(identity.signed(tmp_path, "zeng-enrol:əla"), "zeng-enrol:əla".encode())
    with pytest.raises(InvalidSignature):
        public.verify(identity.signed(tmp_path, "zeng-enrol:x"), b"zeng-enrol:y")


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"half a key")
    with pytest.raises(NoIdentity, match="holds no Ed25519 key"):
        identity.public_key(tmp_path)
    assert (tmp_path / "key").read_bytes() == b"half a key"


def test_the_request_proves_the_private_key(tmp_path: Path) -> None:
    request = identity.enrolment_request(tmp_path, "CODE-1")
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(str(request["public_key"])))
    public.verify(base64.b64decode(str(request["signature"])), b"zeng-enrol:CODE-1")
    assert set(request) == {"code", "public_key", "signature", "machine"}


def test_a_file_is_old_or_new_and_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    keep(path, b"old")

    def power_cut(*_: object) -> None:
        raise OSError("the mains failed")

    monkeypatch.setattr(os, "replace", power_cut)
    with pytest.raises(OSError, match="mains"):
        keep(path, b"new")
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    keep(path, b"newer")
    assert path.read_bytes() == b"newer"


def test_two_agents_do_not_share_a_directory(tmp_path: Path) -> None:
    lock(tmp_path)
    with pytest.raises(Busy, match="already works with"):
        lock(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xfe"], ids=["absent", "empty", "words", "bytes"])
def test_without_a_token_the_way_to_one_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(NoIdentity, match=r"enrol first|one line that the server gave"):
        identity.token(tmp_path)


def test_instances_differ() -> None:
    assert len({identity.instance() for _ in range(100)}) == 100


def card(network: Path, name: str, address: str, *, physical: bool) -> None:
    (network / name).mkdir(parents=True)
    (network / name / "address").write_text(f"{address}\n")
    if physical:
        (network / name / "device").mkdir()


def test_only_physical_cards_tell_computers_apart(tmp_path: Path) -> None:
    card(tmp_path, "eth0", "3C:52:82:00:00:02", physical=True)
    card(tmp_path, "wlan0", "3c:52:82:00:00:01", physical=True)
    card(tmp_path, "tun0", "", physical=False)
    card(tmp_path, "docker0", "02:42:00:00:00:01", physical=False)
    card(tmp_path, "bad0", "00:00:00:00:00:00", physical=True)
    card(tmp_path, "ib0", "80:00:02:08:fe:80:00:00", physical=True)
    assert identity.macs(tmp_path) == ["3c:52:82:00:00:01", "3c:52:82:00:00:02"]


def test_facts_about_this_computer_are_facts() -> None:
    machine = identity.machine()
    assert machine.hostname
    assert machine.system
    assert machine.agent_version[0].isdigit()


def test_the_data_directory_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(identity.DIRECTORY_VARIABLE, str(tmp_path))
    assert identity.directory(None) == tmp_path
    assert identity.directory("/elsewhere") == Path("/elsewhere")
    monkeypatch.delenv(identity.DIRECTORY_VARIABLE)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert identity.directory(None) == Path("/var/lib/zeng-agent")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert identity.directory(None) == Path.home() / ".local/share/zeng-agent"


# -- enrolment ------------------------------------------------------------------------------------------------------


def accepting(path: str, body: bytes) -> Refusal:
    assert path == "/api/v1/enrol"
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(msgspec.json.decode(body)["public_key"]))
    request = msgspec.json.decode(body)
    public.verify(base64.b64decode(request["signature"]), f"zeng-enrol:{request['code']}".encode())
    answer = {"agent": 7, "token": "secret-token", "school": "Sabirabad 5", "report_every": 60, "t": 1}
    return 201, {"Content-Type": "application/json"}, msgspec.json.encode(answer)


def test_a_code_is_exchanged_for_a_token(tmp_path: Path) -> None:
    config = tmp_path / "agent.toml"
    with listening() as server:
        server.refuse = accepting
        accepted = enrol.enrol(tmp_path, config, server.url, "CODE", Uplink(server.url))
        assert server.requests[0][1]["Content-Type"] == "application/json"
    assert accepted.school == "Sabirabad 5"
    assert identity.token(tmp_path) == "secret-token"
    assert mode(tmp_path / "token") == 0o600
    assert identity.enrolment(tmp_path) == Enrolment(server.url, 7, "Sabirabad 5")
    settings = parse(config.read_text("utf-8"))
    assert settings.server == server.url
    assert [device.key for device in settings.devices] == ["local:"]


def test_a_refused_code_leaves_the_key_and_no_token(tmp_path: Path) -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: problem(410, "This code expired on 1 May; ask for a new one.")
        with pytest.raises(enrol.Refused, match="This code expired on 1 May"):
            enrol.enrol(tmp_path, tmp_path / "agent.toml", server.url, "CODE", Uplink(server.url))
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_an_enrolled_agent_is_not_enrolled_again(tmp_path: Path) -> None:
    identity.enrolled(tmp_path, "token", Enrolment("https://z", 7, "Sabirabad 5"))
    with pytest.raises(enrol.Refused, match="enrolled already as agent 7 of Sabirabad 5"):
        enrol.enrol(tmp_path, tmp_path / "agent.toml", "https://z", "CODE", Uplink("https://z"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            'report_every = 30\n\n[[device]]\ntarget = "local:"\n',
            'server = "https://z"\nreport_every = 30\n\n[[device]]\ntarget = "local:"\n',
            id="added on top",
        ),
        pytest.param(
            '# ours\nserver="http://old"  # was\n[[device]]\ntarget = "local:"\noptions = { server = "x" }\n',
            '# ours\nserver = "https://z"\n[[device]]\ntarget = "local:"\noptions = { server = "x" }\n',
            id="replaced, and no other key of that name",
        ),
        pytest.param("report_every = 30", 'server = "https://z"\nreport_every = 30', id="no tables"),
    ],
)
def test_enrolment_writes_the_server_and_leaves_the_rest(before: str, after: str) -> None:
    assert enrol.with_server(before, "https://z") == after
