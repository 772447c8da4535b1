"""The wire to the server: TLS, proxies, lost connections, and errors in words."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent import uplink as uplinks
from agent.uplink import Reply, Unsent, Uplink
from tests.agent.certificates import made
from tests.agent.listener import listening, problem
from tests.processes import free_port, until

DAY_MS = 86_400_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def post(uplink: Uplink) -> Reply:
    return uplink.post("/api/v1/reports", b"body", {})


@contextmanager
def speaking(*answers: bytes) -> Iterator[str]:
    """A server that gives the next of these answers to each connection, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listening_socket:

        def serve() -> None:
            for answer in answers:
                connection, _ = listening_socket.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening_socket.getsockname()[1]}"
        thread.join(5)


def test_only_three_headers_go_with_a_report() -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: problem(503, "busy")
        Uplink(server.url).post("/api/v1/reports", b"body", {"Authorization": "Bearer t"})
        ((path, headers, body),) = server.requests
    assert (path, sorted(headers), body) == ("/api/v1/reports", ["Authorization", "Content-Length", "Host"], b"body")


def test_header_and_body_leave_in_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: problem(503, "busy")
        uplink = Uplink(server.url)
        post(uplink)
        assert uplink._socket is not None
        writes: list[bytes] = []

        class Counting(socket.socket):
            def sendall(self, data: bytes, *_: object) -> None:  # type: ignore[override]
                writes.append(data)
                super().sendall(data)

        uplink._socket = Counting(fileno=uplink._socket.detach())
        post(uplink)
        uplink.close()
    assert len(writes) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_taken_up_again() -> None:
    port = free_port()
    with listening(port=port) as server:
        server.refuse = lambda _path, _body: problem(503, "first")
        uplink = Uplink(server.url)
        assert post(uplink).sentence() == "first"
    assert uplink._socket is not None
    uplink._socket.shutdown(socket.SHUT_RD)
    with listening(port=port) as server:
        server.refuse = lambda _path, _body: problem(503, "second")
        reply = post(uplink)
        assert (reply.sentence(), reply.twice) == ("second", True)
        assert server.connections == 1


def test_tls_with_an_own_authority(tmp_path: Path) -> None:
    ca, context = made(tmp_path)
    with listening(context) as server:
        server.refuse = lambda _path, _body: problem(503, "by TLS")
        assert post(Uplink(server.url, ca=str(ca))).sentence() == "by TLS"


def test_an_unknown_authority_is_refused_with_what_would_be_right(tmp_path: Path) -> None:
    _, context = made(tmp_path)
    with listening(context) as server, pytest.raises(Unsent, match=r'is not trusted .*give its CA as `ca = "file"`'):
        post(Uplink(server.url, floor_ms=now_ms()))


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    ca, context = made(tmp_path)
    with listening(context) as server, pytest.raises(Unsent, match="is not trusted"):
        post(Uplink(server.url.replace("127.0.0.1", "localhost"), ca=str(ca), floor_ms=now_ms()))


def test_a_lost_tls_connection_is_resumed_without_the_certificates(tmp_path: Path) -> None:
    ca, context = made(tmp_path)
    with listening(context) as server:
        server.refuse = lambda _path, _body: problem(503, "x")
        uplink = Uplink(server.url, ca=str(ca))
        post(uplink)
        uplink.close()
        post(uplink)
        assert getattr(uplink._socket, "session_reused", None) is True
        uplink.close()


def test_a_clock_in_the_past_does_not_lock_the_school_out(tmp_path: Path) -> None:
    """The certificate begins tomorrow by this computer's clock, and the server's last word was two days ahead of it."""
    ca, context = made(tmp_path, begins_days=1, ends_days=90)
    with listening(context) as server:
        server.refuse = lambda _path, _body: problem(503, "heard")
        assert post(Uplink(server.url, ca=str(ca), floor_ms=now_ms() + 2 * DAY_MS)).sentence() == "heard"


def test_a_clock_in_the_future_does_not_lock_the_school_out(tmp_path: Path) -> None:
    ca, context = made(tmp_path, begins_days=-30, ends_days=-2)
    with listening(context) as server:
        server.refuse = lambda _path, _body: problem(503, "heard")
        assert post(Uplink(server.url, ca=str(ca), floor_ms=now_ms() - 10 * DAY_MS)).sentence() == "heard"


def test_a_certificate_that_is_really_out_of_date_is_refused(tmp_path: Path) -> None:
    ca, context = made(tmp_path, begins_days=-30, ends_days=-2)
    with listening(context) as server, pytest.raises(Unsent, match="had expired by the last time that the server told"):
        post(Uplink(server.url, ca=str(ca), floor_ms=now_ms() - DAY_MS))


def test_an_agent_that_never_heard_a_server_trusts_its_clock(tmp_path: Path) -> None:
    ca, context = made(tmp_path, begins_days=-30, ends_days=-2)
    with listening(context) as server, pytest.raises(Unsent, match="certificate has expired"):
        post(Uplink(server.url, ca=str(ca)))


def test_plain_http_through_a_proxy_names_the_server_in_full() -> None:
    with listening() as proxy:
        proxy.refuse = lambda _path, _body: problem(503, "by proxy")
        uplink = Uplink("http://zeng.example/base", proxy=proxy.url.replace("//", "//user:pass@"))
        assert post(uplink).sentence() == "by proxy"
        ((path, headers, _),) = proxy.requests
    assert path == "http://zeng.example/base/api/v1/reports"
    assert headers["Proxy-Authorization"] == "Basic dXNlcjpwYXNz"


@contextmanager
def connect_proxy(seen: list[bytes]) -> Iterator[str]:
    """A proxy of a few lines that knows CONNECT alone."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def pump(source: socket.socket, sink: socket.socket) -> None:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.close()

        def serve() -> None:
            client, _ = door.accept()
            seen.append(client.recv(4096))
            host, _, port = seen[0].split()[1].decode().partition(":")
            far = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=pump, args=(far, client), daemon=True).start()
            try:
                pump(client, far)
            except OSError:
                far.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"


def test_https_through_a_proxy_is_a_tunnel(tmp_path: Path) -> None:
    ca, context = made(tmp_path)
    seen: list[bytes] = []
    with listening(context) as server, connect_proxy(seen) as proxy:
        server.refuse = lambda _path, _body: problem(503, "through the tunnel")
        uplink = Uplink(server.url, ca=str(ca), proxy=proxy)
        assert post(uplink).sentence() == "through the tunnel"
        uplink.close()
        assert seen[0].startswith(f"CONNECT {server.url.removeprefix('https://')} HTTP/1.1\r\n".encode())
        assert server.requests[0][0] == "/api/v1/reports"


def test_a_proxy_that_refuses_says_so() -> None:
    with speaking(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as proxy:
        uplink = Uplink("https://zeng.example", proxy=proxy)
        with pytest.raises(Unsent, match=r"the proxy 127\.0\.0\.1 answered 407"):
            post(uplink)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
        (b"", "not HTTP, or broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "broke off"),
    ],
    ids=["another protocol", "nothing", "half an answer"],
)
def test_what_is_no_answer_is_told_in_words(answer: bytes, sentence: str) -> None:
    with speaking(answer) as url, pytest.raises(Unsent, match=sentence):
        post(Uplink(url))


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("http://127.0.0.1:9", "127.0.0.1 cannot be reached .Connection refused."),
        ("http://no-such-host.invalid", "the name no-such-host.invalid is not known here"),
    ],
    ids=["nobody listens", "no such name"],
)
def test_an_unreachable_server_is_told_in_words(server: str, sentence: str) -> None:
    with pytest.raises(Unsent, match=sentence):
        post(Uplink(server))


def test_a_server_that_says_nothing_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplinks, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uplink = Uplink(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Unsent, match="did not answer in time"):
            post(uplink)


def test_a_waiting_request_is_ended_from_another_thread() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uplink = Uplink(f"http://127.0.0.1:{silent.getsockname()[1]}")
        said: list[str] = []

        def wait() -> None:
            try:
                post(uplink)
            except Unsent as error:
                said.append(str(error))

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        until(lambda: uplink._socket is not None)
        uplink.abort()
        thread.join(5)
        assert said
        uplink.abort()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": "Sat, 01 Jan 2000 00:01:30 GMT", "Date": "Sat, 01 Jan 2000 00:00:00 GMT"}, 90),
        ({"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT", "Date": "Sat, 01 Jan 2000 00:01:30 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
    ids=["seconds", "a date, by the server's own clock", "a date that is over", "words", "nothing"],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: (503, headers, b"")
        assert post(Uplink(server.url)).retry_after_s == seconds


def test_a_redirection_is_not_followed_but_told() -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: (301, {"Location": "https://new.example/"}, b"")
        assert "set server to the address meant" in post(Uplink(server.url)).sentence()
        assert len(server.requests) == 1


def test_only_problem_json_counts_as_the_servers_own_word() -> None:
    with listening() as server:
        server.refuse = lambda _path, _body: (400, {"Content-Type": "text/html"}, b"{}")
        assert post(Uplink(server.url)).problem is None
        server.refuse = lambda _path, _body: (400, {"Content-Type": "application/problem+json"}, b"not json")
        assert post(Uplink(server.url)).problem is None
        server.refuse = lambda _path, _body: problem(400, "frame: wrong")
        assert post(Uplink(server.url)).sentence() == "frame: wrong"
