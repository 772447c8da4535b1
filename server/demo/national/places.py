"""Institutions over the 75 units: their towns, types, bells, counts, rooms, and whom one calls there."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from inventory.folding import folded
from inventory.places import ContactRole, PhoneKind, RoomKind, SchoolType
from inventory.tables import Contact, District, Phone, PhoneUse, Room, School, SchoolYear
from server.demo.national import names
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

LOCALITIES: Final = Path(__file__).with_name("localities.csv")  # GeoNames, CC BY 4.0
TYPES: Final = (
    (SchoolType.GENERAL, 0.845, "tam orta məktəb"), (SchoolType.PRIMARY, 0.05, "ibtidai məktəb"),
    (SchoolType.LYCEUM, 0.02, "lisey"), (SchoolType.GYMNASIUM, 0.015, "gimnaziya"),
    (SchoolType.BOARDING, 0.012, "internat məktəbi"), (SchoolType.SPECIAL, 0.005, "xüsusi məktəb"),
    (SchoolType.VOCATIONAL, 0.023, "peşə liseyi"), (SchoolType.OUT_OF_SCHOOL, 0.03, "uşaq yaradıcılıq mərkəzi"),
)  # fmt: skip
UNTAUGHT: Final = frozenset({SchoolType.OUT_OF_SCHOOL, SchoolType.DEPARTMENT})
NAMED: Final = {("AZ-BA", 141): "Qaraçuxur", ("AZ-BA", 32): "Bakı"}  # P21: schools of the two new fibre lines
FEW: Final = 5  # a small country for tests has units of one school
FIRST_BELL, LESSON_MIN, BREAK_MIN = 8 * 60, 45, 10
TO_YEARS: Final = 3
PILOTS: Final = 40  # P6, P19: one in each of as many districts


@dataclass(frozen=True, slots=True)
class Place:
    """A school of the demonstration, as the other rooms need it. `learners`: of the newest year."""

    id: int
    emis: str
    name: str
    district: str
    type: SchoolType
    address: str
    latitude: float
    longitude: float
    learners: int
    lab_id: int
    store_id: int
    server_room_id: int
    room_ids: tuple[int, ...]
    director: str
    keeper_id: int
    keeper: str
    room_names: dict[int, str]

    @property
    def key(self) -> tuple[str, int]:
        """Its district, and its number in it."""
        return self.district, int(self.emis[2:])


def placed(writer: Writer, republic: Republic, districts: Sequence[District]) -> list[Place]:
    """All institutions with their years, rooms and contacts."""
    dice = republic.dice("places")
    towns = _towns(districts)
    shares = [max(4.0, sum(town[3] for town in towns[d.code]) ** 0.5 / 12) for d in districts]
    counts = _shared_out(republic.size.schools, shares)
    out = []
    for number, (district, count) in enumerate(zip(districts, counts, strict=True), 1):
        words = [folded(w) for w in (district.name_az, district.name_en, district.name_ru, *district.aliases)]
        for n in range(1, count + 1):
            emis = f"{number:02}{n:04}"
            office = n == count > FEW  # the last of each unit is its education department (P2)
            out.append(_school(writer, republic, dice, district, words, towns[district.code], emis, n, office))
    return out


def _school(
    writer: Writer, republic: Republic, dice: random.Random, district: District, words: list[str],
    towns: Sequence[tuple[str, float, float, int]], emis: str, n: int, office: bool,
) -> Place:  # fmt: skip
    town = dice.choices(towns, [t[3] ** 0.5 for t in towns])[0]
    kind, _, word = dice.choices(TYPES, [t[1] for t in TYPES])[0]
    number = f"{n}-{n + 1} N-li" if dice.random() < 0.01 else f"{n} N-li"
    name = f"{town[0]} {number} {word}" if town[0] != district.centre else f"{number} {word}"
    if wanted := NAMED.get((district.code, n)):
        town = next((t for t in towns if t[0] == wanted), town)
        kind, name = SchoolType.GENERAL, f"{n} N-li tam orta məktəb"
    elif office:
        kind, name = SchoolType.DEPARTMENT, f"{district.name_az} təhsil şöbəsi"
    latitude, longitude = round(town[1] + dice.gauss(0, 0.02), 5), round(town[2] + dice.gauss(0, 0.025), 5)
    learners = 0 if kind in UNTAUGHT else max(24, round(dice.lognormvariate(5.9, 0.75)))
    two_shifts = learners > 500
    address = f"{town[0]}, {dice.choice(names.FAMILIES)} küçəsi {dice.randint(1, 90)}"
    search = " " + " ".join(dict.fromkeys([folded(name), emis, folded(town[0]), *words]))
    pilot = n == 1 and int(emis[:2]) <= PILOTS
    school_id = writer.row(
        School, emis=emis, name=name, district_code=district.code, place_code=district.code, type=kind,
        settlement=town[0], address=address,
        latitude=latitude, longitude=longitude, shifts=_shifts(two_shifts), pilot=pilot,
        e_school_since=date(republic.year, 9, 1) if pilot else None, search=search, demo=True,
    )  # fmt: skip
    for back in range(TO_YEARS):
        writer.row(
            SchoolYear, school_id=school_id, year=republic.year - back, learners=learners - dice.randint(0, 9) * back,
            teachers=max(4, learners // 11), classes=max(1, learners // 22), source="nümayiş",
            as_of=date(republic.year - back, 10, 1),
        )  # fmt: skip
    lab = writer.row(Room, school_id=school_id, name="İnformatika otağı", kind=RoomKind.COMPUTER_LAB, floor=2)
    store = writer.row(Room, school_id=school_id, name="Anbar", kind=RoomKind.STORE, floor=1)
    server_room = writer.row(Room, school_id=school_id, name="Server otağı", kind=RoomKind.SERVER_ROOM, floor=1)
    rooms = tuple(
        writer.row(Room, school_id=school_id, name=f"{100 + r}", kind=RoomKind.CLASSROOM, floor=1)
        for r in range(1, min(12, max(1, learners // 60)) + 1)
    )
    director, keeper = names.invented(dice), names.invented(dice)
    director_id = _contact(writer, school_id, director, ContactRole.DIRECTOR)
    keeper_id = _contact(writer, school_id, keeper, ContactRole.LAB_ASSISTANT)
    _phone(writer, school_id, director_id, (district.prefixes or ["12"])[0][:2], emis)
    return Place(
        school_id, emis, name, district.code, kind, address, latitude, longitude, learners, lab, store, server_room,
        rooms, director, keeper_id, keeper, {lab: "İnformatika otağı", store: "Anbar", server_room: "Server otağı"} | {
            room: f"{100 + r}" for r, room in enumerate(rooms, 1)
        },
    )  # fmt: skip


def _contact(writer: Writer, school_id: int, name: str, role: ContactRole) -> int:
    return writer.row(Contact, school_id=school_id, name=name, role=role, note=names.MARK)


def _phone(writer: Writer, school_id: int, contact_id: int, area: str, emis: str) -> None:
    """A number that nobody can have: behind the area it goes on with 0."""
    local = f"0{emis}"
    phone_id = writer.row(
        Phone, raw=f"0{area} {local}", e164=f"+994{area}{local}", last7=local,
        kind=PhoneKind.FIXED,
    )  # fmt: skip
    writer.row(PhoneUse, phone_id=phone_id, school_id=school_id, contact_id=contact_id)


def _shifts(two: bool) -> list[dict[str, Any]]:
    out, minute = [], FIRST_BELL
    for shift in range(1, 3 if two else 2):
        bells = []
        for _ in range(6):
            bells.append([_clock(minute), _clock(minute + LESSON_MIN)])
            minute += LESSON_MIN + BREAK_MIN
        out.append({"shift": shift, "bells": bells})
    return out


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _towns(districts: Sequence[District]) -> dict[str, list[tuple[str, float, float, int]]]:
    """Name, latitude, longitude and people of the towns of each unit; its centre where none is known."""
    with LOCALITIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    towns: dict[str, list[tuple[str, float, float, int]]] = {district.code: [] for district in districts}
    for row in rows:
        if row["unit"] in towns:
            town = (row["name"], float(row["latitude"]), float(row["longitude"]), int(row["population"]))
            towns[row["unit"]].append(town)
    for district in districts:
        if not towns[district.code]:
            here = (district.centre or district.name_az, district.latitude or 40.2, district.longitude or 46.7, 5000)
            towns[district.code].append(here)
    return towns


def _shared_out(total: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers in these proportions that add up (largest remainders)."""
    exact = [total * share / sum(shares) for share in shares]
    counts = [int(x) for x in exact]
    rest = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in rest[: total - sum(counts)]:
        counts[i] += 1
    return counts
