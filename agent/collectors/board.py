"""Boards and projectors: power, lamp hours, errors by PJLink or SNMP; a USB board by its presence here."""

import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from agent.mibs.walk import Walk, columns, count, oid, readings
from agent.report import Reading, Value
from agent.wanted import Detail, Failure, Heard, Memory, Roads, Wanted

USB: Final = Path("/sys/bus/usb/devices")
WINDOWS_S: Final = 10.0
# usb.ids 2025.07.26 and the makers' manuals; product "" stands for any. Touch frames of displays are no boards.
BOARDS: Final[dict[str, dict[str, str]]] = {
    "0d48": {
        "0001": "Promethean ActivBoard",
        "0004": "Promethean ActivBoard",
        "0100": "Promethean audio",
        "": "Promethean",
    },
    "0b8c": {"0001": "SMART Board", "00c3": "SMART Sympodium ID350", "": "SMART"},
    "6615": {"": "IRTOUCH board"},
    "595a": {"": "IRTOUCH board"},
    "1ff7": {"": "CVTE touch board"},
    "078c": {"0400": "GTCO CalComp InterWrite board"},
    "04da": {"104d": "Panasonic Elite Panaboard", "104e": "Panasonic Elite Panaboard"},
    "2650": {"1311": "eBeam"},
    "08d3": {"": "mimio"},
}
TOUCH_DISPLAYS: Final = frozenset({"1926", "25b5", "0eef", "0596", "2149", "222a", "172f", "14c8"})

POWER: Final = {"0": "off", "1": "on", "2": "cooling", "3": "warming"}
INPUTS: Final = {"1": "rgb", "2": "video", "3": "digital", "4": "storage", "5": "network", "6": "internal"}
ERRORS: Final = ("fan", "lamp", "temperature", "cover", "filter", "other")
LEVELS: Final = {"0": "", "1": "warning", "2": "error"}
UNAVAILABLE: Final = frozenset({"ERR1", "ERR2", "ERR3"})

EPSON: Final = columns(oid("1.3.6.1.4.1.1248.4.1.1.1"), ("1", "board.lamp_time", "h", count))


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises PjlinkError or SnmpError."""
    if device.target.scheme == "local":
        found = await usb_ids(device.options.get("usb_path", ""))
        extra = {word.lower() for word in re.split(r"[,\s]+", device.options.get("usb_ids", "")) if word}
        return Heard(facts=presence(found, extra))
    if device.target.scheme == "pjlink":
        return Heard(words=await roads.pjlink.answers(device.target, False))
    return Heard(rows=await roads.snmp.walk(device.target, [column.oid for column in EPSON]))


async def usb_ids(path: str) -> list[str] | None:
    """ "0d48:0001" of everything at the USB of this computer; None where that cannot be seen."""
    if sys.platform == "win32" and not path:
        return await windows_usb_ids()
    root = Path(path) if path else USB
    return await asyncio.to_thread(linux_usb_ids, root)


def linux_usb_ids(root: Path) -> list[str] | None:
    found = []
    try:
        for vendor in sorted(root.glob("*/idVendor")):
            try:
                product = (vendor.parent / "idProduct").read_text(encoding="ascii").strip()
                found.append(f"{vendor.read_text(encoding='ascii').strip()}:{product}".lower())
            except (OSError, UnicodeDecodeError):
                continue  # unplugged between the listing and the reading
    except OSError:
        return None
    return found if root.is_dir() else None


async def windows_usb_ids() -> list[str] | None:
    """By pnputil of Windows 10 (1903) and later: it lists what is plugged in now, the registry what ever was."""
    try:
        process = await asyncio.create_subprocess_exec(
            "pnputil", "/enum-devices", "/connected", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(WINDOWS_S):
            text, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        return None
    return windows_listing(text.decode("latin-1"))


def windows_listing(text: str) -> list[str]:
    """USB ids of a pnputil listing, in whatever language its labels are."""
    found = re.findall(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})", text, re.I)
    return [f"{vendor}:{product}".lower() for vendor, product in dict.fromkeys(found)]


def presence(ids: list[str] | None, extra: set[str]) -> list[Reading]:
    """board.present 1 or 0, and which; `extra` are vendor or vendor:product ids that agent.toml adds.

    None where the bus cannot be looked at: that is no absence.
    """
    if ids is None:
        return [Reading("board.present", "", "", None)]
    boards = []
    for found in ids:
        vendor, _, product = found.partition(":")
        names = BOARDS.get(vendor, {})
        if found in extra or vendor in extra or product in names or "" in names:
            boards.append((found, names.get(product) or names.get("") or "interactive board"))
    boards = [b for b in boards if not b[1].endswith("audio")] or boards
    out = [Reading("board.present", "", "", int(bool(boards)))]
    out += [Reading("board.usb", found, "", name) for found, name in boards]
    touch = [found for found in ids if found.split(":")[0] in TOUCH_DISPLAYS]
    return out + [Reading("board.touch_display", found, "", 1) for found in touch]


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    """Readings of a board; ERR3 (not now: normal in standby) and ERR1 (no such thing: a laser has no lamp) are None."""
    if heard.failure is not Failure.NONE:
        return []
    if heard.rows:
        return readings(Walk(heard.rows), EPSON)
    if not heard.words:
        return list(heard.facts)
    words = heard.words
    out = [
        Reading("board.power", "", "enum", power(words.get("POWR", ""))),
        Reading("board.errors", "", "enum", errors(words.get("ERST", ""))),
        Reading("board.input", "", "enum", source(words.get("INPT", ""))),
    ]
    out += lamps(words.get("LAMP", ""))
    return [*out, *more(words)] if detail is Detail.PROBE else out


def power(answer: str) -> Value:
    return POWER.get(answer)


def errors(answer: str) -> Value:
    """Six digits to "none" or e.g. "lamp=error filter=warning"; not six digits 0..2: None."""
    if len(answer) != len(ERRORS) or not set(answer) <= set(LEVELS):
        return None
    found = [f"{name}={LEVELS[digit]}" for name, digit in zip(ERRORS, answer, strict=True) if digit != "0"]
    return " ".join(found) or "none"


def source(answer: str) -> Value:
    """ "31" -> "digital 1"."""
    if len(answer) != 2 or answer[0] not in INPUTS:
        return None
    return f"{INPUTS[answer[0]]} {answer[1]}"


def lamps(answer: str) -> list[Reading]:
    """ "1200 1 300 0" -> hours of lamp 1 and 2; 0 hours = the projector does not count; ERR1 = no lamp (laser, LED)."""
    parts = answer.split()
    if answer in UNAVAILABLE or not parts or len(parts) % 2 or not all(part.isdigit() for part in parts):
        return []
    out = []
    for at, (hours, lit) in enumerate(zip(parts[::2], parts[1::2], strict=True), start=1):
        out.append(Reading("board.lamp_time", str(at), "h", int(hours) or None))
        out.append(Reading("board.lamp_on", str(at), "", int(lit == "1")))
    return out


MORE: Final = (
    ("AVMT", "board.mute", ""),
    ("SNUM", "device.serial", ""),
    ("SVER", "device.version", ""),
    ("INF1", "device.manufacturer", ""),
    ("INF2", "device.model", ""),
    ("NAME", "board.name", ""),
    ("CLSS", "board.pjlink_class", ""),
    ("RLMP", "board.lamp_model", ""),
    ("RFIL", "board.filter_model", ""),
    ("IRES", "board.resolution", ""),
    ("FREZ", "board.frozen", ""),
)
MUTES: Final = {"11": "video", "21": "audio", "31": "both", "30": "none"}


def more(words: Mapping[str, str]) -> list[Reading]:
    """What only a probe asks."""
    out = []
    for command, quantity, unit in MORE:
        answer = words.get(command)
        if answer and not answer.startswith("ERR"):
            out.append(Reading(quantity, "", unit, MUTES.get(answer, answer) if command == "AVMT" else answer))
    hours = words.get("FILT", "")
    if hours.isdigit():
        out.append(Reading("board.filter_time", "", "h", int(hours) or None))
    return out
