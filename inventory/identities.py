"""What tells one machine from another: serial numbers, network cards, machine ids; and which of them tell nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_SERIAL: Final = 120
MOST_LINES: Final = 5000  # of one list: the largest lot of the ministry report has 2,000 pieces

# What boards and old firmware say instead of a serial number, in capitals without separators. Every one of them was
# met on many machines at once; the lists of GLPI, OCS Inventory and Giga agree on most.
JUNK_SERIALS: Final = frozenset(
    """
    NONE NULL NULLSTRING NA UNKNOWN INVALID EMPTY BLANK UNSPECIFIED UNDEFINED NOTSPECIFIED NOTAVAILABLE NOTAPPLICABLE
    NOTSET NOSERIAL NOSERIALNUMBER SERIAL SERIALNUMBER SYSTEMSERIALNUMBER CHASSISSERIALNUMBER BASEBOARDSERIALNUMBER
    BOARDSERIALNUMBER DEFAULT DEFAULTSTRING DEFAULTSERIAL OEM OEMSERIAL EVAL IATPASS TEST SAMPLE ENGINEERINGSAMPLE
    SERNUM SN SNUM SN12345 SN123456 SN1234567890 SYS1234567890 SYS9876543210 MB1234567890 BSN12345678901234567
    TULIPCOMPUTERS TULIP QEMU BOCHS VIRTUALBOX VMWARE PARALLELS 0X00000000 ABCDEF ABC123 ABCDEFGH AAABBBCCC
    123456789ABCDEF 0123456789ABCDEF 03000200040005000006000700080009 FEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFE
    NOUUIDAVAILABLE NEEDSTOBEFILLED PLEASEFILL INSERTSERIAL ASSETTAG XXX
    """.split()  # noqa: SIM905
)
JUNK_BEGINS: Final = ("TOBEFILLED", "TOBESET", "FILLEDBY", "NOTFILLED", "OEMTOBE")
# Cards that software makes, alike on every computer that has it: VMware and Hyper-V hosts, Hamachi, RAS and PPP of
# Windows, VPN clients. Addresses with the "locally administered" bit (IEEE 802-2014 §8.4) are refused by the bit.
JUNK_MACS: Final = frozenset(
    {"000000000000", "FFFFFFFFFFFF", "00059A3C7A00", "00090FFE0001", "505054503030", "005056C00001", "005056C00008"}
)
JUNK_CARDS: Final = ("005056C0", "00155D", "0A0027", "7A79", "00FF")
ROWS_OF_KEYS: Final = "01234567890123456789"


class Fault(StrEnum):
    """Why a line of a list of serial numbers cannot be used."""

    JUNK = "junk"
    TWICE = "twice"
    KNOWN = "known"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a pasted or scanned list. `number` counts from 1 as an editor counts; `serial` as it was written."""

    number: int
    serial: str
    key: str


@dataclass(frozen=True, slots=True)
class LineFault:
    """`other`: where it stands already: the number of a line, or an inventory number."""

    number: int
    serial: str
    fault: Fault
    other: str = ""


def key_of(serial: str) -> str:
    """A serial number for comparing: capitals and digits alone. `"s/n: cnd-7012 3a"` -> `"CND70123A"`."""
    bare = re.sub(r"^\s*(?:s\s*/\s*n|sn|serial(?:\s*(?:no|number|nr))?)\s*[.:#]+\s*", "", serial, flags=re.IGNORECASE)
    return re.sub(r"[^0-9A-Z]", "", bare.upper())[:LONGEST_SERIAL]


def tells_nothing(serial: str) -> bool:
    """Whether this serial number (or machine id) is none: a filler, one sign repeated, digits in their order."""
    key = key_of(serial)
    if len(key) < 4 or len(set(key)) == 1 or key in JUNK_SERIALS or key.startswith(JUNK_BEGINS):
        return True
    return key.isdigit() and (key in ROWS_OF_KEYS or key in ROWS_OF_KEYS[::-1] or not key.strip("0"))


def serial_evidence(serial: str) -> str:
    """The key of a serial number that is evidence; "" for one that is none."""
    return "" if tells_nothing(serial) else key_of(serial)


def mac_of(text: str) -> str:
    """Twelve capitals without separators; "" for what is no address of a card. `"00:1a-2B.."` as people write it."""
    bare = re.sub(r"[\s:.\-]", "", text).upper()
    return bare if re.fullmatch(r"[0-9A-F]{12}", bare) else ""


def mac_evidence(text: str) -> str:
    """The address of a card that a maker gave it once; "" for groups, for made-up and for repeated addresses."""
    mac = mac_of(text)
    if not mac or mac in JUNK_MACS or mac.startswith(JUNK_CARDS) or len(set(mac)) == 1:
        return ""
    return "" if int(mac[:2], 16) & 0b11 else mac


def read(text: str) -> tuple[list[Line], list[LineFault]]:
    """A list of serial numbers, one a line (a scanner sends Enter), or several to a line with commas or tabs between.

    Lines that are faulty by themselves come second; whether one is in the register already only the register knows.
    """
    good: list[Line] = []
    faults: list[LineFault] = []
    first: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for written in re.split(r"[,;\t]", line):
            serial = " ".join(written.split())
            if not serial:
                continue
            key = key_of(serial)
            if len(serial) > LONGEST_SERIAL:
                faults.append(LineFault(number, serial[:40], Fault.TOO_LONG))
            elif tells_nothing(serial):
                faults.append(LineFault(number, serial, Fault.JUNK))
            elif key in first:
                faults.append(LineFault(number, serial, Fault.TWICE, str(first[key])))
            else:
                first[key] = number
                good.append(Line(number, serial, key))
    return good, faults
