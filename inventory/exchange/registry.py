"""Every kind that comes in or goes out."""

from typing import Final

from inventory.errors import NotFound
from inventory.exchange.kind import Kind
from inventory.exchange.kinds import acts, calls, contacts, equipment, licences, links, models, people, schools

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        schools.KIND, contacts.KIND, links.KIND, models.KIND, equipment.KIND, licences.KIND, calls.KIND, people.KIND,
        acts.ACTS_KIND, acts.TRACE_KIND,
    )
}  # fmt: skip


def kind_named(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound("There is no kind of file called %(name)s.", name=name[:40])
    return kind


def importable(name: str) -> Kind:
    kind = kind_named(name)
    if kind.look is None:
        raise NotFound("%(name)s are only exported.", name=kind.en)
    return kind
