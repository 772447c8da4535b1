"""Acts in words: kinds, steps, reasons, roles, what is wanting, what speaks against a write-off."""

from typing import Final

from inventory.challenges import Challenge
from inventory.lifecycle import ActKind, ActState
from inventory.papers import MemberRole, Method, Reason, Side, Wanting
from server.words import N_

KINDS: Final = {
    ActKind.ACCEPTANCE: N_("Acceptance"),
    ActKind.TRANSFER: N_("Transfer"),
    ActKind.REPLACEMENT: N_("Replacement"),
    ActKind.WRITE_OFF: N_("Write-off"),
    ActKind.DISPOSAL: N_("Disposal"),
}
HINTS: Final = {
    ActKind.ACCEPTANCE: N_("what was delivered goes onto the books"),
    ActKind.TRANSFER: N_("equipment goes to another school"),
    ActKind.REPLACEMENT: N_("one piece goes out, another comes into its place"),
    ActKind.WRITE_OFF: N_("equipment leaves the books"),
    ActKind.DISPOSAL: N_("what was written off is recycled, sold or destroyed"),
}
STATES: Final = {
    ActState.DRAFT: N_("Draft"),
    ActState.SUBMITTED: N_("Submitted"),
    ActState.APPROVED: N_("Approved"),
    ActState.SIGNED: N_("Signed"),
    ActState.EXECUTED: N_("Executed"),
    ActState.REJECTED: N_("Rejected"),
    ActState.VOID: N_("Void"),
}
SIGNS: Final = {
    ActState.DRAFT: "✎",
    ActState.SUBMITTED: "→",
    ActState.APPROVED: "✓",
    ActState.SIGNED: "§",
    ActState.EXECUTED: "●",
    ActState.REJECTED: "✕",
    ActState.VOID: "✕",
}
REASONS: Final = {
    Reason.WORN_OUT: N_("worn out"),
    Reason.BROKEN: N_("broken"),
    Reason.OBSOLETE: N_("obsolete"),
    Reason.STOLEN: N_("stolen"),
    Reason.LOST: N_("lost"),
    Reason.DISASTER: N_("disaster or accident"),
    Reason.DELIVERY: N_("delivery under contract"),
    Reason.GIFT: N_("gift"),
    Reason.NEED: N_("need"),
    Reason.CLOSURE: N_("closure of the school"),
    Reason.WARRANTY: N_("under warranty"),
    Reason.RENEWAL: N_("renewal"),
    Reason.SOLD: N_("sold"),
    Reason.RECYCLED: N_("recycled"),
    Reason.DESTROYED: N_("destroyed"),
    Reason.OTHER: N_("other reason"),
}
ROLES: Final = {
    MemberRole.CHAIR: N_("chair"),
    MemberRole.DEPUTY: N_("deputy chair"),
    MemberRole.CHIEF_ACCOUNTANT: N_("chief accountant"),
    MemberRole.MEMBER: N_("member"),
    MemberRole.CUSTODIAN: N_("custodian"),
}
SIDES: Final = {
    Side.COMMISSION: N_("commission"),
    Side.FROM: N_("giving school"),
    Side.TO: N_("taking school"),
}
METHODS: Final = {
    Method.PAPER_SCAN: N_("on paper"),
    Method.TABLET: N_("on a tablet"),
    Method.ESIGN: N_("electronically"),
    Method.NETWORK: N_("reported from its new school"),
}
WANTING: Final = {
    Wanting.NOTHING: N_("Every signature is there."),
    Wanting.CHAIR: N_("The signature of the chair is missing."),
    Wanting.QUORUM: N_("Fewer have signed than the quorum asks for."),
    Wanting.FROM: N_("The signature of the giving school is missing."),
    Wanting.TO: N_("On the way: the signature of the taking school is missing."),
}
CHALLENGES: Final = {
    Challenge.ALIVE: N_("seen working by an agent: %(when)s"),
    Challenge.WARRANTY: N_("under warranty until %(when)s"),
    Challenge.NEVER_REPAIRED: N_("never sent to repair"),
}
NEXT: Final = {
    ActState.DRAFT: N_("The technician completes and submits it."),
    ActState.SUBMITTED: N_("The keeper of the register approves it, once what speaks against it is answered."),
    ActState.APPROVED: N_("It is printed, signed on paper, and its scan is filed here."),
    ActState.SIGNED: N_("The keeper of the register executes it."),
    ActState.EXECUTED: N_("Done: the register says what the act says."),
    ActState.REJECTED: N_("Rejected: nothing was changed."),
    ActState.VOID: N_("Void: its number stays taken, nothing was changed."),
}
# What server.printed refuses with: its sentences are not looked for there.
SENTENCES: Final = (
    N_("This is neither a PDF nor a PNG or JPEG picture; scan the signed act again."),
    N_("The picture is too large; right are at most 600 dpi of an A4 page."),
    N_("The picture cannot be read; it may be damaged. Scan the act again."),
    N_("The PDF cannot be read; it may be damaged, or locked by a password."),
    N_("A draft has no paper yet; submit it first."),
    N_("This server cannot make PDFs, because Pango is not installed; print the page itself."),
)
