"""The republic of the report, small: the same rows for the same seed, and every rule of the register holds in it."""

import hashlib
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, SQLModel, col

from alerts.tables import DeviceState
from inventory import seats, snapshots, trace
from inventory.equipment import Kind, may_pair
from inventory.lifecycle import GONE, ActKind, ActState, AssetState
from inventory.network import LinkKind
from inventory.roles import Scope
from inventory.tables import (
    Act,
    ActLine,
    Asset,
    AssetSite,
    District,
    LicencePool,
    Link,
    Lot,
    NumberSeries,
    Person,
    Phone,
    Product,
    School,
)
from server import db
from server.demo.national import build
from server.demo.national.republic import Size
from tests import cast
from tests.conftest import emptied

SHARE = 0.012
CHANCE = {"person": {"password"}}  # argon2 salts each image


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def country(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Built once for all that only look; what a test writes it takes back."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("national") / "zeng.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        engine = db.open_engine(f"sqlite:///{path}")
    else:
        engine = db.open_engine(request.getfixturevalue("postgresql_url"))
        emptied(engine)
    assert build.built(engine, at=cast.NOW, password=cast.PASSWORD, share=SHARE, out=io.StringIO())
    yield engine
    engine.dispose()


@pytest.fixture
def republic(country: Engine) -> Iterator[Session]:
    with db.reading(country) as session:
        yield session


def fingerprint(session: Session) -> str:
    """Of every row of every table, without what is by chance."""
    found = hashlib.sha256()
    for table in SQLModel.metadata.sorted_tables:
        kept = [column for column in table.columns if column.name not in CHANCE.get(table.name, ())]
        for row in session.execute(select(*kept).order_by(*table.primary_key.columns)):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(tmp_path: Path, migrated_sqlite: Path) -> None:
    prints = []
    for n, seed in enumerate((146, 146, 7)):
        (tmp_path / f"{n}.db").write_bytes(migrated_sqlite.read_bytes())
        engine = db.open_engine(f"sqlite:///{tmp_path / f'{n}.db'}")
        build.built(engine, at=cast.NOW, password=cast.PASSWORD, seed=seed, share=SHARE, out=io.StringIO())
        with db.reading(engine) as session:
            prints.append(fingerprint(session))
        engine.dispose()
    assert prints[0] == prints[1] != prints[2]


def test_a_second_build_changes_nothing(republic: Session, country: Engine) -> None:
    before = fingerprint(republic)
    assert not build.built(country, at=cast.NOW, password="another-one-here", share=SHARE, out=io.StringIO())
    with db.reading(country) as session:
        assert fingerprint(session) == before


def test_there_is_as_much_of_everything_as_the_report_says(republic: Session) -> None:
    size = Size().scaled(SHARE)
    kinds = dict(republic.execute(select(col(Asset.kind), func.count()).group_by(col(Asset.kind))).all())
    links = dict(republic.execute(select(col(Link.kind), func.count()).group_by(col(Link.kind))).all())
    assert republic.scalar(select(func.count()).select_from(School)) == size.schools
    assert links == {LinkKind.ADSL: size.adsl, LinkKind.FIBER: size.fibre, LinkKind.WIRELESS_P2MP: size.wireless}
    assert (kinds[Kind.COMPUTER], kinds[Kind.MONITOR]) == (size.computers, size.computers)
    assert (kinds[Kind.UPS], kinds[Kind.NETBOOK], kinds[Kind.BOARD]) == (size.ups, size.netbooks, size.boards)
    assert republic.scalar(select(func.count()).select_from(District)) == 75
    assert republic.scalar(select(func.count()).select_from(School).where(col(School.demo).is_(False))) == 0


def test_the_size_of_the_whole_is_the_report_s() -> None:
    size = Size()
    assert (size.schools, size.connected, size.computers, size.ups) == (3450, 1200, 32_000, 511)
    assert (size.windows, size.antivirus, size.server_cal) == (32_000, 3840, 3000)


def test_a_thousand_of_twelve_hundred_were_connected_before_the_last_year(republic: Session) -> None:
    days = list(republic.scalars(select(col(Link.from_on))))
    before = sum(day <= date(2010, 12, 31) for day in days if day)
    assert before == pytest.approx(len(days) * 5 / 6, abs=1)
    assert all(day and day <= date(2011, 12, 31) for day in days)


def test_every_ups_is_at_a_school_with_a_wireless_line(republic: Session) -> None:
    there = select(col(Link.school_id)).where(col(Link.kind) == LinkKind.WIRELESS_P2MP)
    came = select(AssetSite).join(Asset, col(Asset.id) == col(AssetSite.asset_id)).where(col(Asset.kind) == Kind.UPS)
    first = {site.asset_id: site.school_id for site in republic.scalars(came.order_by(col(AssetSite.id).desc()))}
    assert set(first.values()) <= set(republic.scalars(there))


def test_a_pair_stands_on_both_rows_and_at_one_school(republic: Session) -> None:
    paired = {a.id: a for a in republic.scalars(select(Asset).where(col(Asset.paired_id).is_not(None)))}
    assert paired
    for asset in paired.values():
        other = paired[asset.paired_id]
        assert (other.paired_id, other.school_id) == (asset.id, asset.school_id)
        assert may_pair(asset.kind, other.kind)


def test_a_lot_has_as_many_pieces_as_its_contract_says(republic: Session) -> None:
    pieces = dict(republic.execute(select(col(Asset.lot_id), func.count()).group_by(col(Asset.lot_id))).all())
    assert {lot.id: lot.quantity for lot in republic.scalars(select(Lot))} == {k: n for k, n in pieces.items() if k}


def test_the_numbers_of_acts_have_no_gap(republic: Session) -> None:
    last = {(row.series, row.year): row.last for row in republic.scalars(select(NumberSeries))}
    found: dict[tuple[str, int], list[int]] = {}
    for number in republic.scalars(select(col(Act.number)).order_by(col(Act.id))):
        series, year, count = re.fullmatch(r"(\w+)-(\d{4})-(\d{6})", number or "").groups()  # type: ignore[union-attr]
        found.setdefault((series, int(year)), []).append(int(count))
    assert {key: list(range(1, newest + 1)) for key, newest in last.items()} == found


def test_no_state_and_no_place_is_there_without_its_act(republic: Session) -> None:
    executed: dict[int, set[ActKind]] = {}
    opened: dict[int, set[ActKind]] = {}
    lines = select(col(ActLine.asset_id), col(Act.kind), col(Act.state)).join(Act, col(Act.id) == col(ActLine.act_id))
    for asset_id, kind, state in republic.execute(lines):
        (executed if state == ActState.EXECUTED else opened).setdefault(asset_id, set()).add(kind)
    for asset in republic.scalars(select(Asset)):
        done, waiting = executed.get(asset.id or 0, set()), opened.get(asset.id or 0, set())
        if asset.delivery_id is not None:
            assert (asset.state is AssetState.DELIVERED) != (ActKind.ACCEPTANCE in done), asset.inventory_no
        assert (asset.state in GONE) == (ActKind.WRITE_OFF in done), asset.inventory_no
        assert (asset.state is AssetState.DISPOSED) == (ActKind.DISPOSAL in done), asset.inventory_no
        assert (asset.state is AssetState.WRITEOFF_PROPOSED) == (ActKind.WRITE_OFF in waiting), asset.inventory_no
    sites: dict[int, list[AssetSite]] = {}
    for site in republic.scalars(select(AssetSite).order_by(col(AssetSite.asset_id), col(AssetSite.from_on))):
        sites.setdefault(site.asset_id, []).append(site)
    for asset in republic.scalars(select(Asset)):
        mine = sites[asset.id or 0]
        assert [site.until_on for site in mine] == [*(site.from_on for site in mine[1:]), None]
        assert mine[-1].school_id == asset.school_id
        assert (len(mine) > 1) == (ActKind.TRANSFER in executed.get(asset.id or 0, set()))


def test_an_act_says_what_the_service_would_have_frozen(republic: Session) -> None:
    """All but the state, room and custodian of a piece, which were others on the day of the act."""
    then = ("state", "room", "custodian", "in_service_on")
    for kind in ActKind:
        act = republic.scalars(select(Act).where(col(Act.kind) == kind).order_by(col(Act.id))).first()
        assert act is not None, kind
        lines = list(republic.scalars(
            select(ActLine).where(col(ActLine.act_id) == act.id).order_by(col(ActLine.place))
        ))  # fmt: skip
        again = snapshots.frozen(republic, act, lines, on=date.fromisoformat(act.snapshot["on"]), drawn_by=act.drawn_by)
        for snapshot in (again, stored := dict(act.snapshot)):
            snapshot["lines"] = [{k: v for k, v in line.items() if k not in then} for line in snapshot["lines"]]
        assert again == stored
        republic.refresh(act)
        assert act.sha256 == snapshots.hash_of(act.snapshot)


def test_the_trace_is_whole(republic: Session) -> None:
    chain = trace.verified(republic)
    assert chain.number > republic.scalar(select(func.count()).select_from(Asset))  # type: ignore[operator]
    assert list(chain.faults) == []


def test_no_pool_gives_more_seats_than_it_has(republic: Session) -> None:
    rows = republic.execute(select(LicencePool, Product).join(Product, col(Product.id) == col(LicencePool.product_id)))
    pools = [(pool, product) for pool, product in rows]
    assert len(pools) == 4
    for position in seats.positions(republic, pools, Scope(None), date(2026, 11, 24)).values():
        assert position.allocated <= position.bought


def test_everybody_can_sign_in_and_the_board_is_alive(republic: Session) -> None:
    logins = set(republic.scalars(select(col(Person.login))))
    assert logins == {login for login, *_ in build.PEOPLE}
    states = dict(republic.execute(select(col(DeviceState.state), func.count()).group_by(col(DeviceState.state))).all())
    assert sum(states.values()) >= Size().scaled(SHARE).connected


def test_rows_that_come_later_have_numbers_of_their_own(country: Engine) -> None:
    """PostgreSQL's sequences go on behind what was written."""
    with Session(country.execution_options(**db.WRITING)) as session:
        later = cast.opened(session, "later-1", "Sonrakı məktəb", "AZ-SAB")
        assert later.id == Size().scaled(SHARE).schools + 1
        session.rollback()


def test_no_telephone_number_can_be_anybody_s(republic: Session) -> None:
    numbers = [(phone.e164, phone.last7) for phone in republic.scalars(select(Phone))]
    assert len(numbers) == len(set(numbers)) == Size().scaled(SHARE).schools
    assert all(re.fullmatch(r"\+994[1-9]\d0\d{6}", e164) and e164.endswith(last7) for e164, last7 in numbers)
