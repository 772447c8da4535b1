"""What a file that is imported, its job and a row of it can be; stable keys."""

from dataclasses import dataclass
from enum import StrEnum


class Media(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Source(StrEnum):
    """Who brought the file: a person, or the nightly drop of EMIS (TİMS)."""

    UPLOAD = "upload"
    EMIS = "emis"


class JobState(StrEnum):
    """guessed → planning → planned → applying → done; rejected by a person, or failed as a whole."""

    GUESSED = "guessed"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    REJECTED = "rejected"
    FAILED = "failed"


class Verdict(StrEnum):
    """What the dry run found for a row."""

    CREATE = "create"
    UPDATE = "update"
    SKIP = "skip"
    ERROR = "error"


class Fate(StrEnum):
    """What became of a row: nothing yet, applied, left because the register had changed meanwhile, or taken out."""

    OPEN = "open"
    APPLIED = "applied"
    LEFT = "left"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written. `encoding` and `delimiter` are empty for XLSX."""

    media: Media
    encoding: str = ""
    delimiter: str = ""


RUNNING = (JobState.PLANNING, JobState.APPLYING)
WORTH_APPLYING = (Verdict.CREATE, Verdict.UPDATE)
