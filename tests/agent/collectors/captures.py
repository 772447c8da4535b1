"""Captured walks of real devices, read from where they lie: beside the project, never in it."""

from pathlib import Path

from agent.snmp.values import Rows, SnmpValue

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "fixtures"
WALKS = sorted((FOLDER / "snmp").glob("*.snmprec"))
DUMPS = sorted((FOLDER / "nut").glob("*.dev"))
ABSENT = "the captured devices (../shared/fixtures) are not beside this checkout"


def rows_of(path: Path) -> Rows:
    """A .snmprec file as rows: `OID|tag|value`, tag with x = the value in hexadecimal (snmpsim's format)."""
    rows: Rows = {}
    for line in path.read_bytes().splitlines():
        if line.count(b"|") < 2:
            continue
        name, tag, value = line.split(b"|", 2)
        rows[tuple(map(int, name.split(b".")))] = _value(int(tag.rstrip(b"x")), tag.endswith(b"x"), value)
    return rows


def _value(tag: int, hexadecimal: bool, value: bytes) -> SnmpValue:
    if tag == 5:
        return None
    if tag == 6:
        return tuple(int(part) for part in value.strip(b".").split(b"."))
    if tag in (4, 64, 68):
        return bytes.fromhex(value.decode()) if hexadecimal else value
    return int(value)


def variables_of(path: Path) -> dict[str, str]:
    """A dump of dummy-ups: `name: value`, comments by #."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            found[name.strip()] = value.split("#")[0].strip()
    return found
