"""Words of imports: states of a file, verdicts and fates of rows."""

from typing import Final

from inventory.imports import Fate, JobState, Source, Verdict
from server.words import N_

STATES: Final = {
    JobState.GUESSED: N_("columns to be confirmed"),
    JobState.PLANNING: N_("being tried"),
    JobState.PLANNED: N_("tried, nothing done yet"),
    JobState.APPLYING: N_("being applied"),
    JobState.DONE: N_("applied"),
    JobState.REJECTED: N_("put aside"),
    JobState.FAILED: N_("failed"),
}
VERDICTS: Final = {
    Verdict.CREATE: N_("new"),
    Verdict.UPDATE: N_("changed"),
    Verdict.SKIP: N_("no difference"),
    Verdict.ERROR: N_("error"),
}
SIGNS: Final = {Verdict.CREATE: "+", Verdict.UPDATE: "→", Verdict.SKIP: "=", Verdict.ERROR: "✕"}
FATES: Final = {
    Fate.OPEN: "",
    Fate.APPLIED: N_("applied"),
    Fate.LEFT: N_("left, not applied"),
    Fate.REJECTED: N_("taken out"),
}
SOURCES: Final = {Source.UPLOAD: N_("uploaded"), Source.EMIS: N_("from EMIS")}
DELIMITERS: Final = {";": N_("semicolon"), ",": N_("comma"), "\t": N_("tab")}
