"""All pages and what surrounds them, hung into the application in one place."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from inventory.errors import HouseError
from server import errors
from server.auth import SignInNeeded
from server.pages import (
    act,
    act_commissions,
    acts,
    board,
    chart,
    check,
    choices,
    conflicts,
    contacts,
    equipment,
    equipment_card,
    equipment_purchases,
    equipment_waiting,
    exports,
    faults,
    imports,
    labels,
    licences,
    links,
    map,
    me,
    people,
    phone,
    provider,
    reports,
    rooms,
    school,
    school_register,
    schools,
    shield,
    signin,
    stocktakes,
    stream,
    trace,
)

ROUTERS = (
    signin.router,
    provider.router,
    choices.router,
    board.router,
    school.router,
    chart.router,
    schools.router,
    school_register.router,
    rooms.router,
    contacts.router,
    links.router,
    map.router,
    equipment.router,
    equipment_waiting.router,
    equipment_purchases.router,
    equipment_card.router,
    acts.router,
    act_commissions.router,
    act.router,
    check.router,
    stream.router,
    phone.router,
    licences.router,
    reports.router,
    people.router,
    me.router,
    trace.router,
    stocktakes.router,
    conflicts.router,
    labels.router,
    imports.router,
    exports.router,
    shield.router,
)


def hang_into(app: FastAPI) -> None:
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(shield.Shield)
    app.add_exception_handler(HouseError, _house_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(SignInNeeded, faults.sign_in_needed)
    app.add_exception_handler(HTTPException, faults.http_error)
    app.add_exception_handler(Exception, faults.broken)


def _house_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HouseError):
        return faults.broken(request, error)
    return faults.house_error(request, error) if faults.for_people(request) else errors.of(error)


def _invalid(request: Request, error: Exception) -> Response:
    """The first fault of a request, with the field's name."""
    fault = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    if faults.for_people(request):
        return faults.invalid(request, fault)
    field = ".".join(str(part) for part in fault["loc"] if part != "body") or "body"
    return errors.problem(422, "Invalid", f"{field}: {fault['msg']}", field=field)
