"""Signing in through the identity provider: away to it with a ticket, and back with its answer."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from inventory import sessions
from inventory.errors import HouseError, NotFound, Refused
from inventory.scoping import NO_SUCH_PAGE
from server import auth, db, oidc
from server.deps import EngineDep, SettingsDep
from server.pages.signin import entered
from server.pages.view import AnyView
from server.settings import Settings

router = APIRouter(include_in_schema=False)
TICKET: Final = "zeng_ticket"
TICKET_S: Final = 600
Text = Annotated[str, Query(max_length=4000)]


@router.get("/sign-in/provider")
def away(request: Request, view: AnyView, settings: SettingsDep, next: Text = "/") -> Response:
    provider = _provider(request)
    try:
        address, ticket = provider.begun(_here(request, settings), auth.way_back(next))
    except Refused as error:
        return view.page("sign_in.html", 502, back=auth.way_back(next), login="", fault=view.told(error))
    response = RedirectResponse(address, 303)
    auth.remember(response, settings, TICKET, ticket.packed(), TICKET_S)
    return response


@router.get("/sign-in/provider/back")
def back(
    request: Request, view: AnyView, engine: EngineDep, settings: SettingsDep, state: Text = "", code: Text = "",
    iss: Text = "",
) -> Response:  # fmt: skip
    provider = _provider(request)
    ticket = oidc.unpacked(request.cookies.get(TICKET, ""))
    try:
        if ticket is None or not code:
            raise Refused("The identity provider refused the sign-in; begin again.")
        claims = provider.answered(ticket, _here(request, settings), state=state, code=code, issuer=iss)
        with db.writing(engine) as session:
            person = sessions.provided(
                session, provider.issuer, claims["sub"], login=oidc.login_of(claims, settings.oidc_login_claim),
                name=str(claims.get("name") or ""), role=oidc.role_of(claims, settings.oidc_roles), at=view.now,
            )  # fmt: skip
            known = sessions.entered(session, person, valid=timedelta(hours=settings.session_hours), at=view.now)
    except HouseError as error:
        return _done(view.page("sign_in.html", 403, back="/", login="", fault=view.told(error)), settings)
    return _done(entered(settings, known, auth.way_back(ticket.back)), settings)


def _done(response: Response, settings: Settings) -> Response:
    """A ticket serves once."""
    response.delete_cookie(TICKET, path="/", httponly=True, samesite="lax", secure=settings.secure_cookies)
    return response


def _provider(request: Request) -> oidc.Provider:
    provider: oidc.Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound(NO_SUCH_PAGE)
    return provider


def _here(request: Request, settings: Settings) -> str:
    """Our address as the provider knows it; it takes no other than those that were told to it."""
    return f"{(settings.public_url or str(request.base_url)).rstrip('/')}/sign-in/provider/back"
