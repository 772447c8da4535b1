"""People sign in, with a second factor where they have one, and a wrong attempt is counted."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlmodel import Session, select

from inventory import factors, people, register, secrets, sessions
from inventory.errors import Conflict, Invalid, Refused
from inventory.roles import Role
from inventory.scoping import acting
from inventory.tables import Person, SecondFactor, Trace
from tests import cast

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHIFT = timedelta(hours=12)
PASSWORD = "bir-iki-üç-dörd"


@pytest.fixture
def aynur(session: Session) -> Person:
    register.district_named(
        session, "AZ-SAB", az="Sabirabad", en="Sabirabad", ru="Сабирабад", by=cast.CONSOLE, at=cast.NOW
    )
    return people.person_added(
        session, "aynur", "Aynur (invented)", Role.TECHNICIAN, PASSWORD, ["AZ-SAB"], by=cast.CONSOLE, at=NOON
    )


def sign_in(session: Session, password: str = PASSWORD, at: datetime = NOON) -> sessions.Entered | None:
    return sessions.signed_in(session, "aynur", password, valid=SHIFT, at=at)


def entered(session: Session, at: datetime = NOON) -> sessions.Entered:
    known = sign_in(session, at=at)
    assert known is not None
    return known


def test_the_right_password_opens_a_session_that_ends(session: Session, aynur: Person) -> None:
    cookie = entered(session).cookie
    found = sessions.who_is(session, cookie, at=NOON)
    assert found is not None
    assert found[0].login == "aynur"
    assert sessions.who_is(session, cookie, at=NOON + SHIFT) is None


def test_signing_out_ends_the_session_at_once(session: Session, aynur: Person) -> None:
    cookie = entered(session).cookie
    sessions.signed_out(session, cookie)
    assert sessions.who_is(session, cookie, at=NOON) is None


def test_five_wrong_passwords_close_the_login_for_a_quarter_of_an_hour(session: Session, aynur: Person) -> None:
    for _ in range(5):
        assert sign_in(session, "wrong") is None
    with pytest.raises(Refused, match="15 minutes"):
        sign_in(session)
    assert sign_in(session, at=NOON + timedelta(minutes=15, seconds=1))


def test_an_unknown_login_is_told_nothing_else_than_a_wrong_password(session: Session, aynur: Person) -> None:
    assert sessions.signed_in(session, "nobody", PASSWORD, valid=SHIFT, at=NOON) is None


def test_somebody_without_a_password_does_not_sign_in_with_an_empty_one(session: Session, aynur: Person) -> None:
    aynur.password = ""
    session.flush()
    assert sign_in(session, "") is None
    assert sign_in(session) is None


def test_whoever_was_let_go_is_out_at_once_and_stays_out(session: Session, aynur: Person) -> None:
    cookie = entered(session).cookie
    _changed(session, aynur, active=False)
    assert sessions.who_is(session, cookie, at=NOON) is None
    assert sign_in(session) is None
    _changed(session, aynur, active=True)
    assert sessions.who_is(session, cookie, at=NOON) is None
    assert sign_in(session)


def _changed(session: Session, person: Person, *, active: bool) -> None:
    people.person_changed(
        session, person, name=person.name, role=person.role, districts=["AZ-SAB"], schools=[], active=active,
        by=cast.CONSOLE, at=NOON,
    )  # fmt: skip


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(session: Session, aynur: Person) -> None:
    here, elsewhere = entered(session).cookie, entered(session).cookie

    def change(old: str, new: str) -> bool:
        return sessions.own_password_changed(session, aynur, old, new, keep=here, at=NOON)

    assert not change("wrong", "yeni-parol-2026")
    with pytest.raises(Invalid, match="too short"):
        change(PASSWORD, "short")
    assert change(PASSWORD, "yeni-parol-2026")
    assert sessions.who_is(session, here, at=NOON)
    assert sessions.who_is(session, elsewhere, at=NOON) is None
    assert sign_in(session) is None
    assert sign_in(session, "yeni-parol-2026")
    trace = session.exec(select(Trace).where(Trace.verb == "password_changed")).one()
    assert (trace.by, trace.before, trace.after) == ("aynur", None, None)


def test_a_stolen_session_cannot_try_passwords_for_ever(session: Session, aynur: Person) -> None:
    for _ in range(5):
        assert not sessions.own_password_changed(session, aynur, "wrong", "yeni-parol-2026", keep="", at=NOON)
    with pytest.raises(Refused, match="15 minutes"):
        sessions.own_password_changed(session, aynur, PASSWORD, "yeni-parol-2026", keep="", at=NOON)


@pytest.fixture
def telephone(session: Session, aynur: Person) -> pyotp.TOTP:
    """The second factor of Aynur, switched on a minute before noon."""
    by = acting(session, aynur)
    made = pyotp.TOTP(factors.prepared(session, aynur, by=by))
    before = NOON - timedelta(minutes=1)
    factors.confirmed(session, aynur, made.at(before), by=by, at=before)
    return made


def give(session: Session, cookie: str, code: str, at: datetime = NOON) -> str | None:
    return sessions.code_given(session, cookie, code, valid=SHIFT, at=at)


def test_with_a_second_factor_the_password_alone_opens_nothing(
    session: Session, aynur: Person, telephone: pyotp.TOTP
) -> None:
    half = entered(session)
    assert half.half
    assert sessions.who_is(session, half.cookie, at=NOON) is None
    whole = give(session, half.cookie, telephone.at(NOON))
    assert whole is not None
    assert sessions.who_is(session, whole, at=NOON) is not None
    assert sessions.who_is(session, half.cookie, at=NOON) is None
    assert give(session, half.cookie, telephone.at(NOON + timedelta(seconds=30))) is None


def test_a_code_is_taken_once(session: Session, aynur: Person, telephone: pyotp.TOTP) -> None:
    assert give(session, entered(session).cookie, telephone.at(NOON))
    assert give(session, entered(session).cookie, telephone.at(NOON)) is None


@pytest.mark.parametrize(
    ("aside", "taken"),
    [
        pytest.param(-30, True, id="the code of the half minute before"),
        pytest.param(30, True, id="the code of the half minute after"),
        pytest.param(90, False, id="a code of later"),
        pytest.param(-3600, False, id="an old code"),
    ],
)
def test_a_clock_may_be_a_little_wrong(
    session: Session, aynur: Person, telephone: pyotp.TOTP, aside: int, taken: bool
) -> None:
    code = telephone.at(NOON + timedelta(seconds=aside))
    assert bool(give(session, entered(session).cookie, code)) is taken


def test_no_older_code_is_taken_after_a_newer_one(session: Session, aynur: Person, telephone: pyotp.TOTP) -> None:
    assert give(session, entered(session).cookie, telephone.at(NOON + timedelta(seconds=30)))
    assert give(session, entered(session).cookie, telephone.at(NOON)) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "٠١٢٣٤٥", "abcdef", "0" * 40])
def test_what_is_no_code_is_refused(session: Session, aynur: Person, telephone: pyotp.TOTP, code: str) -> None:
    assert give(session, entered(session).cookie, code) is None


def test_a_half_session_waits_five_minutes(session: Session, aynur: Person, telephone: pyotp.TOTP) -> None:
    late = NOON + timedelta(minutes=5)
    assert give(session, entered(session).cookie, telephone.at(late), at=late) is None


def test_a_right_password_does_not_buy_more_codes_to_guess(
    session: Session, aynur: Person, telephone: pyotp.TOTP
) -> None:
    for _ in range(5):
        assert give(session, entered(session).cookie, "000000") is None
    with pytest.raises(Refused, match="15 minutes"):
        sign_in(session)


def test_a_recovery_code_opens_once_in_place_of_the_telephone(session: Session, aynur: Person) -> None:
    by = acting(session, aynur)
    made = pyotp.TOTP(factors.prepared(session, aynur, by=by))
    codes = factors.confirmed(session, aynur, made.at(NOON), by=by, at=NOON)
    assert len(set(codes)) == factors.RECOVERY_CODES
    assert give(session, entered(session).cookie, codes[0].lower().replace("-", " "))
    assert give(session, entered(session).cookie, codes[0]) is None
    assert give(session, entered(session).cookie, codes[1])
    assert factors.codes_left(session, aynur) == factors.RECOVERY_CODES - 2


def test_a_factor_is_asked_for_only_once_the_telephone_has_it(session: Session, aynur: Person) -> None:
    by = acting(session, aynur)
    factors.prepared(session, aynur, by=by)
    assert not entered(session).half
    with pytest.raises(Invalid, match="six digits"):
        factors.confirmed(session, aynur, "000000", by=by, at=NOON)
    assert not entered(session).half


def test_a_factor_in_force_is_not_replaced_by_whoever_finds_an_open_browser(
    session: Session, aynur: Person, telephone: pyotp.TOTP
) -> None:
    with pytest.raises(Conflict, match="in force"):
        factors.prepared(session, aynur, by=acting(session, aynur))


def test_an_administrator_helps_whoever_lost_the_telephone_and_others_may_not(
    session: Session, aynur: Person, telephone: pyotp.TOTP
) -> None:
    rauf = people.person_added(
        session, "rauf", "Rauf (invented)", Role.OPERATOR, PASSWORD, [], by=cast.CONSOLE, at=NOON
    )
    cookie = give(session, entered(session).cookie, telephone.at(NOON))
    assert cookie is not None
    with pytest.raises(Refused):
        factors.switched_off(session, aynur, by=acting(session, rauf), at=NOON)
    factors.switched_off(session, aynur, by=cast.CONSOLE, at=NOON)
    assert sessions.who_is(session, cookie, at=NOON) is None
    assert not entered(session).half


def test_neither_trace_nor_codes_in_the_database_tell_a_secret(
    session: Session, aynur: Person, telephone: pyotp.TOTP
) -> None:
    rows = session.exec(select(Trace)).all()
    assert {row.verb for row in rows} >= {"added", "second_factor_on"}
    secret = session.exec(select(SecondFactor)).one().secret
    for row in rows:
        assert secret not in str(row.model_dump())
        assert "argon2" not in str(row.model_dump())
    assert secrets.image("x") != b"x"
