"""Whole calls in virtual time: what the world does, and every fact that came of it.

`pytest tests/scenarios --accept` rewrites the scenarios after a change that was meant.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_hotline import nothing_is_left, world

from voicebot.scenario.compare import accepted, expected, rendered

SCENARIOS = sorted((Path(__file__).parent / "hotline").glob("*.txt"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text("utf-8")
    hotline = world()
    came = rendered(hotline.play(text))
    if request.config.getoption("--accept"):
        path.write_text(accepted(text, came), "utf-8")
        return
    assert came == expected(text)
    nothing_is_left(hotline)
