"""Kinds, types and states of the register in words; the keys are those of the API."""

from typing import Final

from inventory.equipment import Kind
from inventory.licensing import Metric
from inventory.lifecycle import AssetState
from inventory.network import LinkKind
from inventory.places import SchoolType
from server.words import N_

TYPES: Final = {
    SchoolType.GENERAL: N_("General school"),
    SchoolType.PRIMARY: N_("Primary school"),
    SchoolType.LYCEUM: N_("Lyceum"),
    SchoolType.GYMNASIUM: N_("Gymnasium"),
    SchoolType.BOARDING: N_("Boarding school"),
    SchoolType.SPECIAL: N_("Special school"),
    SchoolType.VOCATIONAL: N_("Vocational school"),
    SchoolType.PRESCHOOL: N_("Preschool"),
    SchoolType.OUT_OF_SCHOOL: N_("Out-of-school institution"),
    SchoolType.DEPARTMENT: N_("Education department"),
    SchoolType.TRAINING_CENTRE: N_("Training centre"),
    SchoolType.OTHER: N_("Other institution"),
}
EQUIPMENT: Final = {
    Kind.COMPUTER: N_("Computer"),
    Kind.NOTEBOOK: N_("Notebook"),
    Kind.NETBOOK: N_("Netbook"),
    Kind.TABLET: N_("Tablet"),
    Kind.SERVER: N_("Server"),
    Kind.MONITOR: N_("Monitor"),
    Kind.PRINTER: N_("Printer"),
    Kind.SCANNER: N_("Scanner"),
    Kind.PROJECTOR: N_("Projector"),
    Kind.BOARD: N_("Interactive board"),
    Kind.UPS: N_("UPS"),
    Kind.SWITCH: N_("Switch"),
    Kind.ROUTER: N_("Router"),
    Kind.ACCESS_POINT: N_("Access point"),
    Kind.MODEM: N_("Modem"),
    Kind.SENSOR: N_("Sensor"),
    Kind.HEADPHONES: N_("Headphones"),
    Kind.GRAPHIC_TABLET: N_("Graphic tablet"),
    Kind.JOYSTICK: N_("Joystick"),
    Kind.OTHER: N_("Other equipment"),
}
STATES: Final = {
    AssetState.ORDERED: N_("Ordered"),
    AssetState.DELIVERED: N_("Delivered"),
    AssetState.ACCEPTED: N_("Accepted"),
    AssetState.IN_STORE: N_("In store"),
    AssetState.INSTALLED: N_("Installed"),
    AssetState.RESERVED: N_("Reserved"),
    AssetState.IN_REPAIR: N_("In repair"),
    AssetState.IN_TRANSIT: N_("In transit"),
    AssetState.MISSING: N_("Missing"),
    AssetState.WRITEOFF_PROPOSED: N_("Write-off proposed"),
    AssetState.WRITTEN_OFF: N_("Written off"),
    AssetState.DISPOSED: N_("Disposed of"),
}
LINKS: Final = {
    LinkKind.ADSL: N_("ADSL"),
    LinkKind.VDSL: N_("VDSL"),
    LinkKind.FIBER: N_("Fibre"),
    LinkKind.ETHERNET: N_("Ethernet"),
    LinkKind.WIRELESS_P2P: N_("Wireless, point to point"),
    LinkKind.WIRELESS_P2MP: N_("Wireless, point to multipoint"),
    LinkKind.MOBILE_4G: N_("Mobile 4G"),
    LinkKind.WIMAX: N_("WiMAX"),
    LinkKind.SATELLITE: N_("Satellite"),
}
METRICS: Final = {
    Metric.DEVICE: N_("per device"),
    Metric.USER: N_("per user"),
    Metric.CAL: N_("client access licence"),
}

# Refusals of queries and forms, whose own files are not read for sentences.
REFUSED: Final = (
    N_("This day cannot be read; right is for example 2026-11-24."),
    N_("There is no such report."),
    N_("This report cannot be made for %(day)s; right is %(today)s, or earlier where the report looks back."),
    N_("There is no such pool of licences."),
    N_("There is no such entitlement."),
    N_("There is no such entitlement in this pool."),
    N_("Seats go to one district, one school or one machine; name exactly one of them."),
    N_("There is no contract with this number."),
    N_("This counts no seats; right is device, user or cal."),
    N_("That is too long; right are 120 characters for a name, 80 for an edition, 40 for a code."),
)
