"""Small files that must survive a power cut: written beside, forced to the disk, then renamed into place."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class Busy(Exception):
    """Another process holds the data directory; the message names it."""


def keep(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `data` so that after a power cut it holds the old bytes or the new ones, never a part."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(beside, path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make a rename last. Windows has no handle for a directory and journals renames by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(directory: Path) -> int:
    """Hold the data directory for as long as the process lives (the handle must stay open). Busy where another does."""
    path = directory / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Busy(f"another zeng-agent already works with {directory}; stop it, or name another --data") from error
    return handle
