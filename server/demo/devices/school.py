"""All devices of the demonstration school, started and stopped together."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from server.demo.devices import nut, objects
from server.demo.devices.nut import NutServer
from server.demo.devices.pjlink import PjlinkBoard
from server.demo.devices.snmp import SnmpDevice

COMMUNITY = "numayis"
BOARD_PASSWORD = "demo-7412"
SNMP = f"snmp://{COMMUNITY}@{{host}}:{{port}}"


class Device(Protocol):
    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A device as agent.toml describes it; `{password}` in the target stands for the file with the board's password."""

    key: str
    kind: str
    name: str
    target: str


def _devices(began: float) -> list[tuple[Place, Device]]:
    """Targets have {host} and {port} for where the device will be."""
    locked = PjlinkBoard("otaq 12", began, password=BOARD_PASSWORD, lamp_hours=2143)
    open_ = PjlinkBoard("otaq 7", began, pjlink_class=1, lamp_hours=2788)
    with_password = "pjlink://{host}:{port}?password=file:{password}"
    return [
        (Place("ups-server", "ups", "UPS, server otağı", SNMP), SnmpDevice(objects.ups, COMMUNITY, began)),
        (Place("modem", "modem", "ADSL modem", SNMP), SnmpDevice(objects.modem, COMMUNITY, began)),
        (Place("switch", "switch", "Kommutator, 24 port", SNMP), SnmpDevice(objects.switch, COMMUNITY, began)),
        (Place("sensor", "sensor", "Temperatur, server otağı", SNMP), SnmpDevice(objects.sensor, COMMUNITY, began)),
        (
            Place("ups-lab", "ups", "UPS, informatika otağı", f"nut://{{host}}:{{port}}/{nut.UPS_NAME}"),
            NutServer(began),
        ),
        (Place("board-12", "board", "Lövhə, otaq 12", with_password), locked),
        (Place("board-7", "board", "Lövhə, otaq 7", "pjlink://{host}:{port}"), open_),
    ]


@contextlib.asynccontextmanager
async def running(began: float, listen: str = "127.0.0.1", named: str = "") -> AsyncIterator[list[Place]]:
    """Devices of a demonstration that began at `began` (Unix time, s); they end with the block.

    They listen on any free ports of `listen`; the agent will call that host `named`.
    """
    async with contextlib.AsyncExitStack() as started:
        places = []
        for place, device in _devices(began):
            port = await device.start(listen)
            started.push_async_callback(device.stop)
            target = place.target.replace("{host}", named or listen).replace("{port}", str(port))
            places.append(Place(place.key, place.kind, place.name, target))
        yield places
