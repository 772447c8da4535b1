"""How large the republic is (the ministry's report, MISSION P4-P41), and the dice that make it, one per room."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Asia/Baku")


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each; `scaled` makes a small country of the same shape, for tests."""

    schools: int = 3450
    adsl: int = 1003  # of 1,200 connected, in the proportions of P15 and P22: 1,564 ADSL, 63 fibre, 244 wireless
    fibre: int = 40
    wireless: int = 157
    computers: int = 32_000
    avior: int = 2  # of these
    notebooks: int = 500
    ups: int = 511
    boards: int = 100
    projectors: int = 500
    netbooks: int = 2000
    network_devices: int = 450
    cpe_modems: int = 400
    cpe_radio: int = 30
    cpe_vpn: int = 100
    scanners: int = 3
    windows: int = 32_000
    antivirus: int = 3840
    server_cal: int = 3000
    transfers: int = 260
    replacements: int = 160
    write_offs: int = 320
    disposals: int = 60

    def scaled(self, share: float) -> "Size":
        return Size(**{name: max(3, round(getattr(self, name) * share)) for name in self.__dataclass_fields__})

    @property
    def connected(self) -> int:
        return self.adsl + self.fibre + self.wireless


@dataclass(frozen=True, slots=True)
class Republic:
    """`at`: the present of the demonstration; its last whole year plays the part of the report's 2011."""

    size: Size
    seed: int
    at: datetime

    def dice(self, room: str) -> random.Random:
        """Each room has dice of its own, so that a change in one leaves the others as they were."""
        return random.Random(f"{self.seed}/{room}")

    @property
    def today(self) -> date:
        return self.at.astimezone(HOME).date()

    @property
    def year(self) -> int:
        return self.today.year - 1
