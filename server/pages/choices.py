"""What a reader chooses for himself: language, theme, and whether single letters are short cuts (WCAG 2.1.4)."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from inventory import people
from inventory.tables import Person
from server import auth, db, i18n
from server.deps import EngineDep, SettingsDep
from server.pages.view import KEYS, LANGUAGE, THEME, THEMES, YEAR_S, AnyView

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Form(max_length=10)]
Back = Annotated[str, Form(max_length=2000)]


@router.post("/language", dependencies=[auth.OwnForm])
def language(
    view: AnyView, engine: EngineDep, settings: SettingsDep, language: Word = "", next: Back = "/"
) -> Response:
    chosen = language if language in i18n.LANGUAGES else settings.language
    if view.person is not None:
        with db.writing(engine) as session:
            people.language_chosen(session, session.get_one(Person, view.person.id), chosen)
    response = RedirectResponse(auth.way_back(next), 303)
    auth.remember(response, settings, LANGUAGE, chosen, YEAR_S)
    return response


@router.post("/theme", dependencies=[auth.OwnForm])
def theme(settings: SettingsDep, theme: Word = "", next: Back = "/") -> Response:
    response = RedirectResponse(auth.way_back(next), 303)
    auth.remember(response, settings, THEME, theme if theme in THEMES else "auto", YEAR_S)
    return response


@router.post("/keys", dependencies=[auth.OwnForm])
def keys(settings: SettingsDep, keys: Word = "", next: Back = "/") -> Response:
    response = RedirectResponse(auth.way_back(next), 303)
    auth.remember(response, settings, KEYS, "off" if keys == "off" else "on", YEAR_S)
    return response
