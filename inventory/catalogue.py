"""The catalogue: makers with all the ways in which acts and devices spell them, and their models."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from inventory import trace
from inventory.equipment import Kind
from inventory.errors import Conflict, Invalid, NotFound, Refused
from inventory.folding import folded
from inventory.roles import Permission, Who
from inventory.tables import Asset, Maker, Model

LONGEST: Final = 120
MOST_ALIASES: Final = 40
LONGEST_LIFE: Final = 50
# What a company is, not who: "HP Inc." and "HP" are one maker.
COMPANY: Final = frozenset(
    """
    inc incorporated corp corporation co company ltd limited llc gmbh ag sa sas bv oy ab plc pte spa srl mmc asc
    """.split()  # noqa: SIM905
)


def key_of(name: str) -> str:
    """The key under which a maker is found: folded, without what kind of company it is."""
    words = folded(name).split()
    return " ".join(word for word in words if word not in COMPANY) or " ".join(words)


def maker_spelled(makers: Sequence[Maker], name: str) -> Maker | None:
    """The maker that is called so, or has this alias."""
    key = key_of(name)
    return next((m for m in makers if key and key in {key_of(n) for n in (m.name, *m.aliases)}), None)


def makers_alike(makers: Sequence[Maker], name: str) -> list[Maker]:
    """Makers whose name looks like this one: Optoma for "Optima". A hint for a person; nothing is decided by it."""
    keys = {key_of(n): m for m in makers for n in (m.name, *m.aliases)}
    close = difflib.get_close_matches(key_of(name), keys, n=3, cutoff=0.8)
    return list({keys[key].id: keys[key] for key in close}.values())


def makers(session: Session) -> Sequence[Maker]:
    return session.exec(select(Maker).order_by(col(Maker.name))).all()


def model_spelled(session: Session, makers: Sequence[Maker], vendor: str, name: str) -> Model | None:
    """The model that a device means: its maker by any spelling, the model's name folded, with or without the maker."""
    maker = maker_spelled(makers, vendor)
    if maker is None or not name:
        return None
    wanted = folded(name)
    bare = wanted.removeprefix(key_of(maker.name) + " ")
    models = session.exec(select(Model).where(Model.maker_id == maker.id)).all()
    return next((m for m in models if folded(m.name) in (wanted, bare)), None)


def maker_entered(session: Session, name: str, aliases: Sequence[str] = (), *, by: Who, at: datetime) -> Maker:
    """A new maker. Conflict where it, or one of its aliases, is there under any spelling."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    clean = _named("name", name)
    row = Maker(name=clean, aliases=_aliases(clean, aliases))
    _nobody_elses(makers(session), None, [row.name, *row.aliases])
    session.add(row)
    session.flush()
    after = {"name": row.name, "aliases": row.aliases}
    trace.changed(session, "entered", "maker", row.id or 0, by=by, at=at, after=after)
    return row


def maker_changed(session: Session, maker: Maker, cells: Mapping[str, Any], *, by: Who, at: datetime) -> Maker:
    """`cells`: of name, aliases. The catalogue is the country's, so only whoever keeps the country's register may."""
    _of_the_country(by)
    trace.held(session)
    before = {"name": maker.name, "aliases": list(maker.aliases)}
    name = _named("name", cells.get("name", maker.name))
    aliases = _aliases(name, cells.get("aliases", maker.aliases))
    _nobody_elses(makers(session), maker, [name, *aliases])
    maker.name, maker.aliases = name, aliases
    _found_anew(session, select(Model.id).where(Model.maker_id == maker.id))
    _changed(session, maker, "maker", before, {"name": name, "aliases": aliases}, by=by, at=at)
    return maker


def model_entered(
    session: Session, maker: Maker, name: str, kind: Kind, *, rating: Mapping[str, Any] | None = None,
    life_years: int | None = None, by: Who, at: datetime,
) -> Model:  # fmt: skip
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    row = Model(maker_id=maker.id or 0, name=_named("name", name), kind=kind, rating=dict(rating or {}))
    row.life_years = _life(life_years)
    _only_model(session, row.maker_id, row.name, None)
    session.add(row)
    session.flush()
    after = {"maker": maker.name, "name": row.name, "kind": kind, "rating": row.rating, "life_years": row.life_years}
    trace.changed(session, "entered", "model", row.id or 0, by=by, at=at, after=after)
    return row


def model_changed(session: Session, model: Model, cells: Mapping[str, Any], *, by: Who, at: datetime) -> Model:
    """`cells`: of name, kind, rating, life_years. The kind of a model that has pieces stays: theirs would change."""
    _of_the_country(by)
    trace.held(session)
    names = ("name", "kind", "rating", "life_years")
    before = {name: getattr(model, name) for name in names}
    if "kind" in cells and cells["kind"] != model.kind and session.exec(
        select(Asset.id).where(Asset.model_id == model.id).limit(1)
    ).first():  # fmt: skip
        raise Conflict("%(model)s has pieces in the register; enter a model of the other kind.", model=model.name)
    name = _named("name", cells.get("name", model.name))
    life = _life(cells.get("life_years", model.life_years))
    _only_model(session, model.maker_id, name, model.id)
    model.name, model.life_years = name, life
    model.kind, model.rating = cells.get("kind", model.kind), dict(cells.get("rating", model.rating))
    _found_anew(session, select(Model.id).where(Model.id == model.id))
    _changed(session, model, "model", before, {name: getattr(model, name) for name in names}, by=by, at=at)
    return model


def maker_with_id(session: Session, maker_id: int) -> Maker:
    row = session.get(Maker, maker_id)
    if row is None:
        raise NotFound("There is no such maker in the catalogue.")
    return row


def model_with_id(session: Session, model_id: int) -> Model:
    row = session.get(Model, model_id)
    if row is None:
        raise NotFound("There is no such model in the catalogue.")
    return row


def model_named(session: Session, vendor: str, name: str, kind: Kind, *, by: Who, at: datetime) -> Model:
    """The model of this maker and name; what is not there yet is entered. Invalid where it is there as another kind."""
    known = makers(session)
    model = model_spelled(session, known, vendor, name)
    if model is None:
        maker = maker_spelled(known, vendor) or maker_entered(session, vendor, by=by, at=at)
        return model_entered(session, maker, name, kind, by=by, at=at)
    if model.kind is not kind:
        raise Invalid("kind", "%(model)s is %(kind)s in the catalogue.", model=model.name, kind=model.kind.value)
    return model


def _of_the_country(by: Who) -> None:
    by.must(Permission.KEEP_EQUIPMENT)
    if by.scope.districts is not None:
        raise Refused("The catalogue is the whole country's; a register keeper of the country changes it.")


def _changed(
    session: Session, row: Maker | Model, noun: str, before: dict[str, Any], after: dict[str, Any], *, by: Who,
    at: datetime,
) -> None:  # fmt: skip
    was, becomes = trace.difference(before, after)
    if not becomes:
        return
    row.version += 1
    session.add(row)
    session.flush()
    trace.changed(session, "changed", noun, row.id or 0, by=by, at=at, before=was, after=becomes)


def _named(field: str, name: str) -> str:
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST or not clean.isprintable() or not folded(clean):
        raise Invalid(field, "This cannot be a name; right are 1 to %(most)s printable characters.", most=LONGEST)
    return clean


def _aliases(name: str, aliases: Sequence[str]) -> list[str]:
    """Each once, and not the name itself."""
    if len(aliases) > MOST_ALIASES:
        raise Invalid("aliases", "A maker has at most %(most)s aliases.", most=MOST_ALIASES)
    kept = {key_of(name): ""}
    for alias in (_named("aliases", alias) for alias in aliases):
        kept.setdefault(key_of(alias), alias)
    return [alias for alias in kept.values() if alias]


def _nobody_elses(known: Sequence[Maker], own: Maker | None, names: Sequence[str]) -> None:
    for name in names:
        other = next((m for m in known if m is not own and maker_spelled([m], name)), None)
        if other is not None:
            raise Conflict("%(name)s is a spelling of %(maker)s already.", name=name, maker=other.name)


def _only_model(session: Session, maker_id: int, name: str, own_id: int | None) -> None:
    models = session.exec(select(Model).where(Model.maker_id == maker_id)).all()
    if any(m.id != own_id and folded(m.name) == folded(name) for m in models):
        raise Conflict("This maker has a model called %(name)s already.", name=name)


def _found_anew(session: Session, models: Any) -> None:
    """Pieces are found by the names of their model too: the next pass of the clock writes those words anew."""
    session.connection().execute(update(Asset).where(col(Asset.model_id).in_(models)).values(search=""))


def _life(years: int | None) -> int | None:
    if years is not None and not 1 <= years <= LONGEST_LIFE:
        raise Invalid("life_years", "A model is expected to live 1 to %(most)s years.", most=LONGEST_LIFE)
    return years
