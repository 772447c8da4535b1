"""Acts and the trace go out only: what happened is entered by nobody's file."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from inventory.exchange.cells import line, moment
from inventory.exchange.columns import Column
from inventory.exchange.kind import Kind, Out
from inventory.exchange.lookups import streamed
from inventory.roles import Permission
from inventory.tables import Act, ActLine, Asset, School, Trace

_TEXT: Final = line(4000)
ACTS: Final = (
    Column("number", "Aktın nömrəsi", "Act number", "Номер акта", _TEXT),
    Column("kind", "Növü", "Kind", "Вид", _TEXT),
    Column("state", "Vəziyyəti", "State", "Состояние", _TEXT),
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", _TEXT),
    Column("to_emis", "Qəbul edən məktəb", "To school", "Принимающая школа", _TEXT),
    Column("inventory_no", "İnventar nömrəsi", "Inventory number", "Инвентарный номер", _TEXT),
    Column("drawn_at", "Tərtib edilib", "Drawn at", "Составлен", moment),
    Column("submitted_at", "Təqdim edilib", "Submitted at", "Представлен", moment),
    Column("executed_at", "İcra edilib", "Executed at", "Исполнен", moment),
    Column("reason", "Səbəb", "Reason", "Причина", _TEXT),
    Column("basis", "Əsas", "Basis", "Основание", _TEXT),
    Column("note", "Qeyd", "Note", "Примечание", _TEXT),
)  # fmt: skip
TRACE: Final = (
    Column("number", "№", "No.", "№", _TEXT),
    Column("at", "Vaxt", "Time", "Время", moment),
    Column("by", "Kim", "Who", "Кто", _TEXT),
    Column("verb", "Nə edib", "Did what", "Что сделал", _TEXT),
    Column("noun", "Nə ilə", "With what", "С чем", _TEXT),
    Column("key", "Açar", "Key", "Ключ", _TEXT),
    Column("before", "Əvvəl", "Before", "До", _TEXT),
    Column("after", "Sonra", "After", "После", _TEXT),
    Column("reason", "Səbəb", "Reason", "Причина", _TEXT),
    Column("request", "Sorğu", "Request", "Запрос", _TEXT),
    Column("hash", "Heş", "Hash", "Хэш", _TEXT),
)  # fmt: skip


def acts_exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    """One row for each piece of an act."""
    taking: Any = aliased(School)
    rows = (
        select(Act, col(Asset.inventory_no), col(School.emis), taking.emis)
        .join(School, col(School.id) == col(Act.school_id))
        .join(taking, taking.id == col(Act.to_school_id), isouter=True)
        .join(ActLine, col(ActLine.act_id) == col(Act.id), isouter=True)
        .join(Asset, col(Asset.id) == col(ActLine.asset_id), isouter=True)
        .where(col(Act.id).in_(chosen))
        .order_by(col(Act.id), col(ActLine.place))
    )
    for act, inventory_no, emis, to_emis in streamed(session, rows):
        yield Out({
            "number": act.number, "kind": act.kind, "state": act.state, "emis": emis, "to_emis": to_emis,
            "inventory_no": inventory_no, "drawn_at": act.drawn_at, "submitted_at": act.submitted_at,
            "executed_at": act.executed_at, "reason": act.reason, "basis": act.basis, "note": act.note,
        })  # fmt: skip


def trace_exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    rows = select(Trace).where(col(Trace.number).in_(chosen)).order_by(col(Trace.number))
    for (row,) in streamed(session, rows):
        yield Out({
            "number": row.number, "at": row.at, "by": row.by, "verb": row.verb, "noun": row.noun, "key": row.key,
            "before": _json(row.before), "after": _json(row.after), "reason": row.reason, "request": row.request,
            "hash": row.hash.hex(),
        })  # fmt: skip


def _json(cells: object) -> str:
    return "" if cells is None else msgspec.json.encode(cells).decode()


ACTS_KIND: Final = Kind(
    "acts", "Aktlar", "Acts", "Акты", ACTS, ("number",), Permission.EXECUTE_ACTS, acts_exported
)  # fmt: skip
TRACE_KIND: Final = Kind(
    "trace", "İzlər", "Trace", "Журнал изменений", TRACE, ("number",), Permission.SEE_TRACE, trace_exported,
    sees=Permission.SEE_TRACE,
)  # fmt: skip
