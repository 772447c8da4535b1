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
        found = await roads.reach(device.target)
        return Heard(failure=Failure.UNREACHABLE, why=found.why) if found.total_s is None else Heard()
    try:
        ping = await roads.icmp.ping(device.target.host, ECHOES, INTERVAL_S, TIMEOUT_S)
    except PingError as error:
        return Heard(failure=Failure.NOT_ASKED, why=f"{device.target}: {error}")
    if ping.received:
        return Heard()
    return Heard(failure=Failure.UNREACHABLE, why=f"{device.target}: {ping.problem or 'no answer to echoes'}")
