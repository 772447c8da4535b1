"""Pieces of equipment: found by the inventory number, written a chunk at a time, held to the rules of assets."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Select, insert
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from inventory import assets, catalogue, facts, placing, sightings, trace
from inventory.equipment import Kind as Thing
from inventory.errors import Conflict, Invalid
from inventory.exchange.cells import day, line, manat, money, one_of, whole
from inventory.exchange.columns import Cells, Column
from inventory.exchange.kind import Kind, Out, Step, missing_school
from inventory.exchange.lookups import Place, places, streamed
from inventory.folding import folded
from inventory.identities import mac_of, serial_evidence
from inventory.lifecycle import AssetState, step
from inventory.lifecycle import Step as Way
from inventory.roles import Permission, Who
from inventory.tables import Asset, AssetSite, Maker, Model, Room, School

COLUMNS: Final = (
    Column("inventory_no", "İnventar nömrəsi", "Inventory number", "Инвентарный номер", line(40, needed=True),
           needed=True, also=("inventar", "inventar №", "inv. №", "inventory")),
    Column("emis", "EMIS kodu", "EMIS code", "Код EMIS", line(32, needed=True), needed=True,
           also=("UTİS kodu", "TİMS kodu", "məktəb", "school", "школа")),
    Column("maker", "İstehsalçı", "Maker", "Производитель", line(120, needed=True), needed=True,
           also=("vendor", "manufacturer", "marka")),
    Column("model", "Model", "Model", "Модель", line(120, needed=True), needed=True),
    Column("kind", "Növü", "Kind", "Вид", one_of(Thing), also=("type", "тип")),
    Column("state", "Vəziyyəti", "State", "Состояние", one_of(AssetState), also=("status", "статус")),
    Column("room", "Otaq", "Room", "Кабинет", line(80), empty="", also=("kabinet",)),
    Column("serial", "Seriya nömrəsi", "Serial number", "Серийный номер", line(120), empty="",
           also=("s/n", "sn", "seriya №")),
    Column("mac", "MAC ünvanı", "MAC address", "MAC-адрес", line(40), empty=""),
    Column("hostname", "Şəbəkə adı", "Host name", "Имя в сети", line(120), empty=""),
    Column("os", "Əməliyyat sistemi", "Operating system", "Операционная система", line(120), empty=""),
    Column("cpu", "Prosessor", "Processor", "Процессор", line(120), empty=""),
    Column("memory_mb", "Yaddaş (MB)", "Memory (MB)", "Память (МБ)", whole(1, 99_999_999), empty=None, number=True),
    Column("disk_gb", "Disk (GB)", "Disk (GB)", "Диск (ГБ)", whole(1, 99_999_999), empty=None, number=True),
    Column("in_service_on", "İstismara verilib", "In service since", "В эксплуатации с", day, empty=None),
    Column("warranty_until", "Zəmanət", "Warranty until", "Гарантия до", day, empty=None),
    Column("value", "Balans dəyəri (manat)", "Book value (manat)", "Балансовая стоимость (манат)", money, empty=None,
           write=manat, also=("qiymət", "dəyər", "price", "стоимость")),
    Column("programme", "Proqram", "Programme", "Программа", line(60), empty=""),
    Column("note", "Qeyd", "Note", "Примечание", line(500), empty=""),
)  # fmt: skip
ASSETS: Final[Any] = Asset.__table__  # type: ignore[attr-defined]
SITES: Final[Any] = AssetSite.__table__  # type: ignore[attr-defined]
PLAIN: Final = ("in_service_on", "warranty_until", "programme", "note")


class Look:
    def __init__(self, session: Session, rows: Sequence[Cells], by: Who, at: datetime) -> None:
        by.must(Permission.KEEP_EQUIPMENT)
        self._session, self._by, self._at = session, by, at
        numbers = {cells["inventory_no"] for cells in rows}
        self._known = {a.inventory_no: a for a in session.scalars(
            select(Asset).where(col(Asset.inventory_no).in_(numbers)))}  # fmt: skip
        codes = {cells["emis"] for cells in rows if cells.get("emis")}
        found = places(session, codes, {asset.school_id for asset in self._known.values()})
        self._homes = {place.id: place for place in found}
        mine = [place for place in found if by.scope.covers(place.district_code, place.id)]
        self._schools = {place.emis: place for place in mine}
        self._rooms: dict[tuple[int, str], int] = {}
        self._room_names: dict[int | None, str] = {}
        self._read_rooms(rows)
        self._makers = list(catalogue.makers(session))
        self._maker_by_id = {maker.id: maker for maker in self._makers}
        self._models: dict[tuple[int, str], Model] = {}
        self._model_by_id: dict[int | None, Model] = {}
        for model in session.scalars(select(Model)):
            self._models[model.maker_id, folded(model.name)] = model
            self._model_by_id[model.id] = model
        self._spelled: dict[str, Maker | None] = {}

    def _read_rooms(self, rows: Sequence[Cells]) -> None:
        """Those that known pieces stand in, and those of schools of which the rows name a room."""
        standing = {asset.room_id for asset in self._known.values() if asset.room_id is not None}
        named = {cells["inventory_no"]: cells.get("emis") for cells in rows if cells.get("room")}
        places = {self._schools[emis].id for emis in named.values() if emis in self._schools}
        places |= {asset.school_id for number, asset in self._known.items() if number in named}
        wanted = col(Room.id).in_(standing) | col(Room.school_id).in_(places)
        columns = select(col(Room.id), col(Room.school_id), col(Room.name)).where(wanted)
        for room_id, school_id, name in self._session.execute(columns) if standing or places else ():
            self._rooms[school_id, folded(name)] = room_id
            self._room_names[room_id] = name

    def now(self, cells: Cells) -> Cells | None:
        asset = self._known.get(cells["inventory_no"])
        if asset is None:
            return None
        home = self._homes[asset.school_id]
        if not self._by.scope.covers(home.district_code, home.id):
            raise Conflict("The inventory number %(number)s is taken.", number=cells["inventory_no"])
        model = self._model_by_id[asset.model_id]
        maker = self._maker_by_id[model.maker_id]
        if "maker" in cells and self._maker(cells["maker"]) is maker:
            cells["maker"] = maker.name  # another spelling of the same
        if "model" in cells and folded(cells["model"]) == folded(model.name):
            cells["model"] = model.name
        return cells_of(asset, maker.name, model.name, home.emis, self._room_names.get(asset.room_id, ""))

    def check(self, step: Step) -> None:
        cells, now = step.cells, step.now
        if now is None:
            school = self._schools.get(cells["emis"])
            if school is None:
                raise missing_school(cells["emis"])
            assets.number_checked(cells["inventory_no"])
            if cells.get("state") not in (None, *assets.BEGINNINGS):
                raise Invalid("state", "A piece comes into the register delivered, in store or installed.")
        else:
            school = self._homes[self._known[cells["inventory_no"]].school_id]
            self._must_be_free(step)
        model = self._model(step)
        if "kind" in cells and cells["kind"] != model.kind:
            raise Invalid("kind", "The catalogue has %(model)s as %(kind)s.", model=model.name, kind=model.kind.value)
        if cells.get("room"):
            self._room(school, cells["room"])
        assets.facts_declared({}, _facts(cells))
        if (since := cells.get("in_service_on")) and since.year < 1990:
            raise Invalid("in_service_on", "Nothing in the register is as old as that; right is a date from 1990 on.")

    def _must_be_free(self, step: Step) -> None:
        """A place and most states change only by an act."""
        number = step.cells["inventory_no"]
        if "emis" in step.changed:
            if step.cells["emis"] not in self._schools:
                raise missing_school(step.cells["emis"])
            raise Conflict("%(number)s is at school %(emis)s; it goes to another one only by an act of transfer.",
                           number=number, emis=(step.now or {})["emis"])  # fmt: skip
        if "state" in step.changed:
            before, after = self._known[number].state, step.changed["state"]
            if _way(before, after) is not Way.FREE:
                raise Conflict("%(number)s goes from %(before)s to %(after)s only by an act, if at all.",
                               number=number, before=before.value, after=after.value)  # fmt: skip

    def write(self, steps: Sequence[Step]) -> None:
        trace.held(self._session)
        new = [each for each in steps if each.now is None]
        old = [each for each in steps if each.now is not None]
        changes = [*self._entered(new), *self._changed(old)]
        trace.all_changed(self._session, changes, by=self._by, at=self._at)

    def _entered(self, steps: Sequence[Step]) -> list[trace.Changed]:
        rows: list[dict[str, Any]] = []
        changes = []
        for each in steps:
            school, model = self._schools[each.cells["emis"]], self._model(each)
            row = self._new(school, model, each.cells)
            rows.append(row)
            after = {name: row[name] for name in ("kind", "state", "declared")} | {"model": model.name}
            changes.append(trace.Changed("entered", "asset", row["inventory_no"], None, after, row["school_id"],
                                         each.by.reason))  # fmt: skip
        if not rows:
            return []
        session = self._session
        session.connection().execute(insert(ASSETS), rows)
        numbers = [row["inventory_no"] for row in rows]
        today = placing.day_of(self._at)
        ids = session.execute(
            select(col(Asset.id), col(Asset.school_id)).where(col(Asset.inventory_no).in_(numbers))
        ).all()  # fmt: skip
        sites = [{"asset_id": asset_id, "school_id": school_id, "from_on": today} for asset_id, school_id in ids]
        session.connection().execute(insert(SITES), sites)
        sightings.look_again(session, [row["serial"] for row in rows])
        return changes

    def _new(self, school: Place, model: Model, cells: Cells) -> dict[str, Any]:
        """A row as `assets.entered` makes one; as plain values, for the class takes half a millisecond of each."""
        said = assets.facts_declared({}, _facts(cells))
        number, maker = cells["inventory_no"], self._maker_by_id[model.maker_id].name
        row = dict(_blank()) | {
            "uid": uuid4().hex, "inventory_no": number, "model_id": model.id, "kind": model.kind,
            "state": cells.get("state") or AssetState.INSTALLED, "school_id": school.id, "created_at": self._at,
            "demo": school.demo, "declared": said, "serial": serial_evidence(str(said.get("serial") or "")),
            "mac": mac_of(str(said.get("mac") or "")), "value_qepik": cells.get("value"),
            "search": assets.search_of(number, maker, model.name, said, {}),
        }  # fmt: skip
        if cells.get("room"):
            row["room_id"] = self._room(school, cells["room"])
        return row | {name: cells[name] for name in PLAIN if name in cells}

    def _changed(self, steps: Sequence[Step]) -> list[trace.Changed]:
        """As `assets.changed` and `placing.stepped` do it for one piece, for many."""
        changes, serials = [], []
        names = (*assets.CELLS, "state", "declared")
        for each in steps:
            asset = self._known[each.cells["inventory_no"]]
            before = {name: getattr(asset, name) for name in names}
            model = self._model(each)
            asset.model_id, asset.kind = model.id or 0, model.kind
            asset.state = each.changed.get("state", asset.state)
            asset.kept = {name: seen for name, seen in asset.kept.items() if name not in each.changed}
            self._set(asset, self._homes[asset.school_id], model, each.changed)
            was, becomes = trace.difference(before, {name: getattr(asset, name) for name in names})
            asset.version += 1
            self._session.add(asset)
            changes.append(trace.Changed("changed", "asset", asset.inventory_no, was, becomes, asset.school_id,
                                         each.by.reason))  # fmt: skip
            serials.append(asset.serial)
        self._session.flush()
        sightings.look_again(self._session, serials)
        return changes

    def _set(self, asset: Asset, school: Place, model: Model, cells: Cells) -> None:
        for name in PLAIN:
            if name in cells:
                setattr(asset, name, cells[name])
        if "value" in cells:
            asset.value_qepik = cells["value"]
        if "room" in cells:
            asset.room_id = self._room(school, cells["room"]) if cells["room"] else None
        asset.declared = assets.facts_declared(asset.declared, _facts(cells))
        assets.refreshed(asset, self._maker_by_id[model.maker_id], model)

    def _maker(self, name: str) -> Maker | None:
        if name not in self._spelled:
            self._spelled[name] = catalogue.maker_spelled(self._makers, name)
        return self._spelled[name]

    def _model(self, step: Step) -> Model:
        wanted = (step.now or {}) | step.cells
        maker = self._maker(wanted["maker"])
        model = self._models.get((maker.id or 0, folded(wanted["model"]))) if maker else None
        if model is None:
            raise Invalid("model", "The catalogue has no model “%(model)s” of %(maker)s; enter it there first, or "
                          "correct the spelling.", model=wanted["model"], maker=wanted["maker"])  # fmt: skip
        return model

    def _room(self, school: Place, name: str) -> int:
        room = self._rooms.get((school.id or 0, folded(name)))
        if room is None:
            raise Invalid("room", "School %(emis)s has no room “%(name)s”; open it first.", emis=school.emis, name=name)
        return room


@cache
def _blank() -> Mapping[str, Any]:
    """The columns of a piece of which nothing is known."""
    return Asset(
        inventory_no="", model_id=0, kind=Thing.OTHER, state=AssetState.INSTALLED, school_id=0
    ).model_dump(exclude={"id"})  # fmt: skip


def _way(before: AssetState, after: AssetState) -> Way:
    return step(before, after)


def _facts(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cells[name] for name in facts.NAMES if name in cells}


def cells_of(asset: Asset, maker: str, model: str, emis: str, room: str) -> Cells:
    said = asset.declared
    texts = {name: said.get(name) for name in facts.NUMBERS}
    texts |= {name: str(said.get(name) or "") for name in facts.NAMES if name not in facts.NUMBERS}
    return {
        "inventory_no": asset.inventory_no, "emis": emis, "maker": maker, "model": model, "kind": asset.kind,
        "state": asset.state, "room": room, **texts, "in_service_on": asset.in_service_on,
        "warranty_until": asset.warranty_until, "value": asset.value_qepik, "programme": asset.programme,
        "note": asset.note,
    }  # fmt: skip


def exported(session: Session, chosen: Select[Any]) -> Iterator[Out]:
    rows = (
        select_rows(Asset, col(Maker.name), col(Model.name), col(School.emis), col(Room.name))
        .join(Model, col(Model.id) == col(Asset.model_id))
        .join(Maker, col(Maker.id) == col(Model.maker_id))
        .join(School, col(School.id) == col(Asset.school_id))
        .join(Room, col(Room.id) == col(Asset.room_id), isouter=True)
        .where(col(Asset.id).in_(chosen))
        .order_by(col(Asset.inventory_no))
    )
    for asset, maker, model, emis, room in streamed(session, rows):
        yield Out(cells_of(asset, maker, model, emis, room or ""))
        session.expunge(asset)


KIND: Final = Kind(
    "equipment", "Avadanlıq", "Equipment", "Оборудование", COLUMNS, ("inventory_no",), Permission.KEEP_EQUIPMENT,
    exported, Look, at_once=True,
)  # fmt: skip
