"""The guide to a first flow: every step of it, done in its order."""

from __future__ import annotations

import io
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import ROOT, blocks, text_of

from voicebot.cli import main

GUIDE = ROOT / "docs/first-flow.md"
FLOW = "my_line"


def merged(old: Any, new: Any) -> Any:
    """The file as the guide's block changes it: what a block does not show stays as it is."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}


def after(folder: Path, steps: int) -> Path:
    """The reader's file after so many blocks."""
    found = yaml.safe_load(text_of("ivr_flows/bank_en.yaml"))
    for block in list(blocks(GUIDE, "yaml"))[:steps]:
        found = merged(found, yaml.safe_load(block.text))
    shutil.copytree(ROOT / "ivr_flows/knowledge", folder / "knowledge", dirs_exist_ok=True)
    path = folder / f"{FLOW}.yaml"
    path.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False), "utf-8")
    return path


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """The reader's folder, all blocks done."""
    after(tmp_path, 4)
    return tmp_path


def test_there_are_four_blocks_and_none_is_left_out() -> None:
    assert len(list(blocks(GUIDE, "yaml"))) == 4


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_what_is_written_so_far_is_without_a_problem(tmp_path: Path, steps: int) -> None:
    assert main(["flows", "check", str(after(tmp_path, steps)), "--strict"]) == 0


def test_the_third_step_lacks_a_node_as_the_guide_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flows", "check", str(after(tmp_path, 3))]) == 1
    said = capsys.readouterr().out
    assert "missing-node" in said
    assert "open_bill_get" in said


def test_the_conversation_goes_as_it_stands(
    done: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [block] = blocks(GUIDE, "chat")
    typed = [line.removeprefix("you").strip() for line in block.text.splitlines()]
    typed = [t for t, line in zip(typed, block.text.splitlines(), strict=True) if line[:3] == "you"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    assert main(["chat", FLOW, "--folder", str(done), "--own-backend"]) == 0
    assert capsys.readouterr().out == block.text


def test_the_scenario_is_accepted_and_passes(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [block] = blocks(GUIDE, "scenario")
    path = done / "tests" / FLOW / "open_bill.txt"
    path.parent.mkdir(parents=True)
    path.write_text(block.text, "utf-8")
    assert main(["flows", "test", str(path.parent), "--accept"]) == 0
    assert "GET  open_bill_get  200" in path.read_text("utf-8")
    assert main(["flows", "test", str(done / f"{FLOW}.yaml"), "--coverage"]) == 0
    assert "1 passed" in capsys.readouterr().out


def test_it_is_published_tried_out_and_taken_back(
    done: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    data, config = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("config")
    places = ["--flows", str(done), "--config", str(config), "--data", str(data)]
    assert main(["flows", "publish", FLOW, "--why", "first version", *places]) == 0
    path = done / f"{FLOW}.yaml"
    path.write_text(path.read_text("utf-8").replace("Hill Street", "Hill Road"), "utf-8")
    trial = ["--why", "shorter menu", "--canary", "10%"]
    assert main(["flows", "publish", FLOW, *trial, *places]) == 0
    assert main(["flows", "rollback", FLOW, *places]) == 0
    capsys.readouterr()
    assert main(["flows", "history", FLOW, *places]) == 0
    said = capsys.readouterr().out
    assert "first version" in said
    assert "shorter menu" in said


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_the_picture_shows_the_nodes_and_ways_that_there_are(tmp_path: Path) -> None:
    drawn = tmp_path / "drawn.svg"
    words = ["parcel_identify", "--folder", str(ROOT / "ivr_flows"), "-o", str(drawn)]
    assert main(["flows", "draw", *words]) == 0
    titles = [
        sorted(re.findall(r"<title>([^<]+)</title>", text))
        for text in (drawn.read_text("utf-8"), text_of("docs/first-flow.svg"))
    ]
    assert titles[0] == titles[1], "run voicebot flows draw parcel_identify -o docs/first-flow.svg"
