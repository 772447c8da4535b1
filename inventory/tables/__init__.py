"""What is remembered: columns and constraints, no behaviour; one file per noun."""

from inventory.columns import instant
from inventory.tables.acts import (
    Act,
    ActFile,
    ActLine,
    ActSignature,
    Commission,
    CommissionMember,
    Finding,
    NumberSeries,
)
from inventory.tables.agents import Agent, Device, EnrolCode
from inventory.tables.answers import ApiAnswer
from inventory.tables.equipment import (
    Asset,
    AssetSite,
    Contract,
    Delivery,
    Lot,
    Maker,
    Match,
    Model,
)
from inventory.tables.network import Link, Node
from inventory.tables.people import Person, PersonDistrict, PersonSchool, SignIn, SignInFailure
from inventory.tables.places import Contact, District, Phone, PhoneUse, Room, School, SchoolYear
from inventory.tables.trace import PersonalRead, Trace

__all__ = [
    "Act", "ActFile", "ActLine", "ActSignature", "Agent", "ApiAnswer", "Asset", "AssetSite", "Commission",
    "CommissionMember", "Contact", "Contract", "Delivery", "Device", "District", "EnrolCode", "Finding", "Link", "Lot", "Maker",
    "Match", "Model", "Node", "NumberSeries", "Person", "PersonDistrict", "PersonSchool", "PersonalRead", "Phone",
    "PhoneUse", "Room", "School", "SchoolYear", "SignIn", "SignInFailure", "Trace", "instant",
]  # fmt: skip
