"""What the sample hotlines' phrases say is understood at every node that listens for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from voicebot.core.meaning import Choice, Expectation
from voicebot.core.phrases import sentences, slots_of
from voicebot.flow.listening import Listening
from voicebot.flow.loader import load_file

FLOWS = sorted((Path(__file__).parents[3] / "ivr_flows").glob("bank_*.yaml"))


def _expectations(path: Path) -> list[Expectation]:
    """Each once, though many nodes have it."""
    flow = load_file(path)
    found: list[Expectation] = []
    for node in flow.nodes.values():
        if isinstance(node, Listening):
            new = [e for e in node.expectations(flow) if e.speech]
            found += [e for e in new if e not in found]
    return found


def _said(goal: Choice) -> Iterator[str]:
    """The shortest and the longest sentence of each pattern without slots."""
    for phrase in goal.phrases:
        if not any(slots_of(phrase)):
            found = sorted(sentences(phrase), key=len)
            yield from {found[0], found[-1]}


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_every_phrase_reaches_its_goal(understand, path):
    tried = 0
    for expectation in _expectations(path):
        phrases = [phrase for goal in expectation.choices for phrase in goal.phrases]
        of_the_node = {text for one in phrases if not any(slots_of(one)) for text in sentences(one)}
        for goal in (*expectation.choices, *expectation.universals):
            for text in _said(goal):
                if goal in expectation.universals and text in of_the_node:
                    continue  # What the node itself listens for comes first.
                found = understand(text, expectation)
                assert (found.choice, found.confidence >= 0.6) == (goal.name, True), text
                tried += 1
    assert tried > 100
