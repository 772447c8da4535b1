"""How a target wants to be asked: version, patience, SNMPv3 user, socket address."""

import asyncio
import contextlib
import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Final

from agent.snmp.values import NoAnswer
from agent.targets import BadTarget, Target

Address = tuple[str, int] | tuple[str, int, int, int]

VERSIONS: Final = {"1": 0, "2c": 1}  # as on the wire (RFC 3584 §2)
AUTH: Final = ("MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512")
PRIV: Final = ("DES", "3DES", "AES", "AES192", "AES256")
SHORTEST_PASSWORD: Final = 8  # RFC 3414 §11.2
RESOLVE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class User:
    """An SNMPv3 user; without `auth` (password) nothing is signed, without `priv` nothing is encrypted."""

    name: str
    auth_proto: str = ""
    priv_proto: str = ""
    auth: str = field(default="", repr=False)
    priv: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Manner:
    """`version` 0 = SNMPv1, 1 = v2c; `tries` counts the first question too; `user` and `context` are SNMPv3's."""

    version: int
    timeout_s: float
    tries: int
    user: User | None = None
    context: str = ""


def manner(target: Target) -> Manner:
    """From the options `version` (1, 2c), `timeout` (s, 1.0), `retries` (1) and SNMPv3's `auth`, `auth_proto` (SHA),
    `priv`, `priv_proto` (AES), `context`. Raises BadTarget with a sentence."""
    if target.scheme not in ("snmp", "snmp+v3"):
        raise BadTarget(f"{target} is not spoken to by SNMP; right is snmp://community@host or snmp+v3://user@host")
    version = VERSIONS.get(target.option("version", "2c"))
    if version is None:
        raise BadTarget(
            f"{target}: version={target.option('version')} is unknown; right is version=1 or version=2c,"
            " and snmp+v3:// for version 3"
        )
    try:
        timeout_s, retries = float(target.option("timeout", "1.0")), int(target.option("retries", "1"))
    except ValueError as error:
        raise BadTarget(f"{target}: timeout and retries are numbers; right is timeout=1.5&retries=1") from error
    if not 0.01 <= timeout_s <= 60 or not 0 <= retries <= 10:
        raise BadTarget(f"{target}: timeout is from 0.01 to 60 seconds, retries from 0 to 10")
    if target.scheme == "snmp":
        return Manner(version, timeout_s, retries + 1)
    return Manner(version, timeout_s, retries + 1, user(target), target.option("context"))


def user(target: Target) -> User:
    auth, priv = target.option("auth"), target.option("priv")
    auth_proto = protocol(target, "auth_proto", "SHA", AUTH) if auth else ""
    priv_proto = protocol(target, "priv_proto", "AES", PRIV) if priv else ""
    if priv and not auth:
        raise BadTarget(f"{target}: priv without auth; SNMPv3 encrypts only what is signed, so give auth=… too")
    for name, password in (("auth", auth), ("priv", priv)):
        if password and len(password) < SHORTEST_PASSWORD:
            raise BadTarget(f"{target}: the {name} password is shorter than {SHORTEST_PASSWORD} characters")
    return User(target.user, auth_proto, priv_proto, auth, priv)


def protocol(target: Target, option: str, default: str, known: tuple[str, ...]) -> str:
    """`sha-256`, `AES128`, `sha1` -> the name in `known`."""
    text = target.option(option, default)
    name = {"SHA1": "SHA", "AES128": "AES"}.get(plain := text.upper().replace("-", ""), plain)
    if name not in known:
        raise BadTarget(f"{target}: {option}={text} is unknown; right is one of {', '.join(known)}")
    return name


async def resolve(host: str, port: int) -> tuple[int, Address]:
    """(address family, socket address). Names are looked up off the loop. Raises NoAnswer where that fails."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).version == 4:
            return socket.AF_INET, (host, port)
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except TimeoutError as error:
        raise NoAnswer(f"the name {host} was not resolved within {RESOLVE_S:g} s") from error
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"the name {host} cannot be resolved ({getattr(error, 'strerror', None) or error})") from error
    family, _, _, _, address = found[0]
    return family, address  # type: ignore[return-value]
