"""`voicebot flows check`, `explain` and `schema` as their users see them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from voicebot.cli import main
from voicebot.cli.flows import SUBCOMMANDS
from voicebot.cli.flows.around import phones
from voicebot.flow.lints.sounds import distance

ROOT = Path(__file__).parents[3]
FLOWS = str(ROOT / "ivr_flows")
CONFIG = str(ROOT / "sip_config")
SOUND = """\
flow: sound
start: first
on_error: person
nodes:
  first: {kind: menu, prompt: "Well?", choices: {a: {key: 1, to: person}}}
  person:
    kind: queue
    queue: service
    outcomes: {served: bye, timeout: bye, full: bye, nobody: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
LINE = re.compile(r"^(?P<file>\S+):(\d+):(\d+): (error|warning) [a-z-]+ \S")


def check(folder: Path, text: str, *words: str, name: str = "a.yaml") -> int:
    path = folder / name
    path.write_text(text, "utf-8")
    return main(["flows", "check", str(path), "--config", CONFIG, *words])


def test_a_sound_flow_is_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, SOUND) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "1 file, 0 errors, 0 warnings\n"


def test_the_samples_are_fit_however_strict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "check", FLOWS, "--config", CONFIG, "--strict"]) == 0, capsys.readouterr()


def test_every_problem_stands_on_a_line_of_its_own_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = SOUND.replace("to: person}}", "to: persn}}").replace("queue: service", "queue: sevice")
    assert check(tmp_path, wrong) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(LINE.match(line) for line in lines)
    assert f"{tmp_path}/a.yaml:5:" in lines[0]
    assert "did you mean person?" in lines[0]
    assert "error missing-queue there is no queue sevice (did you mean service?)" in lines[1]


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, SOUND.replace("to: person}}", "to: persn}}"), "--json") == 1
    (row,) = [r for r in json.loads(capsys.readouterr().out) if r["severity"] == "error"]
    assert row == {
        "file": str(tmp_path / "a.yaml"),
        "line": 5,
        "column": SOUND.splitlines()[4].index("to: person") + 1,
        "severity": "error",
        "code": "missing-node",
        "message": "there is no node persn",
        "hint": "did you mean person?",
        "node": "first",
        "flow": "sound",
    }


def test_warnings_are_no_errors_unless_strict(tmp_path: Path) -> None:
    warned = SOUND + '  lost: {kind: say, prompt: "Hi.", to: bye}\n'
    assert check(tmp_path, warned) == 0
    assert check(tmp_path, warned, "--strict") == 1


def test_what_cannot_be_read_was_not_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flows", "check", str(tmp_path / "none.yaml"), "--config", CONFIG]) == 2
    assert "unreadable" in capsys.readouterr().out
    assert main(["flows", "check", str(tmp_path), "--config", CONFIG]) == 2
    assert "there is no flow in" in capsys.readouterr().err
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe")
    assert main(["flows", "check", str(tmp_path), "--config", CONFIG]) == 2
    assert main(["flows", "check", FLOWS, "--config", str(tmp_path / "none")]) == 2


def test_two_flows_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.yaml").write_text(SOUND, "utf-8")
    assert check(tmp_path, SOUND) == 0
    assert main(["flows", "check", str(tmp_path), "--config", CONFIG]) == 1
    assert "b.yaml:1:1: error duplicate-flow" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("billing", "building", True),
        ("lost card", "last card", True),
        ("hours", "our hours", False),
        ("sales", "service", False),
        ("my phone", "my loan", False),
        ("for", "four", True),
    ],
)
def test_answers_that_sound_alike(
    one: str, other: str, alike: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choices = f"{{a: {{phrases: [{one}], to: person}}, b: {{phrases: [{other}], to: bye}}}}"
    check(tmp_path, SOUND.replace("{a: {key: 1, to: person}}", choices))
    assert ("sounds-alike" in capsys.readouterr().out) == alike


def test_chinese_answers_that_sound_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choices = "{a: {phrases: [数目], to: person}, b: {phrases: [书目], to: bye}}"
    text = SOUND.replace("{a: {key: 1, to: person}}", choices) + "language: zh\n"
    check(tmp_path, text)
    assert "sounds-alike" in capsys.readouterr().out


def test_the_distance_of_sounds() -> None:
    assert phones("lost", "en") == ("L", "AO", "S", "T")
    assert phones("数", "zh") == phones("书", "zh")
    assert distance(("L", "AO"), ("L", "AO")) == 0
    assert distance(("L", "AO", "S", "T"), ("L", "AE", "S", "T")) == 0.5
    assert distance(("B",), ("P",)) == 0.5
    assert distance(("B",), ("S",)) == 1
    assert distance((), ("S", "T")) == 2


def test_a_node_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "explain", "bank_en", "main", "--folder", FLOWS, "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    lines = (ROOT / "ivr_flows" / "bank_en.yaml").read_text("utf-8").splitlines()
    assert rows["timing.end_complete"]["value"] == "400ms"
    assert rows["timing.end_complete"]["origin"] == "flow"
    assert "end_complete" in lines[rows["timing.end_complete"]["line"] - 1]
    assert rows["timing.max_speech"] == {
        "name": "timing.max_speech",
        "value": "15s",
        "origin": "system",
        "line": None,
    }
    assert rows["no_match"]["origin"] == "node"
    assert rows["no_input"]["origin"] == "flow"
    assert "no_match" in lines[rows["no_match"]["line"] - 1]


def test_a_node_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "explain", "bank_en", "mein", "--folder", FLOWS]) == 2
    assert "did you mean main?" in capsys.readouterr().err


def test_the_schema_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flows", "schema"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["title"] == "A flow of voicebot"
    assert main(["flows", "schema", "-o", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text("utf-8") == printed
    assert main(["flows", "schema", "-o", str(tmp_path / "no" / "s.json")]) == 2


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["flows", name, "--help"])
    assert ended.value.code == 0
    assert "xit code" in capsys.readouterr().out
