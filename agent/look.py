"""One look at many devices at the same time, each with its own bound, and what of it is a change of state."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from agent.report import Device
from agent.wanted import Wanted

log = logging.getLogger("zeng.agent.look")

Collect = Callable[[Wanted], Awaitable[Device]]

# Quantities whose change is worth a report at once; of a loss only whether everything is lost.
STATES = frozenset({"ups.state", "ups.low_battery", "ups.replace_battery", "sensor.contact"})
TOTAL_LOSS = 100


async def look(wanted: Iterable[Wanted], collect: Collect, bound_s: float) -> dict[str, Device]:
    """What each device said, by key. A device whose collector is not done after `bound_s` is left out: the collector
    bounds its own waiting for an answer, so this one is wedged, and nothing is known of the device."""
    tasks = {asyncio.create_task(_one(collect, device)): device.key for device in wanted}
    if not tasks:
        return {}
    done, late = await asyncio.wait(tasks, timeout=bound_s)
    for task in late:
        task.cancel()
        log.warning("%s: its collector was not done within %.0f s; it is left out", tasks[task], bound_s)
    found = {}
    for task in done:
        error = task.exception() if not task.cancelled() else asyncio.CancelledError()
        if error is None:
            found[tasks[task]] = task.result()
        else:
            log.error("%s: its collector failed, which is a defect", tasks[task], exc_info=error)
    return found


async def _one(collect: Collect, device: Wanted) -> Device:
    return await collect(device)


def signature(device: Device) -> tuple[object, ...]:
    """What of a device makes a report at once when it changes."""
    states: list[object] = [device.reachable]
    for reading in device.readings:
        if reading.quantity in STATES:
            states.append((reading.quantity, reading.index, reading.value))
        elif reading.quantity.startswith("link.") and reading.quantity.endswith(".loss"):
            lost = isinstance(reading.value, int | float) and reading.value >= TOTAL_LOSS
            states.append((reading.quantity, reading.index, lost))
    return tuple(states)


def outside_reached(device: Device) -> bool:
    """Whether a link device reached anything beyond the school's own gateway."""
    return any(
        isinstance(reading.value, int | float) and reading.value < TOTAL_LOSS
        for reading in device.readings
        if reading.quantity in ("link.internet.loss", "link.intranet.loss")
    )
