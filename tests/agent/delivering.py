"""An agent in a test that keeps reports and brings them by hand."""

from pathlib import Path

from agent import clock as clocks
from agent.clock import Clock
from agent.courier import Courier
from agent.frames import packed
from agent.report import Report
from agent.spool import Spool
from agent.uplink import Uplink


class School:
    """An agent without a loop: reports are kept and brought by hand."""

    def __init__(self, directory: Path, url: str, instance: str = "aaaa") -> None:
        self.spool = Spool(directory)
        self.clock = Clock()
        self.uplink = Uplink(url)
        self.courier = Courier(self.spool, self.uplink, "token-1", self.clock, "boot", instance)

    def keep(self, report: Report, *, ago_ms: int = 0, boot: str = "boot", stamp_ms: int | None = None) -> int:
        stamp = self.clock.stamp() - ago_ms if stamp_ms is None else stamp_ms
        since_boot = clocks.since_boot_ms() - ago_ms
        kept = self.spool.append(packed(report), boot=boot, since_boot_ms=since_boot, stamp_ms=stamp, change=False)
        return kept.number

    def bring(self) -> float | None:
        return self.courier.bring(lambda: False)
