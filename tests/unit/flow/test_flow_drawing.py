"""Pictures of flows: what is drawn, what is only named, and what calls did."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicebot.cli import main
from voicebot.cli.flows.walked import fold_walks
from voicebot.core.record import Fact, FactKind
from voicebot.flow.diagram import Stats, dot_of
from voicebot.flow.loader import load_file, load_flows

ROOT = Path(__file__).parents[3]
FLOW = load_file(ROOT / "ivr_flows" / "bank_en.yaml", environment={})
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def edges(dot: str) -> set[tuple[str, str]]:
    return set(re.findall(r'^ *"([^"]+)" -> "([^"]+)"', dot, re.MULTILINE))


def box(dot: str, name: str) -> str:
    return next(line for line in dot.splitlines() if line.strip().startswith(f'"{name}" ['))


def test_every_node_is_drawn_and_every_way_is_drawn_or_named() -> None:
    dot = dot_of(FLOW)
    drawn = edges(dot)
    assert ("card_digits", "card_block") in drawn
    assert ("balance_say", "main") not in drawn  # A line across the page, but:
    assert "→ main" in box(dot, "balance_say")
    for name in FLOW.nodes:
        assert box(dot, name)


def test_ways_of_failures_are_faint_and_can_be_left_out() -> None:
    line = next(x for x in dot_of(FLOW).splitlines() if '"bill_pay" -> "bill_refused"' in x)
    assert "dashed" in line
    without = edges(dot_of(FLOW, with_errors=False))
    assert ("bill_pay", "bill_refused") not in without
    assert ("bill_pay", "bill_done") in without


def test_what_may_happen_anywhere_is_drawn_once() -> None:
    dot = dot_of(FLOW)
    assert dot.count("operator (0) → person") == 1
    assert "error → trouble" in dot
    assert "error → trouble" not in dot_of(FLOW, with_errors=False)


def test_flows_that_are_called_stand_in_boxes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "flow: a\nstart: part\non_error: bye\nnodes:\n"
        "  part: {kind: call, flow: b, exits: {done: bye}}\n  bye: {kind: hangup}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "flow: b\nstart: say\nexits: [done]\nnodes:\n"
        '  say: {kind: say, prompt: "Hello.", to: end}\n  end: {kind: return, exit: done}\n'
    )
    dot = dot_of(load_flows(tmp_path, environment={}).get("a"))
    assert 'subgraph "cluster_b"' in dot
    assert {("part", "b/say"), ("b/say", "b/end"), ("part", "bye")} <= edges(dot)


def journal(call: str, nodes: list[str], outcome: str) -> list[Fact]:
    moved = [(FactKind.MOVED, {"node": node, "via": "to"}) for node in nodes]
    ended = (FactKind.ENDED, {"by": "caller", "outcome": outcome})
    return [
        Fact(call, seq, seq * 1000, NOW, kind, data)  # type: ignore[arg-type]
        for seq, (kind, data) in enumerate([*moved, ended])
    ]


def test_walks_are_counted_from_the_journals() -> None:
    stats = fold_walks(
        [
            journal("1", ["welcome", "main", "hours"], "hung_up"),
            journal("2", ["welcome", "main", "bye"], "contained"),
        ]
    )
    assert stats.calls == 2
    assert stats.visits == {"welcome": 2, "main": 2, "hours": 1, "bye": 1}
    assert stats.left == {"hours": 1}
    assert stats.moves[("welcome", "main")] == 2
    dot = dot_of(FLOW, stats=stats)
    assert "<b>1</b> · 1 left, 100%" in box(dot, "hours")
    assert "never visited" in box(dot, "bill")
    assert "2 calls" in dot


def test_text_of_the_operator_cannot_break_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(
        'flow: odd\ndescription: "<b> & \\" \\\\"\nstart: a\non_error: b\nnodes:\n'
        "  a: {kind: branch, when: [{if: 'call.caller == \"<&>\"', to: b}], else: b}\n"
        '  b: {kind: hangup, prompt: "Less < more & \\"so\\"."}\n'
    )
    dot = dot_of(load_file(path, environment={}), stats=Stats())
    assert "&lt;b&gt; &amp;" in dot
    if shutil.which("dot"):
        out = tmp_path / "odd.svg"
        assert main(["flows", "draw", str(path), "-o", str(out)]) == 0
        assert "Less &lt; more &amp;" in out.read_text("utf-8")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_the_sample_is_drawn(tmp_path: Path) -> None:
    for name, begin in (("bank.svg", b"<?xml"), ("bank.png", b"\x89PNG")):
        out = tmp_path / name
        assert (
            main(["flows", "draw", "bank_en", "--folder", f"{ROOT}/ivr_flows", "-o", str(out)]) == 0
        )
        assert out.read_bytes().startswith(begin)


def test_without_graphviz_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    words = ["flows", "draw", "bank_en", "--folder", f"{ROOT}/ivr_flows"]
    assert main([*words, "-o", str(tmp_path / "a.svg")]) == 1
    assert "apt install graphviz" in capsys.readouterr().err
    assert main([*words, "--dot"]) == 0
    assert capsys.readouterr().out.startswith('digraph "bank_en"')
    assert main([*words, "-o", str(tmp_path / "a.gif")]) == 2
    assert ".svg, .png or .pdf" in capsys.readouterr().err


def test_a_flow_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "draw", "bank_em", "--folder", f"{ROOT}/ivr_flows", "--dot"]) == 2
    assert "did you mean bank_en?" in capsys.readouterr().err
