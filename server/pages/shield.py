"""What every answer to a browser carries: a strict content security policy and its neighbours; and the static files."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inventory import scoping
from inventory.errors import NotFound
from server import assets

POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
LONG: Final = "public, max-age=31536000, immutable"  # the name changes with the content
COMPRESSED: Final = (("br", ".br"), ("gzip", ".gz"))
MEDIA: Final = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


class Shield:
    """Adds the headers to whatever is not for machines, and compresses it; agents' answers pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pages = GZipMiddleware(app, minimum_size=600, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        static = scope["path"].startswith("/static/")
        await (self._app if static else self._pages)(scope, receive, shielded)


@router.get("/static/dist/{name}")
def static(request: Request, name: str) -> Response:
    """A built file, in the best encoding that the browser takes and the build has made."""
    path = assets.DIST / Path(name).name
    if path.suffix not in MEDIA or not path.is_file():
        raise NotFound(scoping.NO_SUCH_PAGE)
    headers = {"cache-control": LONG, "vary": "accept-encoding"}
    accepted = request.headers.get("accept-encoding", "")
    for encoding, suffix in COMPRESSED:
        packed = path.with_name(path.name + suffix)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, headers=headers | {"content-encoding": encoding}, media_type=MEDIA[path.suffix])
    return FileResponse(path, headers=headers, media_type=MEDIA[path.suffix])
