"""A school's minute as the figures of `make bench` mean it: 276 values with the noise of a school day.

1 link (12 quantities), 1 UPS (10), 2 boards (3 each), 40 computers (6 each), 1 switch (8). Processor and memory wander,
lines jitter, most else stands still; now and then the mains fail.
"""

from random import Random

from agent.report import Device, Machine, Reading, Report

COMPUTERS = 40


class School:
    """One school whose next minute follows from the last one; the same seed gives the same day."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._machine = Machine(
            f"pc-{seed}", f"{seed:032x}", [f"02:00:00:00:{seed // 256:02x}:{seed % 256:02x}"], "Linux"
        )
        self._cpu = [self._random.randint(2, 20) for _ in range(COMPUTERS)]
        self._memory = [self._random.randint(30, 70) for _ in range(COMPUTERS)]
        self._disk = [round(self._random.uniform(20, 80), 1) for _ in range(COMPUTERS)]
        self._boot = [1_764_000_000 + self._random.randint(0, 9_999) for _ in range(COMPUTERS)]
        self._power_cut = 0

    def minute(self) -> Report:
        devices = [self._link(), self._ups(), self._board(1), self._board(2)]
        devices += [self._computer(i) for i in range(COMPUTERS)]
        return Report(self._machine, [*devices, self._switch()])

    def _noise(self, mean: float, spread: float, decimals: int) -> float:
        return round(abs(self._random.gauss(mean, spread)), decimals)

    def _link(self) -> Device:
        readings = [
            Reading("link.gateway.rtt", "", "s", self._noise(0.0012, 0.0002, 4)),
            Reading("link.gateway.loss", "", "%", 0),
            Reading("link.intranet.rtt", "", "s", self._noise(0.025, 0.002, 4)),
            Reading("link.intranet.loss", "", "%", self._random.choice([0] * 19 + [1.7])),
            Reading("link.intranet.jitter", "", "s", self._noise(0.0008, 0.0003, 4)),
            Reading("link.internet.rtt", "", "s", self._noise(0.031, 0.002, 4)),
            Reading("link.internet.loss", "", "%", self._random.choice([0] * 19 + [1.7])),
            Reading("link.internet.jitter", "", "s", self._noise(0.001, 0.0003, 4)),
            Reading("if.in_rate", "1", "bit/s", self._random.randint(1, 500) * 10_000),
            Reading("if.out_rate", "1", "bit/s", self._random.randint(1, 90) * 10_000),
            Reading("dsl.down.snr_margin", "", "dB", self._noise(9.5, 0.2, 1)),
        ]
        return Device("link", "link", True, readings, "ADSL")

    def _ups(self) -> Device:
        if self._power_cut:
            self._power_cut -= 1
        elif self._random.random() < 0.005:
            self._power_cut = 3
        readings = [
            Reading("ups.state", "", "enum", "battery" if self._power_cut else "mains"),
            Reading("ups.battery.charge", "", "%", 100 - 5 * self._power_cut),
            Reading("ups.battery.runtime", "", "s", 3600 + 60 * self._random.randint(-1, 1)),
            Reading("ups.output.load", "", "%", 24),
            Reading("ups.input.voltage", "", "V", self._noise(229, 1, 0)),
            Reading("ups.input.frequency", "", "Hz", 50.0),
            Reading("ups.battery.voltage", "", "V", round(27.1 + self._random.choice([0, 0.1]), 1)),
            Reading("ups.battery.temperature", "", "C", 25),
            Reading("ups.replace_battery", "", "", 0),
        ]
        return Device("ups", "ups", True, readings, "Server room", "APC", "Smart-UPS 1500")

    def _board(self, index: int) -> Device:
        readings = [Reading("board.power", "", "enum", "on"), Reading("board.lamp_time", "1", "h", 1200)]
        return Device(f"board-{index}", "board", True, readings, f"Room {index}", "EPSON", "EB-680")

    def _computer(self, i: int) -> Device:
        if self._random.random() < 0.5:
            self._cpu[i] = min(100, max(1, self._cpu[i] + self._random.randint(-4, 4)))
        if self._random.random() < 0.3:
            self._memory[i] = min(99, max(10, self._memory[i] + self._random.randint(-1, 1)))
        if self._random.random() < 0.02:
            self._disk[i] = round(self._disk[i] + 0.1, 1)
        readings = [
            Reading("cpu.load", "", "%", self._cpu[i]),
            Reading("mem.used_percent", "", "%", self._memory[i]),
            Reading("disk.used_percent", "", "%", self._disk[i]),
            Reading("computer.boot_time", "", "s", self._boot[i]),
            Reading("computer.users", "", "", 1),
        ]
        return Device(f"pc-{i + 1}", "computer", True, readings, f"PC {i + 1}")

    def _switch(self) -> Device:
        readings = [Reading("if.in_rate", str(p), "bit/s", self._random.randint(1, 90) * 1000) for p in (1, 2)]
        readings += [Reading("if.out_rate", str(p), "bit/s", self._random.randint(1, 90) * 1000) for p in (1, 2)]
        readings += [
            Reading("switch.ports_up", "", "", 24),
            Reading("if.in_errors", "", "", 0),
            Reading("cpu.load", "", "%", 7),
        ]
        return Device("switch", "switch", True, readings, "Rack", "HP", "2910al")
