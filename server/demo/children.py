"""A child process of the demonstration: started, its lines passed on under its name, ended within five seconds."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping

PATIENCE_S = 5.0
PR_SET_PDEATHSIG = 1  # prctl(2)


class Child:
    """`await Child.started("server", "-m", "server", "run")`: this Python with these arguments."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name, self.process = name, process
        self.last_words: deque[str] = deque(maxlen=3)
        self._listening = asyncio.create_task(self._pass_on())

    @classmethod
    async def started(cls, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> "Child":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env={**(os.environ if environment is None else environment), "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the demonstration alone, which ends its children in order
            preexec_fn=_bound_to(os.getpid()),
        )
        return cls(name, process)

    async def _pass_on(self) -> None:
        assert self.process.stdout
        while line := await self.process.stdout.readline():
            text = line.decode("utf-8", "replace").rstrip()
            self.last_words.append(text)
            print(f"{self.name:>6} | {text}", flush=True)

    async def ended(self) -> int:
        """Wait until it ends by itself; its exit code (negative: the signal)."""
        code = await self.process.wait()
        await self._listening
        return code

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL where five seconds were not enough."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), PATIENCE_S)
        except TimeoutError:
            print(f"{self.name:>6} | did not end within {PATIENCE_S:.0f} s and was killed", flush=True)
            self.process.kill()
            await self.process.wait()
        await self._listening

    def epitaph(self, code: int) -> str:
        """How it ended, in a sentence."""
        words = " / ".join(self.last_words) or "it said nothing"
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        return f"the {self.name} ended by itself {how}; its last words: {words}"


def _bound_to(parent: int) -> Callable[[], None] | None:
    """Run in the child: Linux sends it SIGTERM when its parent ends in whatever way, SIGKILL included."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # found before the fork: afterwards as little as possible is done

    def bound() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before this was asked for
            os._exit(1)

    return bound
