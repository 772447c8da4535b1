"""`GET /api/v1/exports/{kind}`: a whole filter as CSV, streamed; the columns are those of an import."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from inventory.exchange import sheets
from inventory.imports import Media
from server import exports
from server.api.core import WhoDep
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["exports"])
Name = Annotated[str, Path(max_length=24, pattern="^[a-z_]+$")]


class Headers(StrEnum):
    """What stands in the first row: technical keys, or names in a language."""

    KEY = "key"
    AZ = "az"
    EN = "en"
    RU = "ru"


@router.get("/exports/{kind}", response_class=Response)
def exported(
    request: Request, who: WhoDep, engine: EngineDep, kind: Name,
    format: Annotated[Media, Query()] = Media.CSV, headers: Annotated[Headers, Query()] = Headers.KEY,
) -> Response:  # fmt: skip
    """Further parameters are those of the list of the same name: `district`, `school`, `kind`, `state`, `q` ..."""
    known = exports.checked(kind, who)
    choices = {name: "".join(request.query_params.get(name, "").split("\x00"))[:120] for name in exports.CHOICES}
    rows = exports.lines(engine, known, who, choices, headers.value, at=datetime.now(UTC))
    pieces: Iterator[bytes] = (
        sheets.csv_written(rows) if format is Media.CSV else exports.in_pieces(exports.xlsx(rows, known))
    )
    name = f'attachment; filename="zeng-{known.name}.{format.value}"'
    return StreamingResponse(pieces, headers={"content-disposition": name}, media_type=exports.MEDIA[format])
