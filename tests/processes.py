"""Real processes in tests: a free port, and waiting until something is so."""

import socket
import threading
import time
from collections.abc import Callable


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def until(so: Callable[[], bool], *, within_s: float = 15.0, every_s: float = 0.05, what: str = "") -> None:
    """Wait until `so()`; an AssertionError that says what did not come about otherwise."""
    end, pause = time.monotonic() + within_s, threading.Event()
    while not so():
        assert time.monotonic() < end, f"not within {within_s} s: {what or so}"
        pause.wait(every_s)
