"""/phone/: the page that works without a line, the same for everybody: whose data it shows, the telephone knows."""

import hashlib
import json
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from server import assets, i18n
from server.pages.shield import HEADERS
from server.pages.view import AnyView, View, look
from server.words import N_

LOADED: Final = ("app.css", "phone.css", "phone.js", "zeng.svg")
CAMERA: Final = HEADERS["permissions-policy"].replace("camera=()", "camera=(self)")
POLICY: Final = HEADERS["content-security-policy"] + "; worker-src 'self'; media-src 'self' blob:"

# What the script says; {braces} are filled in there. Results and grades by their keys.
WORDS: Final = {
    "looking": N_("Looking for the server …"),
    "online": N_("Connected"),
    "offline": N_("No line: go on, nothing is lost"),
    "sending": N_("Sending …"),
    "trouble": N_("The server does not answer properly; it is tried again by itself"),
    "sign_in": N_("Nobody is signed in"),
    "signed_out": N_("Your session has ended; sign in again to send"),
    "sign_in_needs_line": N_("Sign in first; that needs a line"),
    "waiting": N_("to be sent: {n}"),
    "nothing_waits": N_("all sent"),
    "refused": N_("not taken: {n}"),
    "conflicts": N_("conflicts for the office: {n}"),
    "last_sync": N_("last contact {when}"),
    "never_synced": N_("no contact yet"),
    "held": N_("as of {when} · {lines} pieces, {left} to be looked for"),
    "download": N_("take along"),
    "not_downloaded": N_("It could not be fetched; try again when there is a line."),
    "no_room": N_("No room chosen"),
    "here": N_("Here"),
    "not_here": N_("Not here"),
    "note": N_("Note"),
    "unnamed": N_("not in the register of this school"),
    "noted_here": N_("{number}: here"),
    "noted_not_here": N_("{number}: not here"),
    "noted_before": N_("{number}: noted already"),
    "unknown": N_("{number} is not on the list of this school; it is written down."),
    "no_code": N_("No number was read."),
    "no_camera": N_("The camera cannot be used; type the number."),
    "no_worker": N_("This browser cannot keep the page; stay on it while there is no line."),
    "found_before": N_("{number} was found already: {room}. Which is it?"),
    "scan": N_("Scan a label"),
    "stop_scan": N_("Stop the camera"),
    "dismiss": N_("Seen, take it away"),
    "disputed": N_("two people disagree; the office decides"),
    "r_none": N_("not looked for yet"),
    "r_match": N_("in its place"),
    "r_misplaced": N_("elsewhere than in the register"),
    "r_missing": N_("not found"),
    "r_surplus": N_("not in the register"),
    "r_unknown_code": N_("unknown number"),
    "r_double": N_("second piece under this number"),
    "g_nothing": N_("no evidence"),
    "g_agent": N_("seen by the agent"),
    "g_signed": N_("signed for"),
    "g_scanned": N_("scanned"),
}

router = APIRouter(include_in_schema=False)


@router.get("/phone")
def short(view: AnyView) -> Response:
    """In the language of whoever is signed in; the page itself knows nobody."""
    return RedirectResponse(f"/phone/?lang={view.language}", 303)


@router.get("/phone/")
def shell(request: Request) -> Response:
    """Nobody's name and nobody's data stand in it: a browser keeps it for whoever comes next."""
    return Response(
        _shell(look(request, None)), media_type="text/html; charset=utf-8",
        headers={
            "cache-control": "no-cache", "vary": "accept-language, cookie", "permissions-policy": CAMERA,
            "content-security-policy": POLICY,
        },
    )  # fmt: skip


@router.get("/phone/sw.js")
def worker(request: Request) -> Response:
    """The service worker, with what it keeps written above: other files, or other words, are another worker."""
    names = assets.manifest()
    files = [names[name] for name in LOADED if name in names]
    files += [assets.URL + path.name for path in sorted(assets.DIST.glob("inter-*.woff2"))]
    pages = [f"/phone/?lang={language}" for language in i18n.LANGUAGES]
    view = look(request, None)
    said = "".join(_shell(replace(view, language=language)) for language in i18n.LANGUAGES)
    source = (assets.STATIC / "phone" / "sw.js").read_text(encoding="utf-8")
    version = hashlib.sha256((said + source + "".join(files)).encode()).hexdigest()[:12]
    scan = [names["scan.js"]] if "scan.js" in names else []
    known = {"version": version, "shell": [*pages, *files], "later": scan, "language": view.settings.language}
    head = f"const ZENG = {json.dumps(known)};\n"
    return Response(
        head + source, media_type="text/javascript; charset=utf-8",
        headers={"cache-control": "no-cache", "service-worker-allowed": "/phone/"},
    )  # fmt: skip


def _shell(view: View) -> str:
    return view.text("phone.html", phone_words=WORDS)
