"""Printers: what is wrong and who can end it, supplies, pages, by SNMP (Printer-MIB)."""

from agent import asking
from agent.mibs import printer
from agent.mibs.walk import Walk, number
from agent.report import Reading
from agent.wanted import Detail, Heard, Memory, Roads, Wanted


async def fetch(device: Wanted, roads: Roads, memory: Memory) -> Heard:
    """The minute's set. Raises SnmpError."""
    return Heard(rows=await asking.rows(roads.snmp, device.target, memory, printer.MINUTE))


def translate(heard: Heard, memory: Memory, detail: Detail = Detail.MINUTE) -> list[Reading]:
    walk = Walk(heard.rows)
    if detail is Detail.PROBE:
        return printer.full(walk)
    out = printer.state(walk)
    out += [r for r in printer.supplies(walk) if r.quantity != "printer.supply.name"]
    out += printer.pages(walk)
    trainings = {
        printer.TRAINING.get(int(v), "invalid")
        for index, raw in walk.under((*printer.ALERT, 3))
        if (v := number(raw)) is not None and number(walk.rows.get((*printer.ALERT, 2, *index))) == 3
    }
    if trainings:
        # The worst of the critical alerts: a field service call is not mended by a teacher who adds paper.
        order = (
            "fieldService",
            "management",
            "trained",
            "untrained",
            "other",
            "unknown",
            "noInterventionRequired",
            "invalid",
        )
        out.append(Reading("printer.alert.training", "", "enum", min(trainings, key=order.index)))
    return out
