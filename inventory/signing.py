"""Signatures under an act, and the files that prove them: scans of the signed paper, detached electronic signatures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from inventory import drafts, trace
from inventory.errors import Conflict, Invalid, Refused
from inventory.lifecycle import ActState
from inventory.papers import Method, Side, Wanting, wanting
from inventory.roles import Permission, Who
from inventory.tables import Act, ActFile, ActSignature

LARGEST_FILE: Final = 10_000_000  # bytes
KINDS: Final = frozenset({"scan", "photo", "esign"})
SUBMITTED: Final = frozenset({ActState.SUBMITTED, ActState.APPROVED, ActState.SIGNED, ActState.EXECUTED})


@dataclass(frozen=True, slots=True)
class Signed:
    """`name` as it stands on the paper; `role` of whoever signs for a school ("director"), in a commission its own."""

    side: Side
    name: str
    role: str = ""
    method: Method = Method.PAPER_SCAN
    opinion: str = ""


def put_down(session: Session, act: Act, signed: Sequence[Signed], *, by: Who, at: datetime) -> Wanting:
    """Write signatures down, each once; what is still wanting. The caller has taken the act."""
    there = {(row.side, row.name): row for row in signatures_of(session, act)}
    new = []
    for one in signed:
        role = _role(session, act, one, by)
        if (one.side.value, one.name) in there:
            continue
        row = ActSignature(act_id=act.id or 0, side=one.side, name=one.name, role=role, method=one.method)
        row.opinion, row.person_id, row.at = one.opinion, by.person_id, at
        session.add(row)
        there[one.side.value, one.name] = row
        new.append(f"{one.side.value}: {one.name}")
    session.flush()
    if new:
        after = {"signatures": new}
        trace.changed(
            session, "signed", drafts.NOUN, drafts.key_of(act), by=by, at=at, after=after, school_id=act.school_id
        )  # fmt: skip
    signatures = [(Side(row.side), row.role) for row in there.values()]
    return wanting(act.kind, signatures, _quorum(act))


def _role(session: Session, act: Act, one: Signed, by: Who) -> str:
    """The role under which it is written; Invalid for somebody who has nothing to sign, Refused for another's side."""
    if not 1 <= len(one.name) <= 120 or len(one.opinion) > 300 or len(one.role) > 24:
        raise Invalid("signatures", "A signature has a name of 1 to 120 characters and an opinion of at most 300.")
    if one.side.value not in act.snapshot.get("sides", ()):
        raise Invalid("signatures", "Nobody signs an act of this kind for that side.")
    if not drafts.covers(session, by.scope, act.to_school_id if one.side is Side.TO else act.school_id):
        raise Refused("You can put down signatures only for a school that you answer for.")
    if one.side is not Side.COMMISSION:
        return one.role
    for member in _members(act):
        if member["name"] == one.name:
            return str(member["role"])
    raise Invalid("signatures", "%(name)s is no member of the act's commission.", name=one.name)


def _members(act: Act) -> Sequence[dict[str, Any]]:
    commission = act.snapshot.get("commission")
    return commission["members"] if commission else ()


def _quorum(act: Act) -> int:
    commission = act.snapshot.get("commission")
    return int(commission["quorum"]) if commission else 0


def what_is_wanting(session: Session, act: Act) -> Wanting:
    signatures = [(Side(row.side), row.role) for row in signatures_of(session, act)]
    return wanting(act.kind, signatures, _quorum(act))


def filed(session: Session, act: Act, kind: str, media_type: str, body: bytes, *, by: Who, at: datetime) -> ActFile:
    """A scan, a photo or an e-signature of an act that was submitted; the same file twice is kept once."""
    drafts.taken(session, act, by, Permission.SIGN_ACTS, either=True)
    if act.state not in SUBMITTED:
        raise Conflict("A file belongs to an act that was submitted and is not void.")
    if kind not in KINDS or not 1 <= len(body) <= LARGEST_FILE:
        raise Invalid("file", "The file is empty or larger than 10 MB; scan in black and white, or at 200 dpi.")
    digest = hashlib.sha256(body).hexdigest()
    same = select(ActFile).where(ActFile.act_id == act.id, ActFile.sha256 == digest, ActFile.kind == kind)
    if known := session.exec(same).first():
        return known
    row = ActFile(act_id=act.id or 0, kind=kind, media_type=media_type, sha256=digest, body=body, by=by.name, at=at)
    session.add(row)
    drafts.written(session, act)
    after = {"kind": kind, "sha256": digest, "bytes": len(body)}
    trace.changed(
        session, "filed", drafts.NOUN, drafts.key_of(act), by=by, at=at, after=after, school_id=act.school_id
    )  # fmt: skip
    return row


def signatures_of(session: Session, act: Act) -> Sequence[ActSignature]:
    return session.exec(select(ActSignature).where(ActSignature.act_id == act.id).order_by(col(ActSignature.id))).all()


def files_of(session: Session, act: Act) -> Sequence[tuple[int, str, str, str, str, datetime]]:
    """Without their bodies: `(id, kind, media type, sha256, by, at)`."""
    columns = (ActFile.id, ActFile.kind, ActFile.media_type, ActFile.sha256, ActFile.by, ActFile.at)
    statement = select(*columns).where(ActFile.act_id == act.id).order_by(col(ActFile.id))  # type: ignore[call-overload]
    return [tuple(row) for row in session.exec(statement)]
