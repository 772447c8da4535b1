"""Where a piece of equipment is and how it is: the only file that changes either, and it asks the rule first."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inventory import trace
from inventory.errors import Conflict
from inventory.lifecycle import AssetState, Step, step
from inventory.roles import Who
from inventory.tables import Act, Asset, AssetSite, School

HOME: Final = ZoneInfo("Asia/Baku")  # acts are dated by the calendar on the wall


def day_of(at: datetime) -> date:
    return at.astimezone(HOME).date()


def arrived(session: Session, asset: Asset, *, by: Who, at: datetime, act: Act | None = None) -> None:
    """A new piece begins its history where it is. Call once, after the row was flushed."""
    row = AssetSite(asset_id=asset.id or 0, school_id=asset.school_id, from_on=day_of(at))
    row.act_id = act.id if act else None
    session.add(row)
    session.flush()


def stepped(
    session: Session, asset: Asset, after: AssetState, *, act: Act | None, by: Who, at: datetime, reason: str = ""
) -> None:
    """The piece is in another state now; `act`: the act that takes the step.

    Conflict with the reason where the rule does not allow it. The caller has checked that `by` sees the piece.
    """
    before = asset.state
    answer = step(before, after, act.kind if act else None)
    if answer is Step.SAME:
        return
    if answer is Step.BY_ACT:
        raise Conflict(
            "%(number)s goes from %(before)s to %(after)s only by an act.",
            number=asset.inventory_no, before=before.value, after=after.value,
        )  # fmt: skip
    if answer is Step.NONE:
        raise Conflict(
            "%(number)s is %(before)s and cannot become %(after)s from there.",
            number=asset.inventory_no, before=before.value, after=after.value,
        )  # fmt: skip
    asset.state = after
    asset.version += 1
    session.add(asset)
    session.flush()
    trace.changed(
        session, "stepped", "asset", asset.inventory_no, by=by, at=at, school_id=asset.school_id,
        before={"state": before}, after={"state": after}, reason=_why(act, reason),
    )  # fmt: skip


def moved(session: Session, asset: Asset, school: School, *, act: Act, by: Who, at: datetime) -> None:
    """The piece belongs to another school from today on; its room and custodian stay behind."""
    before, today = asset.school_id, day_of(at)
    if before == school.id:
        return
    open_sites = select(AssetSite).where(AssetSite.asset_id == asset.id, col(AssetSite.until_on).is_(None))
    for site in session.exec(open_sites):
        site.until_on = today
        session.add(site)
    session.add(AssetSite(asset_id=asset.id or 0, school_id=school.id or 0, from_on=today, act_id=act.id))
    asset.school_id, asset.room_id, asset.custodian_id = school.id or 0, None, None
    asset.version += 1
    session.add(asset)
    session.flush()
    trace.changed(
        session, "moved", "asset", asset.inventory_no, by=by, at=at, school_id=school.id,
        before={"school_id": before}, after={"school_id": school.id}, reason=_why(act, ""),
    )  # fmt: skip


def took_the_place(session: Session, asset: Asset, old: Asset, *, act: Act, by: Who, at: datetime) -> None:
    """A piece that replaces another one stands in its room and has its custodian."""
    wanted = {"room_id": old.room_id, "custodian_id": old.custodian_id}
    before, after = trace.difference({"room_id": asset.room_id, "custodian_id": asset.custodian_id}, wanted)
    if not after:
        return
    asset.room_id, asset.custodian_id = old.room_id, old.custodian_id
    asset.version += 1
    session.add(asset)
    session.flush()
    trace.changed(
        session, "took the place", "asset", asset.inventory_no, by=by, at=at, school_id=asset.school_id,
        before=before, after={**after, "of": old.inventory_no}, reason=_why(act, ""),
    )  # fmt: skip


def _why(act: Act | None, reason: str) -> str:
    return f"{act.number or act.kind.value} {reason}".strip() if act else reason
