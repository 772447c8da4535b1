"""An answer is one write, whatever uvicorn makes of it."""

import asyncio
from typing import cast

from server.one_write import Joined


class Line:
    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str) -> str:
        return name


def test_head_and_body_of_an_answer_are_one_write() -> None:
    async def scene() -> list[bytes]:
        line = Line()
        joined = Joined(cast(asyncio.Transport, line))
        joined.write(b"head ")
        joined.write(b"body")
        assert line.writes == []
        await asyncio.sleep(0)
        joined.write(b"next")
        await asyncio.sleep(0)
        return line.writes

    assert asyncio.run(scene()) == [b"head body", b"next"]


def test_what_was_written_before_the_end_is_sent_before_it() -> None:
    async def scene() -> Line:
        line = Line()
        joined = Joined(cast(asyncio.Transport, line))
        joined.write(b"last words")
        joined.close()
        await asyncio.sleep(0)
        assert joined.get_extra_info("peername") == "peername"
        return line

    line = asyncio.run(scene())
    assert (line.writes, line.closed) == ([b"last words"], True)


def test_nothing_is_written_to_a_line_that_is_gone() -> None:
    async def scene() -> Line:
        line = Line()
        joined = Joined(cast(asyncio.Transport, line))
        joined.write(b"too late")
        line.closed = True
        await asyncio.sleep(0)
        return line

    assert asyncio.run(scene()).writes == []
