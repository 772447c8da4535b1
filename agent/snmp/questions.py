"""Which question comes next: get and walk as generators that yield an Ask and are sent the Answer. No network here."""

import contextlib
from collections.abc import Generator, Sequence
from itertools import takewhile
from typing import Final, TypeVar

from agent.snmp.values import Answer, Ask, Missing, Oid, Pdu, Refused, Rows, VarBind

T = TypeVar("T")
Steps = Generator[Ask, Answer, T]

GET_SIZE: Final = 24  # variables in one GET: some 50 octets each in the answer
VARBINDS: Final = 72  # in one GETBULK answer: some 18 octets each, together under an Ethernet frame
COLUMNS: Final = 8  # walked side by side
ROWS: Final = 32  # of one lone subtree: its values may be long texts

TOO_BIG, NO_SUCH_NAME, GEN_ERR = 1, 2, 5
STATUS: Final = {
    1: "tooBig", 2: "noSuchName", 3: "badValue", 4: "readOnly", 5: "genErr", 6: "noAccess", 13: "resourceUnavailable",
    16: "authorizationError",
}  # fmt: skip


def refusal(status: int) -> Refused:
    return Refused(f"the device answers with the error {STATUS.get(status, '')}({status})")


def get(oids: Sequence[Oid]) -> Steps[Rows]:
    """The values of single objects; those that the device does not have are absent. Raises Refused.

    An object that the device stumbles over (genErr, or noSuchName of SNMPv1) is left out and the others asked again.
    """
    rows: Rows = {}
    todo = [tuple(oids[i : i + GET_SIZE]) for i in range(0, len(oids), GET_SIZE)]
    stumbled = False
    while todo:
        part = todo.pop()
        answer = yield Ask(Pdu.GET, part)
        if not answer.status:
            rows.update(
                (name, value) for name, value in answer.varbinds if name in part and not isinstance(value, Missing)
            )
        elif answer.status in (NO_SUCH_NAME, GEN_ERR) and 1 <= answer.place <= len(part):
            stumbled |= answer.status == GEN_ERR
            part = part[: answer.place - 1] + part[answer.place :]
            todo += [part] if part else []
        elif answer.status not in (TOO_BIG, NO_SUCH_NAME, GEN_ERR):
            raise refusal(answer.status)
        elif len(part) > 1:
            todo += [part[: len(part) // 2], part[len(part) // 2 :]]
        elif answer.status != NO_SUCH_NAME:
            raise refusal(answer.status)
    if stumbled and not rows:
        raise refusal(GEN_ERR)
    return {name: rows[name] for name in oids if name in rows}


class Column:
    """A subtree on its way: `at` is the last name read, `beyond` the first name that is no longer in it."""

    __slots__ = ("at", "beyond", "root")

    def __init__(self, root: Oid) -> None:
        self.root = self.at = root
        self.beyond = (*root[:-1], root[-1] + 1)

    def take(self, varbinds: Sequence[VarBind], rows: Rows) -> bool:
        """Keep what belongs here; False where the column has ended, or the device goes back instead of on."""
        at, beyond = self.at, self.beyond
        # Names that only grow, the last of them inside, are all inside: one comparison a row instead of two.
        ended = bool(varbinds) and not varbinds[-1][0] < beyond
        for name, value in takewhile(lambda bound: bound[0] < beyond, varbinds) if ended else varbinds:
            if not at < name or isinstance(value, Missing):
                ended = True
                break
            rows[name] = value
            at = name
        self.at = at
        return not ended


def walk(roots: Sequence[Oid], most: int, bulk: bool) -> Steps[Rows]:
    """Everything below `roots`, at most `most` rows; each root ends at its own end. Raises Refused.

    A root below which there is nothing is asked for by GET at the end: it may be a single object, such as sysUpTime.0.

    A device that answers tooBig or genErr is asked for fewer rows, then for fewer columns; a column that it cannot
    give even alone ends there. One that repeats or goes back (RFC 3416 §4.2.2 forbids it) ends likewise. What was read
    is kept. `bulk` False asks by GETNEXT, as SNMPv1 must.
    """
    rows: Rows = {}
    columns = [Column(root) for root in roots]
    waiting = columns[::-1]
    side_by_side, most_rows = COLUMNS, ROWS
    stumbled = 0
    while waiting and len(rows) < most:
        active = [waiting.pop() for _ in range(min(side_by_side, len(waiting)))]
        repetitions = min(most_rows, VARBINDS // len(active)) if bulk else 0
        names = tuple(column.at for column in active)
        answer = yield Ask(Pdu.GETBULK if bulk else Pdu.GETNEXT, names, repetitions)
        if answer.status not in (0, TOO_BIG, NO_SUCH_NAME, GEN_ERR):
            if not rows:
                raise refusal(answer.status)
            return rows
        stumbled = answer.status if answer.status in (TOO_BIG, GEN_ERR) else stumbled
        if not answer.status and answer.varbinds:
            width = len(active)
            active = [c for i, c in enumerate(active) if c.take(answer.varbinds[i::width], rows)]
        elif repetitions > 1 and answer.status != NO_SUCH_NAME:
            most_rows = repetitions // 2
        elif answer.status in (NO_SUCH_NAME, GEN_ERR) and 1 <= answer.place <= len(active):
            del active[answer.place - 1]
            side_by_side, most_rows = COLUMNS, ROWS
        elif len(active) > 1:
            side_by_side = len(active) // 2
        else:
            active = []
        waiting += reversed(active)
    if stumbled and not rows:
        raise refusal(stumbled)
    single = [column.root for column in columns if column.at == column.root]
    if single and len(rows) < most:
        with contextlib.suppress(Refused):
            rows |= yield from get(single)
    return dict(list(rows.items())[:most]) if len(rows) > most else rows
