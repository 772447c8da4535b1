"""Words for equipment: its kinds, and by what evidence an agent's device is a piece of the register."""

from enum import StrEnum


class Kind(StrEnum):
    """What a thing is. Devices that agents describe use the same words (agent.report), where they have one."""

    COMPUTER = "computer"
    NOTEBOOK = "notebook"
    NETBOOK = "netbook"
    TABLET = "tablet"
    SERVER = "server"
    MONITOR = "monitor"
    PRINTER = "printer"
    SCANNER = "scanner"
    PROJECTOR = "projector"
    BOARD = "board"
    UPS = "ups"
    SWITCH = "switch"
    ROUTER = "router"
    ACCESS_POINT = "access_point"
    MODEM = "modem"
    SENSOR = "sensor"
    HEADPHONES = "headphones"
    GRAPHIC_TABLET = "graphic_tablet"
    JOYSTICK = "joystick"
    OTHER = "other"


class Evidence(StrEnum):
    """Why a device of an agent is taken for a piece of the register, the strongest first. Never a host name."""

    PERSON = "person"
    AGENT_KEY = "agent_key"
    SERIAL = "serial"
    MAC = "mac"


K = Kind
# Pieces that work together; each pair stands on both rows.
PAIRS = frozenset(
    frozenset(pair)
    for pair in (
        (K.BOARD, K.PROJECTOR), (K.MODEM, K.NETBOOK), (K.MODEM, K.NOTEBOOK), (K.MODEM, K.TABLET),
        (K.MONITOR, K.COMPUTER), (K.UPS, K.SERVER), (K.BOARD, K.COMPUTER), (K.BOARD, K.NOTEBOOK),
    )
)  # fmt: skip
# What a line of a school can end in.
ENDS_LINKS = frozenset({K.MODEM, K.ROUTER, K.ACCESS_POINT, K.SWITCH})


def may_pair(one: Kind, other: Kind) -> bool:
    return frozenset((one, other)) in PAIRS
