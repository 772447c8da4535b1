"""Enrolment: a one-time code against a token. It happens once, by hand; no failure ever starts it anew."""

import re
from pathlib import Path

import msgspec

from agent import identity
from agent.files import keep
from agent.uplink import Unsent, Uplink

FIRST_CONFIG = """\
# What zeng-agent looks at; docs/agent.md explains every key.
server = {server}

[[device]]
name = "This computer"
kind = "computer"
target = "local:"

# [[device]]
# name = "UPS"
# kind = "ups"
# target = "nut://127.0.0.1/ups"

# [link]
# gateway = "192.168.1.1"
# internet = ["1.1.1.1", "8.8.8.8"]
"""


class Refused(Exception):
    """The server did not let this agent in; the message is its sentence."""


class Accepted(msgspec.Struct):
    """The server's 201."""

    agent: int
    token: str
    school: str
    report_every: int = 60
    t: int = 0


def enrol(data: Path, config: Path, server: str, code: str, uplink: Uplink) -> Accepted:
    """Make the key pair if there is none, ask the server, keep the token, and write the server into agent.toml."""
    if (data / "token").exists():
        known = identity.enrolment(data)
        whom = f"agent {known.agent} of {known.school}" if known else "an agent"
        raise Refused(f"{data} is enrolled already as {whom}; for a second agent name another --data")
    request = msgspec.json.encode(identity.enrolment_request(data, code))
    try:
        reply = uplink.post("/api/v1/enrol", request, {"Content-Type": "application/json"})
    except Unsent as error:
        raise Refused(f"not enrolled: {error}") from error
    if reply.status != 201:
        raise Refused(f"not enrolled: {reply.sentence()}")
    try:
        accepted = msgspec.json.decode(reply.body, type=Accepted)
    except msgspec.MsgspecError as error:
        raise Refused(f"not enrolled: {server} does not answer like a Zəng server ({error})") from error
    identity.enrolled(data, accepted.token, identity.Enrolment(server, accepted.agent, accepted.school))
    keep(config, with_server(config.read_text("utf-8") if config.exists() else "", server).encode(), 0o600)
    return accepted


def with_server(text: str, server: str) -> str:
    """agent.toml with this server in it; everything else stays as a person wrote it."""
    quoted = msgspec.json.encode(server).decode()  # a JSON string is a TOML basic string
    if not text.strip():
        return FIRST_CONFIG.format(server=quoted)
    top, bracket, tables = _split(text)
    line = f"server = {quoted}"
    replaced, count = re.subn(r"(?m)^\s*server\s*=.*$", lambda _: line, top, count=1)
    return (replaced if count else f"{line}\n{top}") + bracket + tables


def _split(text: str) -> tuple[str, str, str]:
    """The lines before the first table, and the rest."""
    found = re.search(r"(?m)^\s*\[", text)
    return (text[: found.start()], "", text[found.start() :]) if found else (text, "", "")
