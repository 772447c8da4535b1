"""All doors of the JSON API, hung into the application in one place."""

from fastapi import APIRouter, FastAPI

from server.api import enrol

ROUTERS: tuple[APIRouter, ...] = (
    enrol.router,
)  # fmt: skip


def hang_into(app: FastAPI) -> None:
    for router in ROUTERS:
        app.include_router(router)
