"""Words for places: kinds of institutions, rooms, contacts and telephones. Stable keys, shown translated."""

from enum import StrEnum


class SchoolType(StrEnum):
    """Kind of institution, for reports by type."""

    GENERAL = "general"
    PRIMARY = "primary"
    LYCEUM = "lyceum"
    GYMNASIUM = "gymnasium"
    BOARDING = "boarding"
    SPECIAL = "special"
    VOCATIONAL = "vocational"
    PRESCHOOL = "preschool"
    OUT_OF_SCHOOL = "out_of_school"
    DEPARTMENT = "department"
    TRAINING_CENTRE = "training_centre"
    OTHER = "other"


class RoomKind(StrEnum):
    CLASSROOM = "classroom"
    COMPUTER_LAB = "computer_lab"
    SERVER_ROOM = "server_room"
    OFFICE = "office"
    LIBRARY = "library"
    STORE = "store"
    OTHER = "other"


class ContactRole(StrEnum):
    DIRECTOR = "director"
    DEPUTY = "deputy"
    LAB_ASSISTANT = "lab_assistant"
    ICT_TEACHER = "ict_teacher"
    ACCOUNTANT = "accountant"
    SECRETARY = "secretary"
    GUARD = "guard"
    OTHER = "other"


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"
    SHORT = "short"
    UNKNOWN = "unknown"
