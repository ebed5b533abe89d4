"""The sample flows' own scenarios, as an operator runs them: all pass, every way is walked."""

from __future__ import annotations

from pathlib import Path

from voicebot.scenario.report import lines_of
from voicebot.scenario.suite import run_suite

FLOWS = Path(__file__).parents[2] / "ivr_flows"


def test_all_pass_and_every_transition_is_walked() -> None:
    outcome = run_suite([FLOWS])
    report = "\n".join(lines_of(outcome, coverage=True))
    assert outcome.failed == 0, report
    flows = {one.flow for one in outcome.coverage}
    assert {"bank_en", "bank_zh"} <= flows
    assert outcome.percent == 100, report
