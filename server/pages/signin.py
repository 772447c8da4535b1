"""Signing in and out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from inventory import people
from inventory.errors import Refused
from inventory.tables import Person
from server import auth, db, i18n
from server.deps import EngineDep, SettingsDep
from server.pages.view import LANGUAGE, AnyView

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def form(view: AnyView, next: str = "/") -> Response:
    back = auth.way_back(next)
    return RedirectResponse(back, 303) if view.person else view.page("sign_in.html", back=back, login="", fault="")


@router.post("/sign-in", dependencies=[auth.OwnForm])
def sign_in(
    request: Request,
    view: AnyView,
    engine: EngineDep,
    settings: SettingsDep,
    login: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    back, fault, cookie = auth.way_back(next), "", None
    chosen = request.cookies.get(LANGUAGE)
    with db.writing(engine) as session:
        try:
            valid = timedelta(hours=settings.session_hours)
            cookie = people.signed_in(session, login.strip(), password, valid=valid, at=view.now)
        except Refused as error:
            fault = view.told(error)
        if cookie and chosen in i18n.LANGUAGES:
            person = session.exec(select(Person).where(col(Person.login) == login.strip())).one()
            people.language_chosen(session, person, chosen)
    if cookie is None:
        status = 429 if fault else 401
        return view.page("sign_in.html", status, back=back, login=login, fault=fault or "wrong")
    response = RedirectResponse(back, 303)
    auth.begin(response, settings, cookie)
    return response


@router.post("/sign-out", dependencies=[auth.OwnForm])
def sign_out(request: Request, engine: EngineDep, settings: SettingsDep) -> Response:
    cookie = request.cookies.get(auth.SESSION)
    if cookie:
        with db.writing(engine) as session:
            people.signed_out(session, cookie)
    response = RedirectResponse("/sign-in", 303)
    auth.end(response, settings)
    return response
