"""Words of places and links: kinds, roles, shares, marked for translation."""

from typing import Final

from inventory.network import NodeKind
from inventory.places import ContactRole, PhoneKind, RoomKind
from server.words import N_

ROOMS: Final = {
    RoomKind.CLASSROOM: N_("classroom"),
    RoomKind.COMPUTER_LAB: N_("computer room"),
    RoomKind.SERVER_ROOM: N_("server room"),
    RoomKind.OFFICE: N_("office"),
    RoomKind.LIBRARY: N_("library"),
    RoomKind.STORE: N_("store room"),
    RoomKind.OTHER: N_("other room"),
}

CONTACTS: Final = {
    ContactRole.DIRECTOR: N_("director"),
    ContactRole.DEPUTY: N_("deputy director"),
    ContactRole.LAB_ASSISTANT: N_("laboratory assistant"),
    ContactRole.ICT_TEACHER: N_("ICT teacher"),
    ContactRole.ACCOUNTANT: N_("accountant"),
    ContactRole.SECRETARY: N_("secretary"),
    ContactRole.GUARD: N_("guard"),
    ContactRole.OTHER: N_("other contact"),
}

PHONES: Final = {
    PhoneKind.MOBILE: N_("mobile"),
    PhoneKind.FIXED: N_("landline"),
    PhoneKind.SHORT: N_("short number"),
    PhoneKind.UNKNOWN: N_("not recognised"),
}

NODES: Final = {
    NodeKind.PROVIDER: N_("provider"),
    NodeKind.EXCHANGE: N_("exchange"),
    NodeKind.OLT: N_("optical line terminal"),
    NodeKind.BASE_STATION: N_("base station"),
    NodeKind.CABLE: N_("cable"),
    NodeKind.POWER_FEEDER: N_("power feeder"),
}

# Share of schools in trouble among those of which something is known: key -> (sign, words).
SHARES: Final = {
    "none": ("✓", N_("no school in trouble")),
    "few": ("!", N_("up to 10 per cent in trouble")),
    "some": ("!!", N_("10 to 25 per cent in trouble")),
    "many": ("✕", N_("more than 25 per cent in trouble")),
    "unknown": ("?", N_("no data")),
}
