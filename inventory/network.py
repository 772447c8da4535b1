"""Words for links and for what they hang on, and what makes a tree of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class NodeKind(StrEnum):
    PROVIDER = "provider"
    EXCHANGE = "exchange"
    OLT = "olt"
    BASE_STATION = "base_station"
    CABLE = "cable"
    POWER_FEEDER = "power_feeder"


class LinkKind(StrEnum):
    """Access technology (MISSION P15, P22; UIS ICT survey)."""

    ADSL = "adsl"
    VDSL = "vdsl"
    FIBER = "fiber"
    ETHERNET = "ethernet"
    WIRELESS_P2P = "wireless_p2p"
    WIRELESS_P2MP = "wireless_p2mp"
    MOBILE_4G = "mobile_4g"
    WIMAX = "wimax"
    SATELLITE = "satellite"


def makes_circle(node: int, parent: int | None, parents: Mapping[int, int | None]) -> bool:
    """Whether `node` would feed itself with this parent. `parents`: of every node, as it is."""
    passed: set[int] = set()
    while parent is not None and parent not in passed:
        if parent == node:
            return True
        passed.add(parent)
        parent = parents.get(parent)
    return False


def is_live(from_on: date | None, until_on: date | None, day: date) -> bool:
    """Whether a link carried the school on this day: from its first day until before its last. An unknown beginning
    proves nothing.
    """
    return from_on is not None and from_on <= day and (until_on is None or day < until_on)
