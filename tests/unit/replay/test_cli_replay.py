"""`voicebot replay` as it is called: which calls, what is printed, how it ends."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from sim_calls import FLOW, TWO, keep_calls, shop

from voicebot.audio.wav_writer import write_wav
from voicebot.cli import main
from voicebot.core.audio import Pcm


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """A hotline's folders, with two calls of the shop, made by keys; options that name them."""
    return keep_calls(tmp_path, TWO)


def test_a_call_is_the_same(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "aaa1", *places]) == 0
    assert "same: hung_up" in capsys.readouterr().out


def test_another_flow_is_different_in_every_form(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path / "flows", FLOW.replace("outcomes: {ok: told,", "outcomes: {ok: bye,"))
    forms = ["--junit", str(tmp_path / "r.xml"), "--html", str(tmp_path / "r.html")]
    assert main(["replay", "aaa1", *places, "--json", *forms]) == 1
    value = json.loads(capsys.readouterr().out)
    assert value["status"] == "different"
    assert value["first_difference"]["what"] == ["path"]
    suite = ElementTree.parse(tmp_path / "r.xml").getroot()
    assert suite.get("failures") == "1"
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "first difference" in page
    assert page.count("data:audio/wav;base64,") == 2
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_two_runs_give_the_same_bytes(places: list[str], tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for file, jobs in zip(files, ("1", "2"), strict=True):
        assert main(["replay", "--all", *places, "--json", str(file), "--jobs", jobs]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    [variant] = json.loads(files[0].read_bytes())["variants"]
    assert [call["call"] for call in variant["calls"]] == ["aaa1", "bbb2"]


def test_a_sweep_has_totals_for_each_value(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--sweep", "timing.no_input_ms=1000,5000", "--jobs", "1"]
    assert main(["replay", "--all", *places, *words]) == 1
    out = capsys.readouterr().out
    assert "timing.no_input_ms=1000: 2 calls" in out
    assert "timing.no_input_ms=5000: 2 calls" in out


def test_words_alone(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--all", *places, "--from", "dialogue", "--jobs", "1"]) == 0
    assert "2 same" in capsys.readouterr().out


def test_a_call_without_its_recording_cannot_be_replayed(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data" / "recordings" / "aaa1.wav").unlink()
    assert main(["replay", "aaa1", *places]) == 2
    assert "the recording cannot be read" in capsys.readouterr().out


def test_nothing_to_replay_says_so(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", *places]) == 2
    assert "--since, --where or --all" in capsys.readouterr().err
    assert main(["replay", "zzz", *places]) == 2
    assert "no call's id begins with 'zzz'" in capsys.readouterr().err
    assert main(["replay", "--where", "outcome=failed", *places]) == 2


def test_a_recording_from_elsewhere(
    places: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silence = Pcm(np.zeros(44_100, dtype=np.int16), 44_100)
    write_wav(tmp_path / "quiet.wav", silence)
    assert main(["replay", str(tmp_path / "quiet.wav"), "--flow", "shop", *places]) == 0
    assert "heard:" in capsys.readouterr().out
    assert main(["replay", str(tmp_path / "quiet.wav"), "--flow", "none", *places]) == 2
    assert "there is no flow none" in capsys.readouterr().out


def test_all_that_is_asked_for_must_fit(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    twice = ["--where", "flow=shop", "--where", "flow=bank"]
    assert main(["replay", *twice, *places]) == 2
    assert "each name once" in capsys.readouterr().err
    fits = ["--where", "flow=shop", "--where", "caller=0049", "--where", "text=welcome"]
    assert main(["replay", *fits, *places, "--json", "--from", "dialogue"]) == 0
    [variant] = json.loads(capsys.readouterr().out)["variants"]
    assert len(variant["calls"]) == 2
    for lacking in ("tag=vip", "confidence=0.5", "intent=nothing"):
        assert main(["replay", *fits, "--where", lacking, *places]) == 2
        assert "no call fits" in capsys.readouterr().err


def test_calls_that_differ_are_heard_from_the_page_of_many(
    places: list[str], tmp_path: Path
) -> None:
    shop(tmp_path / "flows", FLOW.replace("outcomes: {ok: told,", "outcomes: {ok: bye,"))
    html = tmp_path / "all.html"
    words = ["replay", "--all", *places, "--jobs", "1", "--html", str(html)]
    assert main(words) == 1
    pages = sorted((tmp_path / "all-calls").iterdir())
    assert [page.name for page in pages] == ["aaa1.html", "bbb2.html"]
    for page in pages:
        assert f'href="all-calls/{page.name}"' in html.read_text("utf-8")
        text = page.read_text("utf-8")
        assert text.count("data:audio/wav;base64,") == 2
        assert text.count('class="wave') == 3
    assert main([*words[:-1], str(tmp_path / "few.html"), "--pages", "1"]) == 1
    assert len(list((tmp_path / "few-calls").iterdir())) == 1
    assert main(["replay", "--all", *places, "--jobs", "1", "--html", str(tmp_path)]) == 2


def test_a_secret_is_in_nothing_that_leaves_the_hotline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keyed over the menu: neither kept, nor on a page, nor exported."""
    script = "0.0 ring +49 → shop\n0.5 keys 3\n5.0 keys 73915\n14.0 hangup caller\n"
    places = keep_calls(tmp_path, {"aaa1": script})
    page, bundle = tmp_path / "call.html", tmp_path / "calls.zip"
    assert main(["replay", "aaa1", *places, "--json", "--html", str(page)]) == 0
    out = capsys.readouterr().out
    assert "4 secret keys were replaced" in out
    data = ["--config", places[1], "--data", str(tmp_path / "data")]
    assert main(["calls", "export", "aaa1", "-o", str(bundle), *data]) == 0
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "bundle")
    for text in ("7391", "73915"):
        assert text not in out
        found = [p.name for p in tmp_path.rglob("*") if p.is_file() and _holds(p, text)]
        assert found == []


def _holds(path: Path, text: str) -> bool:
    return path.suffix != ".zip" and text.encode() in path.read_bytes()
