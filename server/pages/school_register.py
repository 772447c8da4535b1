"""What the register says of a school, and the forms that change it: facts, bell times, yearly counts."""

import re
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from inventory import register, scoping
from inventory.errors import Conflict, HouseError, Invalid, NotFound
from inventory.roles import Permission
from inventory.tables import School
from server import auth, db, schools
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_register
from server.pages.forms import day, degrees, ticked, unchanged, whole
from server.pages.typed import line
from server.pages.view import SignedView, View

LESSON: Final = re.compile(r"(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)")
NO_YEAR: Final = dict.fromkeys(("year", "learners", "teachers", "classes", "source", "as_of"), "")
Cell = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=2000)]

router = APIRouter(include_in_schema=False)


@router.get("/schools/{emis}/register")
def shown(emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        parts = _parts(session, view, visitor, school)
        return view.page("school_register.html", fault="", year_fault="", typed=_cells(school), year=NO_YEAR, **parts)


@router.post("/schools/{emis}/register", dependencies=[auth.OwnForm])
def changed(
    emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, version: Cell = "", name: Cell = "",
    type: Cell = "", district: Cell = "", place: Cell = "", settlement: Cell = "", address: Cell = "",
    latitude: Cell = "", longitude: Cell = "", shifts: Long = "", pilot: Cell = "", e_school_since: Cell = "",
    opened_on: Cell = "", closed_on: Cell = "", reason: Cell = "",
) -> Response:  # fmt: skip
    typed = {
        "version": version, "name": line(name), "type": line(type), "district": line(district), "place": line(place),
        "settlement": line(settlement), "address": line(address), "latitude": latitude, "longitude": longitude,
        "shifts": shifts, "pilot": pilot, "e_school_since": e_school_since, "opened_on": opened_on,
        "closed_on": closed_on, "reason": line(reason),
    }  # fmt: skip
    try:
        with db.writing(engine) as session:
            school = scoping.school_seen(session, emis, visitor.scope)
            unchanged(version, school.version)
            register.school_changed(
                session, school, facts_in(typed), by=visitor.who, at=view.now, reason=typed["reason"]
            )  # fmt: skip
    except (Invalid, Conflict, NotFound) as error:
        return _again(view, visitor, engine, emis, error, typed=typed)
    return RedirectResponse(f"/schools/{emis}/register", 303)


@router.post("/schools/{emis}/years", dependencies=[auth.OwnForm])
def counted(
    emis: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, year: Cell = "", learners: Cell = "",
    teachers: Cell = "", classes: Cell = "", source: Cell = "", as_of: Cell = "",
) -> Response:  # fmt: skip
    typed = {
        "year": year, "learners": learners, "teachers": teachers, "classes": classes, "source": line(source),
        "as_of": as_of,
    }  # fmt: skip
    try:
        with db.writing(engine) as session:
            school = scoping.school_seen(session, emis, visitor.scope)
            counts = {name: whole(typed[name], name) for name in ("learners", "teachers", "classes")}
            begun, of_day = whole(year, "year"), day(as_of, "as_of")
            if begun is None or of_day is None:
                raise Invalid("year", "Say the year in which the school year began, and the day of the count.")
            register.year_counted(
                session, school, begun, learners=counts["learners"], teachers=counts["teachers"],
                classes=counts["classes"], source=typed["source"][:80], as_of=of_day, by=visitor.who, at=view.now,
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        return _again(view, visitor, engine, emis, error, year=typed)
    return RedirectResponse(f"/schools/{emis}/register#years", 303)


@router.get("/schools/{emis}/years")
def years(emis: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """Where a refused form leaves the browser."""
    with db.reading(engine) as session:
        scoping.school_seen(session, emis, visitor.scope)
    return RedirectResponse(f"/schools/{emis}/register#years", 303)


def facts_in(typed: dict[str, str]) -> dict[str, Any]:
    """The cells of the form as columns of a school."""
    return {
        "name": typed["name"], "type": typed["type"], "district_code": typed["district"],
        "place_code": typed["place"], "settlement": typed["settlement"][:120], "address": typed["address"][:300],
        "latitude": degrees(typed["latitude"], "latitude"), "longitude": degrees(typed["longitude"], "longitude"),
        "shifts": shifts_in(typed["shifts"]), "pilot": ticked(typed["pilot"]),
        **{name: day(typed[name], name) for name in ("e_school_since", "opened_on", "closed_on")},
    }  # fmt: skip


def shifts_in(text: str) -> list[dict[str, Any]]:
    """A line for each shift: `08:00-08:45 08:55-09:40`. Invalid for a line that holds anything else."""
    shifts: list[dict[str, Any]] = []
    for row in text.splitlines():
        if not row.strip():
            continue
        if LESSON.sub("", row).strip(" ,;"):
            raise Invalid(
                "shifts", "Bell times cannot be read; right is a line for each shift: 08:00-08:45 08:55-09:40"
            )
        bells = [[time.zfill(5) for time in found.groups()] for found in LESSON.finditer(row)]
        shifts.append({"shift": len(shifts) + 1, "bells": bells})
    return shifts


def shifts_out(shifts: list[Any]) -> str:
    return "\n".join(" ".join(f"{begin}-{end}" for begin, end in shift["bells"]) for shift in shifts)


def _cells(school: School) -> dict[str, str]:
    days = {name: _iso(getattr(school, name)) for name in ("e_school_since", "opened_on", "closed_on")}
    return {
        "version": str(school.version), "name": school.name, "type": school.type, "district": school.district_code,
        "place": school.place_code, "settlement": school.settlement, "address": school.address,
        "latitude": "" if school.latitude is None else str(school.latitude),
        "longitude": "" if school.longitude is None else str(school.longitude),
        "shifts": shifts_out(school.shifts), "pilot": "1" if school.pilot else "", "reason": "", **days,
    }  # fmt: skip


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _parts(session: Session, view: View, visitor: Visitor, school: School) -> dict[str, Any]:
    return {
        "school": school,
        "facts": schools.facts_of(session, school, view.language),
        "names": schools.names_of_districts(session, view.language),
        "years": schools.years_of(session, school),
        "types": words_register.TYPES,
        "shifts_out": shifts_out,
        "may_keep": visitor.who.may(Permission.KEEP_PLACES),
        "may_see_contacts": visitor.who.may(Permission.SEE_CONTACTS),
    }


def _again(
    view: View, visitor: Visitor, engine: EngineDep, emis: str, error: HouseError, *,
    typed: dict[str, str] | None = None, year: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """The page once more, with what was wrong above its form, and in it what was typed."""
    said = view.told(error)
    with db.reading(engine) as session:
        school = scoping.school_seen(session, emis, visitor.scope)
        parts = _parts(session, view, visitor, school)
        cells = _cells(school) if typed is None else typed
    if typed is not None and isinstance(error, Conflict):
        cells = cells | {"version": str(school.version)}
    faults = {"fault": said if typed is not None else "", "year_fault": said if year is not None else ""}
    return view.page("school_register.html", 422, typed=cells, year=year or NO_YEAR, **faults, **parts)
