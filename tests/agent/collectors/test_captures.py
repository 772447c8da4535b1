"""What real devices said, against what is to be read from it: every walk and every dump, row by row."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agent import probe
from agent.asking import without_nested
from agent.mibs import identity
from agent.mibs.walk import Walk
from agent.snmp.values import Rows
from tests.agent.collectors.captures import ABSENT, DUMPS, FOLDER, WALKS, rows_of, variables_of

pytestmark = pytest.mark.skipif(not WALKS, reason=ABSENT)
JUDGED = ("identity", "ups", "host", "interfaces", "environment", "printer", "dsl")

# Rows that are read otherwise on purpose; each with the reason.
OTHERWISE = {
    ("windows-xp_laptop", "software.installed"): "names in cp1252 and cp1251 are not Chinese",
    ("Powercom__BNT-1500AP__powercom__2.4.3__01", "ups.battery.charge"): "a battery is never charged to -197.6 %",
}


def referee() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_probe", FOLDER.parent / "tools" / "score_probe.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wanted_rows(rows: Rows) -> Walk:
    """Only what the probe would ask: a row that no column names does not help."""
    whole = Walk(rows)
    roots = [probe.SYSTEM, *without_nested(probe.wanted(identity.enterprise(whole)))]
    return Walk({(*root, *index): value for root in roots for index, value in whole.under(root)})


def missed(name: str, folder: Path, said: dict[str, Any]) -> list[str]:
    expected = json.loads((folder / f"{name}.expected.json").read_text(encoding="utf-8"))
    return [
        f"{quantity}[{index}] = {value!r}, there: {there}"
        for group, quantity, index, value, found, there in referee().compare(expected, json.loads(json.dumps(said)))
        if group in JUDGED and not found and (name, quantity) not in OTHERWISE
    ]


@pytest.mark.parametrize("path", WALKS, ids=lambda path: path.stem)
def test_a_walk_is_read_as_expected(path: Path) -> None:
    walk = wanted_rows(rows_of(path))
    assert missed(path.stem, path.parent, probe.told(walk, identity.enterprise(walk))) == []


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_a_nut_dump_is_read_as_expected(path: Path) -> None:
    assert missed(path.name.removesuffix(".dev"), path.parent, probe.by_nut(variables_of(path))) == []


@pytest.mark.parametrize("path", WALKS, ids=lambda path: path.stem)
def test_a_capture_gives_a_known_kind_and_readings_fit_for_the_wire(path: Path) -> None:
    walk = wanted_rows(rows_of(path))
    said = probe.told(walk, identity.enterprise(walk))
    assert said["kind"] in ("link", "ups", "computer", "board", "switch", "printer", "sensor", "modem", "radio")
    assert all(isinstance(row["value"], int | float | str | None) for row in said["readings"])
