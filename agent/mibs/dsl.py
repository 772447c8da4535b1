"""ADSL-LINE-MIB (RFC 2662) and VDSL2-LINE-MIB (RFC 5650), named by direction: dsl.down.* and dsl.up.*.

What a modem *receives* is reported under its own name, what it *sends* too: so downstream margin and attenuation stand
under adslAtur… (the modem's receiver), the downstream rate and power under adslAtuc… (the exchange's transmitter).
"""

from typing import Final

from agent.mibs.identity import SYS_OBJECT_ID, enterprise
from agent.mibs.walk import Walk, index_text, number, oid
from agent.report import Reading, Value
from agent.sentinels import checked

ADSL: Final = oid("1.3.6.1.2.1.10.94.1.1")
VDSL2: Final = oid("1.3.6.1.2.1.10.251.1")
CODING: Final = (*ADSL, 1, 1, 1)
MARGIN, ATTENUATION, STATUS, POWER, ATTAINABLE = 4, 5, 6, 7, 8
ATUC, ATUR = (*ADSL, 2, 1), (*ADSL, 3, 1)
ATUC_RATE, ATUR_RATE = (*ADSL, 4, 1, 2), (*ADSL, 5, 1, 2)
BAND: Final = (*VDSL2, 1, 2, 1)  # .2 line attenuation, .3 signal attenuation, .4 margin; index ifIndex.band
BANDS: Final = {1: "up", 2: "down"}  # the whole direction; 3 and above are single bands (us0, ds1, ...)
LINE: Final = (*VDSL2, 1, 1, 1)  # .15 init result, .18 status of the modem, .19 of the exchange, .20/.21 attainable
CHANNEL_RATE: Final = (*VDSL2, 2, 2, 1, 2)  # index ifIndex.unit: 1 xtuc sends downstream, 2 xtur upstream
COUNTERS: Final = (  # quantity, column, direction in which the errors were received
    ("lost_power", (*ADSL, 6, 1, 4), "up"),
    ("errored_seconds", (*ADSL, 6, 1, 5), "up"),
    ("lost_power", (*ADSL, 7, 1, 3), "down"),
    ("errored_seconds", (*ADSL, 7, 1, 4), "down"),
    ("crc_errors", (*ADSL, 10, 1, 4), "up"),
    ("crc_errors", (*ADSL, 11, 1, 4), "down"),
)
MINUTE: Final = (
    SYS_OBJECT_ID,
    *((*table, n) for table in (ATUC, ATUR) for n in (MARGIN, ATTENUATION, STATUS, ATTAINABLE)),
    ATUC_RATE,
    ATUR_RATE,
    (*BAND, 2),
    (*BAND, 4),
    CHANNEL_RATE,
    (*LINE, 18),
    (*LINE, 20),
    (*LINE, 21),
)
EVERYTHING: Final = (
    CODING,
    *MINUTE,
    *((*table, POWER) for table in (ATUC, ATUR)),
    (*LINE, 15),
    (*LINE, 19),
    (*LINE, 24),
    (*LINE, 25),
    *(column for _, column, _ in COUNTERS),
)

CODINGS: Final = {1: "other", 2: "dmt", 3: "cap", 4: "qam"}
INIT: Final = {0: "noFail", 1: "configError", 2: "configNotFeasible", 3: "commFail", 4: "noPeerAtu", 5: "other"}
STATUS_BITS: Final = (
    "noDefect",
    "lossOfFraming",
    "lossOfSignal",
    "lossOfPower",
    "lossOfSignalQuality",
    "lossOfLink",
    "dataInitFailure",
    "configInitFailure",
    "protocolInitFailure",
    "noPeerAtuPresent",
)
WHOLE_DB: Final = frozenset({7367})  # DrayTek sends whole dB where RFC 2662 says tenths (LibreNMS PR 14207)


def decibel(raw: int | float | None, scale: float) -> Value:
    """0.1 dB from -64.0 to 64.0 (RFC 2662); 2147483646 and 2147483647 (RFC 5650) are "out of range" and "no value"."""
    return checked(raw, scale, -64, 128, minus=True).value


def status(raw: object) -> Value:
    """BITS, the most significant first, as names joined by blanks."""
    if not isinstance(raw, bytes):
        return None
    bits = int.from_bytes(raw[:2].ljust(2, b"\0"), "big")
    return " ".join(name for at, name in enumerate(STATUS_BITS) if bits & (0x8000 >> at)) or None


def _adsl(walk: Walk, scale: float) -> list[Reading]:
    out = []
    for table, received, sent in ((ATUR, "down", "up"), (ATUC, "up", "down")):
        for column, name, direction, unit in (
            (MARGIN, "snr_margin", received, "dB"),
            (ATTENUATION, "attenuation", received, "dB"),
            (POWER, "output_power", sent, "dBm"),
        ):
            out += [
                Reading(f"dsl.{direction}.{name}", index_text(i), unit, decibel(number(raw), scale))
                for i, raw in walk.under((*table, column))
            ]
        out += [
            Reading(f"dsl.{sent}.attainable_rate", index_text(i), "bit/s", checked(number(raw)).value)
            for i, raw in walk.under((*table, ATTAINABLE))
        ]
        out += [
            Reading(f"dsl.{received}.status", index_text(i), "flags", status(raw))
            for i, raw in walk.under((*table, STATUS))
        ]
    down, up = walk.numbers(ATUC_RATE), walk.numbers(ATUR_RATE)
    for index in sorted({*down, *up}):
        pair = (down.get(index), up.get(index))
        if pair[0] is not None and pair[1] is not None and 0 < pair[0] < pair[1]:
            pair = (
                pair[1],
                pair[0],
            )  # ADSL is never faster upstream: some CPE (Juniper SRX) name the two the other way round
        for direction, rate in zip(("down", "up"), pair, strict=True):
            if rate is not None:
                out.append(Reading(f"dsl.{direction}.rate", index_text(index), "bit/s", checked(rate).value))
    return out


def _vdsl2(walk: Walk) -> list[Reading]:
    out = []
    for column, name in ((4, "snr_margin"), (2, "attenuation")):
        for index, raw in walk.under((*BAND, column)):
            band = BANDS.get(index[-1])
            if band and len(index) == 2:
                out.append(Reading(f"dsl.{band}.{name}", index_text(index[:1]), "dB", decibel(number(raw), 0.1)))
    for index, raw in walk.under(CHANNEL_RATE):
        direction = {1: "down", 2: "up"}.get(index[-1])
        if direction:
            out.append(Reading(f"dsl.{direction}.rate", index_text(index[:-1]), "bit/s", checked(number(raw)).value))
    for column, name, unit, scale in (
        (20, "down.attainable_rate", "bit/s", 1.0),
        (21, "up.attainable_rate", "bit/s", 1.0),
        (24, "down.output_power", "dBm", 0.1),
        (25, "up.output_power", "dBm", 0.1),
    ):
        out += [
            Reading(f"dsl.{name}", index_text(i), unit, checked(number(raw), scale, minus=True).value)
            for i, raw in walk.under((*LINE, column))
        ]
    # Only the exchange can see the modem's dying gasp (RFC 5650: lossOfPower "may be reported for CPE units only").
    out += [Reading("dsl.modem.status", index_text(i), "flags", status(raw)) for i, raw in walk.under((*LINE, 18))]
    return out + [
        Reading("dsl.init_result", index_text(i), "enum", INIT.get(int(n), "invalid"))
        for i, raw in walk.under((*LINE, 15))
        if (n := number(raw)) is not None
    ]


def full(walk: Walk) -> list[Reading]:
    """Everything of every line; both MIBs where a modem fills both."""
    scale = 1.0 if enterprise(walk) in WHOLE_DB else 0.1
    out = [
        Reading("dsl.line_coding", index_text(i), "enum", CODINGS.get(int(n), "invalid"))
        for i, raw in walk.under(CODING)
        if (n := number(raw)) is not None
    ]
    out += [*_adsl(walk, scale), *_vdsl2(walk)]
    return out + [
        Reading(f"dsl.{way}.{name}", index_text(i), "", checked(number(raw)).value)
        for name, column, way in COUNTERS
        for i, raw in walk.under(column)
    ]


def minute(walk: Walk) -> list[Reading]:
    """Margin, attenuation and rate by direction of the first line that is trained; index empty: a school has one line.

    Of a line that is not trained margins of zero mean nothing and are None; dsl.trained is then 0.
    """
    scale = 1.0 if enterprise(walk) in WHOLE_DB else 0.1
    found = [*_vdsl2(walk), *_adsl(walk, scale)]
    if not found:
        return []
    best: dict[str, Value] = {}
    for reading in found:
        if reading.quantity.endswith(("snr_margin", "attenuation", ".rate", "attainable_rate")) and not best.get(
            reading.quantity
        ):
            best[reading.quantity] = reading.value
    rates = [best.get(f"dsl.{way}.{word}") for way in ("down", "up") for word in ("rate", "attainable_rate")]
    trained = any(isinstance(rate, int | float) and rate > 0 for rate in rates)
    units = {"snr_margin": "dB", "attenuation": "dB", "rate": "bit/s"}
    out = [Reading("dsl.trained", "", "", int(trained))]
    for way in ("down", "up"):
        for word, unit in units.items():
            if f"dsl.{way}.{word}" in best:
                out.append(Reading(f"dsl.{way}.{word}", "", unit, best[f"dsl.{way}.{word}"] if trained else None))
    return out
