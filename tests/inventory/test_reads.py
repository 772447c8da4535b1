"""Reading personal data leaves a row."""

from sqlmodel import Session, select

from inventory import reads
from inventory.roles import Role, Scope, Who
from inventory.tables import PersonalRead
from tests import cast

ORXAN = Who("orxan", Role.AUDITOR, Scope(None), 8, "call-146")


def test_a_reading_says_who_saw_whose_data_and_through_which_request(session: Session) -> None:
    reads.seen_personal(session, "contact", 17, by=ORXAN, at=cast.NOW, school_id=1)
    row = session.exec(select(PersonalRead)).one()
    assert (row.by, row.person_id, row.request, row.at) == ("orxan", 8, "call-146", cast.NOW)
    assert (row.noun, row.key, row.school_id) == ("contact", "17", 1)


def test_a_file_with_the_data_of_many_leaves_a_row_for_each(session: Session) -> None:
    reads.all_seen(session, [reads.Seen("contact", str(n), n) for n in range(3)], by=ORXAN, at=cast.NOW)
    reads.all_seen(session, [], by=ORXAN, at=cast.NOW)
    assert [row.key for row in session.exec(select(PersonalRead).order_by("id"))] == ["0", "1", "2"]
