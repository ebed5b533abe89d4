"""Sentences that free wordings of what is expected are like, for a recognizer's language model.

    what the choices were taught by ─┐
    questions of the knowledge base ─┴─▶ any? ─▶ with a few sentences of each phrase of the node

Where there is neither, callers are heard by the node's phrases alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicebot.core.meaning import Expectation
from voicebot.core.phrases import Phrase, sentences

MOST = 3_000
"""Sentences of a language model: a second of work when it is first needed."""
_OF_PHRASE = 6
_EXPANDED = 200


def wordings_of(expectation: Expectation) -> tuple[str, ...]:
    """None where nothing was taught and no questions are answered."""
    taught = expectation.wordings.sentences if expectation.wordings is not None else ()
    scope = expectation.knowledge
    asked = tuple(scope.questions(expectation.language)) if scope is not None else ()
    if not taught and not asked:
        return ()
    return (*_some((*taught, *asked), MOST), *_phrases(expectation))


def _phrases(expectation: Expectation) -> Iterator[str]:
    """A few sentences of each phrase; those with a slot are left to the grammar."""
    for choice in (*expectation.choices, *expectation.universals):
        for phrase in choice.phrases:
            yield from _some(_plain(phrase), _OF_PHRASE)


def _plain(phrase: Phrase) -> list[str]:
    return [text for text in sentences(phrase, _EXPANDED) if text and "{" not in text]


def _some(texts: Sequence[str], most: int) -> Sequence[str]:
    """At most so many, evenly from all of them."""
    if len(texts) <= most:
        return texts
    return [texts[at * len(texts) // most] for at in range(most)]
