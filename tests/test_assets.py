"""What browsers load: built twice alike, under honest names, with every letter of the languages we speak."""

import gzip
import io
import json
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from server import assets, fonts

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("static") / "dist"
    assets.build(path)
    return path


def _css_faces(dist: Path) -> list[tuple[str, set[int]]]:
    """(file, code points of its unicode-range) of each @font-face, as a browser reads app.css."""
    css = (dist / assets.manifest(dist)["app.css"].removeprefix(assets.URL)).read_text(encoding="utf-8")
    faces = []
    for file, ranges in re.findall(r"src:url\((.*?)\).*?unicode-range:(.*?)\}", css):
        points: set[int] = set()
        for part in ranges.split(","):
            first, _, last = part.removeprefix("U+").partition("-")
            points |= set(range(int(first, 16), int(last or first, 16) + 1))
        faces.append((file, points))
    return faces


@pytest.mark.parametrize("language", fonts.ALPHABETS)
def test_every_letter_of_a_language_is_in_a_font_that_its_range_names(dist: Path, language: str) -> None:
    held = [
        (points, set(TTFont(io.BytesIO((dist / file).read_bytes())).getBestCmap())) for file, points in _css_faces(dist)
    ]
    lost = [
        letter
        for letter in fonts.ALPHABETS[language] + "0123456789"
        if not any(ord(letter) in points and ord(letter) in glyphs for points, glyphs in held)
    ]
    assert not lost


def test_no_letter_is_promised_that_the_file_lacks(dist: Path) -> None:
    for file, points in _css_faces(dist):
        assert points == set(TTFont(io.BytesIO((dist / file).read_bytes())).getBestCmap())


def test_the_fonts_keep_their_weights_and_their_even_digits(dist: Path) -> None:
    (latin,) = dist.glob("inter-latin.*.woff2")
    font = TTFont(io.BytesIO(latin.read_bytes()))
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in font["fvar"].axes] == [("wght", 400, 700)]
    assert "tnum" in {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}


def test_the_same_inputs_give_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    again = tmp_path / "dist"
    assets.build(again)
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {p.name: p.read_bytes() for p in dist.iterdir()}


def test_the_compressed_copies_hold_the_same(dist: Path) -> None:
    for name in ("core.js", "app.css", "chart.js", "chart.css"):
        path = dist / assets.manifest(dist)[name].removeprefix(assets.URL)
        plain = path.read_bytes()
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == plain
        assert brotli.decompress(path.with_name(path.name + ".br").read_bytes()) == plain


def test_the_core_carries_htmx_and_its_live_stream(dist: Path) -> None:
    core = (dist / assets.manifest(dist)["core.js"].removeprefix(assets.URL)).read_text(encoding="utf-8")
    assert '"2.0.11"' in core
    assert "EventSource" in core
    assert "uPlot" not in core


def test_a_file_changed_by_hand_is_noticed(dist: Path, tmp_path: Path) -> None:
    copy = tmp_path / "dist"
    assets.build(copy)
    assert assets.check(copy) == []
    path = copy / assets.manifest(copy)["core.js"].removeprefix(assets.URL)
    path.write_bytes(path.read_bytes() + b"\n")
    assert assets.check(copy) == [f"core.js: {path.name} was changed by hand; build again"]
    path.unlink()
    assert assets.check(copy) == [f"core.js: {path.name} is absent; build again"]


def test_what_was_never_built_says_what_to_run(tmp_path: Path) -> None:
    assert assets.manifest(tmp_path) == {}
    assert assets.check(tmp_path) == [assets.MISSING]
    with pytest.raises(assets.CannotBuild, match="checkout of the project"):
        assets.build(tmp_path / "dist", tmp_path)


def test_without_node_the_builder_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(assets.CannotBuild, match=r"requirements-node\.lock"):
        assets.npm()
    (tmp_path / "npm").touch()
    assert assets.npm() == [str(tmp_path / "npm")]


def test_an_old_node_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for tool, said in (("node", "v16.20.2"), ("npm", "8")):
        (tmp_path / tool).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "elsewhere" / "python"))
    with pytest.raises(assets.CannotBuild):
        assets.npm()
    (tmp_path / "node").write_text("#!/bin/sh\necho v20.1.0\n")
    assert assets.npm() == [str(tmp_path / "npm")]


def test_third_parties_are_named_with_their_licences(dist: Path) -> None:
    text = (dist / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for words in ("htmx.org 2.0.11", "uplot 1.6.32", "SIL OPEN FONT LICENSE", "The MIT License", "Zero-Clause BSD"):
        assert words in text


def test_the_lock_of_the_packages_is_exact_and_names_no_registry() -> None:
    wanted = json.loads((PROJECT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked.pop("")["dependencies"] == wanted
    versions = {name.removeprefix("node_modules/"): about["version"] for name, about in locked.items()}
    assert wanted.items() <= versions.items()  # the others come with these, or serve the tests alone
    assert all(about["integrity"].startswith("sha512-") and "resolved" not in about for about in locked.values())
