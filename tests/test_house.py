"""The house proves its own description: contracts, rooms, names in the documents, sizes, and nothing of a workplace."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from server.metrics import REGISTRY
from server.settings import Settings

PROJECT = Path(__file__).parents[1]
ROOMS = {"agent", "server", "inventory", "alerts", "tests", "docs"}
SMALL_FILES = {
    "pyproject.toml", "docker-compose.yml", "README.md", "Makefile", "LICENSE", "CHANGELOG.md", "Dockerfile",
    "package.json", "package-lock.json",
    "requirements.lock", "requirements-agent.lock", "requirements-dev.lock", "requirements-node.lock",
}  # fmt: skip
PACKAGES = ("agent", "inventory", "alerts", "server")
LONGEST = 350
EXPOSED = [f"server/{name}.py" for name in ("exposition", "metrics", "places", "scrape", "series")]
# Assembled here, so that this file does not hold what it forbids.
FORBIDDEN = {
    "the address of a package registry": re.compile(r"registry\.npm" + r"js|pypi\.o" + r"rg|pythonhos" + "ted"),
    "a path of one machine": re.compile(r"(?<![\w.-])/(work|root|home/\w+)/"),
    "a thing left to do": re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b"),
}  # fmt: skip


@cache
def tracked() -> tuple[str, ...]:
    """Files of the repository: as git knows them, those that are about to be added included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(name for name in listed.stdout.splitlines() if (PROJECT / name).is_file())


@cache
def documents() -> str:
    """README and everything under docs/."""
    names = [name for name in tracked() if name == "README.md" or (name.startswith("docs/") and name.endswith(".md"))]
    return "\n".join((PROJECT / name).read_text(encoding="utf-8") for name in names)


def sources(*suffixes: str) -> list[str]:
    return [name for name in tracked() if name.endswith(suffixes)]


def text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def test_the_floors_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_top_level_is_what_the_house_says() -> None:
    top = {name.partition("/")[0] for name in tracked()}
    dotted = {name for name in top if name.startswith(".")}
    assert top - dotted == ROOMS | SMALL_FILES
    assert dotted <= {".ci", ".dockerignore", ".gitignore", ".npmrc"}


def test_readme_begins_with_its_two_commands_and_its_tree_names_every_room() -> None:
    readme = text("README.md")
    top = readme[:1500]
    assert "make run" in top
    assert "make test" in top
    rooms = {Path(name).parent.as_posix() for name in sources(".py") if not name.startswith("tests/")}
    named = {room for room in rooms if room.count("/") < 2 and "migrations" not in room}
    missing = [room for room in sorted(named) if not re.search(rf"\b{room.rpartition('/')[2]}\b", readme)]
    assert not missing


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_what_it_is_for(package: str) -> None:
    silent = [
        name for name in sources(".py")
        if name.startswith(f"{package}/") and not text(name).lstrip().startswith('"""')
    ]  # fmt: skip
    assert not silent


def test_every_setting_stands_in_the_documents() -> None:
    names = [f"ZENG_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if name not in documents()] == []


def test_every_metric_stands_in_the_documents() -> None:
    written = {name for path in EXPOSED
               for name in re.findall(r"[\"'](zeng_[a-z0-9_]+)[\"']", text(path))}  # fmt: skip
    counted = {family.name for family in REGISTRY.collect() if family.name.startswith("zeng_")}
    assert sorted(name for name in written | counted if name not in documents()) == []


def test_every_collector_stands_in_the_documents() -> None:
    collectors = [Path(name).stem for name in sources(".py") if name.startswith("agent/collectors/")]
    assert len(collectors) > 6
    missing = [name for name in collectors if name != "__init__" and not re.search(rf"\b{name}\b", documents())]
    assert not missing


def test_no_file_is_longer_than_a_newcomer_reads() -> None:
    long = {name: count for name in sources(".py", ".js", ".css", ".html", ".jinja")
            if "/migrations/versions/" not in name  # a record of what was, read as one list
            and (count := len(text(name).splitlines())) > LONGEST}  # fmt: skip
    assert not long


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_of_a_workplace_is_in_the_files(what: str) -> None:
    found = [
        f"{name}: {match[0]}"
        for name in tracked()
        if not name.endswith((".png", ".woff2", ".ico", ".mo"))
        and (match := FORBIDDEN[what].search((PROJECT / name).read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    assert not [name for name in tracked() if re.search(r"(^|/)(utils?|helpers?|common|misc)(\.py|/)", name)]


def test_nothing_catches_everything() -> None:
    broad = re.compile(r"except\s*(:|\(?\s*(Base)?Exception\b)")
    assert not [name for name in sources(".py") if name.split("/")[0] in PACKAGES and broad.search(text(name))]


@pytest.mark.parametrize("lock", sorted(name for name in SMALL_FILES if name.endswith(".lock")))
def test_a_lock_has_hashes_for_everything_and_names_no_registry(lock: str) -> None:
    entries = re.split(r"(?m)^(?=\S+==)", text(lock))[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text(lock)


def test_what_runs_is_tested_in_the_same_versions() -> None:
    def pinned(lock: str) -> set[str]:
        return set(re.findall(r"(?m)^(\S+==\S+)", text(lock)))

    assert pinned("requirements-agent.lock") <= pinned("requirements-dev.lock")
    assert pinned("requirements.lock") <= pinned("requirements-dev.lock")


def test_the_gate_calls_lint_and_tests_from_a_clean_clone() -> None:
    gate = text(".ci/run")
    assert gate.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in gate
    assert re.findall(r"(?m)^make .*$", gate) == ["make lint", "make test"]
    assert (PROJECT / ".ci/run").stat().st_mode & 0o111
