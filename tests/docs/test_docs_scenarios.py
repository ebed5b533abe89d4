"""The scenario of docs/ops.md runs, and every line that a setting may have is explained."""

from __future__ import annotations

import shutil
from pathlib import Path

from documents import ROOT, blocks, rows, section, text_of

from voicebot.scenario import setting
from voicebot.scenario.run import accept
from voicebot.scenario.suite import run_suite

OPS = ROOT / "docs/ops.md"


def test_the_scenario_runs_as_it_stands(tmp_path: Path) -> None:
    [block] = blocks(OPS, "scenario")
    shutil.copy(ROOT / "ivr_flows/bank_en.yaml", tmp_path)
    shutil.copytree(ROOT / "ivr_flows/knowledge", tmp_path / "knowledge")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/lost_card.txt").write_text(block.text, "utf-8")
    first = run_suite([tmp_path])
    [result] = first.results
    assert "cdr  contained" in result.came
    assert accept(first.results) == 1
    assert run_suite([tmp_path]).failed == 0


def test_every_line_of_a_setting_is_explained_by_one_that_can_be_read() -> None:
    examples = [
        row[0].strip("`") for row in rows(section(text_of("docs/ops.md"), "Testing a flow"))
    ]
    assert {example.split()[0] for example in examples} == set(setting._READERS)
    for example in examples:
        setting.read_setting(example, "ops.md")
