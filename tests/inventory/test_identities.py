"""Serial numbers and cards that are evidence, and those that are none."""

import pytest

from inventory.identities import Fault, LineFault, key_of, mac_evidence, read, serial_evidence, tells_nothing

NONE = [
    "", "0", "00000000", "0000-0000", "123456789", "1234567890", "0123456789", "987654321", "12345", "None", "N/A",
    "n/a", "To be filled by O.E.M.", "To Be Filled By O.E.M", "TO BE FILLED BY OEM", "System Serial Number",
    "Default string", "Not Specified", "not available", "INVALID", "unknown", "xxxxxxxxxxx", "........", "---",
    "1111111", "OEM", "Chassis Serial Number", "SN-12345", "SYS-1234567890", "EVAL", "QEMU", "NO_UUID_AVAILABLE",
    "Null", "fefefefe-fefe-fefe-fefe-fefefefefefe", "03000200-0400-0500-0006-000700080009",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
]  # fmt: skip


@pytest.mark.parametrize("serial", NONE)
def test_a_filler_is_no_serial_number(serial: str) -> None:
    assert tells_nothing(serial)
    assert serial_evidence(serial) == ""


REAL = ["CND7012X3A", "4S1823X04119", "1234509", "PBH2-1187-0042", "AS1223 140051", "9072341"]


@pytest.mark.parametrize("serial", REAL)
def test_a_serial_number_is_one(serial: str) -> None:
    assert not tells_nothing(serial)


@pytest.mark.parametrize(
    ("written", "key"),
    [("s/n: cnd-7012 3a", "CND70123A"), ("SN:4S18.23", "4S1823"), ("SNAP12", "SNAP12"), ("Serial No. 77A1", "77A1")],
)
def test_a_serial_number_is_compared_without_its_dress(written: str, key: str) -> None:
    assert key_of(written) == key


MACS = {
    "as Windows writes it": ("3C-52-82-A1-B2-C3", "3C5282A1B2C3"),
    "as Cisco writes it": ("3c52.82a1.b2c3", "3C5282A1B2C3"),
    "one that software made up": ("02:00:00:00:00:01", ""),
    "a group address": ("01:00:5e:00:00:01", ""),
    "VMware's card, alike on every host": ("00:50:56:C0:00:08", ""),
    "Windows' dial-up card": ("50:50:54:50:30:30", ""),
    "a VPN's tap": ("00:FF:12:34:56:78", ""),
    "nothing but zeros": ("00:00:00:00:00:00", ""),
    "too short": ("3C:52:82", ""),
}


@pytest.mark.parametrize("what", MACS)
def test_of_cards(what: str) -> None:
    written, evidence = MACS[what]
    assert mac_evidence(written) == evidence


def test_a_pasted_list_names_its_bad_lines() -> None:
    good, faults = read("CND0001A\r\n\nCND0002A, CND0003A\n cnd 0001-a\nTo be filled by O.E.M.\n" + "Z1" * 80)
    assert [(line.number, line.serial) for line in good] == [(1, "CND0001A"), (3, "CND0002A"), (3, "CND0003A")]
    assert faults == [
        LineFault(4, "cnd 0001-a", Fault.TWICE, "1"),
        LineFault(5, "To be filled by O.E.M.", Fault.JUNK),
        LineFault(6, ("Z1" * 80)[:40], Fault.TOO_LONG),
    ]
