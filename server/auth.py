"""Who is at the other end of a browser: session cookie, protection of forms against other sites, safe ways back."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from inventory import secrets, sessions, tokens
from inventory.errors import Refused
from inventory.roles import Scope, Who
from inventory.tables import Person
from server import db
from server.settings import Settings

SESSION: Final = "zeng_session"
VISIT: Final = "zeng_visit"  # ties the forms of somebody who has not signed in to this browser
FIELD: Final = "csrf"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN_FORM: Final = "The form is older than your session, or comes from another site; send it again."


class SignInNeeded(Exception):
    """Nobody is signed in; `back` is where to go afterwards."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. `person` is detached from its session: to be read, not to be changed."""

    person: Person
    scope: Scope
    request: str = ""

    @property
    def who(self) -> Who:
        """The same for services: it names itself in the trace."""
        return Who(self.person.login, self.person.role, self.scope, self.person.id, self.request)


def visitor_or_nobody(request: Request) -> Visitor | None:
    cookie = request.cookies.get(SESSION)
    if not cookie:
        return None
    with db.reading(request.app.state.engine) as session:
        known = sessions.who_is(session, cookie, at=datetime.now(UTC))
    return Visitor(*known, request=request.scope.get("zeng_request", "")) if known else None


def is_known(request: Request) -> bool:
    """Whether a token or a cookie proves who sends this; what they may do is asked by the route."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            return visitor_or_nobody(request) is not None
        with db.reading(request.app.state.engine) as session:
            return tokens.holder(session, token.strip(), at=datetime.now(UTC)) is not None
    except SQLAlchemyError:  # the route will meet it too, and answer
        return False


def holder(request: Request, token: str) -> Who | None:
    """Whoever holds an API token; Refused for a change with a token that only reads."""
    now = datetime.now(UTC)
    with db.reading(request.app.state.engine) as session:
        known = tokens.holder(session, token, at=now, request=request.scope.get("zeng_request", ""))
    if known is None:
        return None
    who, row = known
    if request.method not in SAFE and not row.write:
        raise Refused("This token only reads; right is one that was made to change things too.")
    if tokens.use_is_due(row, at=now):
        with db.writing(request.app.state.engine) as session:
            tokens.used(session, row.id or 0, at=now)
    return who


def visitor(request: Request) -> Visitor:
    known = visitor_or_nobody(request)
    if known is None:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInNeeded(back if request.method == "GET" else "/")
    return known


VisitorDep = Annotated[Visitor, Depends(visitor)]
MaybeVisitorDep = Annotated[Visitor | None, Depends(visitor_or_nobody)]


def form_token(seed: str) -> str:
    """What a form carries: bound to the session cookie (or to the visit), worthless without it, and not turned back."""
    return hashlib.sha256(b"zeng-form:" + seed.encode()).hexdigest()


async def own_form(request: Request) -> None:
    """Refuses a POST whose form was not given out by us to this browser, and one that another site sends."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(FOREIGN_FORM)
    given = str((await request.form()).get(FIELD) or request.headers.get("x-csrf") or "")
    seeds = [request.cookies[name] for name in (SESSION, VISIT) if request.cookies.get(name)]
    sent = given.encode("utf-8", "replace")  # compare_digest takes text of ASCII alone
    if not any(hmac.compare_digest(form_token(seed).encode(), sent) for seed in seeds):
        raise Refused(FOREIGN_FORM)


OwnForm = Depends(own_form)


def way_back(wanted: str | None) -> str:
    """A path of this site; anything that a browser could read as another site becomes the start page."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    if any(ord(c) < 0x21 or c == "\\" for c in wanted):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted


def remember(response: Response, settings: Settings, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that scripts cannot read and that other sites cannot make a browser send."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=settings.secure_cookies, path="/"
    )


def begin(response: Response, settings: Settings, cookie: str) -> None:
    remember(response, settings, SESSION, cookie, settings.session_hours * 3600)


def end(response: Response, settings: Settings) -> None:
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="lax", secure=settings.secure_cookies)


def new_visit() -> str:
    return secrets.new_token()
