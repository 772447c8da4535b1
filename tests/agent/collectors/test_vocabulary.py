"""Every quantity that the agent can say stands in docs/collectors.md, and every kind has its row."""

import re
from pathlib import Path

from agent.collectors import COLLECTORS
from alerts.state import FAMILIES

ROOT = Path(__file__).resolve().parents[3]
DOC = (ROOT / "docs" / "collectors.md").read_text(encoding="utf-8")
FAMILY = "ups|link|computer|board|switch|printer|sensor|if|dsl|wireless|cpu|mem|disk|host|sys|software|device"
QUANTITY = re.compile(rf'(?:"|^)((?:{FAMILY})(?:\.[a-z][a-z_]*)+)(?:"|\s)', re.M)
NUT_NAMES = [
    "ups.mfr",
    "ups.model",
    "ups.serial",
    "device.mfr",
    "device.type",
    "ups.load",
    "ups.realpower",
    "ups.power",
    "ups.firmware",
    "ups.test.result",
    "ups.test.date",
    "ups.power.nominal",
    "ups.realpower.nominal",
]


def sources() -> list[Path]:
    return [*sorted((ROOT / "agent" / "mibs").glob("*.py")), *sorted((ROOT / "agent" / "collectors").glob("*.py"))]


def quantities() -> set[str]:
    found: set[str] = set()
    for path in sources():
        text = path.read_text(encoding="utf-8")
        found |= set(QUANTITY.findall(text))
        # Table lines: OID, quantity, unit, reader.
        found |= set(re.findall(rf"^\d[\d.]+ +((?:{FAMILY})\.[a-z_.]+) ", text, re.M))
    return found - set(NUT_NAMES)


def test_every_quantity_is_documented() -> None:
    assert len(quantities()) > 100
    assert sorted(name for name in quantities() if f"`{name}`" not in DOC) == []


def test_every_kind_has_its_row() -> None:
    assert [kind for kind in COLLECTORS if f"| `{kind}` |" not in DOC] == []


def test_the_server_knows_the_family_of_every_quantity() -> None:
    """A report of a family that the server does not know would be set aside and counted as unknown."""
    assert sorted({name.split(".")[0] for name in quantities()} - FAMILIES) == []
