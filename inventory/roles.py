"""Who may see which schools and do what: roles, permissions and scope, plain values."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from inventory.errors import Refused


class Role(StrEnum):
    TECHNICIAN = "technician"
    OPERATOR = "operator"
    NOC = "noc"
    MENTOR = "mentor"
    MENTORING_MANAGER = "mentoring_manager"
    DIRECTOR = "director"
    KEEPER = "keeper"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a person may do within the scope. Everybody who signs in may see the register of the scope."""

    PLAN_WORK = "plan_work"  # announce maintenance
    SEE_CONTACTS = "see_contacts"  # names and telephones of people at schools; each reading is recorded
    KEEP_PLACES = "keep_places"  # schools, rooms, contacts, nodes, links
    KEEP_EQUIPMENT = "keep_equipment"  # catalogue, pieces, matches
    DRAW_ACTS = "draw_acts"  # draft and submit
    SIGN_ACTS = "sign_acts"  # for a school: give and take
    EXECUTE_ACTS = "execute_acts"  # approve, execute, void, appoint commissions
    COUNT = "count"  # stock-taking
    KEEP_LICENCES = "keep_licences"
    IMPORT = "import"
    EXPORT = "export"
    SEE_TRACE = "see_trace"
    KEEP_PEOPLE = "keep_people"  # persons, tokens of others, scope


P = Permission
_KEEPER = frozenset({
    P.SEE_CONTACTS, P.KEEP_PLACES, P.KEEP_EQUIPMENT, P.DRAW_ACTS, P.SIGN_ACTS, P.EXECUTE_ACTS, P.COUNT,
    P.KEEP_LICENCES, P.IMPORT, P.EXPORT, P.SEE_TRACE,
})  # fmt: skip
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.TECHNICIAN: frozenset({P.PLAN_WORK, P.SEE_CONTACTS, P.KEEP_EQUIPMENT, P.DRAW_ACTS, P.COUNT, P.EXPORT}),
    Role.OPERATOR: frozenset({P.SEE_CONTACTS, P.EXPORT}),
    Role.NOC: frozenset({P.PLAN_WORK, P.SEE_CONTACTS, P.EXPORT}),
    Role.MENTOR: frozenset({P.SEE_CONTACTS}),
    Role.MENTORING_MANAGER: frozenset({P.SEE_CONTACTS, P.EXPORT}),
    Role.DIRECTOR: frozenset({P.SEE_CONTACTS, P.SIGN_ACTS, P.COUNT, P.EXPORT}),
    Role.KEEPER: _KEEPER,
    Role.AUDITOR: frozenset({P.SEE_TRACE, P.EXPORT}),
    Role.ADMINISTRATOR: frozenset(Permission),
}
COUNTRYWIDE = frozenset({Role.OPERATOR, Role.NOC, Role.MENTORING_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
READING = frozenset({P.SEE_CONTACTS, P.EXPORT, P.SEE_TRACE})  # what a token that changes nothing can carry


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: the schools of these districts (None = the whole country), and these single schools."""

    districts: frozenset[str] | None
    schools: frozenset[int] = field(default=frozenset())

    def covers(self, district: str, school_id: int | None = None) -> bool:
        return self.districts is None or district in self.districts or school_id in self.schools


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who acts: a person, a job ("job:emis") or the console ("console:root"), and through which request.

    `only`: what a program may that acts with this person's token; None = whatever the role allows.
    `reason`: why, where a change does not say it itself ("import 12, row 345").
    """

    name: str
    role: Role
    scope: Scope
    person_id: int | None = None
    request: str = ""
    only: frozenset[Permission] | None = None
    reason: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in ALLOWED[self.role] and (self.only is None or permission in self.only)

    def must(self, permission: Permission) -> None:
        """Refused for somebody who may not."""
        if not self.may(permission):
            raise Refused("Your role does not allow this; ask an administrator who may.")

    def in_person(self) -> None:
        """Refused for a program: passwords, second factors and tokens are a matter of the person alone."""
        if self.only is not None:
            raise Refused("A program with a token cannot do this; sign in yourself.")


def console(name: str) -> Who:
    """Whoever has a shell on the server may do everything, and is named in the trace."""
    return Who(f"console:{name}", Role.ADMINISTRATOR, Scope(None))


def job(name: str) -> Who:
    return Who(f"job:{name}", Role.ADMINISTRATOR, Scope(None))


def scope_of(role: Role, districts: Collection[str], schools: Collection[int] = ()) -> Scope:
    """Operators, NOC, managers, auditors and administrators see the country; the others what was given to them.

    A register keeper to whom no district was given keeps the register of the country.
    """
    if role in COUNTRYWIDE or (role is Role.KEEPER and not districts and not schools):
        return Scope(None)
    return Scope(frozenset(districts), frozenset(schools))
