"""Makers by enterprise number, and where their devices name themselves: model, serial, version below 1.3.6.1.4.1."""

from typing import Final, NamedTuple

VENDORS: Final[dict[int, str]] = {
    9: "Cisco", 11: "HP", 161: "Cambium", 171: "D-Link", 207: "Allied Telesis", 232: "HPE", 236: "Samsung",
    253: "Xerox", 311: "Microsoft", 318: "APC", 367: "Ricoh", 476: "Vertiv", 534: "Eaton", 641: "Lexmark",
    674: "Dell", 705: "Eaton", 850: "Tripp Lite", 890: "Zyxel", 935: "Voltronic", 1248: "Epson", 1347: "Kyocera",
    1602: "Canon", 1916: "Extreme", 2001: "OKI", 2007: "Teldat", 2011: "Huawei", 2254: "Delta", 2435: "Brother",
    2636: "Juniper", 3320: "BDCOM", 3808: "CyberPower", 3854: "AKCP", 3902: "ZTE", 4413: "Broadcom", 4526: "Netgear",
    4555: "Socomec", 5491: "Riello", 5528: "APC", 6527: "Nokia", 6574: "Synology", 6876: "VMware", 7367: "DrayTek",
    8886: "Raisecom", 10002: "Ubiquiti", 11863: "TP-Link", 12356: "Fortinet", 14823: "Aruba", 14988: "MikroTik",
    16174: "Sensatronics", 16177: "Westermo", 17163: "Riverbed", 17373: "Geist", 17713: "Cambium", 18248: "Papouch",
    18334: "Konica Minolta", 20916: "AVTECH", 21239: "Vertiv", 21796: "HW group", 22626: "Comet", 24681: "QNAP",
    25053: "Ruckus", 25506: "H3C", 26543: "IBM", 30065: "Arista", 35265: "Eltex", 37950: "V-SOL", 38595: "Zmtel",
    38783: "Teracom", 40418: "SNR", 41112: "Ubiquiti", 43356: "Mimosa", 47196: "Aruba", 48690: "Teltonika",
}  # fmt: skip


class Place(NamedTuple):
    """OIDs below 1.3.6.1.4.1, the best first."""

    models: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


_PLACES: Final = """
model    11.2.3.9.4.2.1.1.3.2
serial   11.2.36.1.1.2.9
serial   11.2.3.9.4.2.1.1.3.3
version  11.2.3.9.4.2.1.1.3.6
model    161.19.3.3.1.266
model    161.19.3.3.1.2
serial   161.19.3.3.1.3
version  161.19.3.3.1.1
serial   171.12.1.1.12
serial   207.8.4.4.2.1.2.1.5
version  207.8.4.4.1.4
model    232.2.2.4.2
serial   232.2.2.2.1
model    236.11.5.1.1.1.1
serial   236.11.5.1.1.1.4
version  236.11.5.1.1.1.2
serial   253.8.53.3.2.1.3.1
model    318.1.1.1.1.1.1
model    318.1.1.12.1.5
model    318.1.1.26.2.1.8
model    318.1.1.8.1.5
model    318.1.1.4.1.4
model    318.1.1.13.3.2.1.4
serial   318.1.1.1.1.2.3
serial   318.1.1.12.1.6
serial   318.1.1.26.2.1.9
serial   318.1.1.8.1.6
serial   318.1.1.4.1.5
version  318.1.1.1.1.2.1
version  318.1.1.12.1.3
version  318.1.1.8.1.2
model    367.3.2.1.1.1.1
serial   367.3.2.1.2.1.4
version  367.3.2.1.1.1.2
model    476.1.42.2.4.2.1.4
model    476.1.42.2.1.2
serial   476.1.42.2.4.2.1.7
serial   476.1.42.2.1.4
version  476.1.42.2.4.2.1.5
version  476.1.42.2.1.3
model    534.1.1.2
model    534.6.6.7.1.2.1.2
serial   534.1.1.6
serial   534.6.6.7.1.2.1.4
version  534.1.1.3
model    641.2.1.2.1.2
model    641.6.2.3.1.4
serial   641.2.1.2.1.6
serial   641.6.2.3.1.5
version  641.2.1.2.1.4
model    674.10895.5000.2.6132.1.1.1.1.1.3
model    674.10895.3000.1.2.100.1
model    674.10892.5.1.3.12
model    674.10892.1.300.10.1.9
serial   674.10895.5000.2.6132.1.1.1.1.1.4
serial   674.10895.3000.1.2.100.8.1.2
serial   674.10892.5.1.3.2
serial   674.10892.1.300.10.1.11
version  674.10895.5000.2.6132.1.1.1.1.1.13
version  674.10895.3000.1.2.100.4
model    705.1.1.2
model    705.1.1.1
serial   705.1.1.7
version  705.1.1.4
model    850.1.1.1.2.1.5
serial   850.100.1.1.2
serial   850.1.1.2.1.1.5
version  850.1.1.2.1.1.4
model    890.1.15.3.1.11
model    890.1.15.3.82.2.1
serial   890.1.15.3.1.12
serial   890.1.15.3.82.2.10
version  890.1.15.3.1.6
model    935.1.1.1.1.1.1
serial   935.1.1.1.1.2.3
version  935.1.1.1.1.2.1
model    1248.1.1.3.1.3.8
serial   1248.1.2.2.1.1.1.5
model    1347.43.5.1.1.1
serial   1347.43.5.1.1.28
model    1602.1.1.1.1
serial   1602.1.2.1.8.1.3.1
version  1602.1.1.1.4
version  2007.1.2.1.6
model    2011.6.174.1.2.100.1.2
serial   2011.6.174.1.2.100.1.5
serial   2011.6.3.3.1.1.9
serial   2011.5.25.188.1.1
version  2011.6.174.1.2.100.1.3
version  2011.6.3.1.999
model    2254.2.4.1.2
version  2254.2.4.1.3
serial   2435.2.3.9.4.2.1.5.5.1
version  2435.2.3.9.4.2.1.5.5.17
model    2636.3.1.2
serial   2636.3.1.3
model    3808.1.1.1.1.1.1
model    3808.1.1.3.1.5
serial   3808.1.1.1.1.2.3
serial   3808.1.1.3.1.6
version  3808.1.1.1.1.2.1
model    3854.2.1.8
model    3854.1.1.8
model    4413.1.1.1.1.1.3
serial   4413.1.1.1.1.1.4
version  4413.1.1.1.1.1.13
model    4526.10.1.1.1.3
model    4526.11.1.1.1.3
serial   4526.10.1.1.1.4
serial   4526.11.1.1.1.4
version  4526.10.1.1.1.13
version  4526.11.1.1.1.13
model    4555.1.1.1.1.1.1
model    4555.1.1.7.1.1.1
serial   4555.1.1.1.1.1.2
serial   4555.1.1.7.1.1.2
version  4555.1.1.1.1.1.3
model    6574.1.5.1
serial   6574.1.5.2
version  6574.1.5.3
model    6876.1.1
version  6876.1.2
model    7367.3.1
version  7367.3.2
model    41112.1.3.2.1.5
version  41112.1.3.2.1.40
model    11863.6.1.1.5
serial   11863.6.1.1.8
version  11863.6.1.1.6
serial   12356.100.1.1.1
serial   12356.106.1.0.1
version  12356.101.4.1.1
model    14823.2.3.3.1.2.1.1.6
model    14823.2.2.1.2.1.3
serial   14823.2.3.3.1.2.1.1.4
serial   14823.2.2.1.2.1.29
version  14823.2.3.3.1.1.4
serial   14988.1.1.7.3
version  14988.1.1.4.4
model    16174.1.1.1.1.2
serial   16174.1.1.1.1.7
version  16174.1.1.1.1.5
model    17373.4.1.1.1
model    17373.3.1.1
version  17373.4.1.1.2
model    17713.21.1.1.2
model    17713.22.1.1.1.5
serial   17713.21.1.1.31
serial   17713.22.1.1.1.4
version  17713.21.1.1.17
version  17713.22.1.1.1.8
serial   18334.1.1.1.1.6.2.1
model    21239.5.1.1.1
model    21239.5.2.1.1
serial   21239.5.2.1.10
version  21239.5.1.1.2
version  21239.5.2.1.2
model    24681.1.2.12
model    24681.1.4.1.1.1.1.1.2.1.3
serial   24681.1.4.1.1.1.1.1.2.1.4
model    25053.1.2.1.1.1.1.9
model    25053.1.15.1.1.1.1.9
model    25053.1.1.2.1.1.1.1
serial   25053.1.2.1.1.1.1.15
serial   25053.1.15.1.1.1.1.15
serial   25053.1.1.2.1.1.1.2
version  25053.1.2.1.1.1.1.18
model    38595.10.1.3
serial   38595.10.1.5
version  38595.10.1.7
model    41112.1.6.3.3
model    41112.1.3.2.1.5
version  41112.1.6.3.6
serial   43356.2.1.2.1.2
version  43356.2.1.2.1.3
model    48690.1.2
serial   48690.1.1
version  48690.1.6
version  48690.1.3
"""


def _places(table: str) -> dict[int, Place]:
    words = [line.split() for line in table.strip().splitlines()]
    numbers = sorted({int(tail.split(".")[0]) for _, tail in words})
    return {
        number: Place(
            *(
                tuple(tail for word, tail in words if word == kind and int(tail.split(".")[0]) == number)
                for kind in ("model", "serial", "version")
            )
        )
        for number in numbers
    }


PLACES: Final = _places(_PLACES)

# Vendors that answer with somebody else's sysObjectID: their own tables are asked too.
RELATIVES: Final[dict[int, tuple[int, ...]]] = {
    171: (89,),  # Radlan, whose software runs in many makers' switches
    534: (705, 850),
    674: (89,),
    705: (534,),
    4413: (674, 4526),
    5528: (318,),
    # net-snmp's own number: the makers that leave it standing in their firmware
    311: (232, 674, 10876),
    35265: (89,),
    8072: (232, 674, 2011, 3808, 6574, 10002, 14988, 17713, 24681, 25053, 41112, 48690, 318, 534, 705, 10876),
    10002: (41112,),
}


OBJECTS: Final[dict[str, str]] = {
    "2011.2.123": "MA5603T", "2011.2.115": "MA5600T", "2011.2.133": "MA5608T", "2011.2.80.8": "MA5680T",
    "43356.1.1.1": "mimosaB5", "43356.1.1.2": "mimosaB5Lite", "43356.1.1.3": "mimosaA5", "43356.1.1.4": "mimosaC5",
    "17713.21": "ePMP", "17713.22": "cnPilot", "10002.1": "airOS",
}  # fmt: skip
"""Products known by sysObjectID below 1.3.6.1.4.1."""
