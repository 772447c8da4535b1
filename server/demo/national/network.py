"""What schools hang on, and their links: connected over four years in the proportions of the report (P15, P22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count as count_from
from typing import Final

from inventory.network import LinkKind, NodeKind
from inventory.tables import District, Link, Node
from server.demo.national.places import UNTAUGHT, Place
from server.demo.national.republic import Republic
from server.demo.national.writer import Writer

FIRST_YEAR, LAST_YEAR = 2008, 2011  # of the programme: all 1,200 were connected on the last day of 2011 (P22)
SERVICED: Final = 5 / 6  # 1,000 of the 1,200 were connected before the last year (P22: "+200")
EXCHANGES: Final = {"AZ-BA": (427, 423)}
NEW_FIBRE: Final = {("AZ-BA", 141): 0, ("AZ-BA", 32): 1}  # P21: ATS 427 feeds school 141, ATS 423 school 32
SCHOOLS_OF_AN_EXCHANGE: Final = 14


@dataclass(frozen=True, slots=True)
class Connected:
    place: Place
    link_id: int
    kind: LinkKind
    from_on: date


def connected(
    writer: Writer, republic: Republic, districts: Sequence[District], places: Sequence[Place]
) -> list[Connected]:
    """Nodes of each district, then a link for as many schools as the report connects; fibre in towns first."""
    dice = republic.dice("network")
    provider = writer.row(Node, code="rabitə", name="Rabitə (uydurma operator)", kind=NodeKind.PROVIDER)
    radio = writer.row(Node, code="simsiz", name="Simsiz (uydurma operator)", kind=NodeKind.PROVIDER)
    size = republic.size
    teaching = [p for p in places if p.type not in UNTAUGHT]
    new = {p.id: NEW_FIBRE[p.key] for p in teaching if p.key in NEW_FIBRE}
    others = [p for p in teaching if p.id not in new]
    chosen = dice.sample(others, min(size.connected - len(new), len(others))) + [p for p in teaching if p.id in new]
    chosen.sort(key=lambda p: (p.id not in new, -p.learners))
    kinds = dict.fromkeys((p.id for p in chosen[: size.fibre]), LinkKind.FIBER)
    rest = chosen[size.fibre :]
    far = set(dice.sample([p.id for p in rest], min(size.wireless, len(rest))))
    nodes = _nodes(writer, districts, chosen, provider, radio)
    out = []
    for order, place in enumerate(dice.sample(chosen, len(chosen))):
        kind = kinds.get(place.id) or (LinkKind.WIRELESS_P2MP if place.id in far else LinkKind.ADSL)
        from_on = _day(order / len(chosen), dice.random())
        down = {LinkKind.FIBER: 20_480, LinkKind.ADSL: dice.choice((1024, 2048, 4096))}.get(kind, 4096)
        above, feeder = nodes[place.district][kind], nodes[place.district][None]
        if place.id in new:
            above = [nodes[place.district][LinkKind.ADSL][new[place.id]]]
        link_id = writer.row(
            Link, code=f"L-{place.emis}", school_id=place.id, kind=kind, node_id=dice.choice(above),
            provider_id=radio if kind is LinkKind.WIRELESS_P2MP else provider, feeder_id=dice.choice(feeder),
            contract_no=f"ÜMTN-{from_on.year}/{1 + order % 3}", down_kbits=down, up_kbits=down // 4,
            fibres=6 if kind is LinkKind.FIBER else None, programme="Elektron məktəb", from_on=from_on,
        )  # fmt: skip
        out.append(Connected(place, link_id, kind, from_on))
    return sorted(out, key=lambda c: c.place.id)


def _day(share: float, chance: float) -> date:
    """Five of six in the years of the programme before its last one, the others in that one."""
    if share < SERVICED:
        first, days = date(FIRST_YEAR, 1, 15), 3 * 365 - 30
    else:
        first, days = date(LAST_YEAR, 1, 10), 340
    return first + timedelta(days=int(days * chance))


def _nodes(
    writer: Writer, districts: Sequence[District], chosen: Sequence[Place], provider: int, radio: int
) -> dict[str, dict[LinkKind | None, list[int]]]:
    """Of each district the nodes by the kind of link that hangs on them; under None its power feeders."""
    per_district: dict[str, int] = {}
    for place in chosen:
        per_district[place.district] = per_district.get(place.district, 0) + 1
    made, number = {}, count_from(500)
    for district in districts:
        short, count = district.code.partition("-")[2].lower(), per_district.get(district.code, 0)

        def node(kind: NodeKind, code: str, name: str, parent: int, of: District = district) -> int:
            return writer.row(
                Node, code=code, name=name, kind=kind, parent_id=parent or None, district_code=of.code,
                latitude=of.latitude, longitude=of.longitude,
            )  # fmt: skip

        numbers = list(EXCHANGES.get(district.code, ()))
        numbers += [next(number) for _ in range(1 + count // SCHOOLS_OF_AN_EXCHANGE - len(numbers))]
        cable = node(NodeKind.CABLE, f"kabel-{short}", f"{district.name_az} magistral kabeli", provider)
        exchanges = [node(NodeKind.EXCHANGE, f"ats-{i}", f"ATS {i}", cable) for i in numbers]
        olt = node(NodeKind.OLT, f"olt-{short}", f"{district.name_az} OLT", exchanges[0])
        mast = node(NodeKind.BASE_STATION, f"bs-{short}", f"{district.name_az} baza stansiyası", radio)
        feeders = [
            node(NodeKind.POWER_FEEDER, f"fider-{short}-{i}", f"{district.name_az} fideri {i}", 0)
            for i in range(1, 2 + count // 20)
        ]
        made[district.code] = {
            LinkKind.ADSL: exchanges, LinkKind.FIBER: [olt], LinkKind.WIRELESS_P2MP: [mast], None: feeders,
        }  # fmt: skip
    return made
