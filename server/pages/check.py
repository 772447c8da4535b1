"""The check page of a printed act, for anybody: genuine or not, and nothing about a person."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from inventory.lifecycle import ActState
from server import acts, db
from server.deps import EngineDep
from server.pages import words_acts
from server.pages.view import AnyView
from server.printed.paper import SHORT_HASH

router = APIRouter(include_in_schema=False)
VOID = frozenset({ActState.VOID, ActState.REJECTED})


@router.get("/check/{code}")
def check_page(
    code: str, view: AnyView, engine: EngineDep, act: Annotated[str, Query(max_length=40)] = "",
    hash: Annotated[str, Query(max_length=64)] = "",
) -> Response:  # fmt: skip
    """`act` and `hash`: what the paper says; a paper that says anything else than the register is not genuine."""
    with db.reading(engine) as session:
        found = acts.by_code(session, code) if code.isascii() else None
        same = found is not None and act in ("", found.number) and found.sha256.startswith(hash)
        known = None
        if found is not None and same:
            known = {
                "number": found.number, "kind": words_acts.KINDS[found.kind], "state": words_acts.STATES[found.state],
                "void": found.state in VOID, "at": found.submitted_at, "lines": len(found.snapshot["lines"]),
                "hash": found.sha256, "short": found.sha256[:SHORT_HASH],
            }  # fmt: skip
    return view.page("check.html", 200 if known else 404, known=known)
