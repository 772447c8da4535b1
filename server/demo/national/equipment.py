"""Equipment: the catalogue of the report, what was there before, and what came by contracts in the last three years."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import update
from sqlmodel import col

from inventory.assets import search_of
from inventory.equipment import Kind
from inventory.lifecycle import GONE, AssetState
from inventory.network import LinkKind
from inventory.tables import Asset, Contract, Delivery, InventorySeries, Lot, Maker, Model
from server.demo.national.network import Connected
from server.demo.national.places import Place
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

FIRST_UPS: Final = 267 / 511
NEW_SHARE: Final = 0.4  # of the computers; the others were there when the register began
MAKERS: Final = {
    "HP": ["Hewlett-Packard", "HP Inc.", "Hewlett Packard"], "NEXUS": ["NEXUS AVİOR"], "Optoma": ["Optima"],
    "Promethean": [], "APC": ["American Power Conversion", "Schneider Electric"], "Intel": ["Classmate"],
    "Zyxel": ["ZyXEL Communications"], "Apple": [], "Epson": ["EPSON", "Seiko Epson"], "Wacom": [], "Logitech": [],
    "Cisco": ["Cisco Systems"], "Samsung": [], "Greenpacket": [],
}  # fmt: skip
# maker, model, kind, price in manat, years of life
MODELS: Final = (
    ("HP", "Compaq dx2420", Kind.COMPUTER, 720, 6), ("HP", "ProDesk 400", Kind.COMPUTER, 980, 6),
    ("NEXUS", "AVİOR", Kind.COMPUTER, 900, 6), ("NEXUS", "N500", Kind.NOTEBOOK, 850, 5),
    ("HP", "LE1711 LCD", Kind.MONITOR, 210, 7), ("Optoma", "DX211", Kind.PROJECTOR, 640, 6),
    ("Promethean", "ActivBoard 300 Pro", Kind.BOARD, 2100, 8), ("APC", "Smart-UPS 1500", Kind.UPS, 690, 6),
    ("Intel", "Classmate PC", Kind.NETBOOK, 430, 4), ("Greenpacket", "UH-235 WiMAX", Kind.MODEM, 90, 4),
    ("Zyxel", "P-660R ADSL", Kind.MODEM, 45, 5), ("Zyxel", "P-660HW ADSL+AP", Kind.ACCESS_POINT, 60, 5),
    ("Cisco", "881 VPN", Kind.ROUTER, 560, 7), ("Cisco", "Catalyst 2960", Kind.SWITCH, 880, 8),
    ("Epson", "Perfection V33", Kind.SCANNER, 150, 6), ("Apple", "MacBook", Kind.NOTEBOOK, 1400, 5),
    ("Apple", "AirPort Extreme", Kind.ACCESS_POINT, 180, 5), ("Epson", "Stylus Office", Kind.PRINTER, 190, 5),
    ("Logitech", "H390", Kind.HEADPHONES, 45, 4), ("Wacom", "Intuos", Kind.GRAPHIC_TABLET, 160, 5),
    ("Logitech", "Extreme 3D", Kind.JOYSTICK, 60, 5),
)  # fmt: skip
DISTANCE_KIT: Final = (
    ("MacBook", 20),
    ("Stylus Office", 4),
    ("DX211", 4),
    ("H390", 57),
    ("AirPort Extreme", 4),
    ("Intuos", 30),
    ("Extreme 3D", 20),
)  # fmt: skip  (P11)
Thing = TypeVar("Thing")
LETTERS: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(slots=True)
class Piece:
    """A piece as the papers need it; `since`: its first day here, `came`: number of its delivery (0: was there)."""

    id: int
    number: str
    kind: Kind
    place: Place
    state: AssetState
    since: date
    came: int
    value: int
    row: dict[str, Any]
    maker: str
    model: str
    delivery: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Shipment:
    """One delivery: the pieces that one act of acceptance takes in."""

    delivery_id: int
    place: Place
    on: date
    pieces: list[Piece]


class Store:
    """Gives out inventory numbers and serial numbers, and keeps every piece."""

    def __init__(self, writer: Writer, republic: Republic) -> None:
        self.writer, self.republic = writer, republic
        self.dice = republic.dice("equipment")
        self.pieces: list[Piece] = []
        self.shipments: list[Shipment] = []
        self._numbers: dict[tuple[str, int], int] = {}
        makers = {name: writer.row(Maker, name=name, aliases=aliases) for name, aliases in MAKERS.items()}
        self.models = {
            model: (writer.row(Model, maker_id=makers[maker], name=model, kind=kind, life_years=life), kind,
                    price * 100, maker)
            for maker, model, kind, price, life in MODELS
        }  # fmt: skip
        self._lots: dict[tuple[str, int], int] = {}
        self._pieces_of_lots: Counter[int] = Counter()
        self.pairs: list[tuple[Piece, Piece]] = []
        self._contracts: dict[int, dict[str, str]] = {}

    def came(self, model: str, count: int, place: Place, on: date, **cells: Any) -> list[Piece]:
        """A delivery of one model to one school."""
        lot_id = self._lot(model, on.year)
        waybill = f"Q-{on.year}/{len(self.shipments) + 1:05}"
        delivery_id = self.writer.row(
            Delivery, lot_id=lot_id, waybill=waybill, delivered_on=on, school_id=place.id, quantity=count
        )  # fmt: skip
        how = {**self._contracts[lot_id], "waybill": waybill}
        made = [self._piece(model, place, on, delivery_id, lot_id, cells, how) for _ in range(count)]
        self._pieces_of_lots[lot_id] += count
        self.shipments.append(Shipment(delivery_id, place, on, made))
        return made

    def was_there(self, model: str, count: int, place: Place, on: date, **cells: Any) -> list[Piece]:
        """Taken over with the opening stock: bought before the register began."""
        return [self._piece(model, place, on, 0, 0, cells, None) for _ in range(count)]

    def _lot(self, model: str, year: int) -> int:
        if (model, year) not in self._lots:
            model_id, _, price, maker = self.models[model]
            number, supplier = f"TSİİ-{year}/{len(self._lots) + 1:03}", f"{maker} (uydurma təchizatçı)"
            contract_id = self.writer.row(
                Contract, number=number, supplier=supplier, signed_on=date(year - 1, 12, 15), programme="2008-2012"
            )  # fmt: skip
            lot_id = self._lots[model, year] = self.writer.row(
                Lot, contract_id=contract_id, model_id=model_id, quantity=1, price_qepik=price,
                warranty_months=24,
            )  # fmt: skip
            self._contracts[lot_id] = {"contract": number, "supplier": supplier}
        return self._lots[model, year]

    def _piece(
        self, model: str, place: Place, on: date, delivery_id: int, lot_id: int, cells: dict[str, Any],
        how: dict[str, str] | None,
    ) -> Piece:  # fmt: skip
        model_id, kind, price, maker = self.models[model]
        series = (place.district, on.year)
        self._numbers[series] = self._numbers.get(series, 0) + 1
        number = f"{place.district.partition('-')[2]}-{on.year}-{self._numbers[series]:05}"
        serial = "NM" + "".join(self.dice.choices(LETTERS, k=8))
        age = (self.republic.today - on).days / 365.25
        declared = {"serial": serial}
        row = {
            "inventory_no": number, "model_id": model_id, "kind": kind, "state": AssetState.INSTALLED,
            "school_id": place.id, "room_id": None, "lot_id": lot_id or None, "delivery_id": delivery_id or None,
            "serial": serial, "declared": declared, "in_service_on": on + timedelta(days=3),
            "warranty_until": date(on.year + 2, on.month, min(on.day, 28)) if lot_id else None,
            "value_qepik": max(0, round(price * (1 - age / 8))), "programme": "2008-2012" if lot_id else "",
            "search": search_of(number, maker, model, declared, {}), "created_at": _noon(on), "demo": True, **cells,
        }  # fmt: skip
        piece = Piece(
            len(self.pieces) + 1,
            number,
            kind,
            place,
            AssetState.INSTALLED,
            on,
            delivery_id,
            price,
            row,
            maker,
            model,
            how,
        )
        self.pieces.append(piece)
        return piece

    def written(self) -> None:
        """Pieces and where they are; call when the papers have had their say on states and places."""
        for piece in self.pieces:
            piece.row["state"] = piece.state
            self.writer.row(Asset, **piece.row)
        for (district, year), last in self._numbers.items():
            self.writer.row(InventorySeries, district_code=district, year=year, last=last)

    def settled(self) -> None:
        """What is known at the end alone: how many pieces a lot came to, and which pairs stand at one school still."""
        session, lot = self.writer.session, col(Lot.id)
        for lot_id, count in self._pieces_of_lots.items():
            session.execute(update(Lot).where(lot == lot_id).values(quantity=count))
        for pair in self.pairs:
            if pair[0].row["school_id"] == pair[1].row["school_id"] and not GONE & {piece.state for piece in pair}:
                for piece, other in (pair, reversed(pair)):
                    session.execute(update(Asset).where(col(Asset.id) == piece.id).values(paired_id=other.id))


def equipped(store: Store, republic: Republic, places: Sequence[Place], lines: Sequence[Connected]) -> None:
    """Everything of the report, at schools where it makes sense."""
    dice, size = republic.dice("shelf"), republic.size
    teaching = [p for p in places if p.learners]
    store.came("AVİOR", size.avior, teaching[0], _lately(republic, dice), room_id=teaching[0].lab_id)
    store.came("LE1711 LCD", size.avior, teaching[0], _lately(republic, dice), room_id=teaching[0].lab_id)
    for place, count in _computers(dice, size.computers - size.avior, teaching):
        new = round(count * NEW_SHARE) if dice.random() < 0.8 else 0
        where = {"room_id": place.lab_id, "custodian_id": place.keeper_id}
        if new:
            on = _lately(republic, dice)
            store.came("ProDesk 400", new, place, on, **where)
            store.came("LE1711 LCD", new, place, on, **where)
        if count > new:
            on = _before(republic, dice)
            store.was_there("Compaq dx2420", count - new, place, on, **where)
            store.was_there("LE1711 LCD", count - new, place, on, **where)
    _power_and_network(store, republic, dice, lines)
    for place in _some(dice, teaching, size.notebooks):
        store.came("N500", 1, place, _lately(republic, dice), room_id=dice.choice(place.room_ids))
    for place in _some(dice, teaching, size.projectors - size.boards):
        store.came("DX211", 1, place, _lately(republic, dice), room_id=dice.choice(place.room_ids))
    for place in _some(dice, [p for p in teaching if p.learners > 300], size.boards):
        on = _lately(republic, dice)
        board = store.came("ActivBoard 300 Pro", 1, place, on, room_id=place.room_ids[0])
        store.pairs += zip(board, store.came("DX211", 1, place, on, room_id=place.room_ids[0]), strict=True)
    pilots = sorted(teaching, key=lambda p: -p.learners)[: max(1, size.netbooks // 50)]
    for n, place in enumerate(pilots):
        count = size.netbooks // len(pilots) + (n < size.netbooks % len(pilots))
        on = _lately(republic, dice)
        netbooks = store.came("Classmate PC", count, place, on, room_id=place.lab_id)
        modems = store.came("UH-235 WiMAX", count, place, on, room_id=place.lab_id)
        store.pairs += zip(netbooks, modems, strict=True)
    for place in _some(dice, teaching, size.scanners):
        store.came("Perfection V33", 1, place, _lately(republic, dice), room_id=place.lab_id)
    centre = teaching[0]
    for model, count in DISTANCE_KIT:
        wanted = max(1, round(count * size.schools / 3450))
        store.came(model, wanted, centre, date(republic.year, 2, 14), programme="Məsafədən təhsil")


def _power_and_network(store: Store, republic: Republic, dice: random.Random, lines: Sequence[Connected]) -> None:
    """UPS for the wireless schools: 267 in the year before the last, 244 in the last (P9); CPE and switches (P8)."""
    size = republic.size
    wireless = [c for c in lines if c.kind is LinkKind.WIRELESS_P2MP]
    others = [c for c in lines if c.kind is not LinkKind.WIRELESS_P2MP]
    adsl = [c for c in lines if c.kind is LinkKind.ADSL]
    for n, line in enumerate(_some(dice, wireless, size.ups)):
        year = republic.year if n >= round(size.ups * FIRST_UPS) else republic.year - 1
        on = date(year, 1, 15) + timedelta(days=dice.randint(0, 330))
        store.came("Smart-UPS 1500", 1, line.place, on, room_id=line.place.server_room_id)
    shelf = (("P-660R ADSL", adsl, size.cpe_modems), ("P-660HW ADSL+AP", adsl, size.cpe_radio),
             ("881 VPN", others, size.cpe_vpn), ("Catalyst 2960", lines, size.network_devices))  # fmt: skip
    for model, where, count in shelf:
        for line in _some(dice, where, count):
            on = _lately(republic, dice)
            store.came(model, 1, line.place, on, room_id=line.place.server_room_id, link_id=line.link_id)


def _computers(dice: random.Random, total: int, places: Sequence[Place]) -> Iterator[tuple[Place, int]]:
    """About a computer for thirty learners, none for some schools, together exactly as many as there are."""
    having = [p for p in places if dice.random() < 0.9]
    weights = [p.learners * dice.uniform(0.5, 1.5) for p in having]
    left, weight_left = total, sum(weights)
    for place, weight in zip(having, weights, strict=True):
        count = round(left * weight / weight_left) if weight_left else 0
        left, weight_left = left - count, weight_left - weight
        if count:
            yield place, count


def _some(dice: random.Random, things: Sequence[Thing], count: int) -> list[Thing]:
    """As many as are wanted, each once before any is taken again."""
    out: list[Thing] = []
    while things and len(out) < count:
        out += dice.sample(list(things), min(len(things), count - len(out)))
    return out


def _lately(republic: Republic, dice: random.Random) -> date:
    """A school day of the last three years, a month before today at the latest."""
    return republic.today - timedelta(days=dice.randint(30, 3 * 365))


def _before(republic: Republic, dice: random.Random) -> date:
    return republic.today - timedelta(days=dice.randint(3 * 365 + 40, 8 * 365))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
