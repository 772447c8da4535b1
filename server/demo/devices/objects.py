"""What the simulated SNMP devices say: from a moment of the scenario to objects of the standard MIBs."""

from typing import Final

from server.demo.devices import scenario
from server.demo.devices.ber import counter32, counter64, gauge32, integer, name, octets, oid, ticks
from server.demo.devices.snmp import Objects

SYSTEM: Final = oid("1.3.6.1.2.1.1")
INTERFACES: Final = oid("1.3.6.1.2.1.2")
IF_X: Final = oid("1.3.6.1.2.1.31.1.1.1")
ADSL: Final = oid("1.3.6.1.2.1.10.94.1.1")
UPS: Final = oid("1.3.6.1.2.1.33.1")
ENTITY: Final = oid("1.3.6.1.2.1.47.1.1.1.1")
ENTITY_SENSOR: Final = oid("1.3.6.1.2.1.99.1.1.1")
ENGINE: Final = oid("1.3.6.1.6.3.10.2.1")
DEMONSTRATION: Final = oid("1.3.6.1.4.1.8072.9999.9999")  # NET-SNMP-MIB netSnmpPlaypen: belongs to no product
ETHERNET, ADSL_LINE, UP, DOWN = 6, 94, 1, 2
SWITCH_PORTS: Final = 24
ADSL_INTERFACE: Final = 2  # ifIndex of the modem's line
UPTIME_BEFORE_S: Final = 40 * 86400.0  # the devices had run for forty days when the demonstration began


def _system(t: float, kind: int, described: str, name_: str, place: str) -> Objects:
    up = t + UPTIME_BEFORE_S
    return {
        (*SYSTEM, 1, 0): octets(described),
        (*SYSTEM, 2, 0): name((*DEMONSTRATION, kind)),
        (*SYSTEM, 3, 0): ticks(up),
        (*SYSTEM, 4, 0): octets("demonstration"),
        (*SYSTEM, 5, 0): octets(name_),
        (*SYSTEM, 6, 0): octets(place),
        (*ENGINE, 2, 0): integer(1),
        (*ENGINE, 3, 0): integer(int(up)),
    }


def ups(t: float) -> Objects:
    """UPS-MIB (RFC 1628) of a 1.5 kVA line-interactive UPS in the server room."""
    now = scenario.ups(t)
    battery, alarms = now.source == "battery", _alarms(now)
    objects = _system(t, 1, "Simulated UPS 1500 VA (demonstration)", "ups-server-room", "server room") | {
        (*UPS, 1, 1, 0): octets("Zeng demonstration"),
        (*UPS, 1, 2, 0): octets("Simulated UPS 1500"),
        (*UPS, 1, 3, 0): octets("1.0"),
        (*UPS, 1, 4, 0): octets("1.0"),
        (*UPS, 1, 5, 0): octets("ups-server-room"),
        (*UPS, 2, 1, 0): integer(3 if now.charge < 25 else 2),
        (*UPS, 2, 2, 0): integer(now.on_battery_s),
        (*UPS, 2, 3, 0): integer(max(1, now.runtime_s // 60)),
        (*UPS, 2, 4, 0): integer(int(now.charge)),
        (*UPS, 2, 5, 0): integer(round(now.battery_volts * 10)),
        (*UPS, 2, 7, 0): integer(round(now.temperature)),
        (*UPS, 3, 1, 0): counter32(now.cuts),
        (*UPS, 3, 2, 0): integer(1),
        (*UPS, 3, 3, 1, 2, 1): integer(500 if now.input_volts else 0),
        (*UPS, 3, 3, 1, 3, 1): integer(now.input_volts),
        (*UPS, 4, 1, 0): integer(5 if battery else 3),
        (*UPS, 4, 2, 0): integer(500),
        (*UPS, 4, 3, 0): integer(1),
        (*UPS, 4, 4, 1, 2, 1): integer(230 if battery else now.input_volts),
        (*UPS, 4, 4, 1, 4, 1): integer(now.load * 10),
        (*UPS, 4, 4, 1, 5, 1): integer(now.load),
        (*UPS, 6, 1, 0): gauge32(len(alarms)),
        (*UPS, 7, 3, 0): integer(5 if now.testing else 1),
    }
    for row, alarm in enumerate(alarms, 1):
        objects[(*UPS, 6, 2, 1, 2, row)] = name((*UPS, 6, 3, alarm))
        objects[(*UPS, 6, 2, 1, 3, row)] = ticks(UPTIME_BEFORE_S + t - now.on_battery_s)
    return objects


def _alarms(now: scenario.Ups) -> list[int]:
    """upsWellKnownAlarms: OnBattery 2, InputBad 6, TestInProgress 24."""
    if now.source == "normal":
        return []
    return [2, 24] if now.testing else [2, 6]


def modem(t: float) -> Objects:
    """An ADSL modem: ADSL-LINE-MIB (RFC 2662) and IF-MIB. It hangs on the UPS and lives through a power cut."""
    now = scenario.line(t)
    objects = _system(t, 2, "Simulated ADSL modem (demonstration)", "modem", "server room")
    objects |= _interfaces(
        t,
        [
            _Port(1, "eth0", ETHERNET, 100, True, now.out_octets, now.in_octets),
            _Port(ADSL_INTERFACE, "adsl0", ADSL_LINE, 4, True, now.in_octets, now.out_octets, now.crc_down),
        ],
    )
    up_side, down_side = 2, 3  # adslAtuc is the exchange: its received signal is upstream; adslAtur is the modem
    for side, snr, attenuation, rate in (
        (up_side, now.snr_up, now.attenuation_up, now.rate_up),
        (down_side, now.snr_down, now.attenuation_down, now.rate_down),
    ):
        objects |= {
            (*ADSL, side, 1, 2, 2): octets("Zeng demo"),
            (*ADSL, side, 1, 3, 2): octets("1.0"),
            (*ADSL, side, 1, 4, 2): integer(round(snr * 10)),
            (*ADSL, side, 1, 5, 2): gauge32(round(attenuation * 10)),
            (*ADSL, side, 1, 6, 2): octets(b"\x80"),  # BITS noDefect(0)
            (*ADSL, side, 1, 7, 2): integer(120 if side == up_side else 180),
            (*ADSL, side, 1, 8, 2): gauge32(int(rate * 1.4)),
        }
    return objects | {
        (*ADSL, 1, 1, 1, 2): integer(2),
        (*ADSL, 4, 1, 2, 2): gauge32(now.rate_down),  # transmitted by the exchange: downstream
        (*ADSL, 5, 1, 2, 2): gauge32(now.rate_up),
        (*ADSL, 6, 1, 5, 2): counter32(now.errored_seconds // 4),
        (*ADSL, 6, 1, 6, 2): counter32(1),
        (*ADSL, 7, 1, 1, 2): counter32(0),
        (*ADSL, 7, 1, 2, 2): counter32(0),
        (*ADSL, 7, 1, 3, 2): counter32(0),
        (*ADSL, 7, 1, 4, 2): counter32(now.errored_seconds),
        (*ADSL, 11, 1, 3, 2): counter32(now.crc_down * 9),
        (*ADSL, 11, 1, 4, 2): counter32(now.crc_down),
    }


def switch(t: float) -> Objects:
    """A switch of 24 ports with 64 bit counters. Port 24 goes to the modem; behind 7 to 16 computers have no UPS."""
    powered = scenario.powered_for(t)
    ports = [_switch_port(number, t, powered) for number in range(1, SWITCH_PORTS + 1)]
    return _system(t, 3, "Simulated switch, 24 ports (demonstration)", "switch", "server room") | _interfaces(t, ports)


def _switch_port(number: int, t: float, powered: float) -> "_Port":
    named = f"port {number}"
    if number == SWITCH_PORTS:
        return _Port(number, named, ETHERNET, 100, True, scenario.line(t).in_octets, scenario.line(t).out_octets)
    if number > 16:
        return _Port(number, named, ETHERNET, 0, False, 0, 0)
    without_ups = number >= 7
    lived = powered if without_ups else t
    received = scenario.flown(lived, 900.0 * number, 120.0 + 30 * number)
    sent = scenario.flown(lived, 7000.0 * number, 180.0 + 20 * number)
    return _Port(number, named, ETHERNET, 1000, scenario.mains(t) or not without_ups, received, sent)


class _Port:
    """A row of IF-MIB; speed in Mbit/s."""

    def __init__(
        self, index: int, named: str, kind: int, speed: int, up: bool, received: int, sent: int, errors: int = 0
    ) -> None:
        self.index, self.named, self.kind, self.speed, self.up = index, named, kind, speed, up
        self.received, self.sent, self.errors = received, sent, errors


def _interfaces(t: float, ports: list[_Port]) -> Objects:
    objects: Objects = {(*INTERFACES, 1, 0): integer(len(ports))}
    for port in ports:
        row, extended = (*INTERFACES, 2, 1), IF_X
        objects |= {
            (*row, 1, port.index): integer(port.index),
            (*row, 2, port.index): octets(port.named),
            (*row, 3, port.index): integer(port.kind),
            (*row, 4, port.index): integer(1500),
            (*row, 5, port.index): gauge32(port.speed * 1_000_000),
            (*row, 6, port.index): octets(bytes((2, 0, 0, 0, 190, port.index))),  # locally administered
            (*row, 7, port.index): integer(UP),
            (*row, 8, port.index): integer(UP if port.up else DOWN),
            (*row, 9, port.index): ticks(0),
            (*row, 10, port.index): counter32(port.received),
            (*row, 13, port.index): counter32(0),
            (*row, 14, port.index): counter32(port.errors),
            (*row, 16, port.index): counter32(port.sent),
            (*row, 19, port.index): counter32(0),
            (*row, 20, port.index): counter32(0),
            (*extended, 1, port.index): octets(port.named),
            (*extended, 6, port.index): counter64(port.received),
            (*extended, 7, port.index): counter64(port.received // 700),
            (*extended, 10, port.index): counter64(port.sent),
            (*extended, 11, port.index): counter64(port.sent // 700),
            (*extended, 15, port.index): gauge32(port.speed),
            (*extended, 18, port.index): octets(""),
            (*extended, 19, port.index): ticks(0),
        }
    return objects


def sensor(t: float) -> Objects:
    """A sensor in the server room: ENTITY-SENSOR-MIB (RFC 3433), value = raw / 10, in degrees C and % RH."""
    now = scenario.air(t)
    celsius, relative_humidity, units, tenths, ok = 8, 9, 9, 1, 1
    objects = _system(t, 4, "Simulated room sensor (demonstration)", "sensor-server-room", "server room")
    for row, named, kind, value, unit in (
        (1, "server room temperature", celsius, now.temperature, "C"),
        (2, "server room humidity", relative_humidity, now.humidity, "%RH"),
    ):
        objects |= {
            (*ENTITY, 2, row): octets(named),
            (*ENTITY, 5, row): integer(8),
            (*ENTITY, 7, row): octets(named),
            (*ENTITY_SENSOR, 1, row): integer(kind),
            (*ENTITY_SENSOR, 2, row): integer(units),
            (*ENTITY_SENSOR, 3, row): integer(tenths),
            (*ENTITY_SENSOR, 4, row): integer(round(value * 10)),
            (*ENTITY_SENSOR, 5, row): integer(ok),
            (*ENTITY_SENSOR, 6, row): octets(unit),
        }
    return objects
