"""The life of a piece, what each act needs on paper, and what speaks against a write-off: tables, a sentence a row."""

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.challenges import Challenge, Known, challenges
from inventory.lifecycle import (
    ActKind,
    ActState,
    AssetState,
    Step,
    may_enter,
    may_follow,
    nexts,
    step,
)
from inventory.papers import Fault, Member, MemberRole, Side, Wanting, fault_of, landing, wanting

S, A, T = AssetState, ActKind, ActState
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

STEPS = {
    "what was ordered is delivered without a paper": (S.ORDERED, S.DELIVERED, None, Step.FREE),
    "what was delivered is accepted by nobody alone": (S.DELIVERED, S.ACCEPTED, None, Step.BY_ACT),
    "an act of acceptance accepts what was delivered": (S.DELIVERED, S.ACCEPTED, A.ACCEPTANCE, Step.FREE),
    "an act of transfer accepts nothing": (S.DELIVERED, S.ACCEPTED, A.TRANSFER, Step.BY_ACT),
    "what was delivered is not installed before it was accepted": (S.DELIVERED, S.INSTALLED, None, Step.NONE),
    "what was accepted is installed": (S.ACCEPTED, S.INSTALLED, None, Step.FREE),
    "what is installed goes to repair": (S.INSTALLED, S.IN_REPAIR, None, Step.FREE),
    "and comes back": (S.IN_REPAIR, S.INSTALLED, None, Step.FREE),
    "a spare is kept for an exam": (S.IN_STORE, S.RESERVED, None, Step.FREE),
    "what is installed may be missing": (S.INSTALLED, S.MISSING, None, Step.FREE),
    "what was missing is found": (S.MISSING, S.IN_STORE, None, Step.FREE),
    "nobody alone sends a piece away": (S.INSTALLED, S.IN_TRANSIT, None, Step.BY_ACT),
    "an act of transfer does": (S.INSTALLED, S.IN_TRANSIT, A.TRANSFER, Step.FREE),
    "and puts it into the store of the other school": (S.IN_TRANSIT, S.IN_STORE, A.TRANSFER, Step.FREE),
    "nobody alone ends a journey": (S.IN_TRANSIT, S.IN_STORE, None, Step.BY_ACT),
    "what is on its way is not written off": (S.IN_TRANSIT, S.WRITEOFF_PROPOSED, A.WRITE_OFF, Step.NONE),
    "nobody alone proposes a write-off": (S.IN_STORE, S.WRITEOFF_PROPOSED, None, Step.BY_ACT),
    "what is missing may be written off": (S.MISSING, S.WRITEOFF_PROPOSED, A.WRITE_OFF, Step.FREE),
    "nobody alone writes off": (S.WRITEOFF_PROPOSED, S.WRITTEN_OFF, None, Step.BY_ACT),
    "an act writes off": (S.WRITEOFF_PROPOSED, S.WRITTEN_OFF, A.WRITE_OFF, Step.FREE),
    "nothing is written off without being proposed": (S.INSTALLED, S.WRITTEN_OFF, A.WRITE_OFF, Step.NONE),
    "a rejected write-off leaves the piece where it was": (S.WRITEOFF_PROPOSED, S.INSTALLED, A.WRITE_OFF, Step.FREE),
    "what was written off is disposed of by an act": (S.WRITTEN_OFF, S.DISPOSED, A.DISPOSAL, Step.FREE),
    "and by nobody alone": (S.WRITTEN_OFF, S.DISPOSED, None, Step.BY_ACT),
    "what was written off does not come back": (S.WRITTEN_OFF, S.IN_STORE, None, Step.NONE),
    "what was disposed of does not come back": (S.DISPOSED, S.WRITTEN_OFF, A.WRITE_OFF, Step.NONE),
    "a replacement brings the new one in": (S.IN_STORE, S.INSTALLED, A.REPLACEMENT, Step.FREE),
    "and takes the old one out": (S.IN_REPAIR, S.IN_STORE, A.REPLACEMENT, Step.FREE),
    "a replacement does not find what is missing": (S.MISSING, S.IN_STORE, A.REPLACEMENT, Step.NONE),
    "to stay is no step": (S.INSTALLED, S.INSTALLED, None, Step.SAME),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "act", "answer"), STEPS.values(), ids=STEPS)
def test_a_step(before: AssetState, after: AssetState, act: ActKind | None, answer: Step) -> None:
    assert step(before, after, act) is answer


def test_nobody_alone_takes_a_step_of_an_act() -> None:
    reserved = {S.ACCEPTED, S.IN_TRANSIT, S.WRITEOFF_PROPOSED, S.WRITTEN_OFF, S.DISPOSED}
    assert not {after for before in S for after in nexts(before)} & reserved


ENTERS = {
    "delivered: acceptance": (A.ACCEPTANCE, S.DELIVERED, False, True),
    "ordered: not there yet": (A.ACCEPTANCE, S.ORDERED, False, False),
    "in repair: may move to another school": (A.TRANSFER, S.IN_REPAIR, False, True),
    "on the way already: not again": (A.TRANSFER, S.IN_TRANSIT, False, False),
    "missing: cannot be handed over": (A.TRANSFER, S.MISSING, False, False),
    "missing: may be replaced": (A.REPLACEMENT, S.MISSING, False, True),
    "missing: replaces nothing": (A.REPLACEMENT, S.MISSING, True, False),
    "in the store: may replace": (A.REPLACEMENT, S.IN_STORE, True, True),
    "proposed already: not again": (A.WRITE_OFF, S.WRITEOFF_PROPOSED, False, False),
    "written off: disposal": (A.DISPOSAL, S.WRITTEN_OFF, False, True),
    "installed: no disposal": (A.DISPOSAL, S.INSTALLED, False, False),
}


@pytest.mark.parametrize(("kind", "state", "incoming", "may"), ENTERS.values(), ids=ENTERS)
def test_a_piece_may_stand_on_an_act(kind: ActKind, state: AssetState, incoming: bool, may: bool) -> None:
    assert may_enter(kind, state, incoming=incoming) is may


FOLLOWS = {
    "a draft is submitted": (T.DRAFT, T.SUBMITTED, True),
    "a draft is not approved": (T.DRAFT, T.APPROVED, False),
    "nothing is executed unsigned": (T.APPROVED, T.EXECUTED, False),
    "what is signed is executed": (T.SIGNED, T.EXECUTED, True),
    "what is signed is not rejected any more": (T.SIGNED, T.REJECTED, False),
    "but it may be void": (T.SIGNED, T.VOID, True),
    "what was executed stays": (T.EXECUTED, T.VOID, False),
    "void is an end": (T.VOID, T.DRAFT, False),
}


@pytest.mark.parametrize(("before", "after", "may"), FOLLOWS.values(), ids=FOLLOWS)
def test_an_act_goes_on(before: ActState, after: ActState, may: bool) -> None:
    assert may_follow(before, after) is may


def people(*roles: str) -> list[Member]:
    return [Member(f"{place} {role}", MemberRole(role)) for place, role in enumerate(roles)]


TWO = [Member("elçin", MemberRole.CHAIR), Member("elçin", MemberRole.CUSTODIAN), *people("member")]
COMMISSIONS = {
    "a chair and two members": (people("chair", "member", "member"), 2, Fault.NOTHING),
    "nobody in the chair": (people("member", "member"), 2, Fault.NO_CHAIR),
    "two chairs": (people("chair", "chair", "member"), 2, Fault.TWO_CHAIRS),
    "the custodian does not chair": (TWO, 2, Fault.CUSTODIAN_CHAIRS),
    "one person alone is no commission": (people("chair"), 1, Fault.QUORUM),
    "a custodian does not count": (people("chair", "custodian"), 2, Fault.QUORUM),
    "more than there are": (people("chair", "member"), 3, Fault.QUORUM),
    "the same person twice": ([*people("chair"), *[Member("a", MemberRole.MEMBER)] * 2], 2, Fault.TWICE),
}


@pytest.mark.parametrize(("members", "quorum", "fault"), COMMISSIONS.values(), ids=COMMISSIONS)
def test_a_commission(members: list[Member], quorum: int, fault: Fault) -> None:
    assert fault_of(members, quorum) is fault


C, F, TO = Side.COMMISSION, Side.FROM, Side.TO
SIGNED = {
    "nobody has signed": (A.WRITE_OFF, [], 2, Wanting.CHAIR),
    "members without the chair": (A.WRITE_OFF, [(C, "member"), (C, "deputy")], 2, Wanting.CHAIR),
    "the chair alone": (A.WRITE_OFF, [(C, "chair")], 2, Wanting.QUORUM),
    "the chair and the custodian": (A.WRITE_OFF, [(C, "chair"), (C, "custodian")], 2, Wanting.QUORUM),
    "the chair and a member": (A.WRITE_OFF, [(C, "chair"), (C, "member")], 2, Wanting.NOTHING),
    "a transfer that only the giver signed": (A.TRANSFER, [(F, "director")], 0, Wanting.TO),
    "a transfer that only the taker signed": (A.TRANSFER, [(TO, "director")], 0, Wanting.FROM),
    "a transfer that both signed": (A.TRANSFER, [(F, "director"), (TO, "director")], 0, Wanting.NOTHING),
    "a replacement that the school signed": (A.REPLACEMENT, [(F, "director")], 0, Wanting.NOTHING),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "signed", "quorum", "answer"), SIGNED.values(), ids=SIGNED)
def test_what_is_wanting(kind: ActKind, signed: list[tuple[Side, str]], quorum: int, answer: Wanting) -> None:
    assert wanting(kind, signed, quorum) is answer


ALIVE, WARRANTY, UNREPAIRED = Challenge.ALIVE.value, Challenge.WARRANTY.value, Challenge.NEVER_REPAIRED.value
YESTERDAY, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=400)
CHALLENGED = {
    "alive yesterday": (Known(YESTERDAY, None, 1), "worn_out", [ALIVE]),
    "not seen for a year": (Known(LONG_AGO, None, 1), "worn_out", []),
    "never seen by an agent is no proof of anything": (Known(None, None, 1), "worn_out", []),
    "under warranty until today": (Known(None, date(2026, 11, 24), 1), "broken", [WARRANTY]),
    "out of warranty since yesterday": (Known(None, date(2026, 11, 23), 1), "broken", []),
    "never repaired": (Known(None, None, 0), "broken", [UNREPAIRED]),
    "nobody repairs what was stolen": (Known(None, None, 0), "stolen", []),
    "but what was stolen does not report from the school": (Known(YESTERDAY, None, 0), "stolen", [ALIVE]),
    "all at once": (Known(YESTERDAY, date(2027, 1, 1), 0), "worn_out", [ALIVE, WARRANTY, UNREPAIRED]),
}


@pytest.mark.parametrize(("known", "reason", "kinds"), CHALLENGED.values(), ids=CHALLENGED)
def test_a_write_off_is_challenged(known: Known, reason: str, kinds: list[str]) -> None:
    found = challenges(known, reason, at=NOW, today=date(2026, 11, 24))
    assert [challenge["kind"] for challenge in found] == kinds


@pytest.mark.parametrize(
    ("was", "reports", "state"),
    [(S.INSTALLED, False, S.IN_STORE), (S.IN_REPAIR, False, S.IN_REPAIR), (S.IN_STORE, True, S.INSTALLED)],
    ids=["it waits in the store", "it is as broken as before", "it works at its new school already"],
)
def test_where_a_transferred_piece_lands(was: AssetState, reports: bool, state: AssetState) -> None:
    assert landing(was, reports=reports) is state
