"""docker-compose.yml and Dockerfile, as far as they can be judged without an engine."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent import config as agent_config
from server.demo import compose, config
from server.demo.devices import school
from tests import debian

PROJECT = Path(__file__).parents[1]
COMPOSE = PROJECT / "docker-compose.yml"
WANTED = {"server", "postgres", "prometheus", "alertmanager", "grafana", "agent", "school"}


def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


SERVICES: dict[str, dict[str, Any]] = _file()["services"]


def test_the_compose_client_takes_the_file() -> None:
    client = debian.compose()
    assert client, "make test installs the Debian package docker-compose"
    done = subprocess.run([*client, "-f", COMPOSE, "config", "-q"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_everything_that_a_small_deployment_needs_is_there() -> None:
    assert set(SERVICES) == WANTED
    major = re.fullmatch(r"postgres:(\d+)-\w+", SERVICES["postgres"]["image"])
    assert major
    assert int(major[1]) >= 15


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_watched_confined_and_not_root(name: str) -> None:
    service = SERVICES[name]
    assert len(service["healthcheck"]["test"]) > 1
    assert int(service["user"].partition(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert not service.get("privileged")
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "build" in service or re.search(r":v?\d+(\.\d+)*[\w.-]*$", service["image"]), "an image needs a version"


def test_each_service_waits_for_a_healthy_one() -> None:
    for service in SERVICES.values():
        assert all(how == {"condition": "service_healthy"} for how in service.get("depends_on", {}).values())


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|KEY|DATABASE_URL", variable):
                assert str(value).removeprefix("file:").startswith("/run/secrets/"), f"{name}: {variable}"
                assert Path(str(value)).name in service["secrets"]
    assert all(set(secret) == {"file"} for secret in _file()["secrets"].values())


def test_the_secrets_that_make_writes_are_those_that_the_file_wants(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "-f", PROJECT / "Makefile", "secrets"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_text() for path in (tmp_path / "data/secrets").iterdir()}
    assert set(made) == set(_file()["secrets"])
    assert made["database_url"] == f"postgresql://zeng:{made['postgres_password']}@postgres/zeng"
    assert len(set(made.values())) == len(made)
    assert (tmp_path / "data/secrets").stat().st_mode & 0o077 == 0


def test_each_named_volume_and_mounted_path_exists() -> None:
    volumes = _file()["volumes"]
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            assert (PROJECT / source).is_dir() if source.startswith("./") else source in volumes


def _stages() -> dict[str, str]:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    stages: dict[str, str] = {}
    for part in re.split(r"(?m)^FROM ", text)[1:]:
        head = re.match(r"\S+ AS (\w+)", part)
        assert head
        stages[head[1]] = part
    return stages


@pytest.mark.parametrize("target", ["server", "agent"])
def test_an_image_runs_without_root_from_locked_packages(target: str) -> None:
    stage = _stages()[target]
    assert re.search(r"(?m)^USER 10146:10146$", stage)
    assert "--require-hashes" in stage
    assert "HEALTHCHECK" in stage
    assert "npm" not in stage


def test_what_the_dockerfile_copies_is_let_through_and_exists() -> None:
    copied = re.findall(r"(?m)^COPY (?!--from)(.+)$", (PROJECT / "Dockerfile").read_text(encoding="utf-8"))
    ignore = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    for path in {path for line in copied for path in line.split()[:-1]} - {"."}:
        assert f"!{path}" in ignore
        assert (PROJECT / path).exists()
    for package in ("agent", "alerts", "inventory", "server", "README.md", "LICENSE", "pyproject.toml"):
        assert f"!{package}" in ignore


def test_the_agent_image_carries_what_the_agent_needs_and_no_server() -> None:
    lock = (PROJECT / "requirements-agent.lock").read_text(encoding="utf-8")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!\[;]", line)[0] for line in re.findall(r"(?m)^(\S+)==", lock)}
    assert {re.split(r"[<>=!\[;]", need)[0] for need in project["optional-dependencies"]["agent"]} <= names
    assert not names & {"sqlmodel", "sqlalchemy", "fastapi", "pydantic", "uvicorn", "jinja2"}


def test_the_agent_understands_the_configuration_that_the_school_leaves(tmp_path: Path) -> None:
    (tmp_path / "board-password").write_text("x\n")
    places = [
        school.Place(
            place.key, place.kind, place.name, place.target.format(host="school", port=7, password="{password}")
        )
        for place, _ in school._devices(0.0)
    ]
    text = config.agent_toml(compose.SERVER, places, tmp_path / "board-password", "server", "server")
    known = agent_config.parse(text)
    assert known.server == compose.SERVER
    assert len(known.devices) == len(places) + 2
