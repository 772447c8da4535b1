"""Three languages: Azerbaijani, English, Russian. Catalogues are read from their .po files; `python -m server.i18n`.

extract   bring locales/*.po up to date with the sources (new sentences come without a translation)
check     fail where a sentence has no translation, or a catalogue does not fit the sources
compile   write .mo files beside the .po files, for whoever wants them; the server itself needs none
"""

import gettext
import io
import sys
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGES: Final = ("az", "en", "ru")
NAMES: Final = {"az": "Azərbaycanca", "en": "English", "ru": "Русский"}
LOCALES: Final = Path(__file__).parent / "locales"
SOURCES: Final = Path(__file__).parent
MAPPING: Final = [("pages/**.py", "python"), ("words.py", "python"), ("templates/**.html", "jinja2")]
CORE: Final = ("inventory", "alerts")
REFUSALS: Final = {"Conflict": None, "Expired": None, "Invalid": (2,), "NotFound": None, "Refused": None, "N_": None}
PLURALS: Final = {
    "az": "nplurals=2; plural=(n != 1);",
    "en": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "zeng.po"


@cache
def translations(language: str) -> gettext.GNUTranslations:
    """The catalogue of a language, compiled into memory once per process (50 ms), so that a checkout needs no step."""
    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def wished(header: str) -> str | None:
    """The first language of Accept-Language (RFC 9110 §12.5.4) that there is, by weight; Turkish reads Azerbaijani."""
    offers: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";")
        try:
            offers.append((-float(weight.strip().removeprefix("q=") or 1), place, tag.strip().lower()[:2]))
        except ValueError:
            continue
    for _, _, tag in sorted(offers):
        if tag in LANGUAGES:
            return tag
    return None


def extracted() -> Catalog:
    """Every sentence of pages, templates, words and refusals, as a catalogue without translations."""
    catalogue = Catalog(project="zeng", charset="utf-8")
    found = extract_from_dir(
        SOURCES,
        method_map=MAPPING,
        options_map={"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}},
        keywords={"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "NN_": (1, 2)},
    )
    for _, _, message, _, context in found:
        catalogue.add(message, context=context)
    for room in CORE:
        for _, _, sentence, _, _ in extract_from_dir(SOURCES.parent / room, [("**.py", "python")], keywords=REFUSALS):
            catalogue.add(sentence)
    return catalogue


def untranslated(language: str) -> list[str]:
    """What a reader of this language would see in English, or not at all: one line per fault."""
    known, faults = _catalogue(language), []
    for message in extracted():
        if not message.id:
            continue
        there = known.get(message.id if isinstance(message.id, str) else message.id[0])
        string = there.string if there is not None else ""
        texts = [string] if isinstance(string, str) else list(string or ())
        wanted = known.num_plurals if message.pluralizable else 1
        if there is None or there.fuzzy or len(texts) != wanted or not all(texts):
            faults.append(f"{language}: {message.id!r} has no translation")
            continue
        faults += [f"{language}: {message.id!r}: {error}" for error in there.check(known)]
    return faults


def _catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def _extract() -> None:
    for language in LANGUAGES:
        template = extracted()  # anew each time: catalogues share a template's messages, and with them their strings
        path = path_of(language)
        catalogue = _catalogue(language) if path.exists() else Catalog(locale=language, project="zeng")
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        for message in catalogue:
            if language == "en" and message.id:
                message.string = message.id
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, no_location=True, sort_output=True, omit_header=False)
        _plain_header(path, language)


def _plain_header(path: Path, language: str) -> None:
    """Without dates and names of tools: the file changes only when its sentences do."""
    text = path.read_text(encoding="utf-8")
    head = "\n".join(
        [
            "# Zəng",
            'msgid ""',
            'msgstr ""',
            f'"Language: {language}\\n"',
            '"MIME-Version: 1.0\\n"',
            '"Content-Type: text/plain; charset=utf-8\\n"',
            '"Content-Transfer-Encoding: 8bit\\n"',
            f'"Plural-Forms: {PLURALS[language]}\\n"',
        ]
    )
    path.write_text(head + "\n\n" + text.split("\n\n", 1)[1], encoding="utf-8")


def _compile() -> None:
    for language in LANGUAGES:
        with path_of(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, _catalogue(language))


def main(arguments: list[str]) -> int:
    """0 done, 1 something has no translation, 2 wrong usage."""
    if arguments == ["extract"]:
        _extract()
        return 0
    if arguments == ["compile"]:
        _compile()
        return 0
    if arguments == ["check"]:
        faults = [fault for language in LANGUAGES for fault in untranslated(language)]
        for fault in faults:
            print(f"i18n: {fault}", file=sys.stderr)
        return 1 if faults else 0
    print("right is: python -m server.i18n extract|check|compile", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
