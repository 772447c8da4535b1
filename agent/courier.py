"""Brings reports to the server: the newest first, the backlog behind it, and says when to try again after a failure."""

import logging
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from agent import clock as clocks
from agent import frames as framing
from agent import report as wire
from agent.disk import Entry
from agent.spool import Spool
from agent.uplink import Reply, Unsent

log = logging.getLogger("zeng.agent.courier")

FIRST_S: Final = 30.0  # after a power cut a whole district boots at once; full jitter spreads its first retries
CAP_S: Final = 900.0
ATTEMPTS: Final = 3  # times that one report is sent again at once because the server asked for it in another way
ANSWER: Final = msgspec.json.Decoder(wire.Answer)
AGAIN: Final = (wire.BASE, wire.CLOCK)


class Wire(Protocol):
    """What the courier needs of agent.uplink.Uplink."""

    floor_ms: int

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Reply: ...
    def abort(self) -> None: ...


class Backoff:
    """Full jitter: any wait from nothing to a ceiling that doubles up to the cap, lest retries march in step."""

    def __init__(self) -> None:
        self._failures = 0

    def failed(self, retry_after_s: float | None = None) -> float:
        ceiling = min(FIRST_S * 2**self._failures, CAP_S)
        self._failures = min(self._failures + 1, 10)
        if retry_after_s is not None:
            return min(retry_after_s, 4 * CAP_S) + random.uniform(0, min(ceiling, FIRST_S))
        return max(random.uniform(0, ceiling), 1.0)

    def slow(self) -> float:
        """For what only a person can mend: go on trying, seldom."""
        return random.uniform(CAP_S / 2, CAP_S)

    def succeeded(self) -> None:
        self._failures = 0


class Courier:
    def __init__(self, spool: Spool, uplink: Wire, token: str, clock: clocks.Clock, boot: str, instance: str) -> None:
        self._spool, self._uplink, self._clock = spool, uplink, clock
        self._headers = {"Authorization": f"Bearer {token}"}
        self._boot, self._instance = boot, instance
        self._backoff = Backoff()
        self._live = framing.Live()
        self._live_done = 0  # highest number sent as the newest and answered; what lies below it is backlog
        self._first_own = spool.next  # from here on this process made the reports
        self._tried = 0  # highest number that this process has sent
        self._attempts: Counter[int] = Counter()
        self._later: set[int] = set()
        self._offsets = spool.offsets()
        self.error = ""
        # What `show` does not know yet. A trouble of the process before stands on the disk until a success ends it.
        self._unkept: dict[str, int | str] = {"failing": 0}

    def bring(self, stopping: Callable[[], bool]) -> float | None:
        """Send until nothing waits. Answers the seconds to wait before the next try, or None where all is well."""
        self._later.clear()
        self._attempts.clear()
        try:
            while not stopping():
                live = self._newest()
                batch = [live] if live else self._oldest()
                if not batch:
                    return None
                wait = self._send(batch, live is not None)
                if wait is not None:
                    return wait
        except sqlite3.DatabaseError as error:
            self._note(f"the spool cannot be read ({error})")
            return self._backoff.failed()
        return None

    def abort(self) -> None:
        """End a request under way; called from another thread."""
        self._uplink.abort()

    def _newest(self) -> wire.Frame | None:
        entry = self._spool.newest()
        if entry is None or entry.number <= self._live_done or entry.number in self._later:
            return None
        try:
            return self._live.frame(entry, self._age(entry))
        except wire.Malformed as error:
            self._give_up([entry.number], f"it cannot be read from the spool ({error})")
            return self._newest()

    def _oldest(self) -> list[wire.Frame]:
        entries = self._spool.oldest(self._live.most_reports + len(self._later), self._live_done + 1)
        waiting = [entry for entry in entries if entry.number not in self._later][: self._live.most_reports]
        alone = frozenset(self._attempts)
        batch, unreadable = framing.backlog(waiting, self._age, self._live.most_bytes, alone)
        if unreadable:
            self._give_up(unreadable, "they cannot be read from the spool")
        return batch

    def _age(self, entry: Entry) -> int:
        return framing.ago_ms(entry, self._clock, self._boot, self._offsets, clocks.since_boot_ms())

    def _send(self, batch: Sequence[wire.Frame], live: bool) -> float | None:
        body = wire.encode_batch(batch, clocks.wall_ms(), self._instance)
        first_time = live and batch[0].number > self._tried and batch[0].number >= self._first_own
        self._tried = max(self._tried, batch[-1].number)
        asked = clocks.since_boot_ms()
        try:
            reply = self._uplink.post("/api/v1/reports", body, self._headers)
        except Unsent as error:
            self._note(str(error))
            return self._backoff.failed()
        answered = clocks.since_boot_ms()
        if reply.status != 200:
            return self._unwelcome(reply, batch, live)
        try:
            answer = ANSWER.decode(reply.body)
        except msgspec.MsgspecError:
            self._note(
                "something between here and the server answered in its place; is there a login page on this line?"
            )
            return self._backoff.failed()
        self._heard(answer.t, asked, answered)
        self._settle(answer, [frame.number for frame in batch], live, first_time and not reply.twice)
        self._backoff.succeeded()
        self._note("")
        return None

    def _heard(self, t: int, asked: int, answered: int) -> None:
        known = self._offsets.get(self._boot)
        self._clock.heard(t, asked, answered)
        self._uplink.floor_ms = max(self._uplink.floor_ms, t)
        offset, error = self._clock.offset_ms, self._clock.wall_error_ms()
        if offset is not None and error is not None and (known is None or abs(offset - known) > 1000):
            self._spool.heard(self._boot, offset)
            self._offsets = self._spool.offsets()
            self._spool.remember({"wall_error_ms": error})

    def _settle(self, answer: wire.Answer, numbers: list[int], live: bool, first_time: bool) -> None:
        """Forget what the server keeps and what it will never take; send again what it wants in another way.

        `first_time`: this process made the report and never sent it before. A server that has its number already has
        another report under it.
        """
        done, dropped = set(numbers), set()
        for verdict in answer.refused:
            done.discard(verdict.number)
            if verdict.reason in AGAIN or verdict.retry:
                self._attempts[verdict.number] += 1
                if self._attempts[verdict.number] > ATTEMPTS or verdict.reason not in AGAIN:
                    self._later.add(verdict.number)
                if live:
                    self._live.forget()
            elif verdict.number in numbers:
                dropped.add(verdict.number)
                log.error("the server will not take report %d: %s", verdict.number, verdict.reason)
        if answer.refused and not {verdict.number for verdict in answer.refused} <= set(numbers):
            # It could not read a number, so nobody knows which report it means: nothing of this batch is forgotten.
            self._later.update(numbers)
            log.error("the server could not read a frame: %s", answer.refused[0].reason)
            return
        if answer.next and (answer.next > self._spool.next or first_time):
            first_new = self._spool.jump(max(answer.next, self._spool.next))
            self._live.forget()
            done = {number for number in done if number < first_new}
        elif live and not answer.refused:
            self._live.acknowledged()
        if live and (done or dropped):
            self._live_done = max(self._live_done, *numbers)
        self._spool.drop(dropped)
        self._spool.acknowledge(done, at_ms=self._clock.stamp())

    def _unwelcome(self, reply: Reply, batch: Sequence[wire.Frame], live: bool) -> float | None:
        """The whole batch was refused; what is kept, and when to come again."""
        sentence = reply.sentence()
        if reply.status == 401:
            self._note(
                f"the server does not know this agent's token: {sentence} Nothing is deleted; ask for a new code."
            )
            return self._backoff.slow()
        if reply.status == 409:
            self._note(f"{sentence} Nothing is deleted.")
            return self._backoff.slow()
        if reply.status in (400, 413, 422) and len(batch) > 1:
            self._live.halve()
            log.warning("%s; sending fewer reports at once", sentence)
            return None
        if reply.status in (400, 413, 422) and reply.problem is not None:
            self._give_up([frame.number for frame in batch], sentence)
            if live:
                self._live.forget()
                self._live_done = batch[0].number
            if reply.status != 413:
                self._live.restore()
            return None
        self._note(sentence)
        return self._backoff.failed(reply.retry_after_s)

    def _give_up(self, numbers: list[int], why: str) -> None:
        log.error("reports %s are dropped: %s", numbers, why)
        self._spool.drop(numbers)

    def _note(self, error: str) -> None:
        """Say a trouble once, in the log and for `show`; an empty text ends it. What a full disk lost is kept later."""
        if error != self.error:
            self.error = error
            if error:
                log.warning("%s", error)
                self._unkept = {"last_error": error, "last_error_ms": self._clock.stamp(), "failing": 1}
            else:
                log.info("reports are delivered again")
                self._unkept = {**self._unkept, "failing": 0}
        if self._unkept and self._spool.remember(self._unkept):
            self._unkept = {}
