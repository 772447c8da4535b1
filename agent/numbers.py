"""A ceiling over every report number ever used, in a file of its own, so that numbering outlives a lost spool.

The file is 64 bytes, written in place and forced to the disk: that works on a full disk too, where no new file can be
made. Two slots take turns, each with a checksum, so a power cut while one is written leaves the other.
"""

import os
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

BLOCK = 1000  # numbers reserved at a time: one forced write in 1,000 reports
_SLOT = 32


@dataclass(frozen=True, slots=True)
class Mark:
    """`loose`: numbers below the ceiling were used that the spool does not know of. `broken`: spools moved aside."""

    ceiling: int = 0
    loose: bool = False
    broken: int = 0


class Ceiling:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = 0
        self.mark = Mark()
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = b""
        for turn in (0, 1):
            mark = _parsed(content[turn * _SLOT : (turn + 1) * _SLOT])
            if mark and (mark.ceiling, mark.broken) >= (self.mark.ceiling, self.mark.broken):
                self.mark, self._turn = mark, 1 - turn

    def cover(self, number: int, *, loose: bool | None = None, broken: int | None = None) -> None:
        """Make sure that the ceiling lies above `number` before it is used. OSError where the disk refuses."""
        mark = self.mark
        if number >= mark.ceiling:
            mark = replace(mark, ceiling=number + BLOCK)
        if loose is not None and loose != mark.loose:
            # A higher ceiling with every change of the flag: the newer slot is then always the one with the higher one.
            mark = replace(mark, loose=loose, ceiling=mark.ceiling + 1)
        if broken is not None:
            mark = replace(mark, broken=broken)
        if mark != self.mark:
            self._write(mark)

    def _write(self, mark: Mark) -> None:
        line = f"{mark.ceiling:013d} {int(mark.loose)} {mark.broken:05d} ".encode()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size < 2 * _SLOT:
                os.write(handle, b" " * 2 * _SLOT)
            os.lseek(handle, self._turn * _SLOT, os.SEEK_SET)
            os.write(handle, line + f"{zlib.crc32(line):08x}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        self.mark, self._turn = mark, 1 - self._turn


def _parsed(slot: bytes) -> Mark | None:
    line, checksum = slot[:22], slot[22:30]
    if len(slot) < 31 or f"{zlib.crc32(line):08x}".encode() != checksum:
        return None
    ceiling, loose, broken = line.split()
    return Mark(int(ceiling), loose == b"1", int(broken))
