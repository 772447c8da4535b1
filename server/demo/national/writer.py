"""Many rows at once: ids are given out here, so that rows can name one another before they are written."""

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, insert, text
from sqlalchemy import select as select_rows
from sqlmodel import Session, SQLModel

CHUNK = 2000  # rows of one statement


class Writer:
    """`row` gives an id and keeps the row; `written` sends what was kept, each table after those that it names."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session = session
        self._seed = seed
        self._rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
        self._last: dict[type[SQLModel], int] = {}
        self._blank: dict[type[SQLModel], dict[str, Any]] = {}
        self._factories: dict[type[SQLModel], dict[str, Callable[[], Any]]] = {}

    def row(self, table: type[SQLModel], **cells: Any) -> int:
        """Columns that are not named have their default. Returns the id of the row (0 where the key is another)."""
        if table not in self._blank:
            self._blank[table] = _fixed_defaults(table)
            self._factories[table] = _factories(table)
        made = {name: make() for name, make in self._factories[table].items() if name not in cells}
        full = {**self._blank[table], **made, **cells}
        number = 0
        if full.get("id", 0) is None:
            number = self._last[table] = self._last.get(table, 0) + 1
            full["id"] = number
        if "uid" in made:  # not by chance: the same seed makes the same rows
            full["uid"] = hashlib.md5(f"{self._seed}/{table.__tablename__}/{number}".encode()).hexdigest()
        self._rows.setdefault(table, []).append(full)
        return number

    def written(self) -> None:
        order = {table: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}
        for table in sorted(self._rows, key=lambda table: order[table.__table__]):  # type: ignore[attr-defined]
            rows = self._rows[table]
            for start in range(0, len(rows), CHUNK):
                # Not the mapped class: the unit of work would cost a third of the whole build.
                self.session.execute(insert(table.__table__), rows[start : start + CHUNK])  # type: ignore[attr-defined]
        self._rows.clear()

    def sequences_moved(self) -> None:
        """PostgreSQL gives out ids by sequences, which know nothing of rows that brought theirs."""
        if self.session.get_bind().dialect.name != "postgresql":
            return
        for table in self._last:
            name = str(table.__tablename__)
            newest = self.session.scalar(select_rows(func.max(table.__table__.c.id)))  # type: ignore[attr-defined]
            self.session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :newest)"), {"name": name, "newest": newest}
            )


def _fixed_defaults(table: type[SQLModel]) -> dict[str, Any]:
    return {
        name: None if field.is_required() else field.default
        for name, field in table.model_fields.items()
        if field.default_factory is None
    }


def _factories(table: type[SQLModel]) -> dict[str, Callable[[], Any]]:
    """Called directly: pydantic would look at their signatures each time."""
    found = {name: field.default_factory for name, field in table.model_fields.items()}
    return {name: make for name, make in found.items() if make is not None}  # type: ignore[misc]
