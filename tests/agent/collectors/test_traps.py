"""Traps that real devices set: numbers that are no numbers, wrong units, odd encodings. One sentence a row."""

import pytest

from agent.mibs import dsl, environment, host, interfaces, printer, room_tables, ups
from agent.mibs.walk import Walk, number, oid, text
from agent.rates import rate
from agent.report import Reading
from agent.sentinels import checked, mains_hertz, mains_volts, watts
from agent.snmp.values import Rows, SnmpValue
from agent.wanted import Counter

SENTINELS = [65535, 655350, 2147483646, 2147483647, 4294967294, 4294967295, -2147483648]


@pytest.mark.parametrize("raw", SENTINELS)
def test_all_ones_are_no_number_whatever_the_sign(raw: int) -> None:
    assert checked(raw, minus=True).value is None
    assert "not measured" in checked(raw, minus=True).reason


@pytest.mark.parametrize(
    ("raw", "scale", "minus", "value"),
    [
        pytest.param(-1, 1, False, None, id="-1 where nothing can be negative"),
        pytest.param(-2, 1, False, None, id="-2 where nothing can be negative"),
        pytest.param(-3, 1, False, None, id="-3 where nothing can be negative"),
        pytest.param(-1, 0.1, True, -0.1, id="-1 in tenths of an ampere is -0.1 A"),
        pytest.param(0, 1, False, 0, id="zero is a number"),
        pytest.param(2302, 0.1, False, 230.2, id="no binary dust"),
        pytest.param(None, 1, False, None, id="NULL is no number"),
    ],
)
def test_a_number_or_nothing(raw: int | None, scale: float, minus: bool, value: float | None) -> None:
    assert checked(raw, scale, minus=minus).value == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [(500, 50), (501, 50.1), (5000, 50), (50, 50), (597, 59.7), (0, 0), (801, None), (65535, None), (7, None)],
)
def test_mains_frequency_in_whichever_decimal_scale(raw: int, value: float | None) -> None:
    assert mains_hertz(raw).value == value


@pytest.mark.parametrize(
    ("raw", "value"), [(230, 230), (2302, 230.2), (23690, 236.9), (0, 0), (99999, None), (-1, None)]
)
def test_mains_voltage_in_whichever_decimal_scale(raw: int, value: float | None) -> None:
    assert mains_volts(raw).value == value


@pytest.mark.parametrize(
    ("raw", "volt", "ampere", "value"),
    [
        pytest.param(2000, 230.2, 9.4, 2000, id="watts stay watts"),
        pytest.param(1, 230, 7.2, 1000, id="kW are seen by V x A"),
        pytest.param(16, 230, 7.2, 1600, id="0.1 kW are seen by V x A"),
        pytest.param(184, 231, 1.1, 184, id="a poor power factor is no wrong unit"),
        pytest.param(0, 230, 7.2, 0, id="zero stays zero"),
        pytest.param(900000, 230, 7.2, None, id="what fits no unit is no number"),
        pytest.param(310, None, None, 310, id="nothing to compare with"),
    ],
)
def test_output_power(raw: int, volt: float | None, ampere: float | None, value: float | None) -> None:
    assert watts(raw, volt, ampere).value == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"23.5", 23.5),
        (b"- 4.3 dBm", -4.3),
        (b" 41 %\0", 41),
        (b"--", None),
        (b"", None),
        (b"nan", None),
        (b"inf", None),
        (b"\xff\xfe", None),
        (None, None),
        (7, 7),
        ((1, 3), None),
        (b"21 C", 21),
    ],
)
def test_numbers_sent_as_text(raw: SnmpValue, value: float | None) -> None:
    assert number(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("Müəllim".encode(), "Müəllim", id="UTF-8"),
        pytest.param("服务器".encode("gbk"), "服务器", id="GBK of a Chinese Windows"),
        pytest.param(b"caf\xe9 \x93x\x94", "café “x”", id="Western Windows"),
        pytest.param(b"\x81\x8d\xff", "\ufffd\ufffdÿ", id="no encoding at all does not crash"),
        pytest.param(b"model\0\0\0rest", "model", id="C strings with rubbish behind the NUL"),
        pytest.param(b"0-00-00,00:00", "0-00-00,00:00", id="a garbled date is only text"),
        pytest.param(None, "", id="NULL"),
    ],
)
def test_text_in_whatever_encoding(raw: SnmpValue, value: str) -> None:
    assert text(raw) == value


def values(found: list[Reading], quantity: str) -> list[object]:
    return [r.value for r in found if r.quantity == quantity]


@pytest.mark.parametrize(
    ("level", "capacity", "value"),
    [
        pytest.param(-3, 150, "at_least_one", id="-3 is some left, no number"),
        pytest.param(-2, 100, None, id="-2 is unknown"),
        pytest.param(-1, 100, "unrestricted", id="-1 is no restriction"),
        pytest.param(63, 100, 63, id="percent"),
        pytest.param(1300, 2600, 50, id="of a capacity in pages"),
        pytest.param(50, -2, None, id="of a capacity unknown"),
        pytest.param(50, 0, None, id="of a capacity of zero"),
        pytest.param(None, 100, None, id="no level"),
    ],
)
def test_supply_levels(level: int | None, capacity: int, value: object) -> None:
    assert printer.level(level, capacity) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\x00", "none"),
        (b"", "none"),
        (b"\x80", "lowPaper"),
        (b"\x40\x00", "noPaper"),
        (b"\x01\x00", "serviceRequested"),
        (b"\x04", "jammed"),
        (b"\x30\x80", "lowToner noToner inputTrayMissing"),
        (0x40, "noPaper"),
        (None, None),
    ],
)
def test_printer_errors_are_bits_from_the_left(raw: SnmpValue, value: str | None) -> None:
    assert printer.detected_errors(raw) == value


def test_a_waste_box_that_fills_is_not_a_toner_that_empties() -> None:
    rows: Rows = {(*printer.SUPPLY, 4, 1, 5): 4, (*printer.SUPPLY, 8, 1, 5): 100, (*printer.SUPPLY, 9, 1, 5): 95}
    assert values(printer.supplies(Walk(rows)), "printer.supply.filled") == [95]


@pytest.mark.parametrize(
    ("kind", "scale", "precision", "raw", "status", "value"),
    [
        pytest.param(8, 9, 0, 31, 1, 31, id="whole degrees"),
        pytest.param(8, 9, 1, 315, 1, 31.5, id="one decimal"),
        pytest.param(8, 8, 0, 31500, 1, 31.5, id="millidegrees"),
        pytest.param(8, 9, 0, 31, 2, None, id="a sensor that is unavailable has no value"),
        pytest.param(8, 9, 0, 2147483647, 1, None, id="all ones"),
        pytest.param(8, 9, 0, 300, 1, None, id="no room is 300 °C"),
        pytest.param(9, 9, 0, 130, 1, None, id="no air has 130 % humidity"),
    ],
)
def test_entity_sensors(kind: int, scale: int, precision: int, raw: int, status: int, value: float | None) -> None:
    cells = enumerate((kind, scale, precision, raw, status), start=1)
    walk = Walk({(*environment.ENTITY_SENSOR, column, 7): cell for column, cell in cells})
    assert [r.value for r in environment.entity_sensors(walk, environment.ENTITY_SENSOR)] == [value]


def test_a_fahrenheit_probe_is_told_in_celsius() -> None:
    probe = oid("1.3.6.1.4.1.318.1.1.10.2.3.2.1")
    walk = Walk({(*probe, 3, 1): 2, (*probe, 4, 1): 77, (*probe, 5, 1): 2})
    assert values(room_tables.apc(walk), "sensor.temperature") == [25]


def test_a_probe_that_is_not_plugged_in_has_no_temperature() -> None:
    probe = oid("1.3.6.1.4.1.318.1.1.10.2.3.2.1")
    walk = Walk({(*probe, 3, 1): 1, (*probe, 4, 1): 0, (*probe, 5, 1): 1})
    assert values(room_tables.apc(walk), "sensor.temperature") == [None]


@pytest.mark.parametrize(
    ("mega", "bits", "value"),
    [
        pytest.param(1000, 1000000000, 1_000_000_000, id="both"),
        pytest.param(10000, 4294967295, 10_000_000_000, id="ifSpeed is at its end"),
        pytest.param(0, 512000, 512000, id="below half a megabit ifHighSpeed is 0"),
        pytest.param(0, 4294967295, None, id="nothing meaningful"),
        pytest.param(None, 100000000, 100_000_000, id="no ifXTable"),
    ],
)
def test_interface_speed(mega: int | None, bits: int, value: int | None) -> None:
    walk = Walk({(*interfaces.HIGH_SPEED, 1): mega, (*interfaces.SPEED, 1): bits})
    assert interfaces.speed(walk, (1,)) == value


def test_an_interface_state_that_the_mib_does_not_define_is_invalid_and_not_down() -> None:
    walk = Walk({(*interfaces.OPER, 9): 0})
    assert values(interfaces.readings(walk), "if.oper_status") == ["invalid"]


def test_negative_counters_are_the_same_32_bits() -> None:
    assert interfaces.count32(-1) == 4294967295
    assert interfaces.count32(None) is None


def test_a_64_bit_counter_that_nobody_fills_gives_way_to_the_32_bit_one() -> None:
    walk = Walk({(*interfaces.HC_IN, 1): 0, (*interfaces.IN_OCTETS, 1): 4711})
    assert interfaces.count64(walk, (1,), interfaces.HC_IN, interfaces.IN_OCTETS) == 4711


def test_a_disk_beyond_2_to_the_31_units_is_not_negative() -> None:
    kind = (*host.STORAGE_TYPES, 4)
    rows: Rows = {(*host.STORAGE, 2, 1): kind, (*host.STORAGE, 4, 1): 4096, (*host.STORAGE, 5, 1): -1000}
    assert values(host.storage(Walk(rows)), "disk.total") == [((1 << 32) - 1000) * 4096]


OLD = Counter(1_000_000, 1000.0, 0.0)


@pytest.mark.parametrize(
    ("before", "after", "bits", "most", "value"),
    [
        pytest.param(OLD, Counter(1_600_000, 1060.0, 0.0), 64, None, 10_000, id="an ordinary minute"),
        pytest.param(None, Counter(5, 1.0, 0.0), 64, None, None, id="one reading is no rate"),
        pytest.param(
            Counter(0, 1000.0, 0.0), Counter(9_000_000, 1060.0, 0.0), 64, None, None, id="a zero is no baseline"
        ),
        pytest.param(Counter(0, 1000.0, 0.0), Counter(0, 1060.0, 0.0), 64, None, 0, id="an idle port is idle"),
        pytest.param(
            Counter(7, 1000.0, 950.0), Counter(9_000_000, 1060.0, 950.0), 64, None, None, id="nor one of mid-boot"
        ),
        pytest.param(OLD, Counter(1_600_000, 1060.0, 1030.0), 64, None, None, id="a restart in between"),
        pytest.param(OLD, Counter(500, 1060.0, 0.0), 64, None, None, id="a reset without a restart"),
        pytest.param(
            Counter((1 << 32) - 300, 1000.0, 0.0), Counter(300, 1060.0, 0.0), 32, None, 10, id="32 bits go round"
        ),
        pytest.param(
            Counter(5000, 1000.0, 0.0), Counter(300, 1060.0, 0.0), 32, None, None, id="too small to have gone round"
        ),
        pytest.param(OLD, Counter(10**12, 1060.0, 0.0), 64, 125e6, None, id="faster than the port is no rate"),
        pytest.param(OLD, Counter(1_600_000, 1000.0, 0.0), 64, None, None, id="no time has passed"),
    ],
)
def test_rates(before: Counter | None, after: Counter, bits: int, most: float | None, value: float | None) -> None:
    assert rate(before, after, bits, most) == value


def line(down_rate: int, up_rate: int, margin: int = 70, maker: int = 2636) -> Walk:
    return Walk(
        {
            (*dsl.ATUR, dsl.MARGIN, 4): margin,
            (*dsl.ATUC, dsl.MARGIN, 4): 60,
            (*dsl.ATUC_RATE, 4): down_rate,
            (*dsl.ATUR_RATE, 4): up_rate,
            oid("1.3.6.1.2.1.1.2.0"): oid(f"1.3.6.1.4.1.{maker}.1"),
        }
    )


def test_the_modems_own_margin_is_the_downstream_margin() -> None:
    found = {r.quantity: r.value for r in dsl.minute(line(8_000_000, 1_000_000))}
    assert (found["dsl.down.snr_margin"], found["dsl.up.snr_margin"]) == (7, 6)
    assert (found["dsl.down.rate"], found["dsl.up.rate"]) == (8_000_000, 1_000_000)


def test_adsl_is_never_faster_upstream() -> None:
    found = {r.quantity: r.value for r in dsl.minute(line(960_000, 2_347_000))}
    assert (found["dsl.down.rate"], found["dsl.up.rate"]) == (2_347_000, 960_000)


def test_draytek_sends_whole_decibels() -> None:
    assert {r.quantity: r.value for r in dsl.minute(line(1, 1, margin=5, maker=7367))}["dsl.down.snr_margin"] == 5


def test_margins_of_a_line_that_is_not_trained_are_unknown_and_not_zero() -> None:
    found = {r.quantity: r.value for r in dsl.minute(line(0, 0, margin=0))}
    assert found["dsl.trained"] == 0
    assert found["dsl.down.snr_margin"] is None


@pytest.mark.parametrize("raw", [2147483646, 2147483647, -700])
def test_decibels_out_of_range_are_unknown(raw: int) -> None:
    assert dsl.decibel(raw, 0.1) is None


def test_a_well_known_alarm_has_its_name_and_another_its_oid() -> None:
    assert ups.alarm((*ups.ALARM_ROOT, 20)) == "communicationsLost"
    assert ups.alarm((1, 3, 6, 1, 4, 1, 9)) == "1.3.6.1.4.1.9"


@pytest.mark.parametrize(
    ("first", "second", "third", "temperature", "humidity"),
    [
        pytest.param(2534, 7770, None, 25.34, [], id="hundredths, Celsius first"),
        pytest.param(7770, 2534, 4120, 25.34, [41.2], id="hundredths, Fahrenheit first, with humidity"),
        pytest.param(25, 77, 41, 25, [41], id="whole degrees"),
        pytest.param(-5, 23, None, -5, [], id="below freezing"),
    ],
)
def test_a_room_alert_of_any_model_is_told_in_celsius(
    first: int, second: int, third: int | None, temperature: float, humidity: list[float]
) -> None:
    probe = oid("1.3.6.1.4.1.20916.1.11.1.2.1")
    rows: Rows = {(*probe, 1, 0): first, (*probe, 2, 0): second}
    found = room_tables.avtech(Walk(rows if third is None else rows | {(*probe, 3, 0): third}))
    assert values(found, "sensor.temperature") == [temperature]
    assert values(found, "sensor.humidity") == humidity


def test_a_watchdog_that_is_set_to_fahrenheit_is_told_in_celsius() -> None:
    root = room_tables.WATCHDOGS[1]
    walk = Walk({(*root, 1, 7, 0): 0, (*root, 2, 1, 5, 1): 770, (*root, 2, 1, 6, 1): 25})
    assert values(room_tables.watchdogs(walk), "sensor.temperature") == [25]
    assert values(room_tables.watchdogs(walk), "sensor.humidity") == [25]


@pytest.mark.parametrize(
    ("unit", "raw", "quantity", "value"),
    [
        pytest.param(1, 203, "sensor.temperature", 20.3, id="Celsius in tenths"),
        pytest.param(2, 770, "sensor.temperature", 25, id="Fahrenheit in tenths"),
        pytest.param(4, 415, "sensor.humidity", 41.5, id="percent in tenths"),
        pytest.param(1, -9999, "sensor.temperature", None, id="-9999 is a probe that is gone"),
        pytest.param(5, 0, "sensor.contact", "ok", id="a flood detector is a contact"),
    ],
)
def test_hw_group_probes(unit: int, raw: int, quantity: str, value: object) -> None:
    table = (*room_tables.HWG[4], 3, 1)
    walk = Walk({(*table, 3, 1): 1, (*table, 5, 1): raw, (*table, 7, 1): unit})
    assert values(room_tables.hwg(walk), quantity) == [value]


def test_a_name_cut_in_the_middle_of_a_character_keeps_the_rest() -> None:
    assert text("程".encode("gbk") * 31 + b"ab" + b"\xb3") == "程" * 31 + "ab"
