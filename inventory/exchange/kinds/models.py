"""The catalogue: models with their makers, found by both. A maker that is not there comes with its first model."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from inventory import catalogue
from inventory.equipment import Kind as Thing
from inventory.exchange.cells import line, one_of, whole
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step
from inventory.exchange.lookups import streamed
from inventory.folding import folded
from inventory.roles import Permission, Who
from inventory.tables import Maker, Model

COLUMNS: Final = (
    Column("maker", "İstehsalçı", "Maker", "Производитель", line(120, needed=True), needed=True,
           also=("vendor", "manufacturer", "marka")),
    Column("model", "Model", "Model", "Модель", line(120, needed=True), needed=True, also=("ad", "name")),
    Column("kind", "Növü", "Kind", "Вид", one_of(Thing), needed=True, also=("type", "тип")),
    Column("life_years", "Xidmət müddəti (il)", "Life (years)", "Срок службы (лет)", whole(1, 50), empty=None,
           number=True),
)  # fmt: skip


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        self._session, self._at = session, at
        self._makers = list(catalogue.makers(session))
        self._models = {(m.maker_id, folded(m.name)): m for m in session.scalars(select(Model))}

    def now(self, cells: Cells) -> Cells | None:
        maker = catalogue.maker_spelled(self._makers, cells["maker"])
        model = self._models.get((maker.id or 0, folded(cells.get("model", "")))) if maker else None
        if model is None or maker is None:
            return None
        cells["maker"], cells["model"] = maker.name, model.name
        return cells_of(model, maker.name)

    def check(self, step: Step) -> None:
        """The services check."""

    def write(self, steps: Sequence[Step]) -> None:
        for step in steps:
            cells = step.cells
            maker = catalogue.maker_spelled(list(catalogue.makers(self._session)), cells["maker"])
            if maker is None:
                maker = catalogue.maker_entered(self._session, cells["maker"], by=step.by, at=self._at)
            if step.now is None:
                catalogue.model_entered(
                    self._session, maker, cells["model"], cells["kind"], life_years=cells.get("life_years"),
                    by=step.by, at=self._at,
                )  # fmt: skip
                continue
            model = self._models[maker.id or 0, folded(cells["model"])]
            catalogue.model_changed(self._session, model, step.changed, by=step.by, at=self._at)


def cells_of(model: Model, maker: str) -> Cells:
    return {"maker": maker, "model": model.name, "kind": model.kind, "life_years": model.life_years}


def exported(session: Session, chosen: Select[tuple[int]]) -> Iterator[Out]:
    rows = select(Model, col(Maker.name)).join(Maker, col(Maker.id) == col(Model.maker_id))
    for model, maker in streamed(
        session, rows.where(col(Model.id).in_(chosen)).order_by(col(Maker.name), col(Model.name))
    ):
        yield Out(cells_of(model, maker))


KIND: Final = Kind(
    "models", "Kataloq (modellər)", "Catalogue (models)", "Каталог (модели)", COLUMNS, ("maker", "model"),
    Permission.KEEP_EQUIPMENT, exported, Look,
)  # fmt: skip
