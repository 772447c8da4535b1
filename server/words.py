"""States, reasons, kinds and quantities in words: sentences that pages choose by key, marked for translation."""

from typing import Final

from alerts.state import Reason, State
from alerts.verdict import Finding, Sign
from inventory.roles import Role


def N_(sentence: str) -> str:
    """gettext's usual name for "translate later"."""
    return sentence


STATES: Final = {
    State.UP: N_("Works"),
    State.DEGRADED: N_("Impaired"),
    State.DOWN: N_("Down"),
    State.NO_DATA: N_("No data"),
    State.MAINTENANCE: N_("Planned work"),
}

# Shape and colour alone do not speak to everybody: each state has a sign of its own too.
GLYPHS: Final = {State.UP: "✓", State.DEGRADED: "!", State.DOWN: "✕", State.NO_DATA: "?", State.MAINTENANCE: "⚒"}

REASONS: Final = {
    Reason.WORKS: N_("works"),
    Reason.NOT_ANSWERING: N_("does not answer"),
    Reason.UNKNOWN_KIND: N_("a kind of device that this server does not know"),
    Reason.NO_READING: N_("no reading yet"),
    Reason.AGENT_SILENT: N_("the agent is silent"),
    Reason.NO_LONGER_REPORTED: N_("no longer in the reports"),
    Reason.PLANNED: N_("planned work"),
    Reason.OUTSIDE_UNREACHABLE: N_("nothing outside the school answers"),
    Reason.GATEWAY_UNREACHABLE: N_("not even the gateway answers"),
    Reason.INTERNET_UNREACHABLE: N_("the Internet does not answer, the intranet does"),
    Reason.INTRANET_UNREACHABLE: N_("the intranet does not answer, the Internet does"),
    Reason.LOSSY: N_("packets are lost"),
    Reason.SLOW: N_("answers come slowly"),
    Reason.LOW_MARGIN: N_("the line has little margin"),
    Reason.ON_BATTERY: N_("on battery"),
    Reason.LOW_BATTERY: N_("on battery, nearly empty"),
    Reason.REPLACE_BATTERY: N_("the battery must be replaced"),
    Reason.OVERLOAD: N_("overloaded"),
    Reason.UPS_COMMUNICATION_LOST: N_("no communication with the UPS"),
    Reason.STANDBY: N_("on standby"),
    Reason.FAULT_REPORTED: N_("the device reports a fault"),
    Reason.CONSUMABLES: N_("paper or toner is running out"),
    Reason.DISK_FULL: N_("the disk is full"),
    Reason.TOO_HOT: N_("too hot"),
    Reason.TOO_HUMID: N_("too humid"),
    Reason.CONTACT_ALARM: N_("a contact gives alarm"),
}

FINDINGS: Final = {
    Finding.WORKS: N_("Works"),
    Finding.MAINTENANCE: N_("Planned work until %(when)s"),
    Finding.NO_REPORT_YET: N_("No report yet"),
    Finding.SILENT: N_("Silent since %(when)s, reason not known"),
    Finding.LINK_DOWN: N_("Link down since %(when)s"),
    Finding.INTERNET_UNREACHABLE: N_("Internet unreachable since %(when)s"),
    Finding.INTRANET_UNREACHABLE: N_("Intranet unreachable since %(when)s"),
    Finding.ON_BATTERY: N_("On battery since %(when)s"),
    Finding.LINK_POOR: N_("Link impaired since %(when)s"),
    Finding.LINK_UNKNOWN: N_("Nobody measures the link"),
}

SIGNS: Final = {
    Sign.HEARD: N_("agent heard at %(when)s"),
    Sign.GATEWAY_ANSWERS: N_("gateway answers"),
    Sign.GATEWAY_LOST: N_("gateway does not answer"),
    Sign.INTRANET_ANSWERS: N_("intranet answers"),
    Sign.INTRANET_LOST: N_("intranet does not answer"),
    Sign.INTERNET_ANSWERS: N_("Internet answers"),
    Sign.INTERNET_LOST: N_("Internet does not answer"),
    Sign.LOSS: N_("%(value)s of packets lost"),
    Sign.SLOW: N_("an answer takes %(value)s"),
    Sign.LOW_MARGIN: N_("line margin %(value)s"),
    Sign.ON_BATTERY: N_("UPS on battery since %(when)s"),
    Sign.LOW_BATTERY: N_("UPS battery nearly empty, on battery since %(when)s"),
    Sign.MAINS: N_("UPS on mains"),
    Sign.LAST_ON_BATTERY: N_("UPS was on battery at %(when)s"),
    Sign.LAST_ON_MAINS: N_("UPS was on mains at %(when)s"),
    Sign.LAST_LINK_DOWN: N_("link was down at %(when)s"),
    Sign.LAST_LINK_WORKED: N_("link carried data at %(when)s"),
    Sign.SHUT_DOWN: N_("the computer was shut down at %(when)s"),
    Sign.STOPPED: N_("the agent was stopped at %(when)s"),
}

KINDS: Final = {
    "link": N_("Links"),
    "ups": N_("UPS"),
    "modem": N_("Modems"),
    "radio": N_("Radio links"),
    "switch": N_("Switches"),
    "sensor": N_("Sensors"),
    "board": N_("Boards and projectors"),
    "computer": N_("Computers"),
    "printer": N_("Printers"),
}
OTHER_KIND: Final = N_("Other devices")

ROLES: Final = {
    Role.TECHNICIAN: N_("technician"),
    Role.OPERATOR: N_("operator"),
    Role.NOC: N_("NOC"),
    Role.MENTOR: N_("mentor"),
    Role.MENTORING_MANAGER: N_("mentoring manager"),
    Role.DIRECTOR: N_("director"),
    Role.KEEPER: N_("register keeper"),
    Role.AUDITOR: N_("auditor"),
    Role.ADMINISTRATOR: N_("administrator"),
}

# What the school page shows of each kind, in this order: quantity -> word.
KEY_READINGS: Final = {
    "link": {
        "link.internet.rtt": N_("Internet"),
        "link.internet.loss": N_("Internet loss"),
        "link.intranet.rtt": N_("intranet"),
        "link.intranet.loss": N_("intranet loss"),
        "link.gateway.rtt": N_("gateway"),
        "dsl.down.snr_margin": N_("DSL margin"),
        "dsl.down.rate": N_("DSL rate"),
        "if.in_rate": N_("in"),
        "if.out_rate": N_("out"),
    },
    "ups": {
        "ups.state": N_("source"),
        "ups.battery.charge": N_("charge"),
        "ups.battery.runtime": N_("lasts"),
        "ups.output.load": N_("load"),
        "ups.input.voltage": N_("input"),
        "ups.battery.temperature": N_("battery temperature"),
    },
    "computer": {
        "cpu.load": N_("processor"),
        "mem.used_percent": N_("memory"),
        "disk.used_percent": N_("disk"),
        "computer.users": N_("users"),
    },
    "board": {
        "board.power": N_("power"),
        "board.lamp_time": N_("lamp"),
        "board.errors": N_("errors"),
    },
    "switch": {"switch.ports_up": N_("ports up"), "if.in_errors": N_("errors in"), "cpu.load": N_("processor")},
    "modem": {
        "dsl.down.snr_margin": N_("DSL margin"),
        "dsl.down.rate": N_("DSL rate"),
        "dsl.down.attenuation": N_("attenuation"),
    },
    "sensor": {
        "sensor.temperature": N_("temperature"),
        "sensor.humidity": N_("humidity"),
        "sensor.contact": N_("contact"),
    },
    "printer": {
        "printer.pages": N_("pages"),
        "printer.supply.level": N_("supply"),
        "printer.detected_error": N_("errors"),
    },
}  # fmt: skip

# Values that are words on the wire.
VALUES: Final = {
    "mains": N_("mains"),
    "battery": N_("battery"),
    "no_communication": N_("no communication"),
    "unreachable": N_("not reachable"),
    "on": N_("on"),
    "off": N_("off"),
    "standby": N_("standby"),
    "cooling": N_("cooling down"),
    "warming": N_("warming up"),
    "ok": N_("OK"),
    "open": N_("open"),
    "closed": N_("closed"),
    "alarm": N_("alarm"),
    "none": N_("none"),
    "noPaper": N_("no paper"),
    "lowPaper": N_("little paper"),
    "noToner": N_("no toner"),
    "lowToner": N_("little toner"),
    "doorOpen": N_("door open"),
    "jammed": N_("paper jam"),
    "serviceRequested": N_("service wanted"),
}

# PJLink's parts of a projector and how each is (PJLink 1.04, ERST); on the wire as `filter=warning`.
PARTS: Final = {
    "fan": N_("fan"),
    "lamp": N_("lamp"),
    "temperature": N_("temperature"),
    "cover": N_("cover"),
    "filter": N_("filter"),
    "other": N_("other"),
}
LEVELS: Final = {"ok": N_("OK"), "warning": N_("warning"), "error": N_("fault")}

# The reason of these says what the state has said already.
SAID_BY_STATE: Final = frozenset({Reason.WORKS, Reason.PLANNED})

# The core's refusals that a person can meet on a page.
SENTENCES: Final = (
    N_("Planned work is entered by the technician of the district or by the NOC."),
    N_("Planned work is cancelled by the technician of the district or by the NOC."),
    N_("The end lies before the beginning; right is a later end."),
    N_("This time is over already; right is an end in the future."),
    N_("Planned work lasts 30 days at most."),
    N_("There is no such device at this school."),
    N_("There is no such planned work at this school."),
    N_("This planned work was cancelled before."),
    N_("This planned work is over; what was cannot be cancelled."),
    N_("Too many failed attempts; try again in 15 minutes."),
    N_("Planned work begins within a year; right is a beginning in the next 366 days."),
    N_("The note is too long; right are at most 300 characters."),
    N_("This date and time cannot be read; right is for example 2026-11-24T14:00."),
    N_("The form is older than your session, or comes from another site; send it again."),
    N_("There is no such page, or it is not yours to see."),
)
