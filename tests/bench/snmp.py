"""How many SNMP values the agent reads per second of its own CPU time: 40 switches, ifTable, every value decoded."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from agent.snmp import Rows, SnmpRoad
from agent.targets import Target
from tests.bench.snmp_responder import COLUMNS, COMMUNITY, DEVICES, IF_ENTRY, ROWS, table

SWEEPS = 12
RUNS = 5
AT_ONCE = 10  # devices asked at the same time
REPOSITORY = Path(__file__).resolve().parents[2]


def measure() -> dict[str, float]:
    """`snmp_varbinds_per_cpu_s`: table cells read per CPU second of this process (all threads), median of the runs.

    The answers come from a child process, whose CPU time does not count. Each value is decoded anew each time; the
    encoded questions are kept from one sweep to the next, as in the agent.
    """
    command = [sys.executable, "-m", "tests.bench.snmp_responder"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as responder:
        assert responder.stdout
        ports: list[int] = json.loads(responder.stdout.readline())
        try:
            return {"snmp_varbinds_per_cpu_s": asyncio.run(rate([target(port) for port in ports]))}
        finally:
            assert responder.stdin
            responder.stdin.close()


def target(port: int) -> Target:
    return Target("snmp", "127.0.0.1", port, COMMUNITY, "", (("timeout", "5"),))


async def rate(targets: list[Target]) -> float:
    columns = [(*IF_ENTRY, column) for column in range(1, COLUMNS + 1)]
    async with SnmpRoad() as road:
        gate = asyncio.Semaphore(AT_ONCE)

        async def walk(one: Target) -> Rows:
            async with gate:
                return await road.walk(one, columns)

        first = await asyncio.gather(*(walk(one) for one in targets))  # the responder prepares its answers
        for number, rows in enumerate(first):
            expected = {name: value for name, value in table(number).items() if name[:-2] == IF_ENTRY}
            if rows != expected:
                raise AssertionError(f"device {number}: what was read is not what the device holds")
        rates = []
        for _ in range(RUNS):
            began = time.process_time()
            for _ in range(SWEEPS):
                sweep = await asyncio.gather(*(walk(one) for one in targets))
            spent = time.process_time() - began
            if any(len(rows) != COLUMNS * ROWS for rows in sweep):
                raise AssertionError("a walk was cut short; the figure would be false")
            rates.append(SWEEPS * DEVICES * COLUMNS * ROWS / spent)
        return median(rates)


if __name__ == "__main__":
    print(json.dumps(measure()))
