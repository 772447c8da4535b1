"""Permissions, and what the trace says was done and seen, in words; a key that has no word here is shown as it is."""

from typing import Final

from inventory.roles import Permission
from server.words import N_

PERMISSIONS: Final = {
    Permission.PLAN_WORK: N_("announce planned work"),
    Permission.SEE_CONTACTS: N_("see names and telephones of contacts"),
    Permission.KEEP_PLACES: N_("change schools, rooms, contacts, nodes and links"),
    Permission.KEEP_EQUIPMENT: N_("change equipment and the catalogue"),
    Permission.DRAW_ACTS: N_("draw up acts"),
    Permission.SIGN_ACTS: N_("sign acts for a school"),
    Permission.EXECUTE_ACTS: N_("approve and execute acts"),
    Permission.COUNT: N_("take stock"),
    Permission.KEEP_LICENCES: N_("change licences"),
    Permission.IMPORT: N_("import files"),
    Permission.EXPORT: N_("export files"),
    Permission.SEE_TRACE: N_("see the trace"),
    Permission.KEEP_PEOPLE: N_("change people and their rights"),
}

NOUNS: Final = {
    "person": N_("person"),
    "token": N_("token"),
    "district": N_("district"),
    "school": N_("school"),
    "school_year": N_("school year"),
    "room": N_("room"),
    "contact": N_("contact"),
    "node": N_("node"),
    "link": N_("link"),
    "asset": N_("piece of equipment"),
    "act": N_("act"),
    "commission": N_("commission"),
    "stocktake": N_("stock-take"),
    "licence_pool": N_("licence pool"),
    "entitlement": N_("entitlement"),
    "allocation": N_("allocation"),
    "import": N_("import"),
}

VERBS: Final = {
    "added": N_("added"),
    "named": N_("named"),
    "opened": N_("opened"),
    "closed": N_("closed"),
    "changed": N_("changed"),
    "deactivated": N_("let go"),
    "reactivated": N_("let in again"),
    "password_changed": N_("changed the password"),
    "password_reset": N_("gave a new password"),
    "second_factor_on": N_("switched the second factor on"),
    "second_factor_off": N_("switched the second factor off"),
    "linked": N_("tied to the identity provider"),
    "made": N_("made"),
    "revoked": N_("revoked"),
}

# The refusals of server/oidc.py and server/auth.py that a person can meet on a page.
SENTENCES: Final = (
    N_("This answer of the identity provider was not asked for here; begin again."),
    N_("The identity provider refused the sign-in; begin again."),
    N_("Another identity provider answered than the one that was asked; begin again."),
    N_("The identity provider's answer does not prove who you are; begin again."),
    N_("The identity provider calls itself by another name than ZENG_OIDC_ISSUER."),
    N_("The identity provider does not answer; sign in with a password, or try again later."),
)
