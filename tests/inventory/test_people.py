"""People are added, given a role and a scope, and let go; every change leaves a trace."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from inventory import people, scoping, tokens
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.roles import Permission, Role, Scope, Who
from inventory.tables import ApiToken, Person, Trace
from tests import cast
from tests.cast import CONSOLE

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PASSWORD = "bir-iki-üç-dörd"


@pytest.fixture
def who(session: Session) -> cast.Cast:
    return cast.enter(session)


def change(session: Session, person: Person, **other: object) -> None:
    given = people.given_to(session, person)
    values = {
        "name": person.name, "role": person.role, "districts": given.districts, "schools": given.schools,
        "active": person.active, "by": CONSOLE, "at": NOON,
    } | other  # fmt: skip
    people.person_changed(session, person, **values)  # type: ignore[arg-type]


def last_of(session: Session, login: str) -> Trace:
    rows = session.exec(select(Trace).where(Trace.noun == "person", Trace.key == login))
    return max(rows, key=lambda row: row.number)


def test_a_technician_sees_his_district_and_no_other(session: Session, who: cast.Cast) -> None:
    scope = scoping.scope_of_person(session, who.aynur)
    assert scope.covers("AZ-SAB")
    assert not scope.covers("AZ-SKR")


def test_a_director_sees_his_school_and_not_his_district(session: Session, who: cast.Cast) -> None:
    scope = scoping.scope_of_person(session, who.elchin)
    assert scope.covers("AZ-SAB", who.school.id)
    assert not scope.covers("AZ-SAB", 999)


def test_an_operator_sees_the_country(session: Session, who: cast.Cast) -> None:
    assert scoping.scope_of_person(session, who.rauf).covers("AZ-BA")


def test_a_person_cannot_be_added_wrongly(session: Session, who: cast.Cast) -> None:
    def add(login: str, password: str = PASSWORD, districts: tuple[str, ...] = ("AZ-SAB",), name: str = "x") -> None:
        people.person_added(session, login, name, Role.TECHNICIAN, password, districts, by=CONSOLE, at=NOON)

    with pytest.raises(Invalid, match="too short"):
        add("vusal", "short")
    with pytest.raises(Invalid, match="the login itself"):
        add("vusal.quliyev", "Vusal.Quliyev")
    with pytest.raises(Invalid, match="district"):
        add("vusal", districts=())
    with pytest.raises(NotFound, match="AZ-QQ"):
        add("vusal", districts=("AZ-QQ",))
    with pytest.raises(Conflict, match="already"):
        add("aynur")
    with pytest.raises(Invalid, match="login"):
        add("vu sal")
    with pytest.raises(Invalid, match="65 characters; right are at most 64"):
        add("o" * 65)
    for name in ("", " ", "o" * 121, "or\nxan"):
        with pytest.raises(Invalid, match="cannot be a name; right are 1 to 120"):
            add("vusal", name=name)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_keeps_people(session: Session, who: cast.Cast, role: Role) -> None:
    by = Who("somebody", role, Scope(None))
    with pytest.raises(Refused):
        people.person_added(session, "vusal", "x", Role.OPERATOR, PASSWORD, [], by=by, at=NOON)
    with pytest.raises(Refused):
        change(session, who.aynur, role=Role.ADMINISTRATOR, by=by)
    with pytest.raises(Refused):
        people.password_reset(session, who.aynur, PASSWORD, by=by, at=NOON)


def test_another_scope_holds_from_the_next_question_on_and_is_traced(session: Session, who: cast.Cast) -> None:
    change(session, who.aynur, districts=["AZ-SKR"], schools=["190"], reason="əmr 12")
    scope = scoping.scope_of_person(session, who.aynur)
    assert scope.districts == frozenset({"AZ-SKR"})
    assert scope.covers("AZ-SAB", who.school.id)
    row = last_of(session, "aynur")
    assert (row.verb, row.reason) == ("changed", "əmr 12")
    assert row.before == {"districts": ["AZ-SAB"], "schools": []}
    assert row.after == {"districts": ["AZ-SKR"], "schools": ["190"]}


def test_a_role_of_the_whole_country_has_no_districts_left_over(session: Session, who: cast.Cast) -> None:
    change(session, who.aynur, role=Role.OPERATOR)
    assert people.given_to(session, who.aynur) == people.Given((), ())
    with pytest.raises(Invalid, match="district or a school"):
        change(session, who.aynur, role=Role.DIRECTOR)


def test_a_change_that_changes_nothing_leaves_no_trace(session: Session, who: cast.Cast) -> None:
    version = who.aynur.version
    change(session, who.aynur)
    assert who.aynur.version == version
    assert not session.exec(select(Trace).where(Trace.noun == "person", Trace.key == "aynur")).all()


def test_two_who_change_the_same_person_are_told(session: Session, who: cast.Cast) -> None:
    change(session, who.aynur, name="Aynur H.", expected=1)
    with pytest.raises(Conflict, match="meanwhile"):
        change(session, who.aynur, name="Aynur M.", expected=1)


def test_the_last_administrator_stays(session: Session, who: cast.Cast) -> None:
    for other in ({"role": Role.OPERATOR}, {"active": False}):
        with pytest.raises(Conflict, match="last administrator"):
            change(session, who.zaur, **other)
    change(session, who.rauf, role=Role.ADMINISTRATOR)
    change(session, who.zaur, active=False)
    with pytest.raises(Conflict, match="last administrator"):
        change(session, who.rauf, active=False)
    assert last_of(session, "zaur").verb == "deactivated"


def token(session: Session, person: Person, *permissions: Permission, write: bool = False, days: int = 30) -> str:
    by = scoping.acting(session, person)
    valid = timedelta(days=days)
    return tokens.token_made(
        session, person, f"t{len(permissions)}{write}", write=write, permissions=permissions, valid=valid,
        by=by, at=NOON,
    )[1]  # fmt: skip


def test_a_token_carries_less_than_its_person_and_never_more(session: Session, who: cast.Cast) -> None:
    held = tokens.holder(session, token(session, who.aynur, Permission.EXPORT), at=NOON, request="r1")
    assert held is not None
    by = held[0]
    assert by.may(Permission.EXPORT)
    assert not by.may(Permission.SEE_CONTACTS)
    assert not by.may(Permission.DRAW_ACTS)
    assert by.scope == scoping.scope_of_person(session, who.aynur)
    assert by.name.startswith("aynur (token ")
    with pytest.raises(Invalid, match="execute_acts"):
        token(session, who.aynur, Permission.EXECUTE_ACTS)


def test_a_token_that_only_reads_carries_no_permission_to_change(session: Session, who: cast.Cast) -> None:
    for write in (False, True):
        held = tokens.holder(session, token(session, who.leyla, *[Permission.KEEP_PLACES], write=write), at=NOON)
        assert held is not None
        assert held[0].may(Permission.KEEP_PLACES) is write


def test_a_token_follows_what_becomes_of_its_person(session: Session, who: cast.Cast) -> None:
    made = token(session, who.aynur, Permission.DRAW_ACTS, write=True)
    change(session, who.aynur, role=Role.OPERATOR)
    held = tokens.holder(session, made, at=NOON)
    assert held is not None
    assert not held[0].may(Permission.DRAW_ACTS)
    change(session, who.aynur, active=False)
    assert tokens.holder(session, made, at=NOON) is None


def test_a_token_ends_and_can_be_revoked(session: Session, who: cast.Cast) -> None:
    made = token(session, who.aynur, Permission.EXPORT)
    row = session.exec(select(ApiToken)).one()
    assert tokens.holder(session, made, at=NOON + timedelta(days=30)) is None
    with pytest.raises(NotFound):
        tokens.revoked(session, row.id or 0, by=scoping.acting(session, who.kamran), at=NOON)
    assert tokens.holder(session, made, at=NOON)
    tokens.revoked(session, row.id or 0, by=scoping.acting(session, who.zaur), at=NOON, reason="itib")
    assert tokens.holder(session, made, at=NOON) is None
    verbs = session.exec(select(Trace.verb).where(Trace.noun == "token").order_by(col(Trace.number))).all()
    assert verbs == ["made", "revoked"]
    assert made not in str([each.model_dump() for each in session.exec(select(Trace))])


@pytest.mark.parametrize("text", ["", "zt_", "x", "zt_" + "a" * 44, "ə"])
def test_what_is_no_token_opens_nothing(session: Session, who: cast.Cast, text: str) -> None:
    assert tokens.holder(session, text, at=NOON) is None


def test_a_program_makes_no_tokens_and_changes_no_password(session: Session, who: cast.Cast) -> None:
    held = tokens.holder(session, token(session, who.zaur, *Permission, write=True), at=NOON)
    assert held is not None
    by = held[0]
    with pytest.raises(Refused, match="sign in yourself"):
        tokens.token_made(session, who.zaur, "x", write=False, permissions=[], valid=timedelta(days=1), by=by, at=NOON)
    with pytest.raises(Refused, match="sign in yourself"):
        people.password_reset(session, who.aynur, PASSWORD, by=by, at=NOON)
    with pytest.raises(Refused, match="sign in yourself"):
        tokens.revoked(session, 1, by=by, at=NOON)


def test_nobody_makes_a_token_for_somebody_else(session: Session, who: cast.Cast) -> None:
    for maker in (who.zaur, who.rauf):
        with pytest.raises((Invalid, Refused)):
            tokens.token_made(
                session, who.aynur, "x", write=False, permissions=[], valid=timedelta(days=1),
                by=scoping.acting(session, maker), at=NOON,
            )  # fmt: skip
