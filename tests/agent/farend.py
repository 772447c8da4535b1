"""Run in a network namespace of its own: a line (TUN device) whose far end answers pings as each address is told to.

Prints one JSON object: what the pinger made of each address.
"""

import asyncio
import dataclasses
import fcntl
import json
import os
import struct
import subprocess
import sys
from typing import Any

from agent.icmp import Ping, Pinger, PingError, checksum, jitter_s, loss_ratio, mean_rtt_s

TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001  # linux/if_tun.h
PROMPT, DELAYED, DOUBLED, LATE, EVERY_OTHER, ELSEWHERE, UNEVEN, SILENT = (f"10.9.0.{n}" for n in range(2, 10))


class FarEnd:
    """Every address behind the line. Delays are in seconds."""

    def __init__(self) -> None:
        self.line = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.line, TUNSETIFF, struct.pack("16sH", b"line", TUN_WITHOUT_HEADER))
        for command in ("ip addr add 10.9.0.1/24 dev line", "ip link set line up"):
            subprocess.run(command.split(), check=True)
        self.asked: dict[str, int] = {}
        asyncio.get_running_loop().add_reader(self.line, self.came)

    def came(self) -> None:
        while True:
            try:
                packet = os.read(self.line, 2048)
            except BlockingIOError:
                return
            if packet[0] >> 4 != 4 or packet[9] != 1 or packet[20] != 8:
                continue
            here, there = packet[12:16], packet[16:20]
            address = ".".join(map(str, there))
            number = self.asked[address] = self.asked.get(address, 0) + 1
            if address == ELSEWHERE:
                there = bytes([10, 9, 0, 250])
            body = b"\0\0\0\0" + packet[24:]
            body = body[:2] + checksum(body).to_bytes(2, "big") + body[4:]
            head = packet[:10] + b"\0\0" + there + here
            reply = head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + body
            for delay in delays(address, number):
                asyncio.get_running_loop().call_later(delay, os.write, self.line, reply)


def delays(address: str, number: int) -> list[float]:
    """After how long the `number`th question to an address is answered, and how often."""
    return {
        SILENT: [],
        DELAYED: [0.040],
        DOUBLED: [0.0, 0.005],
        LATE: [0.450],
        EVERY_OTHER: [0.0] if number % 2 else [],
        UNEVEN: [0.010 if number % 2 else 0.030],
    }.get(address, [0.0])


def told(ping: Ping) -> dict[str, Any]:
    numbers = {"loss": loss_ratio(ping), "mean": mean_rtt_s(ping), "jitter": jitter_s(ping)}
    return dataclasses.asdict(ping) | numbers


async def line() -> dict[str, Any]:
    FarEnd()
    async with Pinger() as pinger:
        hosts = [PROMPT, DELAYED, DOUBLED, LATE, EVERY_OTHER, ELSEWHERE, UNEVEN, SILENT, "203.0.113.1"]
        names = ["prompt", "delayed", "doubled", "late", "every_other", "elsewhere", "uneven", "silent", "no_road"]
        pings = await asyncio.gather(*(pinger.ping(host, 10, 0.05, 0.3) for host in hosts))
        await asyncio.sleep(0.3)
        return {name: told(ping) for name, ping in zip(names, pings, strict=True)} | {"dropped": pinger.late}


async def many() -> dict[str, Any]:
    async with Pinger() as pinger:
        pings = await asyncio.gather(*(pinger.ping(f"127.0.1.{i}", 5, 0.02) for i in range(1, 101)))
        six = await pinger.ping("::1", 3, 0.01)
        kinds = sorted({sock.type.name for sock in pinger._sockets.values()})
        return {"received": sum(p.received for p in pings), "six": six.received, "late": pinger.late, "kinds": kinds}


async def forbidden() -> dict[str, Any]:
    async with Pinger() as pinger:
        try:
            await pinger.ping("127.0.0.1", 1)
        except PingError as error:
            return {"said": str(error), "kind": type(error).__name__}
    return {}


if __name__ == "__main__":
    print(json.dumps(asyncio.run({"line": line, "many": many, "forbidden": forbidden}[sys.argv[1]]())))
