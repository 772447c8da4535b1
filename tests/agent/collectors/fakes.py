"""Roads that answer from memory: what a device would say, or the error that its road would raise."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.icmp import Ping
from agent.mibs.walk import Walk
from agent.reach import Reached
from agent.snmp.values import Oid, Rows
from agent.targets import Target, parse
from agent.wanted import Roads, Wanted

SNMP = parse("snmp://public@192.0.2.7")


@dataclass
class FakeSnmp:
    rows: Rows = field(default_factory=dict)
    error: Exception | None = None
    walked: list[Oid] = field(default_factory=list)
    got: list[Oid] = field(default_factory=list)

    async def get(self, target: Target, oids: Sequence[Oid]) -> Rows:
        self.got += oids
        if self.error:
            raise self.error
        return {name: self.rows[name] for name in oids if name in self.rows}

    async def walk(self, target: Target, columns: Sequence[Oid]) -> Rows:
        self.walked += columns
        if self.error:
            raise self.error
        walk = Walk(self.rows)
        found = {(*root, *index): value for root in columns for index, value in walk.under(root)}
        return found | {root: self.rows[root] for root in columns if root in self.rows}


@dataclass
class FakeNut:
    said: dict[str, str] | Exception = field(default_factory=dict)

    async def variables(self, target: Target) -> dict[str, str]:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@dataclass
class FakePjlink:
    said: dict[str, str] | Exception = field(default_factory=dict)

    async def answers(self, target: Target, everything: bool = False) -> dict[str, str]:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@dataclass
class FakeIcmp:
    """Answers by host; a host that is not named loses everything."""

    said: dict[str, Ping | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def ping(self, host: str, count: int = 5, interval_s: float = 0.2, timeout_s: float = 1.0) -> Ping:
        self.asked.append(host)
        found = self.said.get(host, Ping(count, 0, (), tuple(range(count))))
        if isinstance(found, Exception):
            raise found
        return found


async def closed(target: Target) -> Reached:
    return Reached(why=f"{target}: Connection refused")


async def opened(target: Target) -> Reached:
    return Reached(connect_s=0.01, total_s=0.02)


def roads(
    snmp: FakeSnmp | None = None,
    nut: FakeNut | None = None,
    pjlink: FakePjlink | None = None,
    icmp: FakeIcmp | None = None,
) -> Roads:
    return Roads(snmp or FakeSnmp(), nut or FakeNut(), pjlink or FakePjlink(), icmp or FakeIcmp(), closed)


def wanted(kind: str = "", target: Target = SNMP, **options: str) -> Wanted:
    return Wanted(str(target), kind, "", target, options)
