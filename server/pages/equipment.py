"""Equipment: the list of pieces under any filter, and the facts on which people and agents disagree."""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import catalogue, facts
from inventory.equipment import Kind
from inventory.lifecycle import AssetState
from inventory.roles import Permission
from inventory.tables import Contract
from server import db, pieces, queries
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_equipment, words_register
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View
from server.pieces import Filter

ROWS_ON_A_PAGE: Final = 50
LONGEST: Final = 80
Word = Annotated[str, Query(max_length=LONGEST)]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as it stands in the address; what cannot be read counts as not asked."""

    filter: Filter
    after: str = ""

    def url(self, path: str = "/equipment", **other: object) -> str:
        parts = {name: value for name, value in self.filter.asked.items() if name not in other}
        given = {**parts, **{name: value for name, value in other.items() if value}}
        kept = {name: 1 if value is True else value for name, value in given.items()}
        return f"{path}?{urlencode(kept)}" if kept else path


def filter_of(given: dict[str, str]) -> Filter:
    """A filter out of the words of an address."""
    kinds, states = {k.value: k for k in Kind}, {s.value: s for s in AssetState}
    numbers = {name: row_id(given.get(name, "")) for name in ("maker", "model", "room", "older_than", "seen", "unseen")}
    bounded = {n: v for n, v in numbers.items() if v is not None and (n in ("maker", "model", "room") or v <= 3650)}
    warranty = given.get("warranty", "")
    return Filter(
        district=given.get("district", "")[:12], school=line(given.get("school", "")),
        kind=kinds.get(given.get("kind", "")),
        state=states.get(given.get("state", "")), conflict=bool(given.get("conflict")),
        warranty=warranty if warranty in pieces.WARRANTIES else "", programme=line(given.get("programme", "")),
        contract=line(given.get("contract", "")), q=line(given.get("q", "")), **bounded,
    )  # fmt: skip


@router.get("/equipment")
def listed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, district: Word = "", school: Word = "", kind: Word = "",
    maker: Word = "", model: Word = "", state: Word = "", room: Word = "", older_than: Word = "", seen: Word = "",
    unseen: Word = "", conflict: Word = "", warranty: Word = "", programme: Word = "", contract: Word = "",
    q: Word = "", after: Word = "", count: Word = "",
) -> Response:  # fmt: skip
    asked = Asked(
        filter_of({
            "district": district, "school": school, "kind": kind, "maker": maker, "model": model, "state": state,
            "room": room, "older_than": older_than, "seen": seen, "unseen": unseen, "conflict": conflict,
            "warranty": warranty, "programme": programme, "contract": contract, "q": q,
        }),
        line(after),
    )  # fmt: skip
    with db.reading(engine) as session:
        rows = pieces.page(
            session, visitor.scope, asked.filter, view.now, after=asked.after, most=ROWS_ON_A_PAGE + 1
        )  # fmt: skip
        shown = rows[:ROWS_ON_A_PAGE]
        total = pieces.counted(session, visitor.scope, asked.filter, view.now) if count else None
        parts = _choices(session, view, visitor.scope, asked.filter)
        return view.page(
            "equipment.html", asked=asked, rows=shown, more=shown[-1].asset.inventory_no if len(rows) > len(shown)
            else "", total=total, chips=_chips(view, asked, parts, shown), demo=any(row.asset.demo for row in shown),
            may_export=visitor.who.may(Permission.EXPORT), **parts, **bits(view, visitor.who.may),
        )  # fmt: skip


@router.get("/equipment/conflicts")
def conflicts(view: SignedView, visitor: VisitorDep, engine: EngineDep, after: Word = "") -> Response:
    """Facts of which what is declared and what is seen differ, with both values."""
    asked = Filter(conflict=True)
    with db.reading(engine) as session:
        rows = pieces.page(session, visitor.scope, asked, view.now, after=line(after), most=ROWS_ON_A_PAGE + 1)
        shown = rows[:ROWS_ON_A_PAGE]
        found = [(row, facts.disagreements(row.asset.declared, row.asset.observed, row.asset.kept)) for row in shown]
        return view.page(
            "equipment_conflicts.html", rows=found, more=shown[-1].asset.inventory_no if len(rows) > len(shown) else "",
            **bits(view, visitor.who.may),
        )  # fmt: skip


def bits(view: View, may: Any) -> dict[str, Any]:
    """What every page of equipment needs: words, signs, and whether the reader keeps equipment."""
    return {
        "kinds": words_register.EQUIPMENT, "states": words_register.STATES, "signs": words_equipment.SIGNS,
        "fact_words": words_equipment.FACTS, "may_keep": may(Permission.KEEP_EQUIPMENT),
    }  # fmt: skip


def _choices(session: Session, view: View, scope: Any, asked: Filter) -> dict[str, Any]:
    return {
        "names": queries.districts(session, scope, view.language),
        "makers": catalogue.makers(session),
        "models": pieces.models_of(session, asked.maker) if asked.maker is not None else [],
        "contracts": session.exec(select(Contract.number).order_by(col(Contract.number)).limit(200)).all(),
        "programmes": sorted(set(session.exec(select(Contract.programme).distinct())) - {""}),
        "warranties": words_equipment.WARRANTIES,
    }  # fmt: skip


def _chips(view: View, asked: Asked, parts: dict[str, Any], rows: list[pieces.Row]) -> list[tuple[str, str]]:
    """What was asked for in words, each with the address without it."""
    _, wanted = view._, asked.filter
    maker = next((m.name for m in parts["makers"] if m.id == wanted.maker), str(wanted.maker))
    model = next((m.name for m in parts["models"] if m.id == wanted.model), str(wanted.model))
    said: dict[str, str] = {
        "district": parts["names"].get(wanted.district, wanted.district),
        "school": rows[0].school if rows else _("School %(emis)s") % {"emis": wanted.school},
        "kind": _(words_register.EQUIPMENT[wanted.kind]) if wanted.kind else "",
        "maker": maker, "model": model,
        "state": _(words_register.STATES[wanted.state]) if wanted.state else "",
        "room": _("Room %(name)s") % {"name": rows[0].room if rows else wanted.room},
        "older_than": _("%(years)s years or older") % {"years": wanted.older_than},
        "seen": _("seen within %(days)s days") % {"days": wanted.seen},
        "unseen": _("not seen for %(days)s days") % {"days": wanted.unseen},
        "conflict": _("facts disagree"),
        "warranty": _("warranty: %(what)s") % {"what": _(words_equipment.WARRANTIES.get(wanted.warranty, ""))},
        "programme": wanted.programme, "contract": _("contract %(number)s") % {"number": wanted.contract},
        "q": f"“{wanted.q}”",
    }  # fmt: skip
    return [(said[field.name], asked.url(**{field.name: ""})) for field in fields(Filter) if field.name in wanted.asked]
