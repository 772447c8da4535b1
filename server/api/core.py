"""What every door of the JSON API shares: who asks, pages by key, versions, and repeats that change nothing twice."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request
from pydantic import AfterValidator
from sqlalchemy import ColumnElement, Select, func, tuple_
from sqlalchemy import select as select_rows
from sqlalchemy.orm import Mapped
from sqlmodel import Session
from starlette.responses import Response

from inventory.errors import Invalid
from inventory.roles import Who
from inventory.tables import ApiAnswer
from server import auth, db
from server.errors import Precondition, Unknown

LARGEST_PAGE: Final = 500
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def caller(request: Request) -> Who:
    """By `Authorization: Bearer` of an API token, else by the cookie of a browser. Unknown (401) for nobody.

    A browser that changes something proves that our own page asked: Sec-Fetch-Site, or the token of its forms.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        known = auth.holder(request, token.strip()) if scheme.lower() == "bearer" else None
        if known is None:
            raise Unknown("This token is not known, or no longer valid; right is Authorization: Bearer zt_...")
        return known
    visitor = auth.visitor_or_nobody(request)
    if visitor is None:
        raise Unknown("Nobody is signed in here; right is an API token (Authorization: Bearer), or a session.")
    if request.method not in SAFE and not _own_page(request):
        raise Unknown(auth.FOREIGN_FORM)
    return visitor.who


def _own_page(request: Request) -> bool:
    if request.headers.get("sec-fetch-site") == "same-origin":
        return True
    wanted = auth.form_token(request.cookies.get(auth.SESSION, "")).encode()
    return hmac.compare_digest(wanted, request.headers.get("x-csrf", "").encode("utf-8", "replace"))


WhoDep = Annotated[Who, Depends(caller)]
Column: TypeAlias = ColumnElement[Any] | Mapped[Any]


def _plain(value: str) -> str:
    """Text that both databases keep."""
    if "\x00" in value:
        raise ValueError("the character NUL cannot be stored")
    return value


Plain: Final = AfterValidator(_plain)  # Annotated[str, Field(max_length=80), Plain]


@dataclass(frozen=True, slots=True)
class Asked:
    """`after`: the cursor out of the `next` of the page before."""

    limit: int
    after: str
    total: bool


def asked_page(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
    after: Annotated[str, Query(max_length=400), Plain] = "",
    total: bool = False,
) -> Asked:
    return Asked(limit, after, total)


AskedDep = Annotated[Asked, Depends(asked_page)]


def page_of(
    request: Request, session: Session, statement: Select[*tuple[Any, ...]], keys: Sequence[Column], asked: Asked,
    as_json: Callable[[Any], Mapping[str, Any]], *, key_of: Callable[[Any], Sequence[str | int]],
    whole: Callable[[Sequence[Any]], Sequence[Any]] = list,
) -> Response:  # fmt: skip
    """One page, in the order of `keys` (text or whole numbers, together unique): `{"items", "next", "total"?}`.

    `next` is the whole address of the next page, or null; nothing is counted unless `total=true` is asked for.
    `key_of` takes the values of `keys` out of a row. `whole` fetches what `as_json` needs for the rows of this page,
    where the statement selects keys alone.
    """
    body: dict[str, Any] = {}
    if asked.total:
        body["total"] = session.scalar(select_rows(func.count()).select_from(statement.order_by(None).subquery()))
    if asked.after:
        statement = statement.where(tuple_(*keys) > tuple_(*_cursor(asked.after, len(keys))))
    rows = session.execute(statement.order_by(*keys).limit(asked.limit + 1)).all()
    there_is_more, rows = len(rows) > asked.limit, rows[: asked.limit]
    body["items"] = [as_json(row) for row in whole(rows)]
    body["next"] = None
    if there_is_more:
        others = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        after = base64.urlsafe_b64encode(_encoder.encode(list(key_of(rows[-1])))).decode().rstrip("=")
        body["next"] = f"{request.url.path}?{urlencode([*others, ('after', after)])}"
    return Response(_encoder.encode(body), media_type="application/json")


def _cursor(after: str, length: int) -> list[str | int]:
    try:
        values = _decoder.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise Invalid("after", "This is no cursor of a page; right is the whole address given as next.") from error
    if not isinstance(values, list) or len(values) != length or not all(_short(v) for v in values):
        raise Invalid("after", "This is no cursor of a page; right is the whole address given as next.")
    return values


def _short(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return (isinstance(value, str) and "\x00" not in value) or (isinstance(value, int) and abs(value) < 2**31)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door says: JSON, the version of the thing (its ETag), and where a new thing is."""

    status: int
    body: Any = None
    version: int | None = None
    location: str = ""


def answered(answer: Answer) -> Response:
    return _response(answer.status, _encoder.encode(answer.body), etag(answer.version), answer.location)


def etag(version: int | None) -> str:
    """Strong: a version is one row's one content."""
    return "" if version is None else f'"{version}"'


def matched(request: Request, version: int) -> None:
    """Precondition (428, 412) unless If-Match names the version that is there (RFC 9110 §13.1.1)."""
    given = request.headers.get("if-match", "")
    if not given:
        raise Precondition(428, "Say which version you change: If-Match with the ETag that you were given.")
    if given.strip() != "*" and etag(version) not in [tag.strip().removeprefix("W/") for tag in given.split(",")]:
        raise Precondition(412, f"Somebody changed it meanwhile: its version is {version} now; read it again.")


async def body_of(request: Request) -> bytes:
    return await request.body()


BodyDep = Annotated[bytes, Depends(body_of)]


def changing(request: Request, who: Who, body: bytes, act: Callable[[Session], Answer]) -> Response:
    """Run `act` in one transaction and answer after its commit.

    With an Idempotency-Key, a repeat of the same request gets the stored answer and changes nothing; the same key
    with another request is Invalid. The answer is stored in the transaction of the change.
    """
    key = request.headers.get("idempotency-key", "")
    if len(key) > 80 or not key.isprintable():
        raise Invalid("idempotency-key", "This cannot be an Idempotency-Key; right are 1 to 80 printable characters.")
    same = hashlib.sha256(b"\n".join((request.method.encode(), request.url.path.encode(), body))).digest()
    with db.writing(request.app.state.engine) as session:
        if key and (known := session.get(ApiAnswer, (who.name, key))):
            if not hmac.compare_digest(known.asked, same):
                raise Invalid("idempotency-key", "This Idempotency-Key was used for another request; take a new one.")
            return _response(known.status, known.body, known.etag, known.location)
        answer = act(session)
        encoded = _encoder.encode(answer.body)
        if key:
            row = ApiAnswer(caller=who.name, key=key, asked=same, status=answer.status, body=encoded)
            row.etag, row.location, row.at = etag(answer.version), answer.location, datetime.now(UTC)
            session.add(row)
            session.flush()
    return _response(answer.status, encoded, etag(answer.version), answer.location)


def without_key(request: Request) -> None:
    """Invalid with an Idempotency-Key, where what is sent or answered is a secret that must not be kept."""
    if request.headers.get("idempotency-key"):
        raise Invalid("idempotency-key", "A secret is exchanged here, so no answer is kept; leave out Idempotency-Key.")


def _response(status: int, body: bytes, tag: str, location: str) -> Response:
    headers = {"cache-control": "no-cache, private"}
    if tag:
        headers["etag"] = tag
    if location:
        headers["location"] = location
    if status == 204:
        return Response(status_code=204, headers=headers)
    return Response(body, status, headers, "application/json")
