"""An agent is let in once, by the holder of its key, with a code that is still good."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, select

from inventory import intake, secrets
from inventory.errors import Conflict, Expired, HouseError, Invalid, NotFound, Refused
from inventory.tables import Agent, School
from tests import cast

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def school(session: Session) -> School:
    cast.named(session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад")
    return cast.opened(session, "190", "190 N-li tam orta məktəb", "AZ-SAB")


def come(
    session: Session, code: str, key: Ed25519PrivateKey, *, signed: str | None = None, at: datetime = NOON
) -> intake.Enrolment:
    signature = key.sign(b"zeng-enrol:" + (signed or code).encode())
    return intake.agent_enrolled(
        session, code, key.public_key().public_bytes_raw(), signature, {"hostname": "pc"}, at=at
    )


def test_a_code_lets_one_agent_in_and_its_token_is_nowhere_in_the_database(session: Session, school: School) -> None:
    code = intake.code_given_out(session, school, valid=WEEK, by="rauf", at=NOON)
    enrolment = come(session, code, Ed25519PrivateKey.generate())
    agent = session.exec(select(Agent)).one()
    assert agent.school_id == school.id
    assert agent.token_hash == secrets.image(enrolment.token)
    assert enrolment.token not in repr(agent)


def test_a_code_read_out_on_the_telephone_may_be_typed_in_small_letters(session: Session, school: School) -> None:
    code = intake.code_given_out(session, school, valid=WEEK, by="rauf", at=NOON)
    assert come(session, code.lower().replace("-", " "), Ed25519PrivateKey.generate()).school.id == school.id


@pytest.mark.parametrize("valid", [timedelta(minutes=14), timedelta(days=31)])
def test_a_code_is_valid_from_fifteen_minutes_to_thirty_days(
    session: Session, school: School, valid: timedelta
) -> None:
    with pytest.raises(Invalid, match="15 minutes to 30 days"):
        intake.code_given_out(session, school, valid=valid, by="rauf", at=NOON)


def test_what_does_not_hold_is_refused_in_words(session: Session, school: School) -> None:
    code = intake.code_given_out(session, school, valid=WEEK, by="rauf", at=NOON)
    other = intake.code_given_out(session, school, valid=WEEK, by="rauf", at=NOON)
    key = Ed25519PrivateKey.generate()
    come(session, code, key)

    def fails(error: type[HouseError], says: str, code: str, key: Ed25519PrivateKey, **more: object) -> None:
        with pytest.raises(error, match=says):
            come(session, code, key, **more)  # type: ignore[arg-type]

    stranger = Ed25519PrivateKey.generate()
    fails(NotFound, "not known", "ABCD-EFGH-JKMN", stranger)
    fails(Conflict, "has been used", code, stranger)
    fails(Refused, "signature", other, stranger, signed="another code")
    fails(Conflict, "enrolled already", other, key)
    fails(Expired, "expired", other, stranger, at=NOON + WEEK)
    assert come(session, other, stranger).school.id == school.id
