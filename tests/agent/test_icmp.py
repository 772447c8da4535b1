"""Pings: arithmetic by table, real ones on loopback, and lines that lose, delay or end in network namespaces."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import icmp
from agent.icmp import Ping, Pinger, PingError

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("ping", "loss", "mean", "jitter"),
    [
        pytest.param(Ping(4, 4, (0.010, 0.020, 0.010, 0.020)), 0.0, 0.015, 0.010, id="all answered"),
        pytest.param(Ping(4, 4, (0.010,) * 4), 0.0, 0.010, 0.0, id="a steady line has no jitter"),
        pytest.param(Ping(4, 3, (0.010, 0.050, 0.060), (1,)), 0.25, 0.040, 0.010, id="no jitter across a lost one"),
        pytest.param(Ping(3, 1, (0.010,), (0, 2)), 2 / 3, 0.010, None, id="one answer has no jitter"),
        pytest.param(Ping(4, 2, (0.010, 0.030), (1, 3)), 0.5, 0.020, None, id="every other one lost: no pair"),
        pytest.param(Ping(3, 0, (), (0, 1, 2)), 1.0, None, None, id="silence has a loss and no times"),
        pytest.param(Ping(0, 0, ()), None, None, None, id="nothing sent, nothing known"),
    ],
)
def test_loss_and_times(ping: Ping, loss: float | None, mean: float | None, jitter: float | None) -> None:
    assert icmp.loss_ratio(ping) == loss
    assert icmp.mean_rtt_s(ping) == pytest.approx(mean) if mean is not None else icmp.mean_rtt_s(ping) is None
    assert icmp.jitter_s(ping) == pytest.approx(jitter) if jitter is not None else icmp.jitter_s(ping) is None


def test_least_and_most() -> None:
    ping = Ping(3, 3, (0.02, 0.01, 0.03))
    assert (icmp.min_rtt_s(ping), icmp.max_rtt_s(ping)) == (0.01, 0.03)
    assert icmp.min_rtt_s(Ping(1, 0, (), (0,))) is None


def test_the_checksum_of_rfc_1071() -> None:
    assert icmp.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D


def in_a_namespace(what: str, *, allow: bool, drop: str = "") -> dict[str, Any]:
    """Run a part of farend.py in a network namespace of its own, where datagram pings are allowed or forbidden."""
    group = "echo '0 0' > /proc/sys/net/ipv4/ping_group_range" if allow else "true"
    shell = f"ip link set lo up && {group} && exec {drop} {sys.executable} -m tests.agent.farend {what}"
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", shell],
        cwd=REPOSITORY,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_this_computer_answers_itself() -> None:
    async def main() -> None:
        async with Pinger() as pinger:
            try:
                ping = await pinger.ping("127.0.0.1", count=5, interval_s=0.01)
            except icmp.NotAllowed:
                return  # an unprivileged user on a computer that forbids it
            assert (ping.sent, ping.received, ping.lost_at, ping.problem) == (5, 5, (), "")
            assert all(0 < rtt < 0.1 for rtt in ping.rtts_s)
            assert (await pinger.ping("localhost", count=2, interval_s=0.01)).received == 2

    asyncio.run(main())


def test_a_name_that_does_not_exist_is_told() -> None:
    async def main() -> None:
        async with Pinger() as pinger:
            with pytest.raises(PingError, match="resolved"):
                await pinger.ping("no-such-host.invalid", count=1)

    asyncio.run(main())


def test_a_hundred_hosts_share_one_unprivileged_socket() -> None:
    assert in_a_namespace("many", allow=True) == {"received": 500, "six": 3, "late": 0, "kinds": ["SOCK_DGRAM"]}


def test_where_datagram_sockets_are_forbidden_a_raw_one_does_the_same() -> None:
    assert in_a_namespace("many", allow=False) == {"received": 500, "six": 3, "late": 0, "kinds": ["SOCK_RAW"]}


def test_where_both_are_forbidden_a_sentence_says_what_would_be_right() -> None:
    drop = "setpriv --bounding-set=-net_raw --inh-caps=-net_raw"
    answer = in_a_namespace("forbidden", allow=False, drop=drop)
    assert answer["kind"] == "NotAllowed"
    assert "ping_group_range='0 2147483647'" in answer["said"]
    assert "CAP_NET_RAW" in answer["said"]


@pytest.fixture(scope="module", params=[True, False], ids=["datagram socket", "raw socket"])
def line(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Ten pings, 50 ms apart, each with 300 ms to be answered, to hosts of every temper at the same time."""
    return in_a_namespace("line", allow=request.param)


def test_a_sound_line_loses_nothing(line: dict[str, Any]) -> None:
    assert (line["prompt"]["received"], line["prompt"]["loss"], line["prompt"]["lost_at"]) == (10, 0.0, [])
    assert line["prompt"]["mean"] < 0.1


def test_a_delayed_line_shows_its_delay(line: dict[str, Any]) -> None:
    assert line["delayed"]["received"] == 10
    assert 0.040 <= line["delayed"]["mean"] < 0.1


def test_an_uneven_line_shows_its_jitter(line: dict[str, Any]) -> None:
    assert line["uneven"]["jitter"] == pytest.approx(0.020, abs=0.015)


def test_a_silent_host_is_all_loss_and_no_times(line: dict[str, Any]) -> None:
    assert (line["silent"]["loss"], line["silent"]["mean"], line["silent"]["jitter"]) == (1.0, None, None)


def test_losses_are_found_where_they_are(line: dict[str, Any]) -> None:
    assert line["every_other"]["lost_at"] == [1, 3, 5, 7, 9]
    assert (line["every_other"]["loss"], line["every_other"]["jitter"]) == (0.5, None)


def test_doubled_replies_count_once(line: dict[str, Any]) -> None:
    assert line["doubled"]["received"] == 10


def test_a_reply_after_its_time_is_a_loss(line: dict[str, Any]) -> None:
    assert line["late"]["received"] == 0


def test_a_reply_from_another_address_is_not_believed(line: dict[str, Any]) -> None:
    assert line["elsewhere"]["received"] == 0


def test_a_net_without_a_road_is_told_in_words(line: dict[str, Any]) -> None:
    assert (line["no_road"]["loss"], line["no_road"]["problem"]) == (1.0, "Network is unreachable")


def test_what_is_dropped_is_counted(line: dict[str, Any]) -> None:
    """Ten second copies, ten late replies, ten from elsewhere."""
    assert line["dropped"] == 30
