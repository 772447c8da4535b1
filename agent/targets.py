"""Where a device is and how to speak to it, as one URL: snmp:// nut:// pjlink:// icmp:// tcp:// https:// local: …"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {
    "snmp": 161,
    "snmp+v3": 161,
    "nut": 3493,
    "pjlink": 4352,
    "icmp": 0,
    "tcp": 0,
    "https": 443,
    "http": 80,
    "ssh": 22,
    "local": 0,
}
# What follows the "?", by scheme; `password` may also stand before the "@", as in pjlink://:password@host.
OPTIONS: dict[str, tuple[str, ...]] = {
    "snmp": ("version", "timeout", "retries"),
    "snmp+v3": ("auth", "auth_proto", "priv", "priv_proto", "context", "timeout", "retries"),
    "nut": ("password",),
    "pjlink": ("password",),
    "tcp": ("timeout",),
    "https": ("timeout", "ca"),
    "http": ("timeout",),
    "ssh": ("password",),
}
SECRET_OPTIONS = ("auth", "priv", "password")


class BadTarget(ValueError):
    """The target cannot be used; the message says what was wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed target. `user` is the SNMP community, the SNMPv3 user or the login; secrets are already resolved."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    path: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str = "") -> str:
        return dict(self.options).get(name, default)

    def __str__(self) -> str:
        """Without any secret: fit for a log line and for the key of a device."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port and self.port != PORTS[self.scheme] else ""
        return f"{self.scheme}:" if self.scheme == "local" else f"{self.scheme}://{host}{port}{self.path}"


def secret(reference: str) -> str:
    """A secret by reference: `env:NAME`, `file:/path` (first line), or the text itself. BadTarget where absent."""
    if reference.startswith("env:"):
        name = reference[4:]
        if name not in os.environ:
            raise BadTarget(f"environment variable {name} is not set; set it or name another")
        return os.environ[name]
    if reference.startswith("file:"):
        path = Path(reference[5:])
        try:
            return path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        except OSError as error:
            raise BadTarget(f"secret file {path} cannot be read: {error.strerror}") from error
    return reference


def parse(text: str) -> Target:
    """`snmp://community@host:port`, `nut://host/ups`, `pjlink://host?password=file:/etc/zeng/pj`, ... -> Target."""
    scheme, colon, _ = text.partition(":")
    if not colon or scheme not in PORTS:
        known = ", ".join(s + ":" for s in PORTS)
        raise BadTarget(f"{masked(text)!r} does not begin with a known scheme; right is one of {known}")
    if scheme == "local":
        if text != "local:":
            raise BadTarget(f"{masked(text.partition('?')[0])!r}: right is local: alone, which is this computer")
        return Target("local")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadTarget(
            f"{masked(text)!r}: {error}; right is {scheme}://host:port with a port from 1 to 65535"
        ) from error
    if not parts.hostname:
        raise BadTarget(f"{masked(text)!r} names no host; right is {scheme}://host")
    if scheme == "nut" and not re.fullmatch(r"/[^/]+", parts.path):
        raise BadTarget(f"{masked(text)!r} names no UPS; right is nut://host/ups as listed by `upsc -l host`")
    if scheme == "tcp" and not port:
        raise BadTarget(f"{masked(text)!r} names no port; right is tcp://host:port")
    if scheme == "snmp" and parts.password is not None:
        right = "snmp://env%3ANAME@host or snmp://file%3A%2Fpath@host for a secret kept elsewhere"
        raise BadTarget(f"{masked(text)!r} has a colon in its community; right is {right}")
    user = secret(unquote(parts.username or ""))
    if scheme == "snmp" and not user:
        user = "public"
    if scheme in ("snmp+v3", "ssh") and not user:
        raise BadTarget(f"{masked(text)!r} names no user; right is {scheme}://user@host")
    options = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.password:
        options.setdefault("password", unquote(parts.password))
    known_options(scheme, text, options)
    resolved = tuple((k, secret(v) if k in SECRET_OPTIONS else v) for k, v in sorted(options.items()))
    path = parts.path if scheme in ("nut", "https", "http") else ""
    return Target(scheme, parts.hostname, port or PORTS[scheme], user, path, resolved)


def known_options(scheme: str, text: str, given: Iterable[str]) -> None:
    """An option that nobody reads is a slip that would go unseen. BadTarget; no value is shown, it may be a secret."""
    known = OPTIONS.get(scheme, ())
    strange = ", ".join(repr(name) for name in sorted(set(given) - set(known)))
    if strange:
        right = f"one of {', '.join(known)}" if known else "none at all"
        place = masked(text.partition("?")[0])
        raise BadTarget(f"{place!r} has the unknown option {strange}; right for {scheme}:// is {right}")


def masked(text: str) -> str:
    """The target with community, password and secret options blotted out, for messages."""
    text = re.sub(r"//[^@/?]*@", "//***@", text)
    return re.sub(rf"\b({'|'.join(SECRET_OPTIONS)})=[^&]*", r"\1=***", text)
