"""Contacts of a school, their numbers, and whose number a caller has."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from inventory import contacts, register
from inventory.errors import Invalid, Refused
from inventory.phones import Fit
from inventory.places import ContactRole
from inventory.roles import Scope
from inventory.tables import Contact, Phone, PhoneUse, School, Trace
from tests import cast

EVERYWHERE = Scope(None)


def add(session: Session, school: School, name: str, *numbers: str) -> Contact:
    return contacts.contact_added(
        session, school, name, ContactRole.DIRECTOR, numbers, by=cast.CONSOLE, at=cast.NOW, email="a@example.az"
    )


def numbers(session: Session, contact: Contact) -> list[tuple[str, str]]:
    found = contacts.numbers_of(session, [contact.id or 0]).get(contact.id or 0, [])
    return [(phone.raw, phone.e164) for phone in found]


def test_a_contact_has_several_numbers_in_the_order_in_which_they_were_given(session: Session) -> None:
    school = cast.enter(session).school
    elchin = add(session, school, "Elçin (invented)", "050 212 34 56", "(012) 498-12-34", "12 34")
    assert numbers(session, elchin) == [
        ("050 212 34 56", "+994502123456"), ("(012) 498-12-34", "+994124981234"), ("12 34", ""),
    ]  # fmt: skip


def test_numbers_change_together_and_one_that_reaches_nobody_goes(session: Session) -> None:
    school = cast.enter(session).school
    elchin = add(session, school, "Elçin (invented)", "050 212 34 56", "055 212 34 56")
    facts = {"numbers": ["055 212 34 56", "070 212 34 56"], "name": "Elçin Rzayev (invented)"}
    assert contacts.contact_changed(session, school, elchin, facts, by=cast.CONSOLE, at=cast.NOW)
    assert not contacts.contact_changed(session, school, elchin, facts, by=cast.CONSOLE, at=cast.NOW)
    assert [raw for raw, _ in numbers(session, elchin)] == ["055 212 34 56", "070 212 34 56"]
    assert len(session.exec(select(Phone)).all()) == 2
    assert elchin.version == 2
    last = session.exec(select(Trace).where(Trace.noun == "contact").order_by(col(Trace.number).desc())).first()
    assert last is not None
    assert last.before == {"name": "Elçin (invented)", "numbers": ["050 212 34 56", "055 212 34 56"]}


def test_one_number_serves_two_schools_and_the_latest_used_comes_first(session: Session) -> None:
    who = cast.enter(session)
    add(session, who.school, "Elçin (invented)", "050 212 34 56")
    add(session, who.elsewhere, "Nərgiz (invented)", "+994 50 212-34-56")
    assert len(session.exec(select(Phone)).all()) == 1
    for use in session.exec(select(PhoneUse).where(PhoneUse.school_id == who.elsewhere.id)):
        use.used_at = cast.NOW - timedelta(days=1)
    session.flush()
    found = contacts.callers(session, "0502123456", EVERYWHERE)
    assert [(caller.school.emis, caller.fit) for caller in found] == [("21", Fit.EXACT), ("190", Fit.EXACT)]


def test_a_caller_without_area_may_be_one_and_a_stranger_s_school_is_not_named(session: Session) -> None:
    who = cast.enter(session)
    contacts.school_numbers_changed(session, who.school, ["(012) 498-12-34"], by=cast.CONSOLE, at=cast.NOW)
    found = contacts.callers(session, "4981234", EVERYWHERE)
    assert [(caller.school.emis, caller.contact, caller.fit) for caller in found] == [("190", None, Fit.MAYBE)]
    assert contacts.callers(session, "4981234", cast.who(session, who.kamran).scope) == []
    assert contacts.callers(session, "anonymous", EVERYWHERE) == []


def test_whoever_has_left_is_not_called(session: Session) -> None:
    school = cast.enter(session).school
    elchin = add(session, school, "Elçin (invented)", "050 212 34 56")
    contacts.contact_changed(session, school, elchin, {"active": False}, by=cast.CONSOLE, at=cast.NOW)
    assert contacts.callers(session, "0502123456", EVERYWHERE) == []


def test_a_number_without_area_gets_that_of_the_place_where_the_school_stands(session: Session) -> None:
    who = cast.enter(session)
    register.district_named(
        session, "AZ-SKR", az="Şəmkir", en="Shamkir", ru="Шамкир", prefixes=["2230"], by=cast.CONSOLE, at=cast.NOW
    )
    contacts.school_numbers_changed(session, who.elsewhere, ["5 12 34"], by=cast.CONSOLE, at=cast.NOW)
    assert [phone.e164 for phone in contacts.school_numbers(session, who.elsewhere)] == ["+994223051234"]


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        pytest.param("", ["146"], "name", id="nobody"),
        pytest.param("Elçin", ["evdə"], "numbers", id="a number without digits"),
        pytest.param("Elçin", ["5" * 61], "numbers", id="a number without end"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(session: Session, name: str, given: list[str], field: str) -> None:
    school = cast.enter(session).school
    with pytest.raises(Invalid) as refused:
        add(session, school, name, *given)
    assert refused.value.field == field


def test_contacts_are_kept_by_whoever_keeps_places(session: Session) -> None:
    who = cast.enter(session)
    with pytest.raises(Refused):
        contacts.contact_added(
            session, who.school, "X", ContactRole.GUARD, [], by=cast.who(session, who.aynur), at=cast.NOW
        )


def test_a_number_is_kept_as_each_school_gave_it(session: Session) -> None:
    who = cast.enter(session)
    for school, raw in ((who.school, "(012) 498-12-34"), (who.elsewhere, "00994 12 498 12 34")):
        contacts.school_numbers_changed(session, school, [raw], by=cast.CONSOLE, at=cast.NOW)
    assert [given.raw for given in contacts.school_numbers(session, who.school)] == ["(012) 498-12-34"]
    assert [given.raw for given in contacts.school_numbers(session, who.elsewhere)] == ["00994 12 498 12 34"]
    assert len(session.exec(select(Phone)).all()) == 1
