"""`/export/schools.csv?district=AZ-SAB`: the whole filter of a list as CSV or XLSX, never only the page."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response, StreamingResponse

from inventory.errors import NotFound
from inventory.exchange import sheets
from inventory.imports import Media
from inventory.scoping import NO_SUCH_PAGE
from server import exports
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages.typed import line
from server.pages.view import SignedView

router = APIRouter(include_in_schema=False)
FileName = Annotated[str, Path(max_length=40)]


@router.get("/export/{file}")
def exported(request: Request, view: SignedView, visitor: VisitorDep, engine: EngineDep, file: FileName) -> Response:
    name, _, ending = file.rpartition(".")
    if ending not in set(Media):
        raise NotFound(NO_SUCH_PAGE)
    kind = exports.checked(name, visitor.who)
    choices = {name: line(request.query_params.get(name, ""))[:120] for name in exports.CHOICES}
    rows = exports.lines(engine, kind, visitor.who, choices, view.language, at=view.now)
    stamp = f"{view.formats.local(view.now):%Y-%m-%d}"
    headers = {
        "content-disposition": f'attachment; filename="zeng-{kind.name}-{stamp}.{ending}"',
        "cache-control": "no-store",
    }
    if ending == Media.CSV:
        return StreamingResponse(sheets.csv_written(rows), headers=headers, media_type=exports.MEDIA[Media.CSV])
    file_made = exports.xlsx(rows, kind)
    return StreamingResponse(exports.in_pieces(file_made), headers=headers, media_type=exports.MEDIA[Media.XLSX])
