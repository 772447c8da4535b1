"""Numbers of acts: gap-free in their series and year, because a number lives and dies with its act's transaction."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from inventory.tables import NumberSeries


def taken(session: Session, series: str, year: int) -> str:
    """The next number, `SİL-2026-000123`. The row of the series stays locked until the transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = NumberSeries.__table__  # type: ignore[attr-defined]
    first = dialect.insert(table).values(series=series, year=year, last=1)
    following = first.on_conflict_do_update(
        index_elements=[table.c.series, table.c.year], set_={"last": table.c.last + 1}
    ).returning(table.c.last)
    return f"{series}-{year}-{session.execute(following).scalar_one():06d}"
