"""When what an agent sees disagrees with what people declare: one sentence a row."""

from typing import Any

import pytest

from inventory.facts import Disagreement, disagreements

Facts = dict[str, Any]
ROWS: dict[str, tuple[Facts, Facts, Facts, list[Disagreement]]] = {
    "the same is no conflict": ({"hostname": "pc-12"}, {"hostname": "PC-12"}, {}, []),
    "what nobody declared cannot be contradicted": ({}, {"hostname": "pc-12"}, {}, []),
    "what no agent sees contradicts nothing": ({"serial": "CND70123A"}, {"hostname": "pc-12"}, {}, []),
    "another serial number is a conflict": (
        {"serial": "CND70123A"}, {"serial": "CND70999Z"}, {}, [Disagreement("serial", "CND70123A", "CND70999Z")]),
    "a serial number in other dress is the same": ({"serial": "cnd-7012 3a"}, {"serial": "CND70123A"}, {}, []),
    "a filler contradicts no serial number": ({"serial": "CND70123A"}, {"serial": "To be filled by O.E.M."}, {}, []),
    "memory that graphics take their part of is the same": ({"memory_mb": 4096}, {"memory_mb": 3790}, {}, []),
    "half of the memory gone is a conflict": (
        {"memory_mb": 4096}, {"memory_mb": 2012}, {}, [Disagreement("memory_mb", 4096, 2012)]),
    "a name with its domain is the same name": ({"hostname": "pc-12"}, {"hostname": "pc-12.school190.edu.az"}, {}, []),
    "an edition is no other system": ({"os": "Windows 10"}, {"os": "Windows 10 Pro"}, {}, []),
    "another system is a conflict": (
        {"os": "Windows 7"}, {"os": "Ubuntu"}, {}, [Disagreement("os", "Windows 7", "Ubuntu")]),
    "one of several cards is the declared one": (
        {"mac": "3C:52:82:A1:B2:C3"}, {"mac": "3C5282A1B2C4", "macs": ["3C5282A1B2C4", "3C5282A1B2C3"]}, {}, []),
    "what a person has kept once is no news": (
        {"serial": "CND70123A"}, {"serial": "CND70999Z"}, {"serial": "CND70999Z"}, []),
    "a third value is news again": (
        {"serial": "CND70123A"}, {"serial": "CND70888Y"}, {"serial": "CND70999Z"},
        [Disagreement("serial", "CND70123A", "CND70888Y")]),
}  # fmt: skip


@pytest.mark.parametrize("sentence", ROWS)
def test_of_two_columns(sentence: str) -> None:
    declared, observed, kept, expected = ROWS[sentence]
    assert disagreements(declared, observed, kept) == expected
