"""Polygons of districts become a picture."""

import json
from pathlib import Path
from typing import Any

import pytest

from server import boundaries, settings

SQUARE = [[48.0, 40.0], [49.0, 40.0], [49.0, 41.0], [48.0, 41.0], [48.0, 40.0]]
HOLE = [[48.4, 40.4], [48.6, 40.4], [48.6, 40.6], [48.4, 40.6], [48.4, 40.4]]


def collection(*features: tuple[dict[str, Any], str, Any]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
            for properties, kind, coordinates in features
        ],
    }


def turns(ring: Any) -> float:
    """Twice the signed area: positive where the ring runs counter-clockwise."""
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)))


def test_codes_that_natural_earth_has_wrong_are_corrected() -> None:
    known = boundaries.rings_of(
        collection(({"ISO": "AZ-LAN"}, "Polygon", [SQUARE]), ({"ISO": "AZ-YEV"}, "Polygon", [SQUARE]),
                   ({"ISO": "AZ-YEV"}, "MultiPolygon", [[HOLE]]), ({"code": "AZ-SAB"}, "Polygon", [SQUARE]))
    )  # fmt: skip
    assert {code: len(rings) for code, rings in known.items()} == {"AZ-LAC": 1, "AZ-YE": 2, "AZ-SAB": 1}


def test_a_city_that_was_cut_out_of_its_rayon_fills_the_hole_and_a_hole_stays_one() -> None:
    for outer, inner in ((SQUARE, HOLE), (SQUARE[::-1], HOLE), (SQUARE, HOLE[::-1])):
        (rings,) = boundaries.rings_of(collection(({"code": "AZ-SA"}, "Polygon", [outer, inner]))).values()
        assert [turns(ring) > 0 for ring in rings] == [True, False]
        two = collection(({"code": "AZ-SA"}, "Polygon", [outer, inner]), ({"code": "AZ-SA"}, "Polygon", [inner]))
        assert [turns(ring) > 0 for ring in boundaries.rings_of(two)["AZ-SA"]] == [True, False, True]


def test_what_is_kept_of_the_package_reads_the_same() -> None:
    given = collection(({"ISO": "AZ-NX"}, "Polygon", [[[48.00049, 40.0], *SQUARE[1:]], HOLE]))
    kept = json.loads(boundaries.coarse(given, "Natural Earth"))
    assert kept["attribution"] == "Natural Earth"
    (rings,) = boundaries.rings_of(kept).values()
    assert [len(ring) for ring in rings] == [5, 5]
    assert kept["features"][0]["properties"] == {"code": "AZ-NV"}


def test_a_picture_holds_everything_and_north_is_up() -> None:
    rings: Any = [SQUARE]
    picture = boundaries.fitted(rings)
    west, north = picture.at((41.0, 48.0))
    east, south = picture.at((40.0, 49.0))
    assert 0 < west < east < boundaries.WIDTH
    assert 0 < north < south < picture.height
    assert (south - north) / (east - west) == pytest.approx(1.314, abs=0.01)  # a degree of longitude is shorter there
    assert picture.path(rings).startswith("M")
    assert boundaries.middle(rings) == pytest.approx((40.5, 48.5))


def test_a_country_without_boundaries_is_drawn_by_its_centres() -> None:
    assert boundaries.of_country(None, None).rings == {}
    picture = boundaries.fitted([], [(40.0, 48.0), (41.0, 49.0)])
    assert 0 < picture.at((40.0, 48.0))[0] < picture.at((41.0, 49.0))[0] < boundaries.WIDTH


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "it is no GeoJSON with features"),
        ("no json", "it is no GeoJSON with features"),
        (json.dumps(collection(({"name": "Sabirabad"}, "Polygon", [SQUARE]))), "no feature has a code"),
    ],
    ids=["nothing in it", "another file", "districts without codes"],
)
def test_the_server_does_not_start_with_a_file_that_is_no_map(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "map.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(settings.BadSettings, match=f"ZENG_BOUNDARIES=.*{said}; right is a GeoJSON file"):
        settings.read(boundaries=file)
    with pytest.raises(settings.BadSettings, match="it cannot be read"):
        settings.read(boundaries=tmp_path / "absent")
