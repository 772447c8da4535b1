"""The rules, routes and dashboards that are shipped, judged by Prometheus's own tools and against the house."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts import limits
from server import metrics, series

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "alerts" / "prometheus"
RULES = yaml.safe_load((SHIPPED / "rules.yml").read_text(encoding="utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in RULES for rule in group["rules"] if "alert" in rule}
DASHBOARDS = sorted((SHIPPED / "grafana" / "dashboards").glob("*.json"))


def tool(*command: str | Path) -> str:
    """Run a tool; its words where it is content, a failed test with its words where it is not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SHIPPED, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_finds_no_fault_in_rules_and_configuration() -> None:
    assert "SUCCESS" in tool("promtool", "check", "rules", "rules.yml")
    tool("promtool", "check", "config", "--syntax-only", "prometheus.yml")


def test_the_cases_of_every_rule_hold() -> None:
    assert "SUCCESS" in tool("promtool", "test", "rules", "rules_test.yml")


@pytest.mark.parametrize(
    ("silent", "schools", "expected"),
    [
        pytest.param(29, 60, 29, id="twenty-nine of sixty are twenty-nine schools"),
        pytest.param(31, 60, "many", id="thirty-one of sixty are one alert and no school is named"),
        pytest.param(31, 110, 31, id="thirty-one of a hundred and ten are still thirty-one schools"),
    ],
)  # fmt: skip
def test_when_most_fall_silent_at_once_it_is_us(tmp_path: Path, silent: int, schools: int, expected: int | str) -> None:
    heard = [
        {"series": f'zeng_agent_silent{{school="{i}",district="AZ-SAB",agent="{i}"}}',
         "values": "0x4 1x40" if i < silent else "0x50"}
        for i in range(schools)
    ]  # fmt: skip
    many = {"alertname": "ZengManySchoolsSilent", "alertstate": "firing", "severity": "critical", "team": "platform"}
    wanted = (
        {"labels": _labels(many), "value": 1}
        if expected == "many"
        else {"labels": '{alertname="ZengSchoolSilent"}', "value": expected}
    )
    counted = 'ALERTS{alertname="ZengManySchoolsSilent",alertstate="firing"} or ' if expected == "many" else ""
    case = {
        "interval": "30s",
        "input_series": [{"series": 'up{job="zeng"}', "values": "1x60"}, *heard],
        "promql_expr_test": [
            {"expr": counted + 'count by (alertname) (ALERTS{alertname="ZengSchoolSilent",alertstate="firing"})',
             "eval_time": "12m", "exp_samples": [wanted]}
        ],
    }  # fmt: skip
    cases = {"rule_files": [str(SHIPPED / "rules.yml")], "evaluation_interval": "30s", "tests": [case]}
    (tmp_path / "many.yml").write_text(json.dumps(cases), encoding="utf-8")
    assert "SUCCESS" in tool("promtool", "test", "rules", tmp_path / "many.yml")


def _labels(labels: dict[str, str]) -> str:
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_says_who_acts_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["labels"]["team"] in {"network", "power", "platform"}
    assert rule["for"]
    page = ROOT / rule["annotations"]["runbook_url"]
    assert page.name == f"{name}.md"
    assert page.read_text(encoding="utf-8").startswith(f"# {name}\n")
    cases = (SHIPPED / "rules_test.yml").read_text(encoding="utf-8")
    assert name in cases or name == "ZengManySchoolsSilent", f"{name} has no case in rules_test.yml"


def test_no_runbook_outlives_its_alert() -> None:
    assert {page.stem for page in (ROOT / "docs" / "runbooks").glob("*.md")} == set(ALERTS)


def test_the_server_room_limit_is_that_of_the_house() -> None:
    assert f"> {limits.SERVER_ROOM_C:g}\n" in ALERTS["ZengServerRoomHot"]["expr"].replace(" unless", "\n", 1)


def test_alertmanager_takes_the_routes() -> None:
    assert "SUCCESS" in tool("amtool", "check-config", "alertmanager.yml")


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        pytest.param("alertname=ZengServerAbsent severity=critical team=platform", "platform", id="the server"),
        pytest.param("alertname=ZengLinkDown severity=critical team=network", "duty", id="a dead link"),
        pytest.param("alertname=ZengSchoolSilent severity=warning team=network", "desk", id="a silent school"),
        pytest.param("alertname=ZengUpsReplaceBattery severity=info team=power", "desk", id="a worn battery"),
    ],
)
def test_who_is_told(labels: str, receiver: str) -> None:
    routed = tool("amtool", "config", "routes", "test", "--config.file=alertmanager.yml", *labels.split())
    assert routed.split() == [receiver]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_joins_no_gaps_and_overlaps_nothing(path: Path) -> None:
    board: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
        assert not cells & taken, panel["title"]
        taken |= cells
        assert all(target["datasource"]["uid"] == "prometheus" for target in panel["targets"])
        if panel["type"] == "timeseries":
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] is False
    assert board["title"] in ("Zəng: country", "Zəng: school")


def test_rules_and_dashboards_ask_only_for_what_there_is() -> None:
    recorded = {rule["record"] for group in RULES for rule in group["rules"] if "record" in rule}
    own = set()
    for family in metrics.REGISTRY.collect():
        own |= {sample.name for sample in family.samples}
    known = {*series.SCHOOL, *series.AGENT, *series.DEVICE, *own}
    asked: list[str] = [rule["expr"] for group in RULES for rule in group["rules"]]
    for path in DASHBOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    for expression in asked:
        names = set(re.findall(r"\b(?:[a-z]+:)?zeng[a-z0-9_:]*", re.sub(r'"[^"]*"', "", expression)))
        assert names - {"zeng"} <= known | recorded, expression
