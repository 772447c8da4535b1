"""Probes of many vendors: temperature, humidity, contacts. One object a line, by OID below 1.3.6.1.4.1."""

from collections.abc import Mapping
from typing import Final

from agent.mibs.walk import Reader, celsius, listed, measure, named, number, text
from agent.sentinels import checked
from agent.snmp.values import SnmpValue

humid: Final = measure(low=0, high=100)
celsius_tenths: Final = measure(0.1, -55, 150, minus=True)
contact: Final = named({0: "off", 1: "on"})  # what "on" means is a matter of wiring; an alarm is said apart


def any_celsius(raw: SnmpValue) -> float | int | None:
    """°C, tenths or hundredths of °C, told apart by size: room probes stand between -40 and 95 °C."""
    value = number(raw)
    if value is None:
        return None
    for scale in (1.0, 0.1, 0.01):
        got = checked(value, scale, -40, 95, minus=True).value
        if got is not None:
            return got
    return None


def chip(raw: SnmpValue) -> float | int | None:
    """Chips and boards are never at 0 °C or below: 0 and negatives are "not fitted"."""
    return checked(number(raw), 1, 1, 150).value


def airos_celsius(raw: SnmpValue) -> float | int | None:
    """UBNT-AirMAX-MIB says °C; some firmware sends 1e-7 °C (160000000 for 16 °C)."""
    value = number(raw)
    return checked(value * 1e-7 if value and value > 1e6 else value, 1, -55, 150, minus=True).value


def fahrenheit(raw: SnmpValue) -> float | int | None:
    value = number(raw)
    return checked(None if value is None else round((value - 32) / 1.8, 1), 1, -55, 150, minus=True).value


def celsius_first(raw: SnmpValue) -> float | int | None:
    """ "42 C/107 F" (QNAP) -> 42."""
    return chip(text(raw).partition("C")[0].encode())


READERS: Final[Mapping[str, Reader]] = {
    "celsius": celsius,
    "celsius_tenths": celsius_tenths,
    "celsius_hundredths": measure(0.01, -55, 150, minus=True),
    "any_celsius": any_celsius,
    "airos_celsius": airos_celsius,
    "chip": chip,
    "fahrenheit": fahrenheit,
    "celsius_first": celsius_first,
    "percent": humid,
    "percent_tenths": measure(0.1, 0, 100),
    "percent_hundredths": measure(0.01, 0, 100),
    "contact": contact,
    "alarm_contact": named({1: "ok", 2: "alarm", 3: "disabled"}),
}
VENDORS: Final = listed(
    """
9.6.1.101.53.15.1.10                       sensor.temperature     C      chip
9.9.13.1.3.1.3                             sensor.temperature     C      chip
11.2.14.11.1.2.8.1.1.3                     sensor.temperature     C      celsius
171.12.11.1.8.1.2                          sensor.temperature     C      chip
171.14.5.1.1.1.1.4                         sensor.temperature     C      celsius
207.8.4.4.3.12.4.1.2.1.5                   sensor.temperature     C      celsius
232.6.2.6.8.1.4                            sensor.temperature     C      chip
318.1.1.10.2.3.2.1.6                       sensor.humidity        %      percent
318.1.1.10.2.3.4.1.3                       sensor.contact         enum   alarm_contact
318.1.1.10.3.13.1.1.6                      sensor.humidity        %      percent
318.1.1.10.4.2.3.1.6                       sensor.humidity        %      percent
318.1.1.25.1.2.1.6                         sensor.temperature     C      any_celsius
318.1.1.25.1.2.1.7                         sensor.humidity        %      percent
476.1.42.3.4.1.3.3.1.3                     sensor.temperature     C      celsius
476.1.42.3.4.2.2.3.1.3                     sensor.humidity        %      percent
534.1.6.1                                  sensor.temperature     C      celsius
534.1.6.4                                  sensor.humidity        %      percent
534.1.6.5                                  sensor.temperature     C      celsius
534.1.6.6                                  sensor.humidity        %      percent
674.10892.1.700.20.1.6                     sensor.temperature     C      celsius_tenths
674.10892.5.4.700.20.1.6                   sensor.temperature     C      celsius_tenths
674.10895.5000.2.6132.1.1.43.1.8.1.5       sensor.temperature     C      chip
705.1.8.1                                  sensor.temperature     C      celsius_tenths
705.1.8.2                                  sensor.humidity        %      percent_tenths
705.1.8.7.1.3                              sensor.temperature     C      celsius_tenths
705.1.8.7.1.6                              sensor.humidity        %      percent_tenths
850.1.1.3.3.3.1.1.1                        sensor.temperature     C      celsius_tenths
850.1.1.3.3.3.2.1.1                        sensor.humidity        %      percent
850.101.1.1.1                              sensor.temperature     C      celsius
850.101.1.2.1                              sensor.humidity        %      percent
890.1.15.3.26.1.2.1.3                      sensor.temperature     C      chip
1718.3.2.5.1.6                             sensor.temperature     C      celsius_tenths
1718.3.2.5.1.10                            sensor.humidity        %      percent
1718.4.1.9.3.1.1                           sensor.temperature     C      celsius_tenths
1718.4.1.10.3.1.1                          sensor.humidity        %      percent
1916.1.1.1.8.0                             sensor.temperature     C      chip
2011.2.6.7.1.1.2.1.10                      sensor.temperature     C      chip
2011.5.25.31.1.1.1.1.11                    sensor.temperature     C      chip
2011.5.25.31.1.1.3.1.5                     sensor.temperature     C      chip
2011.6.128.1.1.2.23.1.1                    sensor.temperature     C      celsius
2011.6.174.1.2.101.1.4                     sensor.temperature     C      celsius_tenths
2254.2.4.10.1                              sensor.temperature     C      celsius
2254.2.4.10.2                              sensor.humidity        %      percent
2606.4.2.3.5.2.1.5                         sensor.temperature     C      celsius
2636.3.1.13.1.7                            sensor.temperature     C      chip
3320.9.181.1.1.7                           sensor.temperature     C      chip
3808.1.1.4.2.1                             sensor.temperature     C      fahrenheit
3808.1.1.4.2.6                             sensor.temperature     C      celsius_tenths
3808.1.1.4.3.1                             sensor.humidity        %      percent
3808.1.1.8.2.3.1.3                         sensor.temperature     C      celsius_tenths
3808.1.1.8.3.2.1.3                         sensor.humidity        %      percent
3854.1.2.2.1.17.1.3                        sensor.humidity        %      percent
3854.2.3.2.1.4                             sensor.temperature     C      celsius
3854.2.3.3.1.4                             sensor.humidity        %      percent
3854.3.5.2.1.4                             sensor.temperature     C      celsius
3854.3.5.3.1.4                             sensor.humidity        %      percent
4413.1.1.43.1.8.1.5                        sensor.temperature     C      chip
4526.10.43.1.8.1.5                         sensor.temperature     C      chip
4526.11.43.1.8.1.5                         sensor.temperature     C      chip
4555.1.1.1.1.11.1                          sensor.temperature     C      any_celsius
4555.1.1.1.1.11.2                          sensor.humidity        %      percent
4555.1.1.7.1.11.1                          sensor.temperature     C      any_celsius
4555.1.1.7.1.11.2                          sensor.humidity        %      percent
5528.100.4.1.1.1.2                         sensor.temperature     C      celsius_tenths
5528.100.4.1.2.1.2                         sensor.humidity        %      percent_tenths
6574.1.2                                   sensor.temperature     C      chip
6574.2.1.1.6                               sensor.temperature     C      chip
9839.2.1.2                                 sensor.temperature     C      celsius_tenths
10876.2.1.1.1.1.4                          sensor.temperature     C      chip
14988.1.1.3.6                              sensor.temperature     C      celsius_tenths
14988.1.1.3.10                             sensor.temperature     C      celsius_tenths
14988.1.1.3.11                             sensor.temperature     C      celsius_tenths
14988.1.1.19.1.1.6                         sensor.temperature     C      celsius
16174.1.1.1.3.1.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.2.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.3.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.4.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.5.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.6.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.7.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.8.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.9.2                          sensor.temperature     C      any_celsius
16174.1.1.1.3.10.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.11.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.12.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.13.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.14.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.15.2                         sensor.temperature     C      any_celsius
16174.1.1.1.3.16.2                         sensor.temperature     C      any_celsius
17373.3.2.1.5                              sensor.temperature     C      celsius
17373.3.2.1.7                              sensor.humidity        %      percent
17373.3.4.1.5                              sensor.temperature     C      celsius
18248.1.1.1                                sensor.temperature     C      celsius_tenths
18248.20.1.2.1.1.2                         sensor.temperature     C      celsius_tenths
20916.1.10.1.5.1                           sensor.contact         enum   contact
20916.1.10.1.6.1                           sensor.contact         enum   contact
20916.1.10.1.7.1                           sensor.contact         enum   contact
20916.1.10.1.8.1                           sensor.contact         enum   contact
20916.1.10.1.9.1                           sensor.contact         enum   contact
20916.1.10.1.10.1                          sensor.contact         enum   contact
20916.1.10.1.11.1                          sensor.contact         enum   contact
20916.1.10.1.12.1                          sensor.contact         enum   contact
22626.1.2.3.1                              sensor.temperature     C      any_celsius
22626.1.2.3.2                              sensor.humidity        %      percent
22626.1.5.2.1.3                            sensor.temperature     C      celsius_tenths
22626.1.5.2.2.3                            sensor.temperature     C      celsius_tenths
22626.1.5.2.3.3                            sensor.temperature     C      celsius_tenths
22626.1.5.2.4.3                            sensor.temperature     C      celsius_tenths
24681.1.2.5                                sensor.temperature     C      celsius_first
24681.1.2.6                                sensor.temperature     C      celsius_first
24681.1.2.11.1.3                           sensor.temperature     C      celsius_first
25506.2.6.1.1.1.1.12                       sensor.temperature     C      chip
37950.1.1.5.10.13.1.1.2                    sensor.temperature     C      chip
38783.3.3.1.1.1                            sensor.temperature     C      celsius_tenths
41112.1.3.2.1.8                            sensor.temperature     C      chip
41112.1.3.2.1.10                           sensor.temperature     C      chip
41112.1.4.8.4                              sensor.temperature     C      airos_celsius
43356.2.1.2.1.8                            sensor.temperature     C      celsius_tenths
48690.2.2.1.17                             sensor.temperature     C      celsius_tenths
48690.2.9                                  sensor.temperature     C      celsius_tenths
""",
    READERS,
)
