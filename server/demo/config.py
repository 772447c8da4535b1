"""The configuration of the demonstration's agent, as agent.toml."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.demo.devices.objects import ADSL_INTERFACE
from server.demo.devices.school import Place

REPORT_EVERY_S: Final = 15
SAMPLE_EVERY_S: Final = 5


def agent_toml(server: str, places: Sequence[Place], board_password: Path, near: str, far: str) -> str:
    """Ports differ from start to start, keys do not: a device stays the same device.

    `near` and `far` are the hosts that stand for the gateway and for the Internet.
    """
    lines = [
        "# Written by the demonstration at each start.",
        f"server = {_quoted(server)}",
        f"report_every = {REPORT_EVERY_S}",
        f"sample_every = {SAMPLE_EVERY_S}",
        "",
        "[link]",
        'name = "İnternet xətti (nümayiş)"',
        f"gateway = {_quoted(near)}",
        f"internet = {_quoted(far)}",
        *(f"modem = {_quoted(place.target)}" for place in places if place.kind == "modem"),
        f'interface = "{ADSL_INTERFACE}"',
        "",
        "[[device]]",
        'key = "this-computer"',
        'name = "Bu kompüter"',
        'kind = "computer"',
        'target = "local:"',
    ]
    for place in places:
        target = place.target.replace("{password}", str(board_password))
        lines += ["", "[[device]]", f"key = {_quoted(place.key)}", f"name = {_quoted(place.name)}"]
        lines += [f"kind = {_quoted(place.kind)}", f"target = {_quoted(target)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string
