"""How long people wait for the register of a country: search, a school's card, lists of 100,000 pieces by any filter.

Through HTTP of a real server, by somebody who has signed in. SQLite's figure under the key, PostgreSQL's under key +
`_postgresql`. `..._api` is the same question put to the JSON API. 95th percentile in ms, the build in s.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

from sqlmodel import Session, col, select

from inventory.equipment import Kind
from inventory.folding import folded
from inventory.lifecycle import AssetState
from inventory.roles import Role
from inventory.tables import Contract, District, Maker, Model, Room, School
from server import db
from server.demo.national.build import PEOPLE
from tests import postgresql
from tests.bench import national

ASKED: Final = 200  # questions of each sort
WARM: Final = 10  # before that: templates and statements are prepared once per process
ADMINISTRATOR, TECHNICIAN = (
    next(login for login, role, *_ in PEOPLE if role is wanted) for wanted in (Role.ADMINISTRATOR, Role.TECHNICIAN)
)
WARRANTIES: Final = ("valid", "soon", "over", "unknown")


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        figures = _of(Path(folder), f"sqlite:///{folder}/zeng.db", "")
    with tempfile.TemporaryDirectory() as folder, postgresql.cluster() as url:
        psycopg = url.replace("postgresql://", "postgresql+psycopg://")
        theirs = _of(Path(folder), psycopg, url)
    return figures | {f"{name}_postgresql": value for name, value in theirs.items()}


def _of(folder: Path, url: str, asked: str) -> dict[str, float]:
    """`asked`: ZENG_DATABASE_URL of the processes, empty for the file in their folder."""
    took = national.built(folder, asked)
    engine = db.open_engine(url)
    national.padded(engine)
    with db.reading(engine) as session:
        questions = Questions(session)
    engine.dispose()
    figures = {"demo_national_s": round(took, 1)}
    with national.served(folder, asked) as port:
        readers = [national.Reader(port, login, national.password(folder)) for login in (ADMINISTRATOR, TECHNICIAN)]
        for name in ("search", "search_api", "device_list", "device_list_api"):
            figures[f"{name}_p95_ms"] = _p95(readers, questions.paths(name))
        for name in ("school_card", "school_card_api"):  # the technician sees one district alone
            figures[f"{name}_p95_ms"] = _p95(readers[:1], questions.paths(name))
    return figures


def _p95(readers: list[national.Reader], paths: Iterator[str]) -> float:
    """Of readers who ask in turn."""
    took = [readers[n % len(readers)].ms(next(paths)) for n in range(WARM + ASKED)]
    return round(statistics.quantiles(took[WARM:], n=20)[-1], 1)


class Questions:
    """What people ask, drawn from what is there; the same in every run."""

    def __init__(self, session: Session) -> None:
        self._dice = Random(146)
        self._schools = list(session.exec(select(School.emis, School.name, School.settlement)))
        self._districts = list(session.exec(select(District.code, District.name_az)))
        self._makers = list(session.exec(select(Maker.id)))
        self._models = list(session.exec(select(Model.id)))
        self._contracts = list(session.exec(select(Contract.number)))
        self._rooms = list(session.exec(select(Room.id).order_by(col(Room.id)).limit(2000)))

    def paths(self, name: str) -> Iterator[str]:
        begins = {
            "search": "/schools?q=", "search_api": "/api/v1/schools?q=", "school_card": "/schools/",
            "school_card_api": "/api/v1/schools/", "device_list": "/equipment?", "device_list_api": "/api/v1/assets?",
        }[name]  # fmt: skip
        while True:
            if name.startswith("search"):
                yield begins + quote(self._words())
            elif name.startswith("school"):
                yield begins + quote(self._dice.choice(self._schools)[0])
            else:
                yield begins + urlencode(self._filter())

    def _words(self) -> str:
        """A district or a town, with or without its letters, a number, a code: as far as somebody has typed it."""
        emis, name, town = self._dice.choice(self._schools)
        district = self._dice.choice(self._districts)[1]
        words = self._dice.choice((
            district, folded(district), f"{folded(town)} {name.split()[0]}", name, emis, folded(name), "5", "tam orta"
        ))  # fmt: skip
        return words[: self._dice.randint(2, max(2, len(words)))]

    def _filter(self) -> dict[str, Any]:
        """None to four filters, any of them."""
        dice = self._dice
        every: dict[str, Any] = {
            "district": dice.choice(self._districts)[0], "school": dice.choice(self._schools)[0],
            "kind": dice.choice(list(Kind)).value, "state": dice.choice(list(AssetState)).value,
            "maker": dice.choice(self._makers), "model": dice.choice(self._models), "room": dice.choice(self._rooms),
            "older_than": dice.randint(1, 16), "seen": dice.choice((1, 7, 30)), "unseen": dice.choice((7, 60, 365)),
            "conflict": "true", "warranty": dice.choice(WARRANTIES), "programme": "2008-2012",
            "contract": dice.choice(self._contracts), "q": self._piece(),
        }  # fmt: skip
        return {name: every[name] for name in dice.sample(sorted(every), dice.randint(0, 4))}

    def _piece(self) -> str:
        return self._dice.choice(("hp", "optima", "smart 1500", "SAB-2010", "nm4", "activboard", "zzz", "catalyst 29"))


if __name__ == "__main__":
    print(measure())
