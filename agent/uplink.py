"""The wire to the server: one kept connection, few headers, and errors in words.

The standard library alone (httpx costs 12 MB of memory). Header and body leave in one write, so a report is one TCP
segment. A lost connection is taken up again with the TLS session of before (RFC 8446 §2.2), without the certificates.
"""

import base64
import email.utils
import http.client
import socket
import ssl
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

CONNECT_S: Final = 10.0
ANSWER_S: Final = 30.0
MOST_ANSWER: Final = 1_000_000  # bytes
NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL
WRONG_TIME: Final = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED


class Unsent(Exception):
    """No answer of the server came back; the message says why in words. Whether it got the request is unknown."""


class Problem(msgspec.Struct):
    """RFC 9457: the server's own words for a refusal."""

    title: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """`problem` is None where the answer was not problem+json, so perhaps not the server's but of something between."""

    status: int
    body: bytes
    retry_after_s: float | None = None
    problem: Problem | None = None
    location: str = ""
    twice: bool = False  # the request was sent a second time, so the server may have met it before

    def sentence(self) -> str:
        if self.problem and (self.problem.detail or self.problem.title):
            return self.problem.detail or self.problem.title
        if self.location:
            return f"the server sends us elsewhere ({self.status} to {self.location}); set server to the address meant"
        return f"the server answered {self.status} {http.client.responses.get(self.status, '')}".strip()


class Uplink:
    """Belongs to one thread; only `abort` may be called from another. `floor_ms`: the latest true time known."""

    def __init__(self, server: str, *, ca: str = "", proxy: str = "", floor_ms: int = 0) -> None:
        self._server = urlsplit(server)
        self._proxy = urlsplit(proxy) if proxy else None
        self._ca = ca or None
        self.floor_ms = floor_ms
        self._socket: socket.socket | None = None
        self._checks_time = True
        self._sessions: dict[bool, ssl.SSLSession] = {}
        self._contexts: dict[bool, ssl.SSLContext] = {}

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Send and wait for the answer. A kept connection that the other side closed meanwhile is tried once anew."""
        kept = self._socket is not None
        try:
            return self._exchange(path, body, headers)
        except TimeoutError as error:
            self.close()
            raise Unsent(f"{self._server.hostname} did not answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept:
                raise Unsent(self._said(error)) from error
        try:
            return replace(self._exchange(path, body, headers), twice=True)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unsent(self._said(error)) from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def abort(self) -> None:
        """Wake the thread that waits for an answer; called from another thread at the end of the process."""
        waiting = self._socket
        if waiting is not None:
            try:
                waiting.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed already, which is what was wanted

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        if self._socket is None:
            self._socket = self._connected()
        self._socket.sendall(self._head(path, len(body), headers) + body)
        response = http.client.HTTPResponse(self._socket, method="POST")
        response.begin()
        content = response.read(MOST_ANSWER)
        if response.length:
            raise http.client.IncompleteRead(content, response.length)
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.session is not None:
            self._sessions[self._checks_time] = self._socket.session
        if response.will_close or not response.isclosed():
            self.close()
        return _reply(response, content)

    def _head(self, path: str, length: int, headers: dict[str, str]) -> bytes:
        port = f":{self._server.port}" if self._server.port else ""
        host = f"[{self._server.hostname}]" if ":" in str(self._server.hostname) else self._server.hostname
        prefix = self._server.path.rstrip("/")
        if self._proxy and self._server.scheme == "http":
            prefix = f"http://{host}{port}{prefix}"
            headers = headers | _proxy_login(self._proxy)
        lines = [f"POST {prefix}{path} HTTP/1.1", f"Host: {host}{port}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def _connected(self) -> socket.socket:
        try:
            return self._connected_with(check_time=True)
        except ssl.SSLCertVerificationError as error:
            if error.verify_code not in WRONG_TIME or not self.floor_ms:
                raise
        # By this computer's clock the certificate is out of date. A dead CMOS battery must not lock the school out, so
        # the certificate's time is judged by the last true time that the server told us.
        connection = self._connected_with(check_time=False)
        certificate = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
        if ssl.cert_time_to_seconds(str((certificate or {}).get("notAfter"))) * 1000 < self.floor_ms:
            connection.close()
            raise OSError("its certificate had expired by the last time that the server told")
        return connection

    def _connected_with(self, *, check_time: bool) -> socket.socket:
        secure = self._server.scheme == "https"
        default = 443 if secure else 80
        far = (str(self._server.hostname), self._server.port or default)
        first = (str(self._proxy.hostname), self._proxy.port or 3128) if self._proxy else far
        raw = socket.create_connection(first, CONNECT_S)
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.settimeout(ANSWER_S)
            if not secure:
                return raw
            if self._proxy:
                _tunnel(raw, far, self._proxy)
            if check_time not in self._contexts:
                self._contexts[check_time] = self._context(check_time)
            context = self._contexts[check_time]
            self._checks_time = check_time
            return context.wrap_socket(raw, server_hostname=far[0], session=self._sessions.get(check_time))
        except (OSError, http.client.HTTPException):
            raw.close()
            raise

    def _context(self, check_time: bool) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not check_time:
            context.verify_flags |= NO_CHECK_TIME
        return context

    def _said(self, error: Exception) -> str:
        where = self._server.hostname
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = error.verify_message
            return f'the certificate of {where} is not trusted ({reason}); give its CA as `ca = "file"` in agent.toml'
        if isinstance(error, ssl.SSLError):
            return f"TLS with {where} failed ({error.reason or error.args[-1]})"
        if isinstance(error, socket.gaierror):
            return f"the name {where} is not known here ({error.strerror})"
        if isinstance(error, http.client.HTTPException):
            return f"{where} answered with something that is not HTTP, or broke off ({type(error).__name__})"
        if isinstance(error, OSError) and error.strerror:
            return f"{where} cannot be reached ({error.strerror})"
        return f"{where} cannot be reached ({error})"


def _tunnel(raw: socket.socket, far: tuple[str, int], proxy: SplitResult) -> None:
    """HTTP CONNECT (RFC 9110 §9.3.6)."""
    lines = [f"CONNECT {far[0]}:{far[1]} HTTP/1.1", f"Host: {far[0]}:{far[1]}"]
    lines += [f"{name}: {value}" for name, value in _proxy_login(proxy).items()]
    raw.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
    response = http.client.HTTPResponse(raw, method="CONNECT")
    response.begin()
    if response.status != 200:
        raise OSError(f"the proxy {proxy.hostname} answered {response.status} {response.reason}")


def _proxy_login(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


def _reply(response: http.client.HTTPResponse, content: bytes) -> Reply:
    problem = None
    if response.status >= 400 and "problem+json" in (response.getheader("content-type") or ""):
        try:
            problem = msgspec.json.decode(content, type=Problem)
        except msgspec.MsgspecError:
            problem = None
    return Reply(response.status, content, _retry_after(response), problem, response.getheader("location") or "")


def _retry_after(response: http.client.HTTPResponse) -> float | None:
    """Seconds (RFC 9110 §10.2.3). A date is measured from the answer's own Date: this computer's clock may be wrong."""
    text = (response.getheader("retry-after") or "").strip()
    if text.isdigit():
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
        return max((until - email.utils.parsedate_to_datetime(response.getheader("date") or "")).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
