"""What the nodes of a call's flow expected, for its diagnosis."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.core.errors import ConfigError
from voicebot.core.meaning import Expectation
from voicebot.core.phrases import sentences
from voicebot.diagnosis.case import Expected
from voicebot.flow.flow import Flow
from voicebot.replay.library import FlowShelf, NoFlow
from voicebot.replay.recorded import RecordedCall

_A_PHRASE = 200
"""Sentences of one pattern, at most."""


def flow_of(call: RecordedCall, then: FlowShelf, today: FlowShelf) -> Flow | None:
    """The version that served the call; else today's; None where there is neither."""
    for shelf in (then, today):
        try:
            return shelf.flow_for(call)
        except (NoFlow, ConfigError):
            continue
    return None


def expected_of(flow: Flow) -> dict[str, Expected]:
    """By node, as the journal of a call to this flow names it; in all its languages."""
    found: dict[str, Expected] = {}
    library = {**(flow.library or {}), flow.name: flow}
    for name, one in library.items():
        prefix = "" if name == flow.name else f"{name}/"
        for view in one.views:
            for node, value in _nodes(view):
                known = found.get(prefix + node)
                phrases = (*(known.phrases if known else ()), *value.phrases)
                found[prefix + node] = Expected(phrases, value.accept, value.confirm)
    return found


def _nodes(flow: Flow) -> Iterator[tuple[str, Expected]]:
    for name, node in flow.nodes.items():
        usual = next(iter(node.expectations(flow)), None)
        if usual is not None:
            yield name, Expected(tuple(_phrases(usual)), usual.accept, usual.confirm)


def _phrases(wanted: Expectation) -> Iterator[str]:
    options = (choice for slot in wanted.slots for choice in slot.options)
    for choice in (*wanted.choices, *options, *wanted.universals):
        for phrase in choice.phrases:
            yield from sentences(phrase, _A_PHRASE)
