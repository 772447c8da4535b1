"""Equipment in words: what was concluded of a device and why, facts, warranties, faults of a list of serial numbers."""

from typing import Final

from inventory.equipment import Evidence
from inventory.identities import Fault
from inventory.lifecycle import AssetState
from inventory.matching import Outcome
from server.words import N_

OUTCOMES: Final = {
    Outcome.MATCHED: N_("A piece of the register"),
    Outcome.UNKNOWN: N_("Not in the register"),
    Outcome.NO_EVIDENCE: N_("Says neither serial number nor card"),
    Outcome.SEVERAL: N_("Several pieces fit"),
    Outcome.SHARED: N_("Several devices say this serial number"),
    Outcome.CLAIMED: N_("The piece is being seen as another device"),
    Outcome.DISPUTED: N_("Serial number and card, or a person, disagree"),
    Outcome.SET_ASIDE: N_("Set aside"),
}
EVIDENCE: Final = {
    Evidence.PERSON: N_("a person said so"),
    Evidence.AGENT_KEY: N_("the same agent as before"),
    Evidence.SERIAL: N_("by its serial number"),
    Evidence.MAC: N_("by its network card"),
}
FACTS: Final = {
    "serial": N_("Serial number"),
    "mac": N_("Network card"),
    "hostname": N_("Host name"),
    "os": N_("Operating system"),
    "cpu": N_("Processor"),
    "memory_mb": N_("Memory, MB"),
    "disk_gb": N_("Disk, GB"),
}
SEEN_FACTS: Final = {
    "vendor": N_("Maker"),
    "model": N_("Model"),
    "name": N_("Name in the agent"),
    "address": N_("Address"),
}
WARRANTIES: Final = {
    "valid": N_("valid"),
    "soon": N_("ends within 90 days"),
    "over": N_("over"),
    "unknown": N_("not known"),
}
FAULTS: Final = {
    Fault.JUNK: N_("a filler, no serial number"),
    Fault.TWICE: N_("stands in line %(other)s already"),
    Fault.KNOWN: N_("is in the register already, as %(other)s"),
    Fault.TOO_LONG: N_("too long"),
}
# The sign of a state: its shape comes from the style sheet, its word stands beside it.
SIGNS: Final = {
    AssetState.ORDERED: "…",
    AssetState.DELIVERED: "↓",
    AssetState.ACCEPTED: "✓",
    AssetState.IN_STORE: "▣",
    AssetState.INSTALLED: "●",
    AssetState.RESERVED: "◆",
    AssetState.IN_REPAIR: "⚒",
    AssetState.IN_TRANSIT: "⇄",
    AssetState.MISSING: "?",
    AssetState.WRITEOFF_PROPOSED: "!",
    AssetState.WRITTEN_OFF: "✕",
    AssetState.DISPOSED: "✕",
}
VERBS: Final = {
    "entered": N_("entered"),
    "delivered": N_("delivered"),
    "adopted": N_("adopted from what an agent saw"),
    "changed": N_("changed"),
    "kept": N_("declared value kept"),
    "stepped": N_("state changed"),
    "moved": N_("moved to another school"),
    "made_one": N_("found to be the same piece"),
    "told_apart": N_("found to be another piece"),
}
CELLS: Final = {
    "inventory_no": N_("Inventory number"),
    "model_id": N_("Model"),
    "model": N_("Model"),
    "kind": N_("Kind"),
    "state": N_("State"),
    "school_id": N_("School"),
    "room_id": N_("Room"),
    "custodian_id": N_("Custodian"),
    "paired_id": N_("Works with"),
    "link_id": N_("Link that it ends"),
    "in_service_on": N_("In service since"),
    "warranty_until": N_("Warranty until"),
    "value_qepik": N_("Book value, qəpik"),
    "programme": N_("Programme"),
    "note": N_("Note"),
    "declared": N_("Declared facts"),
    "same_as": N_("The same piece as"),
    "other": N_("Another piece than"),
}
OTHER: Final = N_("another one")

# Refusals that the pages themselves, or what they stand on, raise.
SENTENCES: Final = (
    N_("There is no such state."),
    N_("Choose a kind."),
    N_("Say on which day they came."),
    N_("This is no price; right is for example 720,50."),
    N_("Tick at least one device."),
    N_("Write the inventory number of the piece beside the device."),
    N_("The device says no maker or no model; choose one of the catalogue, or write both."),
)
