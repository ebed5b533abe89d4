"""A person's own voice: an account number said digit by digit and a yes, by telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hotline import ROOT, Hotline, hotline

from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import Pcm

pytestmark = pytest.mark.timeout(300)

SPEECH = ROOT / "tests" / "fixtures" / "speech"
GAP_MS = 120
"""Between two digits, as people say a number that they read off a card."""
BREATH_MS = 300


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """The sample hotlines."""
    with hotline(tmp_path_factory.mktemp("speech")) as line:
        yield line


def said_digits(file: Path, digits: str) -> str:
    """The digits in one file, each said on its own by the same person."""
    clips = [read_wav(SPEECH / "digits" / f"{digit}_lucas_1.wav").mono() for digit in digits]
    parts = [part for clip in clips for part in (clip, Pcm.silence(GAP_MS, clip.rate))]
    write_wav(file, Pcm.join(parts, clips[0].rate))
    return str(file)


def said_yes(file: Path) -> str:
    """A yes, without the breath before it."""
    write_wav(file, read_wav(SPEECH / "answers" / "tflm_yes.wav").mono().between(BREATH_MS))
    return str(file)


def test_a_balance_by_voice(running: Hotline, tmp_path: Path) -> None:
    account = said_digits(tmp_path / "account.wav", "100200")
    yes = said_yes(tmp_path / "yes.wav")
    steps = ("--wait", "1", "--dtmf", "1", "--play", account, "--play", yes, "--linger", "3")
    report = running.call("bank_en", *steps)
    record = running.ended_call()
    facts = running.facts(record["call"])
    assert report["answered"]
    assert "balance_told" in record["tags"], facts
    heard = [f["data"]["text"] for f in facts if f["kind"] == "heard"]
    assert heard[0] == "one zero zero two zero zero"
    assert heard[1] in ("yes", "yep", "yeah")
    said = [f["data"]["text"] for f in facts if f["kind"] == "said"]
    assert (
        "Your balance is one thousand five hundred twenty dollars and seventy five cents." in said
    )
    assert [f["data"]["status"] for f in facts if f["kind"] == "requested"] == [200]
    assert (record["outcome"], record["ended_by"]) == ("hung_up", "caller")
    assert record["no_matches"] == 0
