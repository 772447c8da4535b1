"""What the agent's disk holds through power cuts, full disks and damage."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.disk import Entry
from agent.numbers import BLOCK, Ceiling
from agent.spool import HELD_MOST, Spool
from tests.processes import until

BODY = random.Random(1).randbytes(300)


def add(spool: Spool, change: bool = False, body: bytes = BODY, stamp_ms: int = 0, boot: str = "boot") -> Entry:
    return spool.append(body, boot=boot, since_boot_ms=1000, stamp_ms=stamp_ms, change=change)


def numbers(spool: Spool) -> list[int]:
    return [entry.number for entry in spool.oldest(100_000, 1 << 60)]


def test_a_report_is_there_after_the_process_is_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    kept = add(spool, change=True, stamp_ms=5)
    spool.close()
    assert Spool(tmp_path).oldest(10, 100) == [kept]


def test_numbers_rise_and_are_never_used_again(tmp_path: Path) -> None:
    used = []
    for _ in range(3):
        spool = Spool(tmp_path)
        used += [add(spool).number, add(spool).number]
        spool.acknowledge(numbers(spool), at_ms=0)
        assert spool.count == 0
        spool.close()
    assert used == [1, 2, 3, 4, 5, 6]


def test_only_what_was_acknowledged_is_forgotten(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(5):
        add(spool)
    spool.acknowledge([2, 4, 99], at_ms=7)
    assert numbers(spool) == [1, 3, 5]
    assert spool.count == 3
    assert (spool.recall("last_acknowledged"), spool.recall("last_acknowledged_ms")) == (99, 7)


def test_what_no_server_takes_is_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(3):
        add(spool)
    spool.drop([1])
    spool.drop([3])
    spool.drop([])
    assert (numbers(spool), spool.recall("refused_total")) == ([2], 2)
    assert spool.recall("last_acknowledged") is None


def test_newest_is_the_newest(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.newest() is None
    add(spool)
    last = add(spool)
    assert spool.newest() == last


# -- bounds -------------------------------------------------------------------------------------------------------


def test_a_full_spool_loses_old_detail_and_no_change_of_state(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_reports=100)
    changes = [add(spool, change=i % 10 == 0).number for i in range(400)][::10]
    left = numbers(spool)
    assert set(changes) <= set(left)
    assert left[-1] == 400
    assert len(left) == spool.count <= 101
    assert spool.recall("thinned_total") == 400 - len(left)
    old, recent = sum(n <= 200 for n in left), sum(n > 300 for n in left)
    assert recent > 2 * old


def test_a_spool_is_bounded_in_bytes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=30_000)
    for _ in range(500):
        add(spool)
    assert sum(len(entry.body) for entry in spool.oldest(1000, 1000)) <= 30_300
    assert numbers(spool)[-1] == 500


def test_where_all_are_changes_of_state_the_oldest_go_and_are_counted_apart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_reports=50)
    for _ in range(200):
        add(spool, change=True)
    left = numbers(spool)
    assert left == list(range(201 - len(left), 201))
    assert spool.recall("changes_dropped_total") == 200 - len(left)


# -- damage -------------------------------------------------------------------------------------------------------


def test_a_damaged_spool_is_moved_aside_and_numbering_goes_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    last = [add(spool).number for _ in range(10)][-1]
    spool.close()
    (tmp_path / "spool.sqlite").write_bytes(b"not a database at all" * 500)
    spool = Spool(tmp_path)
    assert add(spool).number > last
    assert Ceiling(tmp_path / "numbers").mark.broken == 1
    assert (tmp_path / "spool-broken.sqlite").exists()


def test_what_a_damaged_spool_still_holds_is_saved(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(400):
        add(spool, body=os.urandom(1500))
    before = {entry.number: entry.body for entry in spool.oldest(1000, 1000)}
    spool.close()
    path = tmp_path / "spool.sqlite"
    content = bytearray(path.read_bytes())
    at = len(content) * 3 // 4 // 4096 * 4096
    content[at : at + 40_960] = os.urandom(40_960)
    path.write_bytes(content)
    spool = Spool(tmp_path)
    saved = {entry.number: entry.body for entry in spool.oldest(1000, 1000)}
    assert len(saved) > 350
    assert {1, 400} <= set(saved)
    assert all(before[number] == body for number, body in saved.items())
    assert spool.count == len(saved)
    assert add(spool).number > 400


def test_damage_that_shows_while_running_does_not_stop_the_agent(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(300):
        add(spool, body=os.urandom(1500))
    path = tmp_path / "spool.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    handle = os.open(path, os.O_WRONLY)
    os.pwrite(handle, os.urandom(path.stat().st_size - 4096), 4096)
    os.close(handle)
    used = [add(spool).number for _ in range(3)]
    spool.oldest(10_000, 1 << 60)
    used += [add(spool).number for _ in range(3)]
    assert used == sorted(set(used))
    assert used[0] > 300
    assert set(used[3:]) <= set(numbers(spool))


def test_a_torn_tail_of_the_log_loses_nothing_that_was_committed_before(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for _ in range(20):
        add(spool)
    wal = (tmp_path / "spool.sqlite-wal").read_bytes()
    copy = tmp_path / "copy"
    copy.mkdir()
    for cut in (1, 700, 4096, 9000):
        for name in ("spool.sqlite", "numbers"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
        (copy / "spool.sqlite-wal").write_bytes(wal[:-cut])
        (copy / "spool.sqlite-shm").unlink(missing_ok=True)
        torn = Spool(copy)
        left = numbers(torn)
        assert left == list(range(1, len(left) + 1))
        assert len(left) >= 17
        assert torn.next == len(left) + 1
        torn.close()


def test_a_lost_spool_begins_above_every_number_ever_used(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    last = [add(spool).number for _ in range(BLOCK + 5)][-1]
    spool.close()
    for path in tmp_path.glob("spool*"):
        path.unlink()
    assert add(Spool(tmp_path)).number > last


@pytest.mark.parametrize("damage", [b"", b"x" * 64, None], ids=["emptied", "overwritten", "deleted"])
def test_a_lost_numbers_file_is_made_up_for_by_the_spool(tmp_path: Path, damage: bytes | None) -> None:
    spool = Spool(tmp_path)
    last = [add(spool).number for _ in range(5)][-1]
    spool.acknowledge(numbers(spool), at_ms=0)
    spool.close()
    if damage is None:
        (tmp_path / "numbers").unlink()
    else:
        (tmp_path / "numbers").write_bytes(damage)
    assert add(Spool(tmp_path)).number == last + 1
    assert Ceiling(tmp_path / "numbers").mark.ceiling > last + 1


def test_half_a_written_slot_leaves_the_other_one(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    ceiling = Ceiling(path)
    ceiling.cover(1)
    ceiling.cover(5000)
    whole = path.read_bytes()
    for slot in (0, 32):
        for length in range(1, 31):
            torn = bytearray(whole)
            torn[slot + length : slot + 31] = b"?" * (31 - length)
            path.write_bytes(torn)
            assert Ceiling(path).mark.ceiling >= 1 + BLOCK


# -- a full disk --------------------------------------------------------------------------------------------------


def fill(spool: Spool) -> None:
    """No further page for this database: what a full disk answers, without filling one."""
    (pages,) = spool._disk.db.execute("PRAGMA page_count").fetchone()
    spool._disk.db.execute(f"PRAGMA max_page_count={pages}")


def free(spool: Spool) -> None:
    spool._disk.db.execute("PRAGMA max_page_count=1000000")


def test_a_full_disk_keeps_the_newest_in_memory_and_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    add(spool)
    fill(spool)
    for _ in range(HELD_MOST + 60):
        last = add(spool, body=os.urandom(3000))
    assert "full" in spool.trouble
    assert spool.newest() == last
    waiting = spool.oldest(1000, last.number)
    assert [entry.number for entry in waiting] == sorted({entry.number for entry in waiting})
    assert HELD_MOST <= spool.count <= HELD_MOST + 10
    free(spool)
    add(spool)
    assert spool.trouble == ""
    held = numbers(spool)
    spool.close()
    assert numbers(Spool(tmp_path)) == held


def test_numbers_given_out_on_a_full_disk_are_not_given_out_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    add(spool)
    fill(spool)
    last = [add(spool, body=os.urandom(3000)).number for _ in range(20)][-1]
    spool.acknowledge([last], at_ms=0)
    assert last not in [entry.number for entry in spool.oldest(100, 1 << 60)]
    spool.close()
    again = Spool(tmp_path)
    assert add(again).number > last


def test_a_disk_that_opens_no_spool_is_tried_again_at_each_report(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.mkdir()  # no database can be opened here, by root neither
    spool = Spool(tmp_path)
    held = [add(spool), add(spool)]
    assert spool.trouble
    assert (spool.count, spool.newest(), spool.oldest(5, 100)) == (2, held[1], held)
    path.rmdir()
    third = add(spool)
    assert spool.trouble == ""
    assert spool.oldest(5, 1 << 60) == [*held, third]


# -- an old copy of the disk --------------------------------------------------------------------------------------


def test_an_old_copy_of_the_disk_goes_on_where_the_server_is(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    backlog = [add(spool) for _ in range(3)]
    spool.acknowledge([backlog[0].number], at_ms=0)  # heard here; 2 and 3 are older than this
    new = [add(spool, body=bytes([i]) * 50) for i in range(4)]
    assert spool.jump(5000) == new[0].number
    assert numbers(spool) == [2, 3, 5000, 5001, 5002, 5003]
    assert [entry.body for entry in spool.oldest(10, 1 << 60)][2:] == [entry.body for entry in new]
    assert add(spool).number == 5004
    spool.close()
    for path in tmp_path.glob("spool*"):
        path.unlink()
    assert Spool(tmp_path).next > 5004


# -- kill -9 ------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from agent.spool import Spool
spool = Spool(Path(sys.argv[1]), max_reports=10**6)
while True:
    entry = spool.append(b"x" * 300, boot="b", since_boot_ms=0, stamp_ms=0, change=False)
    print(entry.number, flush=True)
    if entry.number % 7 == 0:
        spool.acknowledge([entry.number], at_ms=0)
        print(-entry.number, flush=True)
"""


def killed_after(directory: Path, lines_most: int) -> list[int]:
    """What a writing child said until it was killed somewhere behind `lines_most` lines."""
    lines: list[str] = []
    with subprocess.Popen([sys.executable, "-c", WRITER, directory], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        reader = threading.Thread(target=lines.extend, args=(child.stdout,), daemon=True)
        reader.start()
        until(lambda: len(lines) > lines_most, every_s=0.001)
        child.send_signal(signal.SIGKILL)
        child.wait()
        reader.join()
    return [int(line) for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("seed", range(6))
def test_kill_9_loses_no_report_and_doubles_none(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    kept: set[int] = set()
    forgotten: set[int] = set()
    for _ in range(3):
        said = killed_after(tmp_path, moments.randint(1, 400))
        fresh = [n for n in said if n > 0]
        assert fresh == sorted(set(fresh))
        assert not kept & set(fresh)
        kept |= set(fresh)
        forgotten |= {-n for n in said if n < 0}
    found = numbers(Spool(tmp_path))
    assert len(found) == len(set(found))
    assert kept - forgotten - set(found) <= {n for n in kept if n % 7 == 0}  # deleted, but killed before it was said
    assert not forgotten & set(found)
