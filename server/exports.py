"""The whole of a filter as a file, within the scope of who asks: which rows, and how they leave."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Final

from sqlalchemy import Engine, Select, or_, select
from sqlmodel import col

from inventory import reads
from inventory.equipment import Kind
from inventory.exchange import kind as kinds
from inventory.exchange import sheets
from inventory.exchange.cells import guarded
from inventory.exchange.registry import kind_named
from inventory.imports import Media
from inventory.lifecycle import ActKind, ActState, AssetState
from inventory.network import LinkKind
from inventory.places import SchoolType
from inventory.roles import Permission, Scope, Who
from inventory.scoping import within
from inventory.tables import Act, Entitlement, LicencePool, Link, Model, PastCall, Person, School, Trace
from server import db, pieces, schools, traces
from server.pieces import Filter

MEDIA: Final = {
    Media.CSV: "text/csv; charset=utf-8",
    Media.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
IN_MEMORY: Final = 4_000_000  # bytes of a file that waits on disk above
SEEN_AT_ONCE: Final = 500
Choices = Mapping[str, str]
Told = list[tuple[Sequence[str], kinds.Out]]
Chooser = Callable[[Scope, Choices, datetime], Select[Any]]


def checked(name: str, who: Who) -> kinds.Kind:
    """Refused where this person may not export this kind."""
    kind = kind_named(name)
    who.must(Permission.EXPORT)
    if kind.sees is not None:
        who.must(kind.sees)
    return kind


def lines(
    engine: Engine, kind: kinds.Kind, who: Who, choices: Choices, language: str, *, at: datetime
) -> Iterator[Sequence[str]]:
    """Headers and rows as text, each cell guarded. Whose data are personal is written down before they leave.

    `language`: of the headers; "key" for the technical ones.
    """
    yield [column.name(language) for column in kind.columns]
    told: Told = []
    with db.reading(engine) as session:
        for out in kind.exported(session, CHOSEN[kind.name](who.scope, choices, at)):
            told.append(([guarded(column.write(out.cells.get(column.key))) for column in kind.columns], out))
            if len(told) == SEEN_AT_ONCE:
                yield from _seen(engine, told, who, at)
                told = []
        yield from _seen(engine, told, who, at)


def _seen(engine: Engine, told: Told, who: Who, at: datetime) -> Iterator[Sequence[str]]:
    seen = [reads.Seen(*out.personal) for _, out in told if out.personal]
    if seen:
        with db.writing(engine) as session:
            reads.all_seen(session, seen, by=who, at=at)
    yield from (line for line, _ in told)


def xlsx(rows: Iterator[Sequence[str]], kind: kinds.Kind) -> IO[bytes]:
    return sheet(rows, [column.number for column in kind.columns])


def sheet(rows: Iterator[Sequence[str]], numbers: Sequence[bool]) -> IO[bytes]:
    """A finished XLSX, on disk where it is large: a row at a time is in memory while it is made."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  whoever sends it closes it
    sheets.xlsx_written(file, rows, numbers)
    file.seek(0)
    return file


def in_pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(65_536):
            yield piece


def _word(words: Any, text: str) -> Any:
    """A key of an enum; a word that is none of it was not asked."""
    return words(text) if text in set(words) else None


def _schools(scope: Scope, given: Choices) -> Select[Any]:
    wanted = schools.Filter(
        q=given.get("q", ""), district=given.get("district", ""), type=_word(SchoolType, given.get("type", "")),
        pilot=True if given.get("pilot") else None, closed=None if given.get("closed") else False,
    )  # fmt: skip
    mine = schools.asked(within(select(col(School.id)), scope), wanted)
    return mine.where(col(School.emis) == given["school"]) if given.get("school") else mine


def _of_schools(column: Any) -> Chooser:
    """Ids of a table by the school that each row belongs to, closed schools too."""

    def chosen(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
        statement: Select[Any] = select(column.class_.id)
        narrowed = {name: given.get(name, "") for name in ("q", "district", "school")}
        return statement.where(column.in_(_schools(scope, {**narrowed, "closed": "1"})))

    return chosen


def _links(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    statement = _of_schools(col(Link.school_id))(scope, {**given, "q": ""}, at)
    kind = _word(LinkKind, given.get("kind", ""))
    return statement.where(col(Link.kind) == kind) if kind else statement


def _equipment(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    return select(pieces.chosen(scope, filter_of(given), at).subquery().c.id)


def filter_of(given: Choices) -> Filter:
    """Out of the words of an address; what cannot be read was not asked."""
    numbers = {
        name: int(given[name])
        for name in ("maker", "model", "room", "older_than", "seen", "unseen")
        if given.get(name, "").isdecimal() and len(given[name]) < 10
    }
    days = {name: min(number, 3650) if name in ("seen", "unseen", "older_than") else number
            for name, number in numbers.items()}  # fmt: skip
    warranty = given.get("warranty", "")
    return Filter(
        district=given.get("district", ""), school=given.get("school", ""), kind=_word(Kind, given.get("kind", "")),
        state=_word(AssetState, given.get("state", "")), conflict=bool(given.get("conflict")),
        warranty=warranty if warranty in pieces.WARRANTIES else "", programme=given.get("programme", ""),
        contract=given.get("contract", ""), q=given.get("q", ""), **days,
    )  # fmt: skip


def _licences(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    """What was bought is the country's: whoever sees districts alone sees it on the page of licences too."""
    statement = select(col(Entitlement.id)).join(LicencePool, col(LicencePool.id) == col(Entitlement.pool_id))
    return statement.where(col(LicencePool.code) == given["pool"]) if given.get("pool") else statement


def _calls(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    mine = select(col(PastCall.id))
    if scope.districts is None and not given.get("school"):
        return mine
    return mine.where(col(PastCall.school_id).in_(_schools(scope, {"school": given.get("school", ""), "closed": "1"})))


def _acts(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    mine = select(col(School.id))
    if given.get("district"):
        mine = mine.where(col(School.district_code) == given["district"])
    ids = within(mine, scope)
    statement = select(col(Act.id)).where(or_(col(Act.school_id).in_(ids), col(Act.to_school_id).in_(ids)))
    if kind := _word(ActKind, given.get("kind", "")):
        statement = statement.where(col(Act.kind) == kind)
    if state := _word(ActState, given.get("state", "")):
        statement = statement.where(col(Act.state) == state)
    return statement


def _trace(scope: Scope, given: Choices, at: datetime) -> Select[Any]:
    noun, key, by, verb, emis = (given.get(name, "") for name in ("noun", "key", "by", "verb", "emis"))
    wanted = traces.Wanted(noun, key, by, verb, emis)
    return traces.changes(scope, wanted).with_only_columns(col(Trace.number))


def _everything(column: Any) -> Chooser:
    return lambda scope, given, at: select(column)


CHOSEN: Final[dict[str, Chooser]] = {
    "schools": lambda scope, given, at: _schools(scope, given),
    "contacts": lambda scope, given, at: _schools(scope, {**given, "closed": "1"}),
    "links": _links, "models": _everything(col(Model.id)), "equipment": _equipment, "licences": _licences,
    "calls": _calls, "people": _everything(col(Person.id)), "acts": _acts, "trace": _trace,
}  # fmt: skip
CHOICES: Final = (
    "q", "district", "school", "type", "pilot", "closed", "kind", "maker", "model", "state", "room", "older_than",
    "seen", "unseen", "conflict", "warranty", "programme", "contract", "pool", "noun", "key", "by", "verb", "emis",
)  # fmt: skip
