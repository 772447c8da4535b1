"""agent.toml: what is right is read, what is wrong is named, all of it at once, and no secret is shown."""

from pathlib import Path
from urllib.parse import quote

import pytest

from agent.config import BadConfig, Config, load, parse
from agent.targets import Target

WHOLE = """
server = "https://zeng.example:8443/base"
report_every = 120
sample_every = 15
spool_days = 30
spool_mb = 100
proxy = "http://10.0.0.1:3128"

[[device]]
name = "Server otağı UPS"
kind = "ups"
target = "nut://127.0.0.1/ups"

[[device]]
target = "snmp://s3cret@192.168.1.20"
key = "rack"
options = { timeout = 2, tries = "3", quiet = true }

[link]
name = "ADSL"
gateway = "192.168.1.1"
internet = ["1.1.1.1", "icmp://8.8.8.8"]
modem = "snmp://s3cret@192.168.1.1"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(BadConfig) as raised:
        parse(text)
    return raised.value.faults


def test_a_whole_file_is_read() -> None:
    settings = parse(WHOLE)
    assert (settings.server, settings.report_every, settings.sample_every) == (
        "https://zeng.example:8443/base",
        120,
        15,
    )
    assert (settings.spool_days, settings.spool_mb, settings.proxy) == (30, 100, "http://10.0.0.1:3128")
    link, ups, rack = settings.devices
    assert (link.key, link.kind, link.name) == ("link", "link", "ADSL")
    assert link.options == {
        "gateway": "192.168.1.1",
        "internet": "1.1.1.1 8.8.8.8",
        "modem": "snmp://s3cret@192.168.1.1",
    }
    assert (ups.key, ups.kind, ups.name) == ("nut://127.0.0.1/ups", "ups", "Server otağı UPS")
    assert ups.target == Target("nut", "127.0.0.1", 3493, path="/ups")
    assert (rack.key, rack.kind, rack.options) == ("rack", "", {"timeout": "2", "tries": "3", "quiet": "yes"})


def test_an_empty_file_means_the_defaults() -> None:
    assert parse("") == Config()
    assert (Config().report_every, Config().sample_every, Config().spool_days) == (60, 10, 14)


def test_the_key_of_a_device_is_its_target_without_secrets() -> None:
    (device,) = parse('[[device]]\ntarget = "snmp://s3cret@192.168.1.20"').devices
    assert device.key == "snmp://192.168.1.20"
    assert device.target.user == "s3cret"


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "community").write_text("s3cret\nsecond line\n")
    reference = quote(f"file:{tmp_path}/community", safe="")
    (device,) = parse(f'[[device]]\ntarget = "snmp://{reference}@192.168.1.20"').devices
    assert device.target.user == "s3cret"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("report_evry = 60", ["report_evry: there is no such key", "report_every"]),
        ("report_every = 5", ["report_every = 5", "whole number of seconds from 10 to 3600"]),
        ('report_every = "60"', ["report_every = '60'", "whole number"]),
        ("report_every = true", ["report_every = True"]),
        ("report_every = 60.5", ["report_every = 60.5"]),
        ("spool_days = 61", ["spool_days = 61", "from 1 to 60"]),
        ("sample_every = 0", ["sample_every = 0"]),
        ('server = "zeng.example"', ["server = 'zeng.example'", "https://host or http://host"]),
        ('server = "https://zeng.example:99999"', ["server"]),
        ("server = 5", ["server = 5", "https://host"]),
        ('proxy = "socks://x"', ["proxy = 'socks://x'", "http://host"]),
        ('ca = "/no/such/file.pem"', ["ca = '/no/such/file.pem'", "PEM"]),
        ("[device]\ntarget = 'local:'", ["[[device]]", "double brackets"]),
        ("[[device]]\nname = 'UPS'", ["device 1 (UPS) target: is missing", "snmp://"]),
        ("[[device]]\ntarget = 'nut://host'", ["device 1 target", "names no UPS", "nut://host/ups"]),
        ("[[device]]\ntarget = 'gopher://x'", ["known scheme"]),
        ("[[device]]\ntarget = 5", ["device 1 target = 5", "text"]),
        ("[[device]]\nkind = 'toaster'\ntarget = 'local:'", ["kind = 'toaster'", "ups", "computer"]),
        ("[[device]]\nkind = 5\ntarget = 'local:'", ["kind = 5"]),
        ("[[device]]\ntarget = 'local:'\ncolour = 'red'", ["device 1 colour: there is no such key", "options"]),
        ("[[device]]\ntarget = 'local:'\noptions = 5", ["device 1 options = 5", "table"]),
        ("[[device]]\ntarget = 'local:'\noptions = { a = [1] }", ["device 1 options.a = [1]"]),
        ("[[device]]\ntarget = 'local:'\n[[device]]\ntarget = 'local:'", ["local: stands twice", "key of its own"]),
        ("[link]\nname = 'x'", ["gateway, intranet, internet"]),
        ("[link]\ngateway = '192.168.1.1'\ncolour = 'red'", ["link.colour: there is no such key"]),
        ("[link]\ngateway = '192.168.1.1'\nmodem = 'snmp://'", ["link.modem", "names no host"]),
        ("[link]\ngateway = 'https://192.168.1.1/x'", ["link.gateway = 'https://192.168.1.1/x'", "host or an address"]),
        ("[link]\ngateway = '192.168.1.1'\ncount = 500", ["link.count = 500", "from 1 to 20"]),
        ("[[link]]\ngateway = '192.168.1.1'", ["single brackets"]),
        ("report_every = = 5", ["is not TOML", "line 1"]),
        ("\n".join(f"[[device]]\ntarget = 'icmp://host-{i}'" for i in range(401)), ["401 devices", "at most 400"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_would_be_right(text: str, said: list[str]) -> None:
    found = faults(text)
    assert len(found) == 1
    assert all(part in found[0] for part in said), found[0]


def test_all_faults_are_told_at_once() -> None:
    text = "report_every = 5\nspool_days = 99\n[[device]]\nkind = 'x'\ntarget = 'nut://h'\n[link]\ncolour = 1"
    assert len(faults(text)) == 6


@pytest.mark.parametrize(
    "text",
    [
        "[[device]]\ntarget = 'snmp+v4://user@h?auth=s3cret'",
        "[[device]]\ntarget = 'snmp+v3://h?auth=s3cret&priv=s3cret'",
        "[[device]]\ntarget = 'pjlink://user:s3cret@h:99999'",
        "[[device]]\ntarget = 'local:'\noptions = { password = [5, 's3cret'] }",
        "proxy = 'socks://user:s3cret@h'",
        "server = 'ftp://user:s3cret@h'",
        "[[device]]\nname = 5\ntarget = 'nut://user:s3cret@h'",
    ],
    ids=["scheme", "no user", "port", "option", "proxy", "server", "ups missing"],
)
def test_no_secret_is_shown(text: str) -> None:
    assert all("s3cret" not in fault for fault in faults(text))


def test_a_file_that_is_not_there_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no such file; `zeng-agent enrol` writes a first one"):
        load(tmp_path / "agent.toml")


def test_every_fault_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text("report_every = 5\nspool_days = 99")
    with pytest.raises(BadConfig) as raised:
        load(path)
    assert [line.startswith(f"{path}: ") for line in str(raised.value).splitlines()] == [True, True]
