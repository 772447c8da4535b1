"""Printer-MIB (RFC 3805) and hrPrinterTable (RFC 2790): supplies, trays, pages, alerts and what is wrong."""

from typing import Final

from agent.mibs.walk import Walk, index_text, named, number, oid, text
from agent.report import Reading, Value
from agent.snmp.values import Oid, SnmpValue

PRT: Final = oid("1.3.6.1.2.1.43")
HR_PRINTER: Final = oid("1.3.6.1.2.1.25.3.5.1")
TRAY: Final = (*PRT, 8, 2, 1)
MARKER: Final = (*PRT, 10, 2, 1)
SUPPLY: Final = (*PRT, 11, 1, 1)
CONSOLE: Final = (*PRT, 16, 5, 1, 2)
ALERT: Final = (*PRT, 18, 1, 1)
EVERYTHING: Final = (
    *((*TRAY, n) for n in (9, 10, 13, 18)),
    (*MARKER, 4),
    *((*SUPPLY, n) for n in (4, 5, 6, 7, 8, 9)),
    CONSOLE,
    *((*ALERT, n) for n in (2, 3, 4, 7, 8)),
    (*HR_PRINTER, 1),
    (*HR_PRINTER, 2),
)
MINUTE: Final = (
    (*MARKER, 4),
    *((*SUPPLY, n) for n in (4, 6, 7, 8, 9)),
    *((*ALERT, n) for n in (2, 3)),
    (*HR_PRINTER, 1),
    (*HR_PRINTER, 2),
)

STATUS: Final = {1: "other", 2: "unknown", 3: "idle", 4: "printing", 5: "warmup"}
ERRORS: Final = (
    "lowPaper",
    "noPaper",
    "lowToner",
    "noToner",
    "doorOpen",
    "jammed",
    "offline",
    "serviceRequested",
    "inputTrayMissing",
    "outputTrayMissing",
    "markerSupplyMissing",
    "outputNearFull",
    "outputFull",
    "inputTrayEmpty",
    "overduePreventMaint",
)
SEVERITY: Final = {1: "other", 3: "critical", 4: "warning", 5: "warningBinaryChangeEvent"}
TRAINING: Final = {
    1: "other",
    2: "unknown",
    3: "untrained",
    4: "trained",
    5: "fieldService",
    6: "management",
    7: "noInterventionRequired",
}
RECEPTACLE: Final = 4  # prtMarkerSuppliesClass receptacleThatIsFilled: 100 % is full, and bad


def detected_errors(raw: SnmpValue) -> Value:
    """hrPrinterDetectedErrorState: bit 0 is the most significant of the first octet (RFC 2790); "none" if all are 0.

    Some printers send the octets as hexadecimal text, some an INTEGER; None where it cannot be read.
    """
    if isinstance(raw, int):
        raw = raw.to_bytes(2 if raw > 255 else 1, "big") if 0 <= raw < 65536 else None
    if not isinstance(raw, bytes):
        return None
    bits = int.from_bytes(raw[:2].ljust(2, b"\0"), "big")
    names = [name for at, name in enumerate(ERRORS) if bits & (0x8000 >> at)]
    return " ".join(names) or "none"


PERCENT: Final = 19  # prtMarkerSuppliesSupplyUnit, prtInputCapacityUnit


def level(raw_level: int | float | None, capacity: int | float | None, unit: int | float | None = None) -> Value:
    """% of capacity; RFC 3805: -1 other (no restriction), -2 unknown, -3 "at least one left", which is no number."""
    if raw_level is None or raw_level == -2:
        return None
    if raw_level == -3:
        return "at_least_one"
    if raw_level == -1:
        return "unrestricted"
    if unit == PERCENT and (capacity is None or capacity <= 0):
        capacity = 100
    if raw_level < 0 or not capacity or capacity <= 0:
        return None
    share = 100 * raw_level / capacity
    return whole(round(share, 1)) if share <= 150 else None


def whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def supplies(walk: Walk) -> list[Reading]:
    out = []
    for index, raw in walk.under((*SUPPLY, 9)):
        at = index_text(index)
        value = level(
            number(raw), number(walk.rows.get((*SUPPLY, 8, *index))), number(walk.rows.get((*SUPPLY, 7, *index)))
        )
        quantity = (
            "printer.supply.filled"
            if number(walk.rows.get((*SUPPLY, 4, *index))) == RECEPTACLE
            else "printer.supply.level"
        )
        out.append(Reading(quantity, at, "%", value))
        if quantity == "printer.supply.filled":
            out.append(Reading("printer.supply.level", at, "%", value))
        name = text(walk.rows.get((*SUPPLY, 6, *index)))
        if name:
            out.append(Reading("printer.supply.name", at, "", name))
    return out


def trays(walk: Walk) -> list[Reading]:
    """Paper: index input.<prtInputIndex>, so that it is not taken for a toner of the same number."""
    return [
        Reading(
            "printer.supply.level",
            f"input.{index_text(index)}",
            "%",
            level(number(raw), number(walk.rows.get((*TRAY, 9, *index)))),
        )
        for index, raw in walk.under((*TRAY, 10))
    ]


def pages(walk: Walk) -> list[Reading]:
    return [
        Reading("printer.pages", index_text(index), "", int(value))
        for index, raw in walk.under((*MARKER, 4))
        if (value := number(raw)) is not None and value >= 0
    ]


def state(walk: Walk) -> list[Reading]:
    out = [
        Reading("printer.status", index_text(i), "enum", named(STATUS)(raw)) for i, raw in walk.under((*HR_PRINTER, 1))
    ]
    return out + [
        Reading("printer.detected_error", index_text(i), "enum", detected_errors(raw))
        for i, raw in walk.under((*HR_PRINTER, 2))
    ]


def alerts(walk: Walk) -> list[Reading]:
    """Each alert's severity and who can end it: untrained = anybody at the school, fieldService = not the school."""
    out = []
    for index, raw in walk.under((*ALERT, 2)):
        at = index_text(index)
        out.append(Reading("printer.alert.severity", at, "enum", named(SEVERITY)(raw)))
        out.append(Reading("printer.alert.training", at, "enum", named(TRAINING)(walk.rows.get((*ALERT, 3, *index)))))
        words = text(walk.rows.get((*ALERT, 8, *index)))
        if words:
            out.append(Reading("printer.alert.text", at, "", words))
    return out


def console(walk: Walk) -> list[Reading]:
    lines: list[tuple[Oid, str]] = [(index, found) for index, raw in walk.under(CONSOLE) if (found := text(raw))]
    return [Reading("printer.console", index_text(index), "", found) for index, found in lines]


def full(walk: Walk) -> list[Reading]:
    return [*state(walk), *supplies(walk), *trays(walk), *pages(walk), *alerts(walk), *console(walk)]
