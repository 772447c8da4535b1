"""An agent is let in: a one-time code becomes a key and a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import update
from sqlmodel import Session, col, select

from inventory import secrets
from inventory.errors import Conflict, Expired, Invalid, NotFound, Refused
from inventory.tables import Agent, EnrolCode, School

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`token` is told once, here, and stored only as its image."""

    agent_id: int
    token: str
    school: School


def code_given_out(session: Session, school: School, *, valid: timedelta, by: str, at: datetime) -> str:
    """A code that lets one agent of this school in, for 15 minutes to 30 days."""
    if not SHORTEST <= valid <= LONGEST:
        raise Invalid("valid", f"A code is valid from 15 minutes to 30 days; {valid} is not.")
    code = secrets.new_code()
    row = EnrolCode(code_hash=secrets.image(code), school_id=school.id or 0, created_by=by)
    row.created_at, row.expires_at = at, at + valid
    session.add(row)
    session.flush()
    return code


def agent_enrolled(
    session: Session, code: str, public_key: bytes, signature: bytes, machine: dict[str, Any], *, at: datetime
) -> Enrolment:
    """Let an agent in. It proves that it holds the private key by signing "zeng-enrol:" + the code (RFC 8032)."""
    image = secrets.image(secrets.spoken(code))
    row = session.get(EnrolCode, image)
    if row is None:
        raise NotFound("This enrolment code is not known; ask for a new one.")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, b"zeng-enrol:" + code.encode())
    except (InvalidSignature, ValueError) as error:
        raise Refused("The signature does not fit the public key; the agent must sign the code it sends.") from error
    if row.used_at is not None:
        raise Conflict("This enrolment code has been used; each code lets one agent in.")
    if row.expires_at <= at:
        raise Expired(f"This enrolment code expired at {row.expires_at:%Y-%m-%d %H:%M} UTC; ask for a new one.")
    if session.exec(select(Agent).where(Agent.public_key == public_key)).first():
        raise Conflict("This key is enrolled already; a second computer needs a key of its own.")
    first = update(EnrolCode).where(col(EnrolCode.code_hash) == image, col(EnrolCode.used_at).is_(None))
    if session.connection().execute(first.values(used_at=at)).rowcount != 1:
        raise Conflict("This enrolment code has been used; each code lets one agent in.")
    school = session.get_one(School, row.school_id)
    token = secrets.new_token()
    agent = Agent(
        school_id=row.school_id, public_key=public_key, token_hash=secrets.image(token), machine=machine, enrolled_at=at
    )
    session.add(agent)
    session.flush()
    return Enrolment(agent.id or 0, token, school)
