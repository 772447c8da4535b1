"""Seats that were bought: found by their number in the register, or by pool, first day and contract."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from inventory import licences, software
from inventory.errors import Conflict, Invalid
from inventory.exchange.cells import day, line, one_of, whole
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step
from inventory.exchange.lookups import streamed
from inventory.licensing import LARGEST, Metric, Term
from inventory.roles import Permission, Who
from inventory.tables import Contract, Entitlement, LicencePool, Product

COLUMNS: Final = (
    Column("pool", "Fondun kodu", "Pool code", "Код пула", line(40, needed=True), needed=True, also=("fond", "пул")),
    Column("product", "Məhsul", "Product", "Продукт", line(120, needed=True), also=("proqram təminatı", "software")),
    Column("edition", "Buraxılış", "Edition", "Редакция", line(80)),
    Column("metric", "Ölçü vahidi", "Counted per", "Единица учёта", one_of(Metric)),
    Column("owner", "Sahibi", "Owner", "Владелец", line(120), empty=""),
    Column("quantity", "Sayı", "Quantity", "Количество", whole(1, LARGEST), needed=True, number=True),
    Column("from_on", "İlk gün", "First day", "Первый день", day, needed=True, also=("başlanğıc", "from", "с")),
    Column("last_on", "Son gün", "Last day", "Последний день", day, empty=None, also=("son", "until", "по")),
    Column("contract", "Müqavilə", "Contract", "Договор", line(60)),
    Column("key_ref", "Açarın yeri", "Where the key is kept", "Где хранится ключ", line(120), empty=""),
    Column("note", "Qeyd", "Note", "Примечание", line(500), empty=""),
    Column("id", "Reyestr nömrəsi", "Number in the register", "Номер в реестре", whole(1), number=True),
)  # fmt: skip
STAY: Final = ("product", "edition", "metric", "contract")


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        software.keeper_of_all(by)
        self._session, self._at = session, at
        codes = {cells["pool"] for cells in rows}
        found = select(LicencePool, Product).join(Product, col(Product.id) == col(LicencePool.product_id))
        self._pools: dict[str, tuple[LicencePool, Product]] = {
            p.code: (p, s) for p, s in session.execute(found.where(col(LicencePool.code).in_(codes)))
        }
        self._contracts = {c.number: c for c in session.scalars(select(Contract))}
        numbers = {c.id: c.number for c in self._contracts.values()}
        self._rows: dict[int, Entitlement] = {}
        self._keyed: dict[tuple[str, date, str], list[Entitlement]] = {}
        mine = select(Entitlement, col(LicencePool.code)).join(LicencePool)
        for row, code in session.execute(mine.where(col(LicencePool.code).in_(codes))):
            self._rows[row.id or 0] = row
            self._keyed.setdefault((code, row.from_on, numbers.get(row.contract_id, "")), []).append(row)
        self._numbers = numbers

    def now(self, cells: Cells) -> Cells | None:
        row = self._meant(cells)
        if row is None:
            return None
        pool, product = self._pools[cells["pool"]]
        return cells_of(row, pool, product, self._numbers.get(row.contract_id, ""))

    def _meant(self, cells: Cells) -> Entitlement | None:
        if cells.get("id"):
            row = self._rows.get(cells["id"])
            if row is None:
                raise Invalid("id", "Pool %(pool)s has no seats with this number.", pool=cells["pool"])
            return row
        if not cells.get("from_on"):
            raise Invalid("from_on", "This row does not say by what it is to be found; this cell is blank.")
        same = self._keyed.get((cells["pool"], cells["from_on"], cells.get("contract", "")), [])
        if len(same) > 1:
            raise Invalid("id", "This pool has several such seats; say which by their number in the register.")
        return same[0] if same else None

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        for step in steps:
            wanted = (step.now or {"owner": "", "key_ref": "", "note": "", "last_on": None}) | step.cells
            term = Term(wanted["quantity"], wanted["from_on"], wanted["last_on"])
            if step.now is None:
                self._buy(step, wanted, term)
                continue
            if fixed := [name for name in STAY if name in step.changed]:
                raise Invalid(fixed[0], "What was bought stays what it was; this cannot be changed by a file.")
            row = self._rows[step.now["id"]]
            licences.entitlement_changed(
                self._session, row, term, key_ref=wanted["key_ref"], note=wanted["note"], by=step.by, at=self._at
            )
            if "owner" in step.changed:
                self._owner(step, wanted["owner"])

    def _buy(self, step: Step, wanted: Cells, term: Term) -> None:
        pool = self._pool(step, wanted)
        contract = self._contracts.get(wanted.get("contract", ""))
        if wanted.get("contract") and contract is None:
            raise Invalid("contract", "There is no contract %(number)s; enter it first.", number=wanted["contract"])
        licences.bought(
            self._session, pool, term, contract=contract, key_ref=wanted["key_ref"], note=wanted["note"], by=step.by,
            at=self._at,
        )  # fmt: skip

    def _pool(self, step: Step, wanted: Cells) -> LicencePool:
        """It comes with its first seats, and so does its product."""
        if known := self._pools.get(wanted["pool"]):
            pool, product = known
            fixed = (("product", product.name), ("edition", product.edition), ("metric", product.metric))
            if any(step.cells.get(name) not in (None, is_so) for name, is_so in fixed):
                raise Conflict("The pool %(pool)s is one of %(product)s.", pool=pool.code, product=product.name)
            if "owner" in step.cells:
                self._owner(step, wanted["owner"])
            return pool
        session, name, edition = self._session, wanted.get("product", ""), wanted.get("edition", "")
        if not name:
            raise Invalid("product", "A new pool needs its product.")
        there = select(LicencePool).where(col(LicencePool.code) == wanted["pool"])
        made: LicencePool | None = session.scalars(there).first()
        if made is not None:  # an earlier row of the same file opened it
            return made
        of = session.scalars(select(Product).where(col(Product.name) == name, col(Product.edition) == edition)).first()
        if of is None:
            metric = wanted.get("metric", Metric.DEVICE)
            of = software.product_entered(session, name, metric, edition=edition, by=step.by, at=self._at)
        return software.pool_opened(session, wanted["pool"], of, owner=wanted["owner"], by=step.by, at=self._at)

    def _owner(self, step: Step, owner: str) -> None:
        pool = self._pools[step.cells["pool"]][0]
        software.pool_changed(self._session, pool, owner=owner, note=pool.note, by=step.by, at=self._at)


def cells_of(row: Entitlement, pool: LicencePool, product: Product, contract: str) -> Cells:
    return {
        "pool": pool.code, "product": product.name, "edition": product.edition, "metric": product.metric,
        "owner": pool.owner, "quantity": row.quantity, "from_on": row.from_on, "last_on": row.last_on,
        "contract": contract, "key_ref": row.key_ref, "note": row.note, "id": row.id,
    }  # fmt: skip


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    rows = (
        select(Entitlement, LicencePool, Product, col(Contract.number))
        .join(LicencePool, col(LicencePool.id) == col(Entitlement.pool_id))
        .join(Product, col(Product.id) == col(LicencePool.product_id))
        .join(Contract, col(Contract.id) == col(Entitlement.contract_id), isouter=True)
        .where(col(Entitlement.id).in_(chosen))
        .order_by(col(LicencePool.code), col(Entitlement.from_on), col(Entitlement.id))
    )
    for row, pool, product, contract in streamed(session, rows):
        yield Out(cells_of(row, pool, product, contract or ""))


KIND: Final = Kind(
    "licences", "Lisenziyalar", "Licences", "Лицензии", COLUMNS, ("pool", "from_on", "contract", "id"),
    Permission.KEEP_LICENCES, exported, Look,
)  # fmt: skip
