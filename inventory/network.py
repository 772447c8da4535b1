"""Words for links and for what they hang on."""

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
