"""People and their rights, for administrators: a list, and one page for each person."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import factors, people, tokens
from inventory.errors import HouseError
from inventory.folding import az_key, folded, found
from inventory.roles import COUNTRYWIDE, Permission, Role
from inventory.tables import District, Person, Trace
from server import auth, db, errors
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages.typed import line
from server.pages.view import SignedView, View
from server.pages.words_rights import VERBS

router = APIRouter(include_in_schema=False)
PAGE = 100
Login = Annotated[str, Path(max_length=64)]
Word = Annotated[str, Form(max_length=120)]
Codes = Annotated[list[str], Form(default_factory=list, max_length=100)]
EmisCodes = Annotated[str, Form(max_length=4000)]  # with blanks between them


@router.get("/people")
def everybody(
    view: SignedView, visitor: VisitorDep, engine: EngineDep,
    q: Annotated[str, Query(max_length=80)] = "", role: Annotated[str, Query(max_length=24)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:  # fmt: skip
    visitor.who.must(Permission.KEEP_PEOPLE)
    return _list(view, engine, q=line(q), role=role, page=page)


@router.post("/people", dependencies=[auth.OwnForm])
def add(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, districts: Codes, login: Word = "", name: Word = "",
    role: Word = "", password: Annotated[str, Form(max_length=1000)] = "", schools: EmisCodes = "",
) -> Response:  # fmt: skip
    typed = {"login": login, "name": name, "role": role, "districts": districts, "schools": schools}
    try:
        with db.writing(engine) as session:
            person = people.person_added(
                session, login.strip(), line(name), _role(role), password, districts, schools.split(),
                by=visitor.who, at=view.now,
            )  # fmt: skip
            added = person.login
    except HouseError as error:
        return _list(view, engine, error=error, typed=typed)
    return RedirectResponse(f"/people/{added}", 303)


@router.get("/people/{login}")
def one(login: Login, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    visitor.who.must(Permission.KEEP_PEOPLE)
    return _page(view, engine, login)


@router.post("/people/{login}", dependencies=[auth.OwnForm])
def change(
    login: Login, view: SignedView, visitor: VisitorDep, engine: EngineDep, districts: Codes, name: Word = "",
    role: Word = "", active: Word = "", schools: EmisCodes = "",
    reason: Annotated[str, Form(max_length=500)] = "", version: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
) -> Response:  # fmt: skip
    visitor.who.must(Permission.KEEP_PEOPLE)
    try:
        with db.writing(engine) as session:
            people.person_changed(
                session, people.person_with_login(session, login), name=line(name), role=_role(role),
                districts=districts, schools=schools.split(), active=bool(active), reason=line(reason),
                by=visitor.who, at=view.now, expected=version,
            )  # fmt: skip
    except HouseError as error:
        return _page(view, engine, login, error=error)
    return RedirectResponse(f"/people/{login}", 303)


@router.post("/people/{login}/password", dependencies=[auth.OwnForm])
def reset_password(
    login: Login, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:  # fmt: skip
    visitor.who.must(Permission.KEEP_PEOPLE)
    try:
        with db.writing(engine) as session:
            person = people.person_with_login(session, login)
            people.password_reset(session, person, password, by=visitor.who, at=view.now)
    except HouseError as error:
        return _page(view, engine, login, error=error)
    return RedirectResponse(f"/people/{login}", 303)


@router.post("/people/{login}/second-factor/off", dependencies=[auth.OwnForm])
def factor_off(login: Login, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    visitor.who.must(Permission.KEEP_PEOPLE)
    with db.writing(engine) as session:
        person = people.person_with_login(session, login)
        factors.switched_off(session, person, by=visitor.who, at=view.now)
    return RedirectResponse(f"/people/{login}", 303)


def _role(text: str) -> Role:
    """The select of the form offers no other; nonsense is the least of all."""
    return next((role for role in Role if role.value == text), Role.MENTOR)


def _list(
    view: View, engine: Engine, *, q: str = "", role: str = "", page: int = 1, error: HouseError | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        rows = list(session.exec(select(Person)))
        rows = [row for row in rows if role in ("", row.role.value) and found(q, folded(row.name), folded(row.login))]
        rows.sort(key=lambda row: (not row.active, az_key(row.name), row.login))
        shown = rows[(page - 1) * PAGE : page * PAGE]
        given = {row.id: people.given_to(session, row) for row in shown}
        names = _districts(session, view)
    blank = {"login": "", "name": "", "role": Role.TECHNICIAN.value, "districts": [], "schools": ""}
    return view.page(
        "people.html", _status(error), rows=shown, given=given, names=names, q=q, role=role, page=page,
        pages=max(1, -(-len(rows) // PAGE)), count=len(rows), roles=list(Role), countrywide=COUNTRYWIDE,
        fault=view.told(error) if error else "", typed=typed or blank,
    )  # fmt: skip


def _page(view: View, engine: Engine, login: str, *, error: HouseError | None = None) -> Response:
    with db.reading(engine) as session:
        person = people.person_with_login(session, login)
        given = people.given_to(session, person)
        rows = session.exec(
            select(Trace).where(Trace.noun == "person", Trace.key == person.login)
            .order_by(col(Trace.number).desc()).limit(20)
        ).all()  # fmt: skip
        return view.page(
            "person.html", _status(error), person=person, given=given, names=_districts(session, view),
            roles=list(Role), tokens=tokens.tokens_of(session, person), factor=factors.is_on(session, person),
            history=rows, verbs=VERBS, fault=view.told(error) if error else "", countrywide=COUNTRYWIDE,
        )  # fmt: skip


def _status(error: HouseError | None) -> int:
    return 200 if error is None else errors.STATUS.get(type(error), (400, ""))[0]


def _districts(session: Session, view: View) -> dict[str, str]:
    """All of them: a person may be given one that has no school yet."""
    name = {"en": District.name_en, "ru": District.name_ru}.get(view.language, District.name_az)
    rows = session.exec(select(District.code, name)).all()
    return dict(sorted(rows, key=lambda row: az_key(row[1])))
