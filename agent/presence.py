"""Whether a device is there at all, by ICMP echo or by a TCP, HTTP or HTTPS door, where no more can be asked."""

from typing import Final

from agent.icmp import PingError
from agent.wanted import Failure, Heard, Roads, Wanted

SCHEMES: Final = frozenset({"icmp", "tcp", "https", "http"})
ECHOES, INTERVAL_S, TIMEOUT_S = 2, 0.3, 1.5


async def look(device: Wanted, roads: Roads) -> Heard:
    """Two echoes, so that a single lost one is no absence. A computer that may not ping knows nothing of the other.

    Raises BadTarget.
    """
    if device.target.scheme != "icmp":
        took_s = await roads.reach(device.target)
        return (
            Heard() if took_s is not None else Heard(failure=Failure.UNREACHABLE, why=f"{device.target} does not open")
        )
    try:
        ping = await roads.icmp.ping(device.target.host, ECHOES, INTERVAL_S, TIMEOUT_S)
    except PingError as error:
        return Heard(failure=Failure.NOT_ASKED, why=str(error))
    if ping.received:
        return Heard()
    return Heard(failure=Failure.UNREACHABLE, why=ping.problem or f"{device.target} does not answer echoes")
