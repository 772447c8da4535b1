"""The registry of indicators: what each figure counts, by which formula, from which source. Words alone, no numbers.

UIS codes are those of the Guide to Measuring ICT in Education (UNESCO Institute for Statistics, 2009). Where the guide
leaves a choice, ours stands in the formula, so that nobody has to guess it from the figure.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from inventory.equipment import Kind
from inventory.lifecycle import AssetState
from inventory.network import LinkKind
from inventory.places import RoomKind, SchoolType

WORKING_DAYS: Final = 60  # a computer that its agent has not seen for longer is not working
ONLINE_DAYS: Final = 30
NARROW_KBITS: Final = 256  # contracted; from here on it is broadband (UIS, ITU)
AGES: Final = (3, 5, 7, 10)  # years in service at which one band ends and the next begins

TEACHING: Final = frozenset({
    SchoolType.GENERAL, SchoolType.PRIMARY, SchoolType.LYCEUM, SchoolType.GYMNASIUM, SchoolType.BOARDING,
    SchoolType.SPECIAL, SchoolType.VOCATIONAL,
})  # fmt: skip
COMPUTERS: Final = frozenset({Kind.COMPUTER, Kind.NOTEBOOK, Kind.NETBOOK, Kind.TABLET})
LICENSED: Final = frozenset({Kind.COMPUTER, Kind.NOTEBOOK})  # netbooks and tablets come with their own licence
NOT_FOR_LESSONS: Final = frozenset({RoomKind.OFFICE, RoomKind.SERVER_ROOM, RoomKind.STORE})
NOT_OWNED: Final = frozenset({AssetState.ORDERED, AssetState.WRITTEN_OFF, AssetState.DISPOSED})


class Access(StrEnum):
    """Kinds of access as ED5 groups them."""

    DSL = "dsl"
    FIBRE = "fibre"
    FIXED_WIRELESS = "fixed_wireless"
    SATELLITE = "satellite"
    MOBILE = "mobile"
    NARROWBAND = "narrowband"


ACCESS: Final = {
    LinkKind.ADSL: Access.DSL, LinkKind.VDSL: Access.DSL, LinkKind.FIBER: Access.FIBRE,
    LinkKind.ETHERNET: Access.FIBRE, LinkKind.WIRELESS_P2P: Access.FIXED_WIRELESS,
    LinkKind.WIRELESS_P2MP: Access.FIXED_WIRELESS, LinkKind.MOBILE_4G: Access.MOBILE, LinkKind.WIMAX: Access.MOBILE,
    LinkKind.SATELLITE: Access.SATELLITE,
}  # fmt: skip


class Unit(StrEnum):
    COUNT = "count"
    RATIO = "ratio"  # learners per computer
    PERCENT = "percent"


def N_(sentence: str) -> str:
    """gettext's usual name for "translate later"."""
    return sentence


@dataclass(frozen=True, slots=True)
class Indicator:
    """`uis`: its code in the guide, "" where it is the ministry's own."""

    code: str
    title: str
    formula: str
    source: str
    unit: Unit
    uis: str = ""


REGISTER: Final = N_("The register of this system")
EMIS: Final = N_("School years as imported from the education management information system, and the register")
AGENTS: Final = N_("School years, the register, and what agents in schools saw")

INDICATORS: Final = {one.code: one for one in (
    Indicator(
        "institutions", N_("Institutions by type and district"),
        N_("Institutions of the register that were open on the day. The district is that of the education department"
           " that answers for the institution."),
        REGISTER, Unit.COUNT,
    ),
    Indicator(
        "school_years", N_("Institutions, learners and teachers by school year"),
        N_("Institutions that have a row for the school year; learners and teachers are summed over those that"
           " reported them."),
        EMIS, Unit.COUNT,
    ),
    Indicator(
        "learners_per_computer", N_("Learners per working computer"),
        N_("Sum of learners divided by the sum of working computers: a ratio of sums, not a mean of ratios. A working"
           " computer is a computer, notebook, netbook or tablet that is installed, stands in no office, server room"
           " or store, and was seen by its agent within 60 days; where no agent ever saw it, it is declared working by"
           " the register alone and counted apart. One that an agent saw once and not for 60 days does not work."
           " Schools whose learners are not known are left out of both sums."),
        AGENTS, Unit.RATIO, "ED4bis",
    ),
    Indicator(
        "internet", N_("Schools with Internet for teaching"),
        N_("Schools with at least one link on the day that leads to the Internet and serves lessons, divided by all"
           " schools, times 100. Broadband is 256 kbit/s and more as contracted; a link without a contracted speed"
           " counts by its kind."),
        REGISTER, Unit.PERCENT, "ED5",
    ),
    Indicator(
        "learners_per_online_computer", N_("Learners per computer connected to the Internet"),
        N_("Sum of learners divided by the sum of computers for lessons whose agent was heard over the line within 30"
           " days: a ratio of sums over schools in which agents see computers and learners are known. Of other"
           " schools it is not known how many of their computers are connected."),
        AGENTS, Unit.RATIO, "ED25",
    ),
    Indicator(
        "links", N_("Links by kind over time"),
        N_("Links whose first day is not later and whose end is later than the day. A school with two links has two"
           " links here and is one connected school."),
        REGISTER, Unit.COUNT,
    ),
    Indicator(
        "connected", N_("Connected institutions by district"),
        N_("Institutions with at least one link on the day, each counted once, divided by all institutions that were"
           " open, times 100."),
        REGISTER, Unit.PERCENT,
    ),
    Indicator(
        "equipment_states", N_("Equipment by state"),
        N_("Pieces of the register by kind and state as they are now."),
        REGISTER, Unit.COUNT,
    ),
    Indicator(
        "equipment_ages", N_("Equipment by age"),
        N_("Pieces that are delivered and neither written off nor disposed of, by whole years from the day they were"
           " put into service until the day of the report."),
        REGISTER, Unit.COUNT,
    ),
    Indicator(
        "licence_coverage", N_("Licence coverage"),
        N_("Seats valid on the day divided by computers and notebooks that are neither ordered only nor written off,"
           " times 100, if each takes one seat. For a district: seats given to it, to its schools and machines."),
        N_("The register, and what agents in schools saw"), Unit.PERCENT,
    ),
)}  # fmt: skip

# Headings of tables and names of headline figures; the key is what the API says.
WORDS: Final = {
    "district": N_("District"), "school": N_("School"), "type": N_("Type"), "kind": N_("Kind"), "on": N_("Day"),
    "year": N_("School year"), "total": N_("Total"), "institutions": N_("Institutions"), "schools": N_("Schools"),
    "learners": N_("Learners"), "teachers": N_("Teachers"), "no_learners": N_("Learners not known"),
    "seen": N_("Computers seen working"), "declared": N_("Declared working, no agent"),
    "silent": N_("Not seen for 60 days"), "online": N_("Computers online"),
    "per_seen": N_("Learners per computer seen"), "per_all": N_("Learners per computer seen or declared"),
    "per_online": N_("Learners per computer online"), "connected": N_("Connected"), "percent": N_("Share"),
    "with_internet": N_("With Internet for teaching"), "access": N_("Access"), "links": N_("Links"),
    "pool": N_("Pool"), "product": N_("Product"), "bought": N_("Seats valid"), "allocated": N_("Seats given"),
    "computers": N_("Computers"), "coverage": N_("Coverage"), "active": N_("In use"),
    "lapsed": N_("Expired but running"), "unknown_age": N_("Not known"), "broadband": N_("Broadband"),
    "0-3": N_("Up to 3 years"), "3-5": N_("3 to 5 years"), "5-7": N_("5 to 7 years"), "7-10": N_("7 to 10 years"),
    "10+": N_("10 years and more"),
}  # fmt: skip
ACCESSES: Final = {
    "any": N_("Any access"), Access.DSL: N_("DSL"), Access.FIBRE: N_("Fibre or Ethernet"),
    Access.FIXED_WIRELESS: N_("Fixed wireless"), Access.SATELLITE: N_("Satellite"),
    Access.MOBILE: N_("Mobile: 4G, WiMAX"), Access.NARROWBAND: N_("Narrowband only, below 256 kbit/s"),
    "both": N_("Narrowband and broadband"), "none": N_("No such link in the register"),
}  # fmt: skip

# What a report does not know, as a sentence with the number of cases.
NOTES: Final = {
    "no_learners": N_("Learners are not known for %(number)s of %(total)s schools; these are left out."),
    "no_agents": N_("In %(number)s of %(total)s schools no agent has seen a computer; these are left out of what agents"
                    " saw."),
    "no_year": N_("No school year has learners yet."),
    "no_beginning": N_("%(number)s links have no first day and are left out."),
    "no_speed": N_("%(number)s schools have no contracted speed and count by the kind of their link."),
    "no_service_day": N_("%(number)s pieces have no day on which they were put into service."),
    "opening_unknown": N_("%(number)s institutions have no opening day and count as open before."),
    "no_agents_look": N_("What agents cannot see is shown as not known, not as nil."),
    "other_types": N_("Left out are %(number)s institutions that do not teach at school level."),
}  # fmt: skip
