"""Who a device is: what the makers write into sysDescr and their own objects, and what is no name at all."""

import pytest

from agent.mibs import identity, kinds
from agent.mibs.walk import Walk, oid
from agent.snmp.values import Rows


def device(descr: str, maker: int = 0, **more: str) -> Walk:
    rows: Rows = {oid("1.3.6.1.2.1.1.1.0"): descr.encode(), oid("1.3.6.1.2.1.1.2.0"): oid(f"1.3.6.1.4.1.{maker}.1")}
    return Walk(rows | {oid(name[1:].replace("_", ".")): value.encode() for name, value in more.items()})


@pytest.mark.parametrize(
    ("descr", "maker", "vendor", "model"),
    [
        (
            "HP ETHERNET MULTI-ENVIRONMENT,SN:X,FN:1,SVCID:2,PID:HP LaserJet 400 M401dn",
            11,
            "HP",
            "HP LaserJet 400 M401dn",
        ),
        ("HP J9773A 2530-24G-PoE+ Switch, revision YA.16.02.0012, ROM YA.15.20", 11, "HP", "J9773A 2530-24G-PoE+"),
        ("RouterOS RB951G-2HnD", 14988, "MikroTik", "RB951G-2HnD"),
        ("Juniper Networks, Inc. ex2200-24t-4g Ethernet Switch, kernel JUNOS 12.3R6", 2636, "Juniper", "ex2200-24t-4g"),
        ("ExtremeXOS (X440-24t) version 15.3.1.4", 1916, "Extreme", "X440-24t"),
        ("DES-3200-28 Fast Ethernet Switch", 171, "D-Link", "DES-3200-28"),
        ("Room Alert 3E v2.0", 20916, "AVTECH", "Room Alert 3E"),
        ("MES2324 28-port 1G/10G Managed Switch", 35265, "Eltex", "MES2324"),
        ("S5720-28P-LI-AC Huawei Versatile Routing Platform", 2011, "Huawei", "S5720-28P-LI-AC"),
        ("Lexmark MS610dn version NH.HS5.N343 kernel 2.6", 641, "Lexmark", "MS610dn"),
        ("Hardware: Intel64 Family 6 - Software: Windows Version 6.3", 311, "Microsoft", "Intel x64"),
        ("Linux pc7 5.10.0-8-amd64 #1 SMP Debian x86_64", 8072, "", "Generic x86 64-bit"),
        ("Netman 204", 5491, "Riello", "Netman 204"),
        ("a sentence that is much too long to be the name of a model of anything at all", 0, "", ""),
    ],
)
def test_the_model_in_sysdescr(descr: str, maker: int, vendor: str, model: str) -> None:
    found = identity.candidates(device(descr, maker))
    assert (found.vendor, found.model) == (vendor, model)


@pytest.mark.parametrize("serial", ["000000000", "Unknown", "N/A", "", "------", "To be filled by O.E.M.", "none"])
def test_a_serial_that_would_join_strangers_is_none(serial: str) -> None:
    assert identity.candidates(device("Netman 204", 850, o1_3_6_1_4_1_850_100_1_1_2_0=serial)).serial == ""


def test_the_chassis_is_the_device_and_not_its_power_supply() -> None:
    rows: Rows = {}
    for index, kind, model, serial in ((1, 6, "PSU-1", "P1"), (2, 3, "SG350-28", "S2"), (3, 10, "", "")):
        for column, value in ((5, kind), (13, model), (11, serial)):
            rows[(*identity.ENTITY, column, index)] = value if isinstance(value, int) else value.encode()
    found = identity.candidates(Walk(rows))
    assert (found.model, found.serial) == ("SG350-28", "S2")


@pytest.mark.parametrize(
    ("descr", "maker", "kind"),
    [
        ("HP J9773A 2530-24G-PoE+ Switch, revision YA", 11, "switch"),
        ("RouterOS CRS326-24G-2S+", 14988, "switch"),
        ("RouterOS RBLHGG-60ad", 14988, "radio"),
        ("UAP-AC-Lite 4.3.28", 8072, "radio"),
        ("EPSON Network Projector", 1248, "board"),
        ("Room Alert 3E v2.0", 20916, "sensor"),
        ("Hardware: AMD64 - Software: Windows Version 10.0", 311, "computer"),
        ("Linux pc7 5.10 x86_64", 8072, "computer"),
        ("Huawei Integrated Access Software", 2011, "switch"),
        ("something quite unknown", 0, "switch"),
    ],
)
def test_the_kind_of_a_device(descr: str, maker: int, kind: str) -> None:
    assert kinds.kind_of(device(descr, maker)) == kind
