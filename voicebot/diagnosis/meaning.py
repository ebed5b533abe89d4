"""Rules about what was understood."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from voicebot.core.errors import Severity
from voicebot.core.record import Fact, FactKind
from voicebot.diagnosis.case import Case, number
from voicebot.diagnosis.finding import Evidence, Finding, shown

_NEAR = 0.5
"""Below this likeness a phrase is none that could have been meant."""


def phrase_lacking(case: Case) -> Iterator[Finding]:
    """Words were heard surely enough, and the node knows none like them."""
    for fact in case.of(FactKind.NOT_UNDERSTOOD):
        heard = case.before(fact, FactKind.HEARD)
        text = str(fact.data.get("text") or "")
        if not text or heard is None or heard.data.get("rejected"):
            continue
        expected = case.at(case.node(fact))
        if number(heard.data, "confidence") < expected.confirm:
            continue
        yield case.finding(
            "phrase-lacking",
            fact,
            Severity.ERROR,
            f'"{text}" was heard, and this node expects nothing like it',
            _remedy(text, expected.phrases),
            shown(heard, "text", "confidence", "start_ms"),
            *_nearest(fact, text, expected.phrases),
        )


def _nearest(fact: Fact, text: str, phrases: tuple[str, ...]) -> Iterator[Evidence]:
    if not phrases:
        yield Evidence(fact.at_ms, "the flow that served is not known: no phrases to compare with")
        return
    known = nearest(text, phrases)
    for phrase, alike in known or ((None, 0.0),):
        told = f'expected "{phrase}" ({100 * alike:.0f} % alike)' if phrase else "nothing is alike"
        yield Evidence(fact.at_ms, told)


def nearest(text: str, phrases: tuple[str, ...], most: int = 3) -> list[tuple[str, float]]:
    """The phrases that are most like it, with how much, best first."""
    wanted = text.lower()
    rated = [
        (difflib.SequenceMatcher(None, wanted, phrase, autojunk=False).ratio(), phrase)
        for phrase in dict.fromkeys(phrases)
    ]
    rated.sort(key=lambda one: (-one[0], one[1]))
    return [(phrase, round(alike, 3)) for alike, phrase in rated[:most] if alike >= _NEAR]


def _remedy(text: str, phrases: tuple[str, ...]) -> str:
    near = nearest(text, phrases, 1)
    if near:
        return (
            f'add "{text}" to the phrases of the choice that has "{near[0][0]}", if that was '
            "meant; `voicebot nlu inbox` shows how many callers say it"
        )
    return (
        "add it to the phrases of the choice that was meant, or a choice for it; "
        "`voicebot nlu inbox` shows how many callers say it"
    )


def denied(case: Case) -> Iterator[Finding]:
    """What the bot had understood was denied by the caller, or an answer was none."""
    for fact in case.of(FactKind.NOT_UNDERSTOOD, FactKind.ANSWER_DENIED):
        meant = case.before(fact, FactKind.UNDERSTOOD)
        heard = case.before(fact, FactKind.HEARD)
        is_answer = fact.kind is FactKind.ANSWER_DENIED
        is_no = meant is not None and meant.at_ms == fact.at_ms and meant.seq < fact.seq
        if not is_answer and (fact.data.get("text") or not is_no):
            continue
        told = [shown(heard, "text", "confidence")] if heard else []
        yield case.finding(
            "denied",
            fact,
            Severity.WARNING,
            "the caller said no to what the bot had understood",
            "where it happens often, the phrases of two choices are too alike: "
            "`voicebot nlu inbox` lists what was denied",
            shown(fact, "base", "entry", "count"),
            *told,
        )


def not_understood_again(case: Case) -> Iterator[Finding]:
    """Nothing was understood at a node, again and again."""
    nodes: dict[str, list[Fact]] = {}
    for fact in case.of(FactKind.NOT_UNDERSTOOD):
        nodes.setdefault(case.node(fact), []).append(fact)
    for node, facts in nodes.items():
        if len(facts) > 1:
            yield case.finding(
                "no-matches",
                facts[1],
                Severity.ERROR,
                f"nothing was understood at {node}, {len(facts)} times",
                "see the findings before it for each time; let the second no_match say what can "
                "be said, and lead to keys or a person",
                *(shown(fact, "count", "text") for fact in facts),
            )
