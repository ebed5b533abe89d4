"""docs/monitoring.md, the dashboard and the alert rules against the metrics that are exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml
from documents import ROOT, rows, text_of

from voicebot.observe.metrics import Metrics
from voicebot.observe.snapshot import LineState, Snapshot
from voicebot.sip.stack import GuardCounts

PAGE = text_of("docs/monitoring.md")
RULES = yaml.safe_load(text_of("docs/monitoring/alerts.yml"))["groups"][0]["rules"]
BOARD = json.loads((ROOT / "docs/monitoring/dashboard.json").read_text("utf-8"))

_WORD = re.compile(r"\b(?:voicebot|process)_[a-z_]+\b")


def exported() -> dict[str, str]:
    """Kind of every metric by its name, as Prometheus reads it."""
    names = GuardCounts.__dataclass_fields__
    line = LineState(guard=GuardCounts(**dict.fromkeys(names, 0)), registered={"trunk": True})
    text = Metrics().render(replace(Snapshot(), line=line)).decode()
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


EXPORTED = exported()


def queries() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in BOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def series() -> set[str]:
    """Every name that a query may use."""
    found = {"up"}
    for name, kind in EXPORTED.items():
        found |= (
            {f"{name}_{part}" for part in ("bucket", "sum", "count")}
            if kind == ("histogram")
            else {name}
        )
    return found


def test_every_metric_is_explained_with_its_kind() -> None:
    explained = {row[0].strip("`"): row for row in rows(PAGE) if _WORD.fullmatch(row[0].strip("`"))}
    assert set(explained) == set(EXPORTED)
    for name, row in explained.items():
        assert len(row) >= 4, name
        assert row[1].split(",")[0] == EXPORTED[name], name
        assert row[2], f"{name} has no unit"
        assert row[3].endswith("."), name


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_asks_for_metrics_that_exist(where: str, query: str) -> None:
    named = set(_WORD.findall(re.sub(r'"[^"]*"', "", query)))
    assert named or "up{" in query, where
    assert named <= series(), where


def labels() -> dict[str, set[str]]:
    """Labels of each explained metric, as the page has them."""
    return {
        row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1]))
        for row in rows(PAGE)
        if _WORD.fullmatch(row[0].strip("`"))
    }


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_sorts_by_labels_that_exist(where: str, query: str) -> None:
    known = {"le", "instance", "job"}
    for name in _WORD.findall(re.sub(r'"[^"]*"', "", query)):
        known |= labels().get(re.sub(r"_(bucket|sum|count)$", "", name), set())
        known |= labels().get(name, set())
    used = set(re.findall(r"(\w+)(?:=|!=|=~|!~)\"", query))
    for group in re.findall(r"by \(([^)]*)\)", query):
        used |= set(re.findall(r"\w+", group))
    assert used <= known, where


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for panel in BOARD["panels"]
        for target in panel.get("targets", ())
        for name in _WORD.findall(target["expr"])
    }
    assert {name for name in EXPORTED if name.startswith("voicebot_")} <= shown


def test_every_alert_says_what_to_do() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) > 10
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"].endswith(".")


def test_panels_do_not_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) < 24
