"""agent.toml: what this agent looks at, how often, and where it reports. All faults are told at once."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from agent import snmp, targets
from agent.report import KINDS
from agent.wanted import Wanted

MOST_DEVICES: Final = 400
LINK_PLACES: Final = ("gateway", "intranet", "internet")
LINK_OPTIONS: Final = (*LINK_PLACES, "modem", "interface", "count")


class BadConfig(Exception):
    """agent.toml cannot be used; `faults` name each key, its value and what would be right."""

    def __init__(self, path: str, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))


@dataclass(frozen=True, slots=True)
class Config:
    server: str = ""
    report_every: int = 60  # s
    sample_every: int = 10  # s
    spool_days: int = 14
    spool_mb: int = 64
    ca: str = ""
    proxy: str = ""
    devices: tuple[Wanted, ...] = ()


# The faults of one value: "" where it is right, else what would be.
_Check = Callable[[Any], str]


def _whole(low: int, high: int, unit: str) -> _Check:
    def check(value: Any) -> str:
        right = type(value) is int and low <= value <= high
        return "" if right else f"right is a whole number of {unit} from {low} to {high}"

    return check


def _address(*schemes: str) -> _Check:
    def check(value: Any) -> str:
        right = f"right is {' or '.join(s + '://host' for s in schemes)}, with :port where it is not the usual one"
        try:
            parts = urlsplit(value)
            good = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except (ValueError, AttributeError, TypeError):
            return right
        return right if not good or parts.query or parts.fragment else ""

    return check


def _readable(value: Any) -> str:
    right = isinstance(value, str) and Path(value).is_file()
    return "" if right else "right is the path of a readable PEM file with the certificate of your own authority"


def _text(value: Any) -> str:
    right = isinstance(value, str) and len(value) <= 200 and value.isprintable()
    return "" if right else "right is a text of at most 200 printable characters"


def _kind(value: Any) -> str:
    return "" if value == "" or value in KINDS else f"right is one of {', '.join(KINDS)}, or left out to find out"


TOP: Final[Mapping[str, _Check]] = {
    "server": _address("https", "http"),
    "report_every": _whole(10, 3600, "seconds"),
    "sample_every": _whole(5, 3600, "seconds"),
    "spool_days": _whole(1, 60, "days"),
    "spool_mb": _whole(4, 4096, "megabytes"),
    "ca": _readable,
    "proxy": _address("http"),
}
DEVICE: Final[Mapping[str, _Check]] = {"name": _text, "kind": _kind, "key": _text, "target": _text}


def load(path: Path) -> Config:
    """Read agent.toml. Raises BadConfig with every fault in it."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        raise BadConfig(str(path), ["there is no such file; `zeng-agent enrol` writes a first one"]) from error
    except (OSError, UnicodeError) as error:
        raise BadConfig(str(path), [f"cannot be read: {error}"]) from error


def parse(text: str, path: str = "agent.toml") -> Config:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(path, [f"is not TOML: {error}"]) from error
    faults: list[str] = []
    tables = {name: found.pop(name) for name in ("device", "link") if name in found}
    values = _checked("", found, TOP, faults, also=("device", "link"))
    wanted = [*_link(tables.get("link"), faults), *_devices(tables.get("device", []), faults)]
    _no_twins(wanted, faults)
    if len(wanted) > MOST_DEVICES:
        faults.append(f"device: {len(wanted)} devices; at most {MOST_DEVICES} fit one agent, share them among several")
    if faults:
        raise BadConfig(path, faults)
    return Config(**values, devices=tuple(wanted))


def _checked(
    place: str, table: Mapping[str, Any], checks: Mapping[str, _Check], faults: list[str], also: tuple[str, ...] = ()
) -> dict[str, Any]:
    good = {}
    for key, value in table.items():
        if key not in checks:
            faults.append(f"{place}{key}: there is no such key; right is one of {', '.join([*checks, *also])}")
        elif wrong := checks[key](value):
            faults.append(f"{place}{key} = {_shown(key, value)}: {wrong}")
        else:
            good[key] = value
    return good


def _shown(key: str, value: object) -> str:
    """A value for a message, without any secret that it may hold."""
    if any(word in key.lower() for word in targets.SECRET_OPTIONS):
        return "***"
    return targets.masked(repr(value)[:120])


def _devices(tables: Any, faults: list[str]) -> list[Wanted]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.append("device: right is one [[device]] table for each device, in double brackets")
        return []
    found = []
    for number, table in enumerate(tables, start=1):
        place = f"device {number} ({table['name']}) " if isinstance(table.get("name"), str) else f"device {number} "
        options = _options(f"{place}options.", table.get("options", {}), faults)
        values = _checked(place, {k: v for k, v in table.items() if k != "options"}, DEVICE, faults, also=("options",))
        if "target" not in table:
            faults.append(f'{place}target: is missing; right is for example target = "snmp://public@192.168.1.20"')
        target = _target(f"{place}target", values.get("target"), faults)
        if target is not None:
            key = values.get("key") or str(target)
            found.append(Wanted(key, values.get("kind", ""), values.get("name", ""), target, options))
    return found


def _options(place: str, table: Any, faults: list[str]) -> dict[str, str]:
    if not isinstance(table, dict):
        faults.append(f"{place.rstrip('.')} = {_shown('', table)}: right is a table, e.g. options = {{ timeout = 2 }}")
        return {}
    good = {}
    for key, value in table.items():
        if isinstance(value, bool):
            good[key] = "yes" if value else "no"
        elif isinstance(value, str | int | float):
            good[key] = str(value)
        elif isinstance(value, list) and value and all(isinstance(part, str) for part in value):
            good[key] = " ".join(value)
        else:
            faults.append(
                f"{place}{key} = {_shown(key, value)}: right is a text, a number, true, false, or a list of texts"
            )
    return good


def _link(table: Any, faults: list[str]) -> list[Wanted]:
    """[link] becomes one device of kind link; where it leads is in its options."""
    if table is None:
        return []
    if not isinstance(table, dict):
        faults.append("link: right is a [link] table, in single brackets")
        return []
    name = table.pop("name", "")
    if wrong := _text(name):
        faults.append(f"link.name = {_shown('name', name)}: {wrong}")
    options = _options("link.", table, faults)
    for key in [key for key in options if key not in LINK_OPTIONS]:
        faults.append(f"link.{key}: there is no such key; right is one of name, {', '.join(LINK_OPTIONS)}")
    if "modem" in options:
        _target("link.modem", options["modem"], faults)
    for key in LINK_PLACES:
        if key in options:
            options[key] = re.sub(r"(^|\s)icmp://", r"\1", options[key])
        if re.search(r"[/@]|^$", options.get(key, "host")):
            faults.append(f"link.{key} = {_shown(key, options[key])}: right is a host or an address, or a list of them")
    if wrong := _whole(1, 20, "pings")(table.get("count", 5)):
        faults.append(f"link.count = {_shown('count', table['count'])}: {wrong}")
    if not any(key in options for key in LINK_PLACES):
        faults.append("link: names nothing to reach; right is at least one of gateway, intranet, internet")
    return [Wanted("link", "link", str(name), targets.Target("local"), options)]


def _target(place: str, text: Any, faults: list[str]) -> targets.Target | None:
    if not isinstance(text, str):
        return None
    try:
        target = targets.parse(text)
        if target.scheme.startswith("snmp"):
            snmp.check(target)
        return target
    except targets.BadTarget as error:
        faults.append(f"{place}: {error}")
        return None


def _no_twins(wanted: list[Wanted], faults: list[str]) -> None:
    seen: dict[str, str] = {}
    for device in wanted:
        name = device.name or device.key
        if device.key in seen:
            faults.append(
                f"device {name}: {device.key} stands twice (also as {seen[device.key]}); leave one out, "
                "or give each a key of its own"
            )
        seen.setdefault(device.key, name)
