"""Stock-taking as rules: how good the evidence for a piece is, what a count came to, and what may be decided then.

What people found is a set of findings. Each names the findings that its maker had seen, so the newest ones ("heads")
and what a line comes to depend on the set alone, not on the order in which telephones delivered it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote, urlsplit

FRESH = timedelta(days=7)  # an agent that saw a piece within these is as good as a look (DESK 6.7)
LONGEST_CODE = 120


class StocktakeState(StrEnum):
    PLANNED = "planned"
    COUNTING = "counting"
    RECONCILING = "reconciling"
    SIGNED = "signed"


NEXT = {
    StocktakeState.PLANNED: StocktakeState.COUNTING,
    StocktakeState.COUNTING: StocktakeState.RECONCILING,
    StocktakeState.RECONCILING: StocktakeState.SIGNED,
}


class Grade(StrEnum):
    """Why we believe that a piece is there, the strongest first."""

    SCANNED = "scanned"
    SIGNED = "signed"
    AGENT = "agent"
    NOTHING = "nothing"


class Method(StrEnum):
    """How somebody found it: its code was read, its number typed, or its holder signed for it."""

    SCAN = "scan"
    TYPED = "typed"
    SIGNED_LIST = "signed_list"


class Result(StrEnum):
    MATCH = "match"
    MISPLACED = "misplaced"
    MISSING = "missing"
    SURPLUS = "surplus"
    UNKNOWN_CODE = "unknown_code"
    DOUBLE = "double"


class Decision(StrEnum):
    MOVE = "move"
    FIND = "find"
    WRITE_OFF = "write_off"
    REGISTER = "register"
    LEAVE = "leave"


class What(StrEnum):
    """What a line is about: a piece of the register, a code that it does not know, a piece without a code, or a
    second piece under the number of one that was found."""

    ASSET = "asset"
    CODE = "code"
    NEW = "new"
    SECOND = "second"


DECISIONS: dict[Result, tuple[Decision, ...]] = {
    Result.MATCH: (),
    Result.MISPLACED: (Decision.MOVE, Decision.LEAVE),
    Result.MISSING: (Decision.FIND, Decision.WRITE_OFF, Decision.LEAVE),
    Result.SURPLUS: (Decision.REGISTER, Decision.LEAVE),
    Result.UNKNOWN_CODE: (Decision.REGISTER, Decision.LEAVE),
    Result.DOUBLE: (Decision.REGISTER, Decision.LEAVE),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody said of a line. `after`: the findings that were known there. `room`: None where none was told."""

    uid: str
    found: bool
    room: int | None
    made_at: datetime
    after: Sequence[str] = ()
    method: Method = Method.SCAN
    by: str = ""
    note: str = ""
    name: str = ""

    @property
    def says(self) -> tuple[bool, int | None]:
        """What two people would have to agree on."""
        return self.found, self.room if self.found else None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a set of findings comes to. `current`: the one that counts; None where nobody looked."""

    current: Finding | None = None
    heads: Sequence[Finding] = field(default=())

    @property
    def disputed(self) -> bool:
        return len({finding.says for finding in self.heads}) > 1


def settled(findings: Iterable[Finding]) -> Settled:
    """The heads, those that nobody answered, the newest first; to have found it outweighs not to have found it.

    Pure in the set: no order of arrival and no repetition changes it.
    """
    known = {finding.uid: finding for finding in findings}
    answered = {uid for finding in known.values() for uid in finding.after if uid != finding.uid}
    heads = [finding for uid, finding in known.items() if uid not in answered] or list(known.values())
    heads.sort(key=lambda finding: (finding.found, finding.made_at, finding.uid), reverse=True)
    return Settled(heads[0] if heads else None, tuple(heads))


def grade(method: Method | None, found: bool | None, seen_at: datetime | None, at: datetime) -> Grade:
    """The best evidence that a piece is at the school. `seen_at`: when an agent of this school saw it last."""
    if found and method is not None:
        return Grade.SIGNED if method is Method.SIGNED_LIST else Grade.SCANNED
    if seen_at is not None and at - seen_at <= FRESH:
        return Grade.AGENT
    return Grade.NOTHING


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the register has a piece with regard to the school that is counted. `rooms`: those in which it may be
    without being misplaced: the one at the beginning, and the one to which it was moved since."""

    here: bool
    rooms: frozenset[int] = frozenset()


def result(
    what: What, found: bool | None, room: int | None, spot: Spot, evidence: Grade, *, counted: bool
) -> Result | None:
    """What a line comes to; None while it is open, and for what is no matter (a piece that left by an act).

    `counted`: the count has ended, and what nobody found is missing.
    """
    if what is not What.ASSET:
        names = {What.CODE: Result.UNKNOWN_CODE, What.NEW: Result.SURPLUS, What.SECOND: Result.DOUBLE}
        return names[what] if found else None
    if found:
        elsewhere = room is not None and bool(spot.rooms) and room not in spot.rooms
        return Result.MISPLACED if elsewhere or not spot.here else Result.MATCH
    if not spot.here:
        return None
    if found is None and evidence is Grade.AGENT:
        return Result.MATCH
    return Result.MISSING if counted or found is False else None


def code_in(scanned: str) -> str:
    """The number in what a camera read or a person typed: `https://zeng.example/e/INV-7` -> `INV-7`; "" for none."""
    text = " ".join(scanned.split())
    path = urlsplit(text).path if re.match(r"https?://", text, re.IGNORECASE) else text
    if match := re.search(r"(?:^|/)e/([^/]+)/?$", path):
        text = unquote(match[1]).strip()
    return text if 0 < len(text) <= LONGEST_CODE and text.isprintable() else ""
