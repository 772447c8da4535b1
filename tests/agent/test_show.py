"""What `show` says beside an agent whose disk takes nothing: that its figures are old, in words and as a flag."""

import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent import show
from agent.spool import Spool
from tests.agent.test_spool import add, fill, free


def test_show_says_that_its_figures_are_old_while_the_disk_takes_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.acknowledge([add(spool).number], at_ms=0)
    spool.remember({"last_error": "The server was away.", "last_error_ms": 0, "failing": 0})
    assert show.facts(tmp_path)["disk_refused"] == 0
    fill(spool)
    while not spool.trouble:
        add(spool, body=os.urandom(3000))
    found = show.facts(tmp_path)
    said = show.sentences(found)
    assert found["disk_refused"] == 1
    assert abs(int(found["figures_of_ms"] or 0) / 1000 - time.time()) < 60
    assert [line for line in said if line.startswith("The disk has taken nothing since 20") and "memory" in line]
    assert not any("over now" in line for line in said)
    free(spool)
    add(spool)
    found = show.facts(tmp_path)
    assert found["disk_refused"] == 0
    assert not any("has taken nothing" in line for line in show.sentences(found))


def test_show_says_that_a_nearly_full_disk_may_take_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(Spool(tmp_path))
    assert show.facts(tmp_path)["disk_nearly_full"] == 0
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=4096))
    found = show.facts(tmp_path)
    assert (found["disk_nearly_full"], found["disk_refused"]) == (1, 0)
    assert any(line.startswith("The disk is nearly full") for line in show.sentences(found))
