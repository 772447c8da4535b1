"""The page of an act, made of its frozen snapshot and a layout that is data: the same input gives the same page."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inventory.errors import NotFound
from inventory.lifecycle import ActState
from inventory.tables import Act

HERE: Final = Path(__file__).parent
LAYOUTS: Final = HERE / "layouts"
CSS: Final = HERE / "act.css"
HOME: Final = ZoneInfo("Asia/Baku")
SHORT_HASH: Final = 12  # hex digits on the paper and in its code
SHARED: Final = "words"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed. `address`: of the check page, with the number and the short hash; `void`: stamped so."""

    snapshot: Mapping[str, Any]
    sha256: str
    language: str
    written_in: str
    address: str
    void: bool = False


@cache
def layout(name: str) -> Mapping[str, Any]:
    """A layout by the name in the snapshot ("write_off-1"); KeyError where this server has none of that name."""
    path = LAYOUTS / f"{name}.toml"
    if path not in LAYOUTS.iterdir():
        raise KeyError(name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def names() -> list[str]:
    return sorted(path.stem for path in LAYOUTS.glob("*.toml") if not path.stem.startswith(SHARED))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def check_address(base: str, code: str, number: str, sha256: str) -> str:
    """`https://host/check/K7QF3MTAXW9E?act=S%C4%B0L-2026-000123&hash=0123456789ab`"""
    return f"{base.rstrip('/')}/check/{code}?{urlencode({'act': number, 'hash': sha256[:SHORT_HASH]})}"


def of(act: Act, base: str, language: str) -> Paper:
    """The paper of an act in a language; `base`: where this site is found. NotFound for a draft, which has none."""
    if not act.snapshot:
        raise NotFound("A draft has no paper yet; submit it first.")
    address = check_address(base, act.check_code or "", act.number or "", act.sha256)
    void = act.state in (ActState.VOID, ActState.REJECTED)
    return Paper(act.snapshot, act.sha256, language, act.language, address, void)


def html(paper: Paper, *, styles: str) -> str:
    """A whole page; `styles`: address of the style sheet, "" where whoever prints brings it."""
    snapshot = paper.snapshot
    form = layout(snapshot["layout"])
    words = layout(f"{SHARED}-{snapshot['form']}")[paper.language]
    said = Said(paper.language, words)
    return (
        _environment()
        .get_template("act.html")
        .render(
            paper=paper, act=snapshot, form=form, text=form[paper.language], words=words, said=said, styles=styles,
            preamble=form[paper.language]["preamble"].format_map(said.parts(snapshot)), code=_code(paper.address),
            short_hash=paper.sha256[:SHORT_HASH],
        )
    )  # fmt: skip


def _code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004, level M: a stamp may cover 15 %), an SVG in a data: address."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=2, scale=4, unit="px")


class Said:
    """How values of a snapshot are written in a language."""

    def __init__(self, language: str, words: Mapping[str, Any]) -> None:
        self._locale, self._words, self._language = Locale.parse(language), words, language

    def day(self, iso: str | None) -> str:
        """`24 noyabr 2026`"""
        return format_date(date.fromisoformat(iso), "long", locale=self._locale) if iso else self.unknown

    def short_day(self, iso: str | None) -> str:
        return date.fromisoformat(iso).strftime("%d.%m.%Y") if iso else self.unknown

    def money(self, qepik: int | None) -> str:
        """`1.234,50`; a dash where it is not known."""
        return format_decimal(qepik / 100, "#,##0.00", locale=self._locale) if qepik is not None else self.unknown

    @property
    def unknown(self) -> str:
        return str(self._words["not_known"])

    def piece(self, line: Mapping[str, Any]) -> str:
        kind = self._words["kinds"].get(line["kind"], line["kind"])
        return f"{kind}, {line['maker']} {line['model']}"

    def reason(self, key: str) -> str:
        return str(self._words["reasons"].get(key, key)) if key else self.unknown

    def challenge(self, one: Mapping[str, str]) -> str:
        said = self._words["challenges_of"].get(one["kind"], one["kind"])
        return str(said).format(evidence=self._evidence(one["evidence"]))

    def _evidence(self, iso: str) -> str:
        if "T" not in iso:
            return self.short_day(iso)
        return datetime.fromisoformat(iso).astimezone(HOME).strftime("%d.%m.%Y %H:%M")

    def cell(self, column: str, line: Mapping[str, Any], act: Mapping[str, Any]) -> str:
        """One cell of the table of pieces."""
        if column == "piece":
            return self.piece(line)
        if column == "in_service_on":
            return self.short_day(line["in_service_on"])
        if column in ("value", "residual"):
            return self.money(line[f"{column}_qepik"])
        if column == "reason":
            return self.reason(line["reason"] or act["reason"])
        if column == "direction":
            return str(self._words["direction"].get(line["direction"], ""))
        if column == "delivery":
            came = line["delivery"]
            return ", ".join(part for part in (came["contract"], came["waybill"]) if part) if came else self.unknown
        return str(line[column]) or self.unknown

    def parts(self, act: Mapping[str, Any]) -> dict[str, str]:
        """What a preamble may name."""
        school, other, commission = act["school"], act["to_school"] or {}, act["commission"] or {}
        return {
            "school": school["name"],
            "emis": school["emis"],
            "district": school["district"][self._language],
            "to_school": other.get("name", ""),
            "to_emis": other.get("emis", ""),
            "to_district": other["district"][self._language] if other else "",
            "order_no": commission.get("order_no", self.unknown),
            "order_on": self.short_day(commission.get("order_on")),
            "reason": self.reason(act["reason"]),
        }
