"""Stock-taking in words: states, evidence, results and decisions, marked for translation."""

from typing import Final

from inventory.counting import Decision, Grade, Method, Result, StocktakeState
from server.words import N_

STATES: Final = {
    StocktakeState.PLANNED: N_("planned"),
    StocktakeState.COUNTING: N_("being counted"),
    StocktakeState.RECONCILING: N_("being decided"),
    StocktakeState.SIGNED: N_("signed"),
}
GRADES: Final = {
    Grade.SCANNED: N_("scanned"),
    Grade.SIGNED: N_("signed for"),
    Grade.AGENT: N_("seen by the agent"),
    Grade.NOTHING: N_("no evidence"),
}
# Shape and word beside the colour, as for the states of devices.
SIGNS: Final = {Grade.SCANNED: "✓", Grade.SIGNED: "✎", Grade.AGENT: "◉", Grade.NOTHING: "?"}
RESULTS: Final = {
    Result.MATCH: N_("in its place"),
    Result.MISPLACED: N_("elsewhere than in the register"),
    Result.MISSING: N_("not found"),
    Result.SURPLUS: N_("not in the register"),
    Result.UNKNOWN_CODE: N_("unknown number"),
    Result.DOUBLE: N_("second piece under this number"),
}
DECISIONS: Final = {
    Decision.MOVE: N_("Move it in the register"),
    Decision.FIND: N_("Go on looking: missing"),
    Decision.WRITE_OFF: N_("Propose for write-off"),
    Decision.REGISTER: N_("Register it"),
    Decision.LEAVE: N_("Leave as it is"),
}
METHODS: Final = {
    Method.SCAN: N_("label scanned"),
    Method.TYPED: N_("number typed"),
    Method.SIGNED_LIST: N_("signed for"),
}
