"""Signing in and out: the password first, then the code of the second factor where there is one."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from inventory import people, sessions
from inventory.errors import Refused
from inventory.sessions import Entered
from server import auth, db, i18n
from server.deps import EngineDep, SettingsDep
from server.pages.view import LANGUAGE, AnyView
from server.settings import Settings

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def form(view: AnyView, next: str = "/") -> Response:
    back = auth.way_back(next)
    if view.person:
        return RedirectResponse(back, 303)
    return view.page("sign_in.html", back=back, login="", fault="")


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
    back, fault, known = auth.way_back(next), "", None
    with db.writing(engine) as session:
        try:
            valid = timedelta(hours=settings.session_hours)
            known = sessions.signed_in(session, login.strip(), password, valid=valid, at=view.now)
        except Refused as error:
            fault = view.told(error)
        if known:
            _language_kept(session, request, login.strip())
    if known is None:
        status = 429 if fault else 401
        return view.page("sign_in.html", status, back=back, login=login, fault=fault or "wrong")
    return entered(settings, known, back)


def entered(settings: Settings, known: Entered, back: str) -> Response:
    """On to where the visitor wanted to go, or first to the code."""
    response = RedirectResponse(f"/sign-in/code?{urlencode({'next': back})}" if known.half else back, 303)
    auth.begin(response, settings, known.cookie)
    return response


@router.get("/sign-in/code")
def code_form(request: Request, view: AnyView, engine: EngineDep, next: str = "/") -> Response:
    back = auth.way_back(next)
    if view.person or not _awaited(request, view, engine):
        return RedirectResponse(back if view.person else "/sign-in", 303)
    return view.page("sign_in_code.html", back=back, fault="")


@router.post("/sign-in/code", dependencies=[auth.OwnForm])
def give_code(
    request: Request,
    view: AnyView,
    engine: EngineDep,
    settings: SettingsDep,
    code: Annotated[str, Form(max_length=40)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    back, fault, cookie = auth.way_back(next), "", None
    half = request.cookies.get(auth.SESSION, "")
    if not _awaited(request, view, engine):
        return RedirectResponse(back if view.person else "/sign-in", 303)
    with db.writing(engine) as session:
        try:
            valid = timedelta(hours=settings.session_hours)
            cookie = sessions.code_given(session, half, code, valid=valid, at=view.now)
        except Refused as error:
            fault = view.told(error)
    if cookie is None:
        return view.page("sign_in_code.html", 429 if fault else 401, back=back, fault=fault or "wrong")
    return entered(settings, Entered(cookie, half=False), back)


def _awaited(request: Request, view: AnyView, engine: Engine) -> bool:
    with db.reading(engine) as session:
        return sessions.half_in(session, request.cookies.get(auth.SESSION, ""), at=view.now) is not None


def _language_kept(session: Session, request: Request, login: str) -> None:
    chosen = request.cookies.get(LANGUAGE, "")
    if chosen in i18n.LANGUAGES:
        people.language_chosen(session, people.person_with_login(session, login), chosen)


@router.post("/sign-out", dependencies=[auth.OwnForm])
def sign_out(request: Request, engine: EngineDep, settings: SettingsDep) -> Response:
    cookie = request.cookies.get(auth.SESSION)
    if cookie:
        with db.writing(engine) as session:
            sessions.signed_out(session, cookie)
    response = RedirectResponse("/sign-in", 303)
    auth.end(response, settings)
    return response
