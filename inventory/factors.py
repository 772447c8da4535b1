"""The second factor: time-based codes of a telephone (RFC 6238), and recovery codes for when it is lost."""

import hmac
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from inventory import secrets, trace
from inventory.errors import Conflict, Invalid
from inventory.roles import Permission, Who
from inventory.tables import Person, RecoveryCode, SecondFactor, SignIn

STEP_S = 30
STEPS_ASIDE = 1  # a clock may be 30 s off either way (RFC 6238 §5.2)
RECOVERY_CODES = 8
ISSUER = "Zəng"


def is_on(session: Session, person: Person) -> bool:
    row = session.get(SecondFactor, person.id)
    return row is not None and row.confirmed_at is not None


def prepared(session: Session, person: Person, *, by: Who) -> str:
    """A new secret, not in force until a code proves that the telephone has it. Conflict where a factor is in force."""
    by.in_person()
    if is_on(session, person):
        raise Conflict("The second factor is in force already; switch it off first.")
    row = session.get(SecondFactor, person.id) or SecondFactor(person_id=person.id or 0, secret="")
    row.secret, row.last_step = pyotp.random_base32(), 0
    session.add(row)
    session.flush()
    return row.secret


def awaited(session: Session, person: Person) -> str | None:
    """The secret that no code has proved yet."""
    row = session.get(SecondFactor, person.id)
    return row.secret if row is not None and row.confirmed_at is None else None


def address(person: Person, secret: str) -> str:
    """otpauth://totp/... as telephones read it from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name=ISSUER)


def confirmed(session: Session, person: Person, code: str, *, by: Who, at: datetime) -> Sequence[str]:
    """From now on the factor is asked for; the recovery codes are told this one time."""
    by.in_person()
    trace.held(session)
    row = session.get(SecondFactor, person.id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("No second factor is being set up here; begin again.")
    if not _code_fits(session, row, code, at):
        raise Invalid("code", "This code is wrong or was used; right are the six digits that the telephone shows now.")
    row.confirmed_at = at
    session.add(row)
    session.flush()
    codes = _new_recovery_codes(session, person)
    trace.changed(session, "second_factor_on", "person", person.login, by=by, at=at)
    return codes


def proved(session: Session, person: Person, code: str, *, at: datetime) -> bool:
    """Whether this is the code of now, never used before, or a recovery code, never used before."""
    row = session.get(SecondFactor, person.id)
    if row is None or row.confirmed_at is None:
        return False
    return _code_fits(session, row, code, at) or _recovery_code_used(session, person, code, at)


def codes_left(session: Session, person: Person) -> int:
    unused = select(RecoveryCode).where(RecoveryCode.person_id == person.id, col(RecoveryCode.used_at).is_(None))
    return len(session.exec(unused).all())


def switched_off(session: Session, person: Person, *, by: Who, at: datetime) -> None:
    """By the person, or by an administrator for somebody who lost the telephone: then every session ends too."""
    by.in_person()
    own = by.person_id is not None and by.person_id == person.id
    if not own:
        by.must(Permission.KEEP_PEOPLE)
    trace.held(session)
    if session.get(SecondFactor, person.id) is None:
        return
    session.execute(delete(SecondFactor).where(col(SecondFactor.person_id) == person.id))
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))
    if not own:
        session.execute(delete(SignIn).where(col(SignIn.person_id) == person.id))
    session.expire_all()
    trace.changed(session, "second_factor_off", "person", person.login, by=by, at=at)


def _code_fits(session: Session, row: SecondFactor, code: str, at: datetime) -> bool:
    """The step is taken in the database: of two who send the same code at once, one is let in."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    now, made = int(at.timestamp()) // STEP_S, pyotp.TOTP(row.secret, interval=STEP_S)
    for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):
        if hmac.compare_digest(made.generate_otp(step), digits):
            taken = update(SecondFactor).where(
                col(SecondFactor.person_id) == row.person_id, col(SecondFactor.last_step) < step
            )
            return session.connection().execute(taken.values(last_step=step)).rowcount == 1
    return False


def _recovery_code_used(session: Session, person: Person, code: str, at: datetime) -> bool:
    used = update(RecoveryCode).where(
        col(RecoveryCode.code_hash) == secrets.image(secrets.spoken(code)),
        col(RecoveryCode.person_id) == person.id,
        col(RecoveryCode.used_at).is_(None),
    )
    return session.connection().execute(used.values(used_at=at)).rowcount == 1


def _new_recovery_codes(session: Session, person: Person) -> Sequence[str]:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))
    codes = [secrets.new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(code_hash=secrets.image(code), person_id=person.id or 0) for code in codes)
    session.flush()
    return codes
