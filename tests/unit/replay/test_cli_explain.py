"""`voicebot explain` on calls that were made in virtual time and kept as a node keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sim_calls import keep_calls

from voicebot.cli import main

GOOD = "0.0 ring +49 → shop\n~ keys 4\n"
LOST = "0.0 ring +49 → shop\n~ caller my daughter\n12.0 hangup caller\n"
VAIN = "0.0 ring +49 → shop\n~ caller a person\n20.0 hangup caller\n"


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """A data folder with a good call and two bad ones; options that name it."""
    return keep_calls(tmp_path, {"good": GOOD, "lost": LOST, "vain": VAIN})


def test_a_good_call(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "good", *places]) == 0
    assert capsys.readouterr().out == "# good  shop  contained\nNothing went wrong.\n"


def test_a_phrase_that_the_flow_lacked(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "lost", *places, "--json"]) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["recording"], value["flow_known"]) == (True, True)
    found = {one["rule"]: one for one in value["findings"]}
    assert {"phrase-lacking", "hang-up"} <= set(found)
    lacking = found["phrase-lacking"]
    assert (lacking["node"], lacking["severity"]) == ("main", "error")
    assert any('expected "my order"' in one["text"] for one in lacking["evidence"])


def test_a_person_who_did_not_come(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "vain", *places]) == 1
    out = capsys.readouterr().out
    assert "no-person: the caller waited" in out
    assert "abandoned" in out
    assert "-> look at who was at work" in out


def test_the_same_call_gives_the_same_answer(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["explain", "vain", *places, "--json"])
    first = capsys.readouterr().out
    main(["explain", "vain", *places, "--json"])
    assert capsys.readouterr().out == first


def test_without_recording_and_flow(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data" / "recordings" / "lost.wav").unlink()
    (tmp_path / "flows" / "shop.yaml").unlink()
    assert main(["explain", "lost", *places]) == 1
    out = capsys.readouterr().out
    assert "rules about sound were left out" in out
    assert "the flow that served is not known" in out
    assert "phrase-lacking" in out


def test_no_such_call(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "nobody", *places]) == 2
    assert "voicebot explain:" in capsys.readouterr().err
