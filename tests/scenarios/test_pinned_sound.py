"""Recorded calls that were pinned with their sound, beside the sample flows' scenarios: through
today's voice detection, recognition, understanding and flow the same comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.replay.bulk import Replayer
from voicebot.replay.options import ReplayOptions
from voicebot.replay.result import Status
from voicebot.replay.sources import CallSource
from voicebot.replay.text_report import call_text

ROOT = Path(__file__).resolve().parents[2]
PINNED = sorted((ROOT / "ivr_flows" / "tests").rglob("*.wav"))


@pytest.mark.parametrize("path", PINNED, ids=[path.stem for path in PINNED])
def test_a_pinned_call(path: Path, tmp_path: Path) -> None:
    flows = ROOT / "ivr_flows"
    replayer = Replayer([ReplayOptions(ROOT / "sip_config", flows, tmp_path, draft=True)])
    [result] = replayer.replay(CallSource(path.stem, file=path))
    replayer.close()
    assert result.status is Status.SAME, call_text(result)


def test_there_is_one() -> None:
    assert PINNED
