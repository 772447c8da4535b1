"""Whether a device is a piece of the register: one sentence a row."""

import pytest

from inventory.equipment import Evidence, Kind
from inventory.matching import Finding, Former, Outcome, Piece, Seen, found

A, B = "CND70123A", "CND70124B"
CARD, OTHER_CARD = "3C5282A1B2C3", "3C5282A1B2C4"


def seen(serial: str = "", *macs: str, kind: str = "computer") -> Seen:
    return Seen(kind, serial, frozenset(macs))


def piece(number: int, *serials: str, macs: tuple[str, ...] = (), kind: Kind = Kind.COMPUTER) -> Piece:
    return Piece(number, kind, frozenset(serials), frozenset(macs))


def matched(number: int, evidence: Evidence) -> Finding:
    return Finding(Outcome.MATCHED, number, evidence)


S, M, P, K = Evidence.SERIAL, Evidence.MAC, Evidence.PERSON, Evidence.AGENT_KEY
UNKNOWN = Finding(Outcome.UNKNOWN)
BY_CARD = piece(1, macs=(CARD,))

FIRST_SIGHT: dict[str, tuple[Seen, list[Piece], Finding]] = {
    "the serial number of one piece is that piece": (seen(A), [piece(1, A)], matched(1, S)),
    "a serial number that nobody wrote down is to be adopted": (seen(A), [], UNKNOWN),
    "a device that says nothing is never guessed": (seen(), [], Finding(Outcome.NO_EVIDENCE)),
    "a serial number of two pieces is for a person": (
        seen(A), [piece(1, A), piece(2, A)], Finding(Outcome.SEVERAL, rivals=(1, 2))),
    "of two pieces with one serial number the card tells which": (
        seen(A, CARD), [piece(1, A), piece(2, A, macs=(CARD,))], matched(2, S)),
    "the card alone is enough where no serial number is known": (seen("", CARD), [BY_CARD], matched(1, M)),
    "the card alone is enough where the register has no serial number": (seen(A, CARD), [BY_CARD], matched(1, M)),
    "a card that moved into another computer is not the computer": (
        seen(A, CARD), [piece(1, B, macs=(CARD,))], Finding(Outcome.DISPUTED, rivals=(1,))),
    "the serial number is stronger than a card that moved": (
        seen(A, CARD), [piece(1, A), piece(2, B, macs=(CARD,))], matched(1, S)),
    "a card of two pieces is for a person": (
        seen("", CARD), [BY_CARD, piece(2, macs=(CARD,))], Finding(Outcome.SEVERAL, rivals=(1, 2))),
    "one of several cards is enough": (seen("", OTHER_CARD, CARD), [BY_CARD], matched(1, M)),
    "a UPS is not the projector that has its serial number": (
        seen(A, kind="ups"), [piece(1, A, kind=Kind.PROJECTOR)], UNKNOWN),
    "a notebook that reports as a computer is a notebook": (seen(A), [piece(1, A, kind=Kind.NOTEBOOK)], matched(1, S)),
    "a kind that a newer agent reports fits everything": (
        seen(A, kind="camera"), [piece(1, A, kind=Kind.OTHER)], matched(1, S)),
    "a link is a line and no piece": (seen(A, kind="link"), [piece(1, A)], UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("sentence", FIRST_SIGHT)
def test_at_first_sight(sentence: str) -> None:
    device, pieces, finding = FIRST_SIGHT[sentence]
    assert found(device, pieces) == finding


BEFORE: dict[str, tuple[Seen, Former, list[Piece], Finding]] = {
    "a device stays what it was": (seen(A), Former(piece(1, A), S), [piece(1, A)], matched(1, S)),
    "a device that falls silent about itself stays what it was": (seen(), Former(piece(1, A), S), [], matched(1, S)),
    "a person's word stands against no evidence": (seen(), Former(piece(1, A), P), [], matched(1, P)),
    "a person's word stands against another serial number": (seen(B), Former(piece(1, A), P), [], matched(1, P)),
    "a person's word stands, but the piece that speaks against it is named": (
        seen(B), Former(piece(1, A), P), [piece(2, B)], Finding(Outcome.DISPUTED, 1, P, (1, 2))),
    "a new UPS in the old one's place is the new UPS": (
        seen(B), Former(piece(1, A), S), [piece(2, B)], matched(2, S)),
    "a new UPS that nobody wrote down is to be adopted": (seen(B), Former(piece(1, A), S), [], UNKNOWN),
    "a new UPS whose serial number two pieces have is for a person": (
        seen(B), Former(piece(1, A), S), [piece(2, B), piece(3, B)], Finding(Outcome.SEVERAL, rivals=(2, 3))),
    "a new main board with the old card is the same computer": (
        seen(B, CARD), Former(piece(1, A, macs=(CARD,)), M), [], matched(1, M)),
    "a new card in a computer with its serial number is the same computer": (
        seen(A, OTHER_CARD), Former(piece(1, A, macs=(CARD,)), S), [piece(1, A)], matched(1, S)),
    "what was seen last counts as much as what was declared": (
        seen(B), Former(piece(1, A, B), S), [piece(1, A, B)], matched(1, S)),
}  # fmt: skip


@pytest.mark.parametrize("sentence", BEFORE)
def test_of_a_device_that_was_known(sentence: str) -> None:
    device, former, pieces, finding = BEFORE[sentence]
    assert found(device, pieces, former=former) == finding


def test_a_computer_that_was_enrolled_anew_is_the_piece_it_was() -> None:
    assert found(seen(), [], same_agent=piece(1)) == matched(1, K)
    assert found(seen(A), [], same_agent=piece(1, B)) == UNKNOWN


def test_a_serial_number_that_many_say_at_once_is_none() -> None:
    assert found(seen(A), [piece(1, A)], shared=True) == Finding(Outcome.SHARED, rivals=(1,))
    assert found(seen(A, CARD), [piece(1, A), piece(2, A, macs=(CARD,))], shared=True) == matched(2, M)
    assert found(seen(A), [piece(1, A)], former=Former(piece(1, A), P), shared=True) == matched(1, P)


def test_two_devices_at_once_are_not_one_piece() -> None:
    assert found(seen(A), [piece(1, A)], claimed={1}) == Finding(Outcome.CLAIMED, rivals=(1,))
