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


class Device(Protocol):
    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int: ...

    async def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A device as agent.toml describes it."""

    name: str
    kind: str
    port: int
    target: str


def _devices(began: float) -> list[tuple[str, str, str, Device]]:
    """(name, kind, target with {port}, device)."""
    snmp = f"snmp://{COMMUNITY}@127.0.0.1:{{port}}"
    return [
        ("UPS, server otağı", "ups", snmp, SnmpDevice(objects.ups, COMMUNITY, began)),
        ("ADSL modem", "modem", snmp, SnmpDevice(objects.modem, COMMUNITY, began)),
        ("Kommutator, 24 port", "switch", snmp, SnmpDevice(objects.switch, COMMUNITY, began)),
        ("Temperatur, server otağı", "sensor", snmp, SnmpDevice(objects.sensor, COMMUNITY, began)),
        ("UPS, informatika otağı", "ups", f"nut://127.0.0.1:{{port}}/{nut.UPS_NAME}", NutServer(began)),
        (
            "Lövhə, otaq 12",
            "board",
            f"pjlink://:{BOARD_PASSWORD}@127.0.0.1:{{port}}",
            PjlinkBoard("otaq 12", began, password=BOARD_PASSWORD, lamp_hours=2143),
        ),
        (
            "Lövhə, otaq 7",
            "board",
            "pjlink://127.0.0.1:{port}",
            PjlinkBoard("otaq 7", began, pjlink_class=1, lamp_hours=2788),
        ),
    ]


@contextlib.asynccontextmanager
async def running(began: float, ports: dict[str, int] | None = None) -> AsyncIterator[list[Place]]:
    """Devices of a demonstration that began at `began` (Unix time, s). `ports`: the ports of the last time, by name,
    so that a device keeps its address; where one is taken the system gives another."""
    wished = ports or {}
    started: list[Device] = []
    places: list[Place] = []
    try:
        for name, kind, target, device in _devices(began):
            try:
                port = await device.start(port=wished.get(name, 0))
            except OSError:
                port = await device.start()
            started.append(device)
            places.append(Place(name, kind, port, target.format(port=port)))
        yield places
    finally:
        for device in reversed(started):
            await device.stop()
