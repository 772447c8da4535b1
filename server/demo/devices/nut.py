"""A NUT server on loopback with one UPS: VER, NETVER, LIST UPS, LIST VAR, GET VAR and the error words of upsd."""

import asyncio
import time

from server.demo.devices import scenario
from server.demo.devices.lines import LineDevice

UPS_NAME, DESCRIBED = "school", "Simulated UPS 3000 (demonstration)"
FULL_RUNTIME_S, LOAD = 2400.0, 24
LOW_CHARGE = 20


def variables(t: float) -> dict[str, str]:
    """Variables of the UPS at `t` seconds; names and units as in docs/nut-names.txt of NUT."""
    now = scenario.ups(t, FULL_RUNTIME_S, LOAD)
    return {
        "battery.charge": f"{now.charge:.0f}",
        "battery.charge.low": str(LOW_CHARGE),
        "battery.runtime": str(now.runtime_s),
        "battery.temperature": f"{now.temperature:.1f}",
        "battery.voltage": f"{now.battery_volts * 2:.1f}",
        "device.mfr": "Zeng demonstration",
        "device.model": "Simulated UPS 3000",
        "device.serial": "DEMO-3000-1",
        "device.type": "ups",
        "driver.name": "simulated",
        "input.voltage": str(now.input_volts),
        "output.voltage": "230",
        "ups.load": str(now.load),
        "ups.mfr": "Zeng demonstration",
        "ups.model": "Simulated UPS 3000",
        "ups.realpower.nominal": "2700",
        "ups.serial": "DEMO-3000-1",
        "ups.status": _status(t, now),
        "ups.test.result": "Done and passed",
    }


def _status(t: float, now: scenario.Ups) -> str:
    """This UPS does not take part in the battery test of the first one: OL and OB follow the mains alone."""
    if scenario.mains(t):
        return "OL CHRG" if now.charge < 100 else "OL"
    return "OB DISCHRG LB" if now.charge < LOW_CHARGE else "OB DISCHRG"


def reply(asked: str, t: float) -> str:
    """What upsd says to one line; several lines for a list."""
    match asked.split():
        case ["VER"]:
            return "Network UPS Tools upsd 2.8.0 - simulated for the demonstration of zeng"
        case ["NETVER" | "PROTVER"]:
            return "1.3"
        case ["LIST", "UPS"]:
            return f'BEGIN LIST UPS\nUPS {UPS_NAME} "{DESCRIBED}"\nEND LIST UPS'
        case ["LIST" | "GET", _, ups, *_] if ups != UPS_NAME:
            return "ERR UNKNOWN-UPS"
        case ["GET", "UPSDESC", _]:
            return f'UPSDESC {UPS_NAME} "{DESCRIBED}"'
        case ["LIST" | "GET", "VAR", *_] if scenario.ups_driver_stale(t):
            return "ERR DATA-STALE"
        case ["LIST", "VAR", _]:
            rows = [f'VAR {UPS_NAME} {key} "{value}"' for key, value in variables(t).items()]
            return "\n".join([f"BEGIN LIST VAR {UPS_NAME}", *rows, f"END LIST VAR {UPS_NAME}"])
        case ["GET", "VAR", _, key]:
            value = variables(t).get(key)
            return "ERR VAR-NOT-SUPPORTED" if value is None else f'VAR {UPS_NAME} {key} "{value}"'
        case ["LIST", "CMD" | "RW" | "CLIENT" | "ENUM" | "RANGE" as noun, *rest]:
            about = " ".join([noun, *rest])
            return f"BEGIN LIST {about}\nEND LIST {about}"
        case ["USERNAME" | "PASSWORD", _]:
            return "OK"
        case ["LOGIN", _] | ["SET" | "INSTCMD" | "FSD", *_]:
            return "ERR ACCESS-DENIED"
        case ["STARTTLS"]:
            return "ERR FEATURE-NOT-CONFIGURED"
        case ["LOGOUT"]:
            return "OK Goodbye"
        case ["LIST" | "GET", *_]:
            return "ERR INVALID-ARGUMENT"
        case _:
            return "ERR UNKNOWN-COMMAND"


class NutServer(LineDevice):
    def __init__(self, began: float) -> None:
        super().__init__()
        self.began = began

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await self.heard(reader)) is not None:
            writer.write(reply(asked, time.time() - self.began).encode() + b"\n")
            await writer.drain()
            if asked == "LOGOUT":
                return
