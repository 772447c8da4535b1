"""All doors of the JSON API, hung into the application in one place."""

from fastapi import APIRouter, FastAPI

from server.api import (
    acts,
    assets,
    contacts,
    districts,
    enrol,
    exports,
    imports,
    licences,
    links,
    matches,
    models,
    nodes,
    people,
    purchases,
    reports,
    rooms,
    schools,
    stocktakes,
    sync,
    tokens,
    trace,
)

ROUTERS: tuple[APIRouter, ...] = (
    assets.router, models.router, purchases.router, matches.router,
    acts.router, stocktakes.router, sync.router,
    districts.router, schools.router, rooms.router, contacts.router, nodes.router, links.router,
    people.router, tokens.router, trace.router,
    licences.router, reports.router,
    imports.router, exports.router,
    enrol.router,
)  # fmt: skip


def hang_into(app: FastAPI) -> None:
    for router in ROUTERS:
        app.include_router(router)
