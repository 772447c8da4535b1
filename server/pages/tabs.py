"""The rooms of the house as every page shows them on top: where they are, what they are called, who sees them."""

from dataclasses import dataclass
from typing import Final

from inventory.roles import ALLOWED, Permission, Role
from server.words import N_


@dataclass(frozen=True, slots=True)
class Tab:
    """`wants`: the permission without which the tab is not shown; None = everybody who signs in."""

    path: str
    word: str
    wants: Permission | None = None


TABS: Final = (
    Tab("/", N_("Links")),
    Tab("/schools", N_("Schools")),
    Tab("/map", N_("Map")),
    Tab("/equipment", N_("Equipment")),
    Tab("/acts", N_("Acts")),
    Tab("/stocktakes", N_("Stock-taking"), Permission.COUNT),
    Tab("/licences", N_("Licences")),
    Tab("/reports", N_("Reports")),
    Tab("/imports", N_("Imports"), Permission.IMPORT),
    Tab("/people", N_("People"), Permission.KEEP_PEOPLE),
    Tab("/trace", N_("Trace"), Permission.SEE_TRACE),
)  # fmt: skip


def tabs_of(role: Role) -> list[Tab]:
    return [tab for tab in TABS if tab.wants is None or tab.wants in ALLOWED[role]]


def is_here(tab: Tab, path: str) -> bool:
    return path == tab.path if tab.path == "/" else path == tab.path or path.startswith(f"{tab.path}/")
