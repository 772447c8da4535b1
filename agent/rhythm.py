"""What is due when: a short list of jobs served by one timer, so that the process wakes at most once a second.

Wake-ups, not work, are what a resident agent costs: a bare one-second timer of asyncio is 0.6 CPU seconds an hour.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

APART_S = 1.0


@dataclass(slots=True)
class Job:
    """`every_s` None: runs once and is gone. Times are those of the event loop."""

    due: float
    every_s: float | None
    action: Callable[[], None]


class Rhythm:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: dict[str, Job] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def set(self, name: str, action: Callable[[], None], *, due: float, every_s: float | None = None) -> None:
        """Plan a job; one of the same name is replaced."""
        self._jobs[name] = Job(due, every_s, action)
        self._arm()

    def stop(self) -> None:
        self._jobs.clear()
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._jobs:
            first = min(job.due for job in self._jobs.values())
            self._timer = self._loop.call_at(max(first, self._last + APART_S), self._wake)

    def _wake(self) -> None:
        """Do all that is due. A job that could not keep its pace (the computer slept) skips what it missed."""
        now = self._last = self._loop.time()
        due = [(name, job) for name, job in self._jobs.items() if job.due <= now]
        for name, job in due:
            if job.every_s is None:
                del self._jobs[name]
            else:
                job.due += job.every_s * (1 + (now - job.due) // job.every_s)
        for _, job in due:
            job.action()
        self._arm()
