"""The maps: districts by the share of schools in trouble, and one district with its schools and their distances."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from alerts.state import State
from inventory import scoping
from inventory.distances import Point, great_circle_km
from inventory.errors import NotFound
from inventory.folding import az_key
from inventory.roles import Scope
from inventory.tables import District, School
from server import assets, boundaries, db, queries, schools
from server.auth import VisitorDep
from server.boundaries import Boundaries, Projection
from server.deps import EngineDep
from server.pages.view import SignedView, View
from server.pages.words_places import SHARES
from server.queries import RANK

TROUBLE: Final = (State.DOWN, State.DEGRADED)
LABELLED: Final = 30  # so many schools of a district keep their names apart on a picture of this size

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Area:
    """A district of the picture. `share`: key of SHARES; `path` is empty where only the centre is known."""

    code: str
    name: str
    counts: Mapping[State, int]
    share: str
    path: str
    x: float
    y: float

    @property
    def schools(self) -> int:
        return sum(self.counts.values())

    @property
    def trouble(self) -> int:
        return sum(self.counts[state] for state in TROUBLE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A school of a district's picture; `x` is None where nobody knows where it stands."""

    emis: str
    name: str
    state: State
    km: float | None
    x: float | None
    y: float | None
    chosen: bool


@router.get("/map")
def country(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        names = queries.districts(session, visitor.scope, view.language)
        centres = {row.code: schools.point(row) for row in session.scalars(select(District))}
        counts = _counts(session, visitor.scope, view)
    known = _boundaries(view)
    shown = {code: rings for code, rings in known.rings.items() if code in centres}
    picture = boundaries.fitted(
        [ring for rings in shown.values() for ring in rings], [point for point in centres.values() if point]
    )
    areas = [_area(code, names[code], counts.get(code, {}), known, picture, centres.get(code)) for code in names]
    others = [picture.path(rings) for code, rings in shown.items() if code not in names]
    return view.page("map.html", areas=areas, others=others, picture=picture, source=known.source, shares=SHARES)


@router.get("/map/{district}")
def one(
    district: str, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    school: Annotated[str, Query(max_length=32)] = "",
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        here = session.get(District, district)
        rows = _standing(session, visitor.scope, district)
        if here is None or not (rows or visitor.scope.covers(district)):
            raise NotFound(scoping.NO_SUCH_PAGE)
        lines = queries.lines(session, visitor.scope, view.now, [row.id or 0 for row in rows])
        states: dict[str, State] = {}
        for line in lines:
            worst = states.get(line.emis, State.UP)
            states[line.emis] = min(worst, line.shown.state, key=lambda state: RANK[state])
        chosen = next((row for row in rows if row.emis == school), None)
        distances = schools.distances_of(session, chosen, visitor.scope) if chosen else None
        name = schools.name_of(here, view.language)
    rings = _boundaries(view).rings.get(district, [])
    centre = schools.point(here)
    points = [point for row in rows if (point := schools.point(row))]
    picture = boundaries.fitted(rings, [*points, *([centre] if centre else [])], margin=0.06)
    spots = [_spot(row, states.get(row.emis, State.NO_DATA), centre, picture, row is chosen) for row in rows]
    spots.sort(key=lambda spot: (RANK[spot.state], az_key(spot.name)))
    return view.page(
        "map_district.html",
        district=here,
        name=name,
        path=picture.path(rings),
        picture=picture,
        centre=picture.at(centre) if centre else None,
        spots=spots,
        labelled=len(points) <= LABELLED,
        chosen=chosen,
        distances=distances,
        source=_boundaries(view).source,
    )


def _boundaries(view: View) -> Boundaries:
    url = assets.manifest().get(boundaries.COARSE)
    built = None if url is None else Path(assets.DIST / url.removeprefix(assets.URL))
    return boundaries.of_country(view.settings.boundaries, built)


def _counts(session: Session, scope: Scope, view: View) -> dict[str, Counter[State]]:
    """Schools by their worst state, by district."""
    worst: dict[int, tuple[str, State]] = {}
    for line in queries.lines(session, scope, view.now):
        known = worst.get(line.school_id)
        if known is None or RANK[line.shown.state] < RANK[known[1]]:
            worst[line.school_id] = (line.district, line.shown.state)
    counts: dict[str, Counter[State]] = {}
    for district, state in worst.values():
        counts.setdefault(district, Counter())[state] += 1
    return counts


def share_of(counts: Mapping[State, int]) -> str:
    """Schools in trouble among those of which something is known; no data is neither trouble nor health."""
    trouble = sum(counts.get(state, 0) for state in TROUBLE)
    known = sum(counts.values()) - counts.get(State.NO_DATA, 0)
    if not known:
        return "unknown"
    if not trouble:
        return "none"
    return "few" if trouble <= known * 0.1 else "some" if trouble <= known * 0.25 else "many"


def _area(
    code: str, name: str, counts: Mapping[State, int], known: Boundaries, picture: Projection, centre: Point | None
) -> Area:
    rings = known.rings.get(code, [])
    place = boundaries.middle(rings) if rings else centre
    x, y = picture.at(place) if place else (-100.0, -100.0)
    return Area(code, name, Counter(counts), share_of(counts), picture.path(rings), x, y)


def _standing(session: Session, scope: Scope, district: str) -> Sequence[School]:
    """Open schools that stand in a district or that its department answers for."""
    wanted = schools.Filter(district=district)
    return session.scalars(schools.asked(scoping.within(select(School), scope), wanted).order_by(col(School.id))).all()


def _spot(school: School, state: State, centre: Point | None, picture: Projection, chosen: bool) -> Spot:
    here = schools.point(school)
    x, y = picture.at(here) if here else (None, None)
    km = great_circle_km(here, centre) if here and centre else None
    return Spot(school.emis, school.name, state, km, x, y, chosen)
