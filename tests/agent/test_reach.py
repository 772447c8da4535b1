"""Doors that open, doors that do not, and what stands behind them, all on loopback."""

import asyncio
import datetime as dt
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agent.reach import Reached, reach
from agent.targets import BadTarget, Target, parse
from tests.processes import free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def certificate(folder: Path, name: str, days: int) -> Path:
    """A self-signed certificate for localhost with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=60))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}{days}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@asynccontextmanager
async def server(answer: bytes | None, pem: Path | None = None) -> AsyncIterator[int]:
    """A server on a loopback port that says `answer` to whatever comes; None = it says nothing."""
    context = None
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await gone.wait()
        elif answer:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        gone.set()
        listening.close()


def reached(url: str, answer: bytes | None = OK, pem: Path | None = None) -> Reached:
    """Knock at `url`, in which PORT stands for the port of a server that gives `answer`."""

    async def main() -> Reached:
        async with server(answer, pem) as port:
            return await reach(parse(url.replace("PORT", str(port))))

    return asyncio.run(main())


def test_an_open_port_is_reached() -> None:
    found = reached("tcp://127.0.0.1:PORT", None)
    assert found.why == ""
    assert found.total_s == found.connect_s
    assert found.total_s is not None
    assert 0 < found.total_s < 1


def test_a_closed_port_is_told_in_words() -> None:
    found = asyncio.run(reach(parse(f"tcp://127.0.0.1:{free_port()}")))
    assert (found.connect_s, found.total_s) == (None, None)
    assert "refused" in found.why
    assert "Errno" not in found.why


def test_a_name_that_does_not_exist_is_told_in_words() -> None:
    why = asyncio.run(reach(parse("tcp://no-such-host.invalid:80?timeout=20"))).why
    assert re.search("not known|resolution|no connection within", why)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(OK, 200, id="a page"),
        pytest.param(b"HTTP/1.0 401 Unauthorized\r\n\r\n", 401, id="a page behind a password is reached"),
        pytest.param(b"HTTP/1.1 503 \r\n\r\n", 503, id="so is a server in trouble: the status tells"),
    ],
)
def test_a_page_has_a_status(answer: bytes, status: int) -> None:
    found = reached("http://127.0.0.1:PORT/a", answer)
    assert (found.status, found.why) == (status, "")
    assert found.total_s
    assert found.connect_s
    assert found.total_s >= found.connect_s


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nA: ", "before the end", id="an answer that is cut off"),
        pytest.param(b"", "closed without answer|was cut|reset", id="a door that closes again at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000, "octets of header", id="a header without end"),
        pytest.param(None, r"no answer within 0\.2 s", id="silence"),
    ],
)
def test_what_is_no_page_is_told_in_words(answer: bytes | None, why: str) -> None:
    found = reached("http://127.0.0.1:PORT/?timeout=0.2", answer)
    assert (found.status, found.total_s) == (None, None)
    assert re.search(why, found.why)


def test_a_certificate_tells_its_days(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost", 30)
    found = reached(f"https://localhost:PORT/?ca={pem}", OK, pem)
    assert (found.status, found.why) == (200, "")
    assert found.tls_days == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize(
    ("name", "days", "trust", "why"),
    [
        pytest.param("localhost", -1, True, "expired", id="an expired certificate"),
        pytest.param("example.test", 30, True, "ostname mismatch", id="a certificate for another name"),
        pytest.param("localhost", 30, False, "self-signed", id="a certificate that nobody vouches for"),
    ],
)
def test_a_bad_certificate_is_told_in_words(tmp_path: Path, name: str, days: int, trust: bool, why: str) -> None:
    pem = certificate(tmp_path, name, days)
    found = reached(f"https://localhost:PORT/?ca={pem if trust else ''}", OK, pem)
    assert (found.status, found.total_s) == (None, None)
    assert why in found.why.replace("self signed", "self-signed")


def test_no_tls_behind_an_https_target_is_told_in_words() -> None:
    found = reached("https://localhost:PORT/?timeout=2", b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert found.status is None
    assert "no TLS handshake within 2 s" in found.why


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("icmp://h", "no door to knock at"),
        ("tcp://h:1?timeout=soon", "no number of seconds"),
        ("https://h/?ca=/no/such/file", "no readable file"),
    ],
)
def test_a_wrong_target_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(BadTarget, match=sentence):
        asyncio.run(reach(parse(url)))


def test_a_line_break_in_a_path_reaches_no_server() -> None:
    async def main() -> None:
        async with server(OK) as port:
            with pytest.raises(BadTarget, match="printable ASCII"):
                await reach(Target("http", "127.0.0.1", port, "", "/a\r\nX: y"))

    asyncio.run(main())
