"""How far places lie from each other as the crow flies."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import Final, TypeVar

EARTH_KM: Final = 6371.0088  # mean radius (IUGG); the error against the ellipsoid is below 0.5 %
Thing = TypeVar("Thing")
Point = tuple[float, float]  # latitude, longitude in degrees, WGS 84


def great_circle_km(a: Point, b: Point) -> float:
    """By the haversine formula, which stays exact for neighbours."""
    lat_a, lon_a, lat_b, lon_b = (radians(x) for x in (*a, *b))
    h = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(h)))


def nearest(here: Point, others: Iterable[tuple[Thing, Point]], most: int = 5) -> list[tuple[Thing, float]]:
    """The nearest of them with their distance in km, nearest first."""
    by_distance = sorted(((great_circle_km(here, point), n, thing) for n, (thing, point) in enumerate(others)))
    return [(thing, km) for km, _, thing in by_distance[:most]]
