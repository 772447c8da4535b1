"""The core's sentences become answers: problem+json (RFC 9457) for machines."""

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from inventory.errors import Conflict, Expired, HouseError, Invalid, NotFound, Refused

STATUS: dict[type[HouseError], tuple[int, str]] = {
    NotFound: (404, "Not found"),
    Conflict: (409, "Conflict"),
    Refused: (403, "Refused"),
    Expired: (410, "Expired"),
    Invalid: (422, "Invalid"),
}


class TooLarge(HTTPException):
    """A body over the limit of its door; an HTTPException because FastAPI turns any other one into a 400."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"A request has at most {limit} bytes here.")


class Unknown(HTTPException):
    """Nobody proved who asks (RFC 9110 §15.5.2)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(401, sentence, {"www-authenticate": "Bearer"})


class Precondition(HTTPException):
    """The caller changes what it has not seen (RFC 6585 §3, RFC 9110 §15.5.13)."""


def problem(status: int, title: str, detail: str, *, field: str = "", retry_after_s: int = 0) -> Response:
    """An RFC 9457 problem; `field` names the part of the request that is wrong."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if field:
        body["field"] = field
    headers = {"retry-after": str(retry_after_s)} if retry_after_s else {}
    return Response(msgspec.json.encode(body), status, headers, "application/problem+json")


def of(error: HouseError) -> Response:
    status, title = STATUS.get(type(error), (400, "Bad request"))
    return problem(status, title, str(error), field=error.field if isinstance(error, Invalid) else "")
