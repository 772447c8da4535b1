"""Whether a door opens: tcp:// by connecting, https:// and http:// by one request; how long it took, and why not.

Small on purpose: one GET whose body is not read, because a school's line is slow and the answer's first
lines say all that is asked here.
"""

import asyncio
import os
import re
import socket
import ssl
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from agent.targets import BadTarget, Target

TIMEOUT_S: Final = 5.0
MOST_HEADER: Final = 32 * 1024  # octets
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Reached:
    """`why` is "" where the door opened, else a sentence.

    `connect_s` is the TCP handshake (name look-up included), `total_s` until the end of the HTTP header or, for tcp://,
    the same as `connect_s`; `tls_days` are the days until the certificate expires.
    """

    connect_s: float | None = None
    total_s: float | None = None
    status: int | None = None
    tls_days: float | None = None
    why: str = ""


async def reach(target: Target) -> Reached:
    """Options: `timeout` (s, 5), and for https `ca` (a file of certificates to trust instead of the system's).

    Any HTTP status counts as reached: a page that asks for a password stands on a server that runs. Raises BadTarget
    for a target or an option that cannot be used.
    """
    if target.scheme not in ("tcp", "https", "http"):
        raise BadTarget(
            f"{target} is no door to knock at; right is tcp://host:port, https://host/path or http://host/path"
        )
    try:
        timeout_s = float(target.option("timeout", str(TIMEOUT_S)))
    except ValueError as error:
        raise BadTarget(f"{target}: timeout={target.option('timeout')} is no number of seconds") from error
    trust = trust_of(target) if target.scheme == "https" else None
    found = Reached()
    try:
        async with asyncio.timeout(timeout_s):
            began = time.monotonic()
            reader, writer = await asyncio.open_connection(target.host, target.port, limit=MOST_HEADER)
            took = time.monotonic() - began
            found = Reached(connect_s=took, total_s=took)
            try:
                if target.scheme == "tcp":
                    return found
                found = Reached(connect_s=took)
                if trust:
                    await writer.start_tls(trust, server_hostname=target.host)
                    found = replace(found, tls_days=days_left(writer))
                status = await answered(target, reader, writer)
                return replace(found, status=status, total_s=time.monotonic() - began)
            finally:
                writer.transport.abort()  # a polite end would wait for the other side
    except TimeoutError:
        missing = "answer" if found.connect_s else "connection"
        if trust and found.connect_s and found.tls_days is None:
            missing = "TLS handshake"
        return replace(found, total_s=None, why=f"{target}: no {missing} within {timeout_s:g} s")
    except ssl.SSLCertVerificationError as error:
        return replace(found, why=f"{target}: the certificate is not valid: {error.verify_message}")
    except ssl.SSLError as error:
        return replace(found, why=f"{target}: {no_tls(target, error)}")
    except NoHttp as error:
        return replace(found, why=f"{target}: {error}")
    except (OSError, EOFError) as error:
        return replace(found, total_s=None, why=f"{target}: {words(error)}")


class NoHttp(Exception):
    """What answers does not speak HTTP."""


async def answered(target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Ask for the page and read its header. Returns the status code (RFC 9112 §4)."""
    standard = {"https": 443, "http": 80}[target.scheme]
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = "" if target.port == standard else f":{target.port}"
    path = target.path or "/"
    if not re.fullmatch(r"[!-~]+", path):
        raise BadTarget(f"{target}: a path holds printable ASCII only; right is percent-encoding (%20 for a blank)")
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: zeng-agent\r\nConnection: close\r\n\r\n".encode()
    )
    try:
        header = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise NoHttp(f"more than {MOST_HEADER} octets of header") from error
    except asyncio.IncompleteReadError as error:
        raise NoHttp(
            "closed before the end of the answer's header" if error.partial else "closed without answer"
        ) from error
    status = re.match(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r)", header)
    if not status:
        raise NoHttp("what answers does not speak HTTP")
    return int(status[1])


def days_left(writer: asyncio.StreamWriter) -> float | None:
    certificate = writer.get_extra_info("peercert")
    if not certificate:
        return None
    return (ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) / DAY_S


def trust_of(target: Target) -> ssl.SSLContext:
    ca = target.option("ca")
    try:
        return trusted(ca)
    except (OSError, ssl.SSLError) as error:
        raise BadTarget(f"{target}: ca={ca} is no readable file of PEM certificates ({words(error)})") from error


@lru_cache(4)
def trusted(ca: str) -> ssl.SSLContext:
    """The system's certificates take some MB once they are read: only where an https target needs them, and once."""
    return ssl.create_default_context(cafile=ca or None)


def no_tls(target: Target, error: ssl.SSLError) -> str:
    if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):  # its name since OpenSSL 3.2
        return f"what answers on port {target.port} does not speak TLS; perhaps http:// is right"
    return f"no TLS: {error.reason or error}"


def words(error: OSError | EOFError) -> str:
    """`Connection refused`, where asyncio says `[Errno 111] Connect call failed ('192.0.2.1', 80)`, perhaps twice."""
    if isinstance(error, socket.gaierror):
        return str(error.strerror)
    number = getattr(error, "errno", None) or next(map(int, re.findall(r"\[Errno (\d+)\]", str(error))), 0)
    return os.strerror(number) if number else str(error) or "the connection was cut"
