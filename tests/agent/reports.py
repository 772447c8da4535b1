"""Small reports for the agent's tests."""

from agent.report import Device, Machine, Reading, Report, Value
from agent.targets import Target
from agent.wanted import Wanted

MACHINE = Machine("pc-1", "0123456789abcdef", ["02:00:00:00:00:01"], "Linux", "0.1.0")


def school(charge: Value = 100, *, state: str = "mains", computers: int = 3, ending: str = "") -> Report:
    """A school with a UPS and a few computers."""
    readings = [Reading("ups.state", "", "enum", state), Reading("ups.battery.charge", "", "%", charge)]
    devices = [Device("ups", "ups", True, readings)]
    devices += [Device(f"pc-{i}", "computer", True, [Reading("cpu.load", "", "%", i)]) for i in range(computers)]
    return Report(MACHINE, devices, 0, 60, ending)


def charge(report: Report) -> Value:
    return report.devices[0].readings[1].value


def wanted(key: str, kind: str = "computer") -> Wanted:
    return Wanted(key, kind, key, Target("local"))
