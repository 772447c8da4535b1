"""Where districts lie: polygons from a file, made into paths of an SVG picture.

`ZENG_BOUNDARIES` names a GeoJSON file (RFC 7946) whose features carry the code of a district as `code` or `ISO`;
without it there are the coarse polygons of Natural Earth (public domain) that the assets were built with.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from typing import Any, Final

from inventory.distances import Point

COARSE: Final = "districts.json"  # as the assets' manifest names it
NATURAL_EARTH: Final = "Natural Earth; GeoNames (CC BY 4.0)"
OPEN_STREET_MAP: Final = "© OpenStreetMap contributors (ODbL); Natural Earth; GeoNames (CC BY 4.0)"
WIDTH: Final = 1000.0
# Natural Earth 1:10m (through superset) names some districts wrongly, and gives a city within a rayon a code of its
# own; the State Statistics Committee's list of 2024 has the two together.
CORRECTED: Final = {"AZ-LAN": "AZ-LAC", "AZ-NX": "AZ-NV", "AZ-X01~": "AZ-SUS", "AZ-YEV": "AZ-YE"}

Ring = Sequence[tuple[float, float]]  # longitude, latitude, as GeoJSON has them


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Rings by district, and whom the picture owes them to. Empty where there is no file at all."""

    rings: Mapping[str, Sequence[Ring]]
    source: str


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular with its true scale at the middle latitude; good to 1 % over a country of this size."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: float

    def at(self, place: Point) -> tuple[float, float]:
        latitude, longitude = place
        return round((longitude - self.west) * self.squeeze * self.scale, 1), round(
            (self.north - latitude) * self.scale, 1
        )

    def path(self, rings: Iterable[Ring]) -> str:
        """SVG path data in whole units and relative steps: half as long as with decimals, and a page carries it."""
        parts = []
        for ring in rings:
            dots = [tuple(round(part) for part in self.at((p[1], p[0]))) for p in ring]
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(dots) if a != b]
            parts.append(f"M{dots[0][0]},{dots[0][1]}l" + " ".join(f"{x},{y}" for x, y in steps) + "z" if steps else "")
        return "".join(parts)


def of_country(named: Path | None, built: Path | None) -> Boundaries:
    """From the file of the setting, else the coarse ones that the assets were built with, else none."""
    if named is not None:
        return _read(named, named.stat().st_mtime_ns, OPEN_STREET_MAP)
    if built is not None:
        return _read(built, 0, NATURAL_EARTH)  # its name carries a hash of its content
    return Boundaries({}, NATURAL_EARTH)


@lru_cache(maxsize=4)
def _read(file: Path, changed_ns: int, source: str) -> Boundaries:
    known = json.loads(file.read_text(encoding="utf-8"))
    return Boundaries(rings_of(known), str(known.get("attribution") or source))


def rings_of(collection: Mapping[str, Any]) -> dict[str, list[Ring]]:
    """Rings by code; features without a code are left out. ValueError for what is no collection of polygons."""
    if collection.get("type") != "FeatureCollection" or not isinstance(collection.get("features"), list):
        raise ValueError("right is a GeoJSON FeatureCollection")
    found: dict[str, list[Ring]] = {}
    for feature in collection["features"]:
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        code = properties.get("code") or properties.get("ISO")
        if code and geometry.get("type") in ("Polygon", "MultiPolygon"):
            polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
            rings = [_turned(ring, hole=place > 0) for polygon in polygons for place, ring in enumerate(polygon)]
            found.setdefault(CORRECTED.get(code, code), []).extend(rings)
    if not found:
        raise ValueError("right are features with a polygon and the code of a district as `code`, for example AZ-SAB")
    return found


def _turned(ring: Ring, *, hole: bool) -> Ring:
    """Counter-clockwise, a hole clockwise: a city cut out of its own rayon fills the hole again (non-zero rule)."""
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]]))
    return ring[::-1] if (twice > 0) is hole else ring


def coarse(collection: Mapping[str, Any], source: str) -> bytes:
    """The npm package's polygons as they are kept: codes corrected, three decimals (100 m)."""
    features: list[dict[str, Any]] = []
    for feature in collection["features"]:
        geometry, code = feature["geometry"], feature["properties"]["ISO"]
        made = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
        features.append({"type": "Feature", "properties": {"code": CORRECTED.get(code, code)}, "geometry": made})
    features.sort(key=lambda feature: str(feature["properties"]["code"]))
    whole = {"type": "FeatureCollection", "attribution": source, "features": features}
    return json.dumps(whole, separators=(",", ":")).encode()


def _rounded(numbers: Any) -> Any:
    return [_rounded(each) for each in numbers] if isinstance(numbers, list) else round(numbers, 3)


def fitted(rings: Iterable[Ring], points: Iterable[Point] = (), *, margin: float = 0.03) -> Projection:
    """A picture WIDTH wide that holds them all, with a margin (part of the greater side)."""
    xs = [p[0] for ring in rings for p in ring] + [longitude for _, longitude in points]
    ys = [p[1] for ring in rings for p in ring] + [latitude for latitude, _ in points]
    if not xs:
        xs, ys = [44.7, 50.7], [38.3, 41.95]  # Azerbaijan
    squeeze = cos(radians((min(ys) + max(ys)) / 2))
    width, height = max((max(xs) - min(xs)) * squeeze, 0.02), max(max(ys) - min(ys), 0.02)
    edge = margin * max(width, height)
    scale = WIDTH / (width + 2 * edge)
    return Projection(min(xs) - edge / squeeze, max(ys) + edge, scale, squeeze, round((height + 2 * edge) * scale, 1))


def middle(rings: Sequence[Ring]) -> Point:
    """A point to write at: the centre of gravity of the largest ring (shoelace formula), as latitude and longitude."""
    area, best = 0.0, (rings[0][0][1], rings[0][0][0])
    for ring in rings:
        west, south = ring[0][:2]  # small numbers first: the sums would lose digits far from the origin
        dots = [(p[0] - west, p[1] - south) for p in ring]
        crosses = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise([*dots, dots[0]])]
        twice = sum(cross for _, _, cross in crosses)
        if abs(twice) > area:
            x = sum((a[0] + b[0]) * cross for a, b, cross in crosses) / (3 * twice)
            y = sum((a[1] + b[1]) * cross for a, b, cross in crosses) / (3 * twice)
            area, best = abs(twice), (south + y, west + x)
    return best
