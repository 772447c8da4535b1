"""Who may see which schools: roles and scope, plain values."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    TECHNICIAN = "technician"
    OPERATOR = "operator"
    NOC = "noc"
    ADMINISTRATOR = "administrator"


COUNTRYWIDE = frozenset({Role.OPERATOR, Role.NOC, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """The districts whose schools a person may see; None = the whole country."""

    districts: frozenset[str] | None

    def covers(self, district: str) -> bool:
        return self.districts is None or district in self.districts


def scope_of(role: Role, districts: Collection[str]) -> Scope:
    """Operators, NOC and administrators see the country; a technician sees the districts given to him, and no other."""
    return Scope(None) if role in COUNTRYWIDE else Scope(frozenset(districts))
