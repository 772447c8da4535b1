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
    InventorySeries,
    Lot,
    Maker,
    Match,
    Model,
    Sighting,
    ToldApart,
)
from inventory.tables.exchange import ImportFile, ImportJob, ImportRow, PastCall
from inventory.tables.licences import Allocation, Entitlement, LicencePool, LicenceWarning, Product, SoftwareSeen
from inventory.tables.network import Link, Node
from inventory.tables.people import (
    ApiToken,
    Identity,
    Person,
    PersonDistrict,
    PersonSchool,
    RecoveryCode,
    SecondFactor,
    SignIn,
    SignInFailure,
)
from inventory.tables.places import Contact, District, Phone, PhoneUse, Room, School, SchoolYear
from inventory.tables.stocktaking import Stocktake, StocktakeFinding, StocktakeLine
from inventory.tables.syncing import SyncConflict, SyncOperation
from inventory.tables.trace import PersonalRead, Trace

__all__ = [
    "Act", "ActFile", "ActLine", "ActSignature", "Agent", "Allocation", "ApiAnswer", "ApiToken", "Asset", "AssetSite",
    "Commission", "CommissionMember", "Contact", "Contract", "Delivery", "Device", "District", "EnrolCode",
    "Entitlement", "Finding", "Identity", "ImportFile", "ImportJob", "ImportRow", "InventorySeries",
    "LicencePool", "LicenceWarning", "Link", "Lot", "Maker", "Match", "Model", "Node", "NumberSeries", "PastCall",
    "Person", "PersonDistrict", "PersonSchool", "PersonalRead", "Phone", "PhoneUse", "Product", "RecoveryCode",
    "Room", "School", "SchoolYear", "SecondFactor", "Sighting", "SignIn", "SignInFailure",
    "SoftwareSeen", "Stocktake", "StocktakeFinding", "StocktakeLine", "SyncConflict", "SyncOperation", "ToldApart",
    "Trace", "instant",
]  # fmt: skip
