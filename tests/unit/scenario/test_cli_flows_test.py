"""`voicebot flows test`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from little_flows import ORDER, shop

from voicebot.cli import main


def run(*words: object) -> int:
    return main(["flows", "test", *map(str, words)])


def test_a_new_scenario_is_accepted_and_passes_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shop(tmp_path, order=ORDER)
    assert run(folder) == 1
    assert "nothing is accepted yet" in capsys.readouterr().out
    assert run(folder, "--accept") == 0
    text = (folder / "tests/order.txt").read_text("utf-8")
    assert text.startswith("# An order is told.\nflow    shop\nhttp    POST /orders/4711")
    assert '"my order"' in text
    assert "> " in text, "the PIN stands in the scenario, though the call hides it"
    assert "••••" in text
    assert text.splitlines()[-1].split() == ["cdr", "contained"]
    assert run(folder) == 0
    assert run(folder, "--accept") == 0
    assert (folder / "tests/order.txt").read_text("utf-8") == text, (
        "accepting again changes nothing"
    )


def test_a_change_of_the_flow_is_shown_with_the_lines_of_the_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shop(tmp_path, order=ORDER)
    assert run(folder, "--accept") == 0
    flow = folder / "shop.yaml"
    flow.write_text(flow.read_text("utf-8").replace("ok: tell", "ok: bye"), "utf-8")
    capsys.readouterr()
    assert run(folder) == 1
    out = capsys.readouterr().out
    lines = (folder / "tests/order.txt").read_text("utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "state" in line and "bot" in line)
    assert f"{number} - " in out
    assert "1 of 1 failed" in out


def test_coverage_names_what_was_never_walked_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shop(tmp_path, order=ORDER)
    run(folder, "--accept")
    capsys.readouterr()
    assert run(folder, "--min-coverage", "100") == 1
    out = capsys.readouterr().out
    lines = (folder / "shop.yaml").read_text("utf-8").splitlines()
    outcomes = 1 + next(n for n, line in enumerate(lines) if "not_found" in line)
    assert f"shop.yaml:{outcomes}: never walked: look ─not_found→ main" in out
    assert "no call came to person" in out
    assert "less than 100 %" in out
    assert run(folder, "--min-coverage", "10") == 0


def test_every_way_of_the_little_flow_can_be_walked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring = "flow shop\nqueue desk {}\n\nring 1 → shop\n"
    scenarios = {
        "order": ORDER,
        "unknown": "flow shop\nhttp POST /orders/* → 404\n\nring 1 → shop\n"
        "keys 1\nkeys 4711\nkeys 1234\nhangup caller\n",
        "down": "flow shop\nhttp POST /orders/* → down\n\nring 1 → shop\n"
        "keys 1\nkeys 4711\nkeys 1234\n",
        "full": ring.format("full") + "keys 0\n",
        "nobody": ring.format("nobody") + "keys 0\n",
        "left": ring.format("ahead 1") + "keys 0\nkeys *\nhangup caller\n",
        "timeout": "agents anna\n" + ring.format("wait 5s ring 2s") + "keys 0\n",
        "silence": "flow shop\nagents anna\n\nring 1 → shop\n"
        "agent anna answers\nagent anna leaves  ended by agent\n",
        # Only a fault leads to the flow's error path: the same question ten times over.
        "error": "flow shop\nbroken recognizer\n\nring 1 → shop\nkeys 1\nkeys 4711\n"
        + 'caller "hello"\n' * 3,
    }
    folder = shop(tmp_path, **scenarios)
    assert run(folder, "--accept", "--coverage") == 0, capsys.readouterr().out
    out = capsys.readouterr().out
    missing = [line for line in out.splitlines() if "never walked" in line]
    assert len(missing) <= 1, missing
    assert all("anywhere" in line for line in missing), "only the flow's own error path"


def test_json_and_junit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shop(tmp_path, order=ORDER, wrong=ORDER.replace("1234\n", "9999\n"))
    assert run(folder / "tests/order.txt", "--accept") == 0
    capsys.readouterr()
    report = tmp_path / "report.xml"
    assert run(folder, "--json", "--junit", report) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["failed"]) == (1, 1)
    [bad] = [row for row in told["scenarios"] if not row["ok"]]
    assert "no http line answers POST /v1/orders/4711" in bad["problems"]
    [coverage] = told["coverage"]
    assert coverage["transitions"] > coverage["transitions_walked"] > 0
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == ["wrong"]


def test_mistakes_of_a_setting_are_all_named_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "flow shop\nclok 9\nhttp GET /x\nqueue desk fulll\nclock noon\nring 1 → shop\n"
    folder = shop(tmp_path, bad=text)
    assert run(folder) == 1
    out = capsys.readouterr().out
    for line in (2, 3, 4, 5):
        assert f"bad.txt:{line}:1: error bad-setting" in out


@pytest.mark.parametrize(
    "text", ["flow shp\nring 1 → shp\n", "flow shop\narm main x\nring 1 → x\n"]
)
def test_names_that_are_not_there(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(shop(tmp_path, bad=text)) == 1
    assert "error missing-" in capsys.readouterr().out


def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nothing") == 2
    folder = shop(tmp_path / "one")
    assert run(folder) == 2
    assert "there is no scenario here" in capsys.readouterr().err
    (folder / "tests/order.txt").write_text(ORDER, "utf-8")
    (folder / "shop.yaml").write_text("flow: shop\n", "utf-8")
    assert run(folder) == 2
    assert "start is missing" in capsys.readouterr().err


def test_what_is_common_to_a_folder_gives_way_to_the_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shop(tmp_path, order=ORDER + "hangup caller\n")
    (folder / "tests/common.txt").write_text("http POST /orders/* → 404\n", "utf-8")
    other = ORDER.replace('http    POST /orders/4711 {"pin": "1234"} → 200', "# ")
    (folder / "tests/other.txt").write_text(other + "hangup caller\n", "utf-8")
    assert run(folder, "--accept") == 0, capsys.readouterr().out
    assert "look  200" in (folder / "tests/order.txt").read_text("utf-8")
    assert "look  404" in (folder / "tests/other.txt").read_text("utf-8")
