"""One's own page: what one may see and do, password, second factor, tokens for programs."""

from datetime import timedelta
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Path, Request
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from inventory import factors, people, sessions, tokens
from inventory.errors import HouseError
from inventory.roles import ALLOWED, Permission
from inventory.tables import Person, School
from server import auth, db, errors
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages.typed import line
from server.pages.view import SignedView, View
from server.pages.words_rights import PERMISSIONS

router = APIRouter(include_in_schema=False)
Secret = Annotated[str, Form(max_length=1000)]


@router.get("/me")
def me(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _page(view, visitor, engine)


@router.post("/me/password", dependencies=[auth.OwnForm])
def password(
    request: Request, view: SignedView, visitor: VisitorDep, engine: EngineDep, old: Secret = "", new: Secret = ""
) -> Response:
    keep = request.cookies.get(auth.SESSION, "")
    try:
        with db.writing(engine) as session:
            person = _self(session, visitor)
            done = sessions.own_password_changed(
                session, person, old, new, keep=keep, at=view.now, request=visitor.request
            )
    except HouseError as error:
        return _page(view, visitor, engine, error=error)
    if not done:
        return _page(view, visitor, engine, fault=view._("The old password is wrong."), status=422)
    return RedirectResponse("/me", 303)


@router.post("/me/second-factor", dependencies=[auth.OwnForm])
def prepare(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    """The secret as a QR code and as text; shown once, in the answer to this form."""
    try:
        with db.writing(engine) as session:
            person = _self(session, visitor)
            secret = factors.prepared(session, person, by=visitor.who)
            address = factors.address(person, secret)
    except HouseError as error:
        return _page(view, visitor, engine, error=error)
    return _factor_page(view, secret, address)


@router.post("/me/second-factor/confirm", dependencies=[auth.OwnForm])
def confirm(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, code: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    try:
        with db.writing(engine) as session:
            codes = factors.confirmed(session, _self(session, visitor), code, by=visitor.who, at=view.now)
    except HouseError as error:
        with db.reading(engine) as session:
            person = _self(session, visitor)
            secret = factors.awaited(session, person)
        if secret is None:
            return _page(view, visitor, engine, error=error)
        return _factor_page(view, secret, factors.address(person, secret), view.told(error))
    return view.page("second_factor_on.html", codes=codes)


@router.post("/me/second-factor/off", dependencies=[auth.OwnForm])
def switch_off(view: SignedView, visitor: VisitorDep, engine: EngineDep, password: Secret = "") -> Response:
    """With the password once more: an open browser alone does not weaken the account."""
    try:
        with db.writing(engine) as session:
            person = _self(session, visitor)
            right = sessions.password_proved(session, person, password, at=view.now)
            if right:
                factors.switched_off(session, person, by=visitor.who, at=view.now)
    except HouseError as error:
        return _page(view, visitor, engine, error=error)
    if not right:
        return _page(view, visitor, engine, fault=view._("The password is wrong."), status=422)
    return RedirectResponse("/me", 303)


@router.post("/me/tokens", dependencies=[auth.OwnForm])
def make_token(
    view: SignedView, visitor: VisitorDep, engine: EngineDep,
    permissions: Annotated[list[str], Form(default_factory=list, max_length=40)],
    name: Annotated[str, Form(max_length=80)] = "", days: Annotated[int, Form(ge=1, le=366)] = 90,
    write: Annotated[str, Form(max_length=4)] = "",
) -> Response:  # fmt: skip
    wanted = [each for each in Permission if each.value in permissions]
    try:
        with db.writing(engine) as session:
            row, token = tokens.token_made(
                session, _self(session, visitor), line(name), write=bool(write), permissions=wanted,
                valid=timedelta(days=days), by=visitor.who, at=view.now,
            )  # fmt: skip
            made = row.name
    except HouseError as error:
        return _page(view, visitor, engine, error=error)
    return _page(view, visitor, engine, token=token, token_name=made)


@router.post("/me/tokens/{token_id}/revoke", dependencies=[auth.OwnForm])
def revoke(
    token_id: Annotated[int, Path(ge=1, le=2**31 - 1)], view: SignedView, visitor: VisitorDep, engine: EngineDep
) -> Response:
    with db.writing(engine) as session:
        tokens.revoked(session, token_id, by=visitor.who, at=view.now)
    return RedirectResponse("/me#tokens", 303)


def _self(session: Session, visitor: Visitor) -> Person:
    return session.get_one(Person, visitor.person.id)


def _factor_page(view: View, secret: str, address: str, fault: str = "") -> Response:
    picture = segno.make_qr(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return view.page("second_factor.html", 422 if fault else 200, picture=picture, secret=spaced, fault=fault)


def _page(
    view: View, visitor: Visitor, engine: Engine, *, error: HouseError | None = None, fault: str = "",
    status: int = 200, **more: Any,
) -> Response:  # fmt: skip
    if error is not None:
        fault, status = view.told(error), errors.STATUS.get(type(error), (400, ""))[0]
    with db.reading(engine) as session:
        person = _self(session, visitor)
        given = people.given_to(session, person)
        schools = [session.get_one(School, each).name for each in sorted(visitor.scope.schools)]
        values = {
            "person": person, "given": given, "schools": schools, "scope": visitor.scope,
            "districts": people.district_names(session, given.districts, view.language),
            "factor": factors.is_on(session, person), "codes_left": factors.codes_left(session, person),
            "tokens": tokens.tokens_of(session, person), "words_of": PERMISSIONS,
            "allowed": [each for each in Permission if each in ALLOWED[person.role]],
            "token": "", "token_name": "", "fault": fault,
        }  # fmt: skip
        return view.page("me.html", status, **values | more)
