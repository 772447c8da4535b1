"""A server of a few lines that answers agents as the real one does, and remembers every report that it was given."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from ssl import SSLContext

import msgspec

from agent import report as wire

LIMIT = 4_000_000

Refusal = tuple[int, dict[str, str], bytes]


class Listener:
    """`refuse`: what to answer instead of taking a batch, asked for each; None takes it. `ahead_ms`: its clock."""

    def __init__(self) -> None:
        self.reports: dict[int, wire.Report] = {}
        self.observed_ms: dict[int, int] = {}
        self.order: list[list[int]] = []
        self.bases: dict[int, int] = {}
        self.repeated: list[int] = []
        self.instances: list[str] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self.ahead_ms = 0
        self.verdict: Callable[[wire.Frame], wire.Verdict | None] = lambda _: None
        self.refuse: Callable[[str, bytes], Refusal | None] = lambda _path, _body: None
        self.head = 0
        self.url = ""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def take(self, path: str, body: bytes) -> Refusal:
        refusal = self.refuse(path, body)
        if refusal is not None:
            return refusal
        _, instance, raws = wire.decode_batch(body, LIMIT)
        self.instances.append(instance)
        refused, before, repeated = [], 0, False
        self.order.append([])
        for raw in raws:
            frame = wire.decode_frame(raw)
            verdict = self.verdict(frame)
            if verdict is None and frame.base not in (0, before, self.head):
                verdict = wire.Verdict(frame.number, wire.BASE, True)
            if verdict is not None:
                refused.append(verdict)
                continue
            self.order[-1].append(frame.number)
            before = frame.number
            if frame.number in self.reports:
                self.repeated.append(frame.number)
                repeated = True
                continue
            self.bases[frame.number] = frame.base
            self.observed_ms[frame.number] = self.now_ms() - frame.ago_ms
            if frame.base:
                base = self.reports[frame.base]
                values, _ = wire.patched(wire.values(base), wire.decode_difference(frame.payload))
                self.reports[frame.number] = wire.with_values(base, values)
            else:
                self.reports[frame.number] = wire.decode_report(frame.payload)
            self.head = max(self.head, frame.number)
        answer = wire.Answer(self.now_ms(), refused, self.head + 1 if repeated else 0)
        return 200, {}, msgspec.json.encode(answer)


def problem(status: int, detail: str, **headers: str) -> Refusal:
    body = msgspec.json.encode({"title": "No", "detail": detail})
    return status, {"Content-Type": "application/problem+json", **headers}, body


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            listener.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.requests.append((self.path, dict(self.headers.items()), body))
            status, headers, answer = listener.take(self.path, body)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is what several tests are about."""


@contextmanager
def listening(context: SSLContext | None = None, port: int = 0) -> Iterator[Listener]:
    listener = Listener()
    server = _Quiet(("127.0.0.1", port), _handler(listener))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=BaseServer.serve_forever, args=(server, 0.02), daemon=True)
    thread.start()
    listener.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
