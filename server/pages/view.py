"""How a page is made: the reader's language, theme and zone, one template environment per language."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from alerts.state import State
from inventory.errors import HouseError
from inventory.roles import ALLOWED, Permission
from inventory.tables import Person
from server import assets, auth, i18n, words
from server.auth import MaybeVisitorDep, VisitorDep
from server.pages.formats import Formats
from server.pages.tabs import Tab, is_here, tabs_of
from server.settings import Settings

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
LANGUAGE, THEME, KEYS = "zeng_language", "zeng_theme", "zeng_keys"
THEMES: Final = ("auto", "light", "dark")
YEAR_S: Final = 365 * 86_400


@cache
def environment(language: str) -> Environment:
    """Templates of one language; undefined names are errors, everything is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(i18n.translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(words=words, State=State, languages=i18n.NAMES, asset=_asset, icon=_icon)
    return made


@cache
def formats(language: str, zone: str) -> Formats:
    return Formats(language, ZoneInfo(zone), i18n.translations(language).gettext)


def _asset(name: str) -> str | None:
    """URL of a built file; None where the assets have not been built."""
    return assets.manifest().get(name)


def _icon(state: State) -> Markup:
    """The state's sign: its shape comes from the style sheet, its word stands beside it."""
    return Markup('<i class="icon {}" aria-hidden="true">{}</i>').format(state.value, words.GLYPHS[state])


@dataclass(frozen=True, slots=True)
class View:
    """One reader's look at one page. `visit`: seed of the form token of somebody who is not signed in."""

    settings: Settings
    language: str
    theme: str
    keys: str
    path: str
    query: str
    person: Person | None
    seed: str
    new_visit: str
    now: datetime

    @property
    def csrf(self) -> str:
        return auth.form_token(self.seed)

    @property
    def here(self) -> str:
        """This page's own address, to come back to; the answer to a POST has none."""
        return self.path + (f"?{self.query}" if self.query else "")

    @property
    def formats(self) -> Formats:
        return formats(self.language, self.settings.timezone)

    @property
    def may_export(self) -> bool:
        return self.person is not None and Permission.EXPORT in ALLOWED[self.person.role]

    @property
    def tabs(self) -> list[Tab]:
        return tabs_of(self.person.role) if self.person else []

    def is_here(self, tab: Tab) -> bool:
        return is_here(tab, self.path)

    def _(self, sentence: str) -> str:
        return i18n.translations(self.language).gettext(sentence) if sentence else ""

    def told(self, error: HouseError) -> str:
        """What was wrong, in the reader's language."""
        said = self._(error.sentence)
        return said % error.values if error.values else said

    def text(self, template: str, **values: Any) -> str:
        made = environment(self.language).get_template(template)
        return made.render(view=self, f=self.formats, now=self.now, **values)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        response = HTMLResponse(self.text(template, **values), status)
        response.headers["cache-control"] = "no-cache, private"
        if self.new_visit:
            auth.remember(response, self.settings, auth.VISIT, self.new_visit)
        return response


def look(request: Request, person: Person | None) -> View:
    """The language of the person, else of the cookie, of the browser, of the setting; `?lang=` for this page alone."""
    settings: Settings = request.app.state.settings
    cookies = request.cookies
    wishes = (
        request.query_params.get("lang"),
        person.language if person else None,
        cookies.get(LANGUAGE),
        i18n.wished(request.headers.get("accept-language", "")),
    )
    language = next((wish for wish in wishes if wish in i18n.LANGUAGES), settings.language)
    seed = cookies.get(auth.SESSION) if person else cookies.get(auth.VISIT)
    new_visit = "" if seed else auth.new_visit()
    theme, keys = cookies.get(THEME, ""), cookies.get(KEYS, "")
    return View(
        settings=settings,
        language=language,
        theme=theme if theme in THEMES else "auto",
        keys="off" if keys == "off" else "on",
        path=request.url.path if request.method == "GET" else "/",
        query=request.url.query if request.method == "GET" else "",
        person=person,
        seed=seed or new_visit,
        new_visit=new_visit,
        now=datetime.now(UTC),
    )


def _signed(request: Request, visitor: VisitorDep) -> View:
    return look(request, visitor.person)


def _anybody(request: Request, visitor: MaybeVisitorDep) -> View:
    return look(request, visitor.person if visitor else None)


SignedView = Annotated[View, Depends(_signed)]
AnyView = Annotated[View, Depends(_anybody)]
