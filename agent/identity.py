"""Who this agent is: its key pair, its token, the school that it speaks for, and facts about its computer."""

import base64
import os
import platform
import re
import secrets
import socket
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from agent.files import keep
from agent.report import Machine

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DIRECTORY_VARIABLE = "ZENG_AGENT_DATA"


class NoIdentity(Exception):
    """The data directory holds no usable key or token; the message says what to do."""


class Enrolment(msgspec.Struct, frozen=True):
    """What the server said when it let the agent in. The token stands in a file of its own."""

    server: str
    agent: int
    school: str


def directory(given: str | None) -> Path:
    """The data directory: `--data`, else ZENG_AGENT_DATA, else the usual place of this kind of user."""
    text = given or os.environ.get(DIRECTORY_VARIABLE, "")
    if text:
        return Path(text).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "zeng-agent"
    return Path("/var/lib/zeng-agent") if os.geteuid() == 0 else Path.home() / ".local/share/zeng-agent"


def prepare(data: Path) -> None:
    """Make the data directory, readable by its owner alone."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise NoIdentity(
            f"the data directory {data} cannot be made: {error.strerror}; name another by --data"
        ) from error


def public_key(data: Path) -> bytes:
    """The raw 32 bytes of the agent's Ed25519 public key; the pair is made at the first call and never replaced."""
    from cryptography.hazmat.primitives import serialization as kinds

    return _private_key(data).public_key().public_bytes(kinds.Encoding.Raw, kinds.PublicFormat.Raw)


def signed(data: Path, text: str) -> bytes:
    """The 64 bytes of the Ed25519 signature (RFC 8032) over the UTF-8 bytes of `text`."""
    return _private_key(data).sign(text.encode())


# cryptography costs 6 MB of memory and serves at enrolment alone, so it is imported where it is used.
def _private_key(data: Path) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives import serialization as kinds
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = data / "key"
    if not path.exists():
        pair = Ed25519PrivateKey.generate()
        keep(path, pair.private_bytes(kinds.Encoding.PEM, kinds.PrivateFormat.PKCS8, kinds.NoEncryption()))
        return pair
    try:
        found = kinds.load_pem_private_key(path.read_bytes(), None)
    except ValueError as error:
        raise NoIdentity(
            f"{path} holds no Ed25519 key in PEM; restore it from a copy or enrol anew elsewhere"
        ) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise NoIdentity(f"{path} holds a key of another kind; an Ed25519 key is needed")
    return found


def enrolment_request(data: Path, code: str) -> dict[str, object]:
    """The body of POST /api/v1/enrol: the signature proves that the sender holds the private key."""
    return {
        "code": code,
        "public_key": base64.b64encode(public_key(data)).decode(),
        "signature": base64.b64encode(signed(data, f"zeng-enrol:{code}")).decode(),
        "machine": msgspec.to_builtins(machine()),
    }


def enrolled(data: Path, token: str, enrolment: Enrolment) -> None:
    """Keep what the server answered; the token last, because its presence means that enrolment is complete."""
    keep(data / "enrolment.json", msgspec.json.encode(enrolment), 0o644)
    keep(data / "token", token.encode() + b"\n")


def token(data: Path) -> str:
    path = data / "token"
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise NoIdentity(f"{data} holds no token; enrol first: zeng-agent enrol --server URL --code CODE") from error
    except (OSError, UnicodeError) as error:
        raise NoIdentity(f"{path} cannot be read ({error}); it holds one line that the server gave") from error
    if not text or not text.isprintable() or " " in text:
        raise NoIdentity(f"{path} holds no token; it holds one line that the server gave")
    return text


def enrolment(data: Path) -> Enrolment | None:
    try:
        return msgspec.json.decode((data / "enrolment.json").read_bytes(), type=Enrolment)
    except (OSError, msgspec.MsgspecError):
        return None


def instance() -> str:
    """A name for this process, drawn anew at each start and never written down (see agent.report)."""
    return secrets.token_hex(4)


def machine() -> Machine:
    """Facts about this computer; what cannot be learnt stays empty."""
    return Machine(
        hostname=socket.gethostname(),
        machine_id=_machine_id(),
        macs=macs(),
        system=_system(),
        agent_version=version("zeng"),
    )


def _machine_id() -> str:
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return ""


def _system() -> str:
    if sys.platform == "linux":
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            name = "Linux"
        return f"{name}, {os.uname().release} {os.uname().machine}"
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def macs(network: Path = Path("/sys/class/net")) -> list[str]:
    """Addresses of physical network cards, sorted. A VPN, a bridge or a container's card comes and goes and would
    make one computer look like two (MeshCentral#5049), so only cards with a device behind them count."""
    if not network.is_dir():
        return _macs_by_psutil()
    found = set()
    for card in network.iterdir():
        if not (card / "device").exists():
            continue
        try:
            address = (card / "address").read_text(encoding="ascii").strip().lower()
        except OSError:
            continue
        if re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", address) and address != "00:00:00:00:00:00":
            found.add(address)
    return sorted(found)


def _macs_by_psutil() -> list[str]:
    import psutil

    found = set()
    for entries in psutil.net_if_addrs().values():
        for entry in entries:
            address = entry.address.replace("-", ":").lower()
            # The second bit of the first byte marks an address made up by software (IEEE 802, "locally administered").
            if entry.family == psutil.AF_LINK and len(address) == 17 and not int(address[:2], 16) & 2:
                found.add(address)
    return sorted(found - {"00:00:00:00:00:00"})
