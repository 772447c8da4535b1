"""What went wrong, as a page for people; machines are answered with problem+json by server.errors."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from inventory import scoping
from inventory.errors import HouseError
from server import auth, errors
from server.pages.shield import HEADERS
from server.pages.view import look
from server.words import N_

TITLES = {
    401: N_("Sign in first"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Not possible now"),
    410: N_("No longer valid"),
    412: N_("Changed meanwhile"),
    413: N_("Too large"),
    422: N_("Something in the form is wrong"),
    428: N_("Which version?"),
    500: N_("Something broke"),
}
IN_ADDRESS = N_("Something in the address is wrong")
# By the type of pydantic's fault, and the name under which it holds its limit.
FIELDS = {
    "int_parsing": (N_("“%(field)s” cannot be read; right is a whole number."), ""),
    "int_from_float": (N_("“%(field)s” cannot be read; right is a whole number."), ""),
    "greater_than_equal": (N_("“%(field)s” is too small; right is a number from %(limit)s on."), "ge"),
    "less_than_equal": (N_("“%(field)s” is too large; right is a number up to %(limit)s."), "le"),
    "string_too_long": (N_("“%(field)s” is too long; right are at most %(limit)s characters."), "max_length"),
}
FIELD = N_("What was given as “%(field)s” cannot be accepted.")
BROKEN = N_("The fault is ours and was written down. What you see elsewhere is not affected.")
OTHER = N_("This request cannot be answered.")


def for_people(request: Request) -> bool:
    """Whether whoever asks reads pages."""
    path = request.url.path
    machines = path.startswith(("/api/", "/metrics")) or path.endswith(".json")
    return "text/html" in request.headers.get("accept", "") and not machines


def page(request: Request, status: int, sentence: str, title: str = "", **values: object) -> Response:
    visitor = auth.visitor_or_nobody(request) if status != 500 else None
    view = look(request, visitor.person if visitor else None)
    title = title or TITLES.get(status, TITLES[500] if status >= 500 else TITLES[422])
    said = view._(sentence) % values if values else view._(sentence)
    return view.page("fault.html", status, title=view._(title), sentence=said, code=status)


def invalid(request: Request, fault: Mapping[str, Any]) -> Response:
    """One fault as pydantic tells it: which field, in the form or in the address, and what would be right."""
    where, field = (*fault["loc"], "", "")[:2]
    sentence, limit = FIELDS.get(fault.get("type", ""), (FIELD, ""))
    values = {"field": field, "limit": fault.get("ctx", {}).get(limit, "")}
    return page(request, 422, sentence, IN_ADDRESS if where in ("query", "path") else "", **values)


def house_error(request: Request, error: HouseError) -> Response:
    status = errors.STATUS.get(type(error), (400, ""))[0]
    return page(request, status, error.sentence, "", **error.values)


def http_error(request: Request, error: Exception) -> Response:
    """An address that leads nowhere, or a method that it does not know."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = scoping.NO_SUCH_PAGE if status == 404 else OTHER
    if isinstance(error, errors.Unknown | errors.Precondition):
        sentence = error.detail
    if for_people(request):
        return page(request, status, sentence)
    answer = errors.problem(status, TITLES.get(status, "Error"), sentence)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})  # WWW-Authenticate, Allow
    return answer


def broken(request: Request, error: Exception) -> Response:
    """The last net: the trace goes to the log (Starlette raises on), the reader gets a page without it."""
    answer = page(request, 500, BROKEN) if for_people(request) else errors.problem(500, "Error", BROKEN)
    answer.headers.update(HEADERS)  # this answer is made outside of the shield
    return answer


def sign_in_needed(request: Request, error: Exception) -> Response:
    back = error.back if isinstance(error, auth.SignInNeeded) else "/"
    where = str(request.url.replace(path="/sign-in", query="").include_query_params(next=back))
    path = "/sign-in" + where.partition("/sign-in")[2]
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"hx-redirect": path})
    if for_people(request):
        return RedirectResponse(path, 303)
    return errors.problem(401, "Sign in first", "Nobody is signed in here; sign in at /sign-in.")
