"""Radio links and cellular modems: signal, noise, quality, rates and clients, by IANA enterprise number; optics too."""

from typing import Final

from agent.mibs.walk import Column, Walk, count, listed, measure, readings
from agent.report import Reading

# MikroTik 60 GHz distance: the MIB says m, devices send cm (18,545 m is impossible at 60 GHz).
VENDORS: Final = listed(
    """
2011.5.25.31.1.1.3.1.8                     sensor.dbm             dBm    dbm_hundredths
2011.5.25.31.1.1.3.1.9                     sensor.dbm             dBm    dbm_hundredths
2011.6.128.1.1.2.23.1.4                    sensor.dbm             dBm    dbm_hundredths
14988.1.1.1.1.1.4                          wireless.rssi          dBm    dbm
14988.1.1.1.1.1.7                          wireless.frequency     MHz    megahertz
14988.1.1.1.1.1.9                          wireless.ccq           %      percent
14988.1.1.1.2.1.3                          wireless.rssi          dBm    dbm
14988.1.1.1.2.1.12                         wireless.snr           dB     db
14988.1.1.1.3.1.6                          wireless.clients       -      count
14988.1.1.1.3.1.7                          wireless.frequency     MHz    megahertz
14988.1.1.1.3.1.9                          wireless.noise_floor   dBm    dbm
14988.1.1.1.3.1.10                         wireless.ccq           %      percent
14988.1.1.1.8.1.6                          wireless.frequency     MHz    megahertz
14988.1.1.1.8.1.8                          wireless.quality       %      percent
14988.1.1.1.8.1.12                         wireless.rssi          dBm    dbm
14988.1.1.1.8.1.13                         wireless.rate          bit/s  megabit
14988.1.1.1.9.1.8                          wireless.quality       %      percent
14988.1.1.1.9.1.10                         wireless.distance      m      hundredths
14988.1.1.16.1.1.2                         wireless.rssi          dBm    dbm
14988.1.1.16.1.1.3                         wireless.rsrq          dB     db
14988.1.1.16.1.1.4                         wireless.rsrp          dBm    dbm
14988.1.1.16.1.1.7                         wireless.sinr          dB     db
14988.1.1.19.1.1.9                         sensor.dbm             dBm    dbm_thousandths
14988.1.1.19.1.1.10                        sensor.dbm             dBm    dbm_thousandths
17713.21.1.2.1                             wireless.frequency     MHz    megahertz
17713.21.1.2.3                             wireless.rssi          dBm    dbm
17713.21.1.2.10                            wireless.clients       -      count
17713.21.1.2.18                            wireless.snr           dB     db
17713.21.1.2.30.1.4                        wireless.rssi          dBm    dbm
17713.21.1.2.30.1.5                        wireless.rssi          dBm    dbm
17713.21.1.2.30.1.6                        wireless.snr           dB     db
17713.21.1.2.30.1.7                        wireless.snr           dB     db
17713.21.1.2.30.1.8                        wireless.mcs           -      count
17713.21.1.2.30.1.9                        wireless.mcs           -      count
17713.21.1.2.30.1.19                       wireless.capacity      %      percent
17713.21.1.2.30.1.20                       wireless.quality       %      percent
17713.21.1.2.30.1.29                       wireless.distance      m      count
17713.21.3.8.2.6                           sensor.dbm             dBm    dbm
38595.10.3.11                              sensor.dbm             dBm    dbm
38595.10.3.12                              sensor.dbm             dBm    dbm
41112.1.4.1.1.4                            wireless.frequency     MHz    megahertz
41112.1.4.1.1.6                            wireless.power         dBm    dbm
41112.1.4.1.1.7                            wireless.distance      m      count
41112.1.4.2.1.2                            wireless.rssi          -      count
41112.1.4.5.1.5                            wireless.power         dBm    dbm
41112.1.4.5.1.6                            wireless.rssi          -      count
41112.1.4.5.1.7                            wireless.ccq           %      percent
41112.1.4.5.1.8                            wireless.noise_floor   dBm    dbm
41112.1.4.5.1.9                            wireless.rate          bit/s  count
41112.1.4.5.1.10                           wireless.rate          bit/s  count
41112.1.4.5.1.15                           wireless.clients       -      count
41112.1.4.6.1.3                            wireless.quality       %      percent
41112.1.4.6.1.4                            wireless.capacity      %      percent
41112.1.4.6.1.7                            wireless.utilization   %      percent_tenths
41112.1.6.1.1.1.6                          wireless.utilization   %      percent
41112.1.6.1.1.1.7                          wireless.utilization   %      percent
41112.1.6.1.1.1.8                          wireless.utilization   %      percent
41112.1.6.1.1.1.9                          wireless.utilization   %      percent
41112.1.6.1.2.1.8                          wireless.clients       -      count
41112.1.6.1.2.1.21                         wireless.power         dBm    dbm
43356.2.1.2.6.1.1.2                        wireless.power         dBm    dbm_tenths
43356.2.1.2.6.1.1.3                        wireless.power         dBm    dbm_tenths
43356.2.1.2.6.1.1.4                        wireless.noise_floor   dBm    dbm_tenths
43356.2.1.2.6.1.1.5                        wireless.snr           dB     db_tenths
43356.2.1.2.6.1.1.6                        wireless.frequency     MHz    megahertz
43356.2.1.2.6.2.1.2                        wireless.rate          bit/s  megabit
43356.2.1.2.6.2.1.5                        wireless.rate          bit/s  megabit
43356.2.1.2.7.3                            wireless.error_ratio   %      percent_hundredths
43356.2.1.2.7.4                            wireless.error_ratio   %      percent_hundredths
48690.2.2.1.12                             wireless.rssi          dBm    dbm
48690.2.2.1.18                             wireless.cell          -      count
48690.2.2.1.19                             wireless.sinr          dB     db
48690.2.2.1.20                             wireless.rsrp          dBm    dbm
48690.2.2.1.21                             wireless.rsrq          dB     db
""",
    {
        "dbm": measure(low=-150, high=60, minus=True),
        "dbm_tenths": measure(0.1, -150, 60, minus=True),
        "dbm_hundredths": measure(0.01, -80, 60, minus=True),
        "dbm_thousandths": measure(0.001, -80, 60, minus=True),
        "db": measure(low=-50, high=100, minus=True),
        "db_tenths": measure(0.1, -50, 100, minus=True),
        "percent": measure(low=0, high=100),
        "percent_tenths": measure(0.1, 0, 100),
        "percent_hundredths": measure(0.01, 0, 100),
        "megahertz": measure(low=1),
        "megabit": measure(1e6),
        "hundredths": measure(0.01),
        "count": count,
    },
)

MINUTE: Final = frozenset(
    {
        "wireless.power",
        "wireless.rssi",
        "wireless.snr",
        "wireless.sinr",
        "wireless.rsrp",
        "wireless.rsrq",
        "wireless.ccq",
        "wireless.quality",
        "wireless.noise_floor",
        "wireless.clients",
        "wireless.rate",
    }
)
ROWS_A_MINUTE: Final = 12  # of an access point with many stations the first ones; the rest is a probe's matter


def vendors(family: tuple[int, ...]) -> list[Column]:
    return list(dict.fromkeys(column for n in family for column in VENDORS.get(n, ())))


def full(walk: Walk, family: tuple[int, ...]) -> list[Reading]:
    return readings(walk, vendors(family))


def minute(walk: Walk, family: tuple[int, ...]) -> list[Reading]:
    out = []
    seen: dict[str, int] = {}
    for reading in full(walk, family):
        if reading.quantity in MINUTE and seen.setdefault(reading.quantity, 0) < ROWS_A_MINUTE:
            seen[reading.quantity] += 1
            out.append(reading)
    return out
