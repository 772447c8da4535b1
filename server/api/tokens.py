"""/api/v1/me/tokens: keys for programs, made and revoked by the person whose they are, in a browser."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from inventory import tokens
from inventory.errors import Refused
from inventory.roles import Permission, Who
from inventory.tables import ApiToken, Person
from server import db
from server.api.core import Answer, BodyDep, Plain, WhoDep, answered, changing, without_key
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["tokens"])
TokenId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class TokenIn(BaseModel):
    """Without `write` it changes nothing. `permissions`: out of those that the person has; the scope is the same."""

    name: Annotated[str, Field(min_length=1, max_length=tokens.LONGEST_NAME), Plain]
    write: bool = False
    permissions: Annotated[list[Permission], Field(max_length=len(Permission))] = []
    days: Annotated[int, Field(ge=1, le=tokens.LONGEST_VALID.days)] = 90


@router.get("/me/tokens")
def listed(who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        items = [as_json(row) for row in tokens.tokens_of(session, _self(session, who))]
        return answered(Answer(200, {"items": items, "next": None}))


@router.post("/me/tokens", status_code=201)
def made(request: Request, form: TokenIn, who: WhoDep, body: BodyDep) -> Response:
    """`token` is told in this answer and never again, so it takes no Idempotency-Key."""
    without_key(request)

    def act(session: Session) -> Answer:
        row, token = tokens.token_made(
            session, _self(session, who), form.name, write=form.write, permissions=form.permissions,
            valid=timedelta(days=form.days), by=who, at=datetime.now(UTC),
        )  # fmt: skip
        return Answer(201, as_json(row) | {"token": token}, location=f"/api/v1/me/tokens/{row.id}")

    return changing(request, who, body, act)


@router.delete("/me/tokens/{token_id}", status_code=204)
def revoked(request: Request, token_id: TokenId, who: WhoDep, body: BodyDep) -> Response:
    """Twice is once."""

    def act(session: Session) -> Answer:
        tokens.revoked(session, token_id, by=who, at=datetime.now(UTC))
        return Answer(204)

    return changing(request, who, body, act)


def _self(session: Session, who: Who) -> Person:
    person = session.get(Person, who.person_id) if who.person_id is not None else None
    if person is None:
        raise Refused("Tokens belong to people; sign in as the person whose it shall be.")
    return person


def as_json(row: ApiToken) -> dict[str, Any]:
    names = ("id", "name", "write", "permissions", "created_at", "expires_at", "used_at", "revoked_at")
    return {name: getattr(row, name) for name in names}
