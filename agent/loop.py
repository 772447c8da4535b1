"""The agent's day: look at the devices by the clock, make a report, keep it, and have it brought to the server."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Protocol

from agent import clock as clocks
from agent.frames import packed
from agent.look import Collect, look, outside_reached, signature
from agent.report import Device, Machine, Report
from agent.rhythm import Rhythm
from agent.spool import Spool
from agent.wanted import Wanted

log = logging.getLogger("zeng.agent.loop")

DEVICE_S: Final = 8.0  # one device's time in a round, so that a school is done within 10 s
WATCHED_KINDS: Final = ("ups", "link")
LAST_WORDS_S: Final = 1.2  # for the last report's way to the server when the process ends


class Brings(Protocol):
    """What the loop needs of agent.courier.Courier and its uplink; runs in a thread of its own."""

    def bring(self, stopping: Callable[[], bool]) -> float | None: ...
    def abort(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds. `phase_s`: where in the interval this agent's reports lie, so that a district does not speak at once."""

    every_s: float = 60.0
    sample_s: float = 10.0
    phase_s: float = 0.0
    device_s: float = DEVICE_S


@dataclass(slots=True)
class Resident:
    """The running agent. `alive` is told at each round that the loop still turns."""

    plan: Plan
    wanted: Sequence[Wanted]
    collect: Collect
    spool: Spool
    courier: Brings
    clock: clocks.Clock
    boot: str
    machine: Machine
    alive: Callable[[], None] = lambda: None
    _known: dict[str, Device] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _signatures: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _looking: "asyncio.Task[None] | None" = None
    _bringing: "asyncio.Future[float | None] | None" = None
    _not_before: float = 0.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _rhythm: Rhythm = field(init=False)
    _keeping: ThreadPoolExecutor = field(init=False)
    _sending: ThreadPoolExecutor = field(init=False)

    async def run(self, stop: "asyncio.Future[str]") -> bool:
        """Work until `stop` holds a reason, then send the last report. False where the uplink's thread still hangs."""
        loop = asyncio.get_running_loop()
        self._rhythm = Rhythm(loop)
        self._keeping = ThreadPoolExecutor(1, "spool")
        self._sending = ThreadPoolExecutor(1, "uplink")
        now = loop.time()
        self._not_before = now + self.plan.phase_s
        self._rhythm.set("first", self._round_is_due, due=now)
        second = now + (self.plan.phase_s or self.plan.every_s)
        self._rhythm.set("report", self._round_is_due, due=second, every_s=self.plan.every_s)
        self._rhythm.set("sample", self._sample_is_due, due=now + self.plan.sample_s, every_s=self.plan.sample_s)
        uploading = asyncio.create_task(self._upload())
        waited: list[asyncio.Future[None] | asyncio.Future[str]] = [uploading, stop]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        self._rhythm.stop()
        if uploading.done():
            uploading.result()
        return await self._end(stop.result(), uploading)

    # -- looking ----------------------------------------------------------------------------------------------------

    def _round_is_due(self) -> None:
        self.alive()
        if self._looking is not None and not self._looking.done():
            self._looking.cancel()  # a sample, or a round that its own bound has not ended: this one comes first
        self._looking = asyncio.create_task(self._round())

    def _sample_is_due(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._sample())

    async def _round(self) -> None:
        found = await look(self.wanted, self.collect, min(self.plan.device_s, self.plan.every_s * 0.8))
        self._answered = set(found)
        await self._keep_report(self._changed(found))

    async def _sample(self) -> None:
        """A look at what changes the state of a whole school: mains and line. Others keep what they said last."""
        watched = [device for device in self.wanted if self._kind(device) in WATCHED_KINDS]
        found = await look(watched, self.collect, min(self.plan.device_s, self.plan.sample_s))
        was_dark = not self._sees_outside()
        if self._changed(found):
            self._answered |= set(found)
            await self._keep_report(change=True)
        if was_dark and self._sees_outside():
            self._line_is_back()

    def _kind(self, device: Wanted) -> str:
        known = self._known.get(device.key)
        return known.kind if known else device.kind

    def _sees_outside(self) -> bool:
        links = [device for device in self._known.values() if device.kind == "link"]
        return not links or any(outside_reached(device) for device in links)

    def _changed(self, found: dict[str, Device]) -> bool:
        """Take in what was seen; whether a state that was known before has changed."""
        changed = False
        for key, device in found.items():
            seen = signature(device)
            changed |= self._signatures.get(key, seen) != seen
            self._signatures[key], self._known[key] = seen, device
        return changed

    # -- keeping and sending ------------------------------------------------------------------------------------------

    async def _keep_report(self, change: bool, ending: str = "") -> None:
        loop = asyncio.get_running_loop()
        report = self.report(ending)
        since_boot_ms, stamp_ms = clocks.since_boot_ms(), self.clock.stamp()

        def keep() -> None:
            self.spool.append(
                packed(report), boot=self.boot, since_boot_ms=since_boot_ms, stamp_ms=stamp_ms, change=change
            )

        await asyncio.shield(loop.run_in_executor(self._keeping, keep))
        self._wake.set()

    def report(self, ending: str = "") -> Report:
        """What is known now, in the order of agent.toml; devices that the last round learnt nothing of are left out."""
        devices = [self._known[w.key] for w in self.wanted if w.key in self._answered]
        return Report(self.machine, devices, self.spool.count, round(self.plan.every_s), ending)

    async def _upload(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            if loop.time() < self._not_before:
                self._rhythm.set("upload", self._wake.set, due=self._not_before)
                continue
            self._bringing = loop.run_in_executor(self._sending, self.courier.bring, self._stopping.is_set)
            wait_s = await self._bringing
            if wait_s is not None:
                log.info("next try to deliver in %.0f s", wait_s)
                self._not_before = loop.time() + wait_s
                self._rhythm.set("upload", self._wake.set, due=self._not_before)

    def _line_is_back(self) -> None:
        """Do not wait out a long back-off, but do not march in step with the rest of the district either."""
        soon = asyncio.get_running_loop().time() + random.uniform(0, self.plan.every_s)
        if soon < self._not_before:
            self._not_before = soon
            self._rhythm.set("upload", self._wake.set, due=soon)

    # -- ending -------------------------------------------------------------------------------------------------------

    async def _end(self, reason: str, uploading: "asyncio.Task[None]") -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + LAST_WORDS_S
        if self._looking is not None:
            self._looking.cancel()
        self._stopping.set()
        if self._bringing is not None and not self._bringing.done():
            self.courier.abort()  # a request under way would hold the last words back
        uploading.cancel()
        await self._keep_report(change=True, ending=reason)
        rounds = iter((False, True))
        last = loop.run_in_executor(self._sending, self.courier.bring, lambda: next(rounds, True))
        done, _ = await asyncio.wait({last}, timeout=end - loop.time())
        delivered = bool(done) and last.exception() is None and last.result() is None
        self._keeping.shutdown(wait=True)
        self._sending.shutdown(wait=False, cancel_futures=True)
        log.info("ended (%s); the last report %s", reason, "is delivered" if delivered else "waits on the disk")
        return bool(done)
