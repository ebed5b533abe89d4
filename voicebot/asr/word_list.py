"""From what a node expects to what Vosk takes: phrases of words that its model has, and `[unk]`.

Vosk makes a back-off bigram of them, so they steer rather than bind. An empty list ends its
process, and words that the model lacks are dropped by it: both are kept from it here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache

from voicebot.asr.dictionary import spoken_words
from voicebot.asr.spoken import chinese, english
from voicebot.core.meaning import Expectation, SlotSpec, SlotType
from voicebot.core.phrases import sentences

UNKNOWN = "[unk]"
_SENTENCES = 2_000
"""Sentences of one pattern at most; beyond it the bigram has seen every pair."""
_MARK = re.compile(r"\{[a-z0-9_]+\}")
_REFERENCE = re.compile(r"<([a-z0-9_]+)>")
_WORD = re.compile(r"(?<![</.\w])[a-z][\w']*(?![\w>])")


def compile_list(expectation: Expectation, vocabulary: Collection[str]) -> list[str]:
    """Phrases, each words of `vocabulary` separated by spaces, and `[unk]`; empty where anything
    may be said (a text slot, a question in any words) or nothing of what is expected is known: no
    grammar then."""
    asked = expectation.knowledge
    if any(s.type is SlotType.TEXT for s in expectation.slots) or (asked and asked.free):
        return []
    phrases = dict.fromkeys(
        phrase
        for text in _texts(expectation)
        if (phrase := _known(text, expectation.language, vocabulary))
    )
    return [*phrases, UNKNOWN] if phrases else []


def unknown_words(expectation: Expectation, vocabulary: Collection[str]) -> list[str]:
    """Words of the expectation's phrases that the model does not have."""
    words = {word for text in _phrase_texts(expectation) for word in spoken_words(text)}
    return sorted(word for word in words if not _known(word, expectation.language, vocabulary))


def _texts(expectation: Expectation) -> Iterator[str]:
    yield from _phrase_texts(expectation)
    for slot in expectation.slots:
        yield from _slot_texts(slot, expectation.language)
    if expectation.knowledge is not None:
        yield from expectation.knowledge.questions(expectation.language)


def _phrase_texts(expectation: Expectation) -> Iterator[str]:
    """Sentences; what stands around a slot's mark stands alone."""
    options = (option for slot in expectation.slots for option in slot.options)
    for choice in (*expectation.choices, *expectation.universals, *options):
        for phrase in choice.phrases:
            for sentence in sentences(phrase, _SENTENCES):
                yield from (part.strip() for part in _MARK.split(sentence))


def _slot_texts(slot: SlotSpec, language: str) -> Iterator[str]:
    if language == "zh":
        yield from chinese.WORDS.get(slot.type, "").split()
        yield from chinese.FILLERS.split()
        return
    yield from english.carriers(slot)
    yield from _words_of(english.rule_for(slot) or "")


@cache
def _words_of(body: str) -> tuple[str, ...]:
    """Every word that a rule and those that it names can hold."""
    seen: set[str] = set()
    words: dict[str, None] = {}
    waiting = [body]
    while waiting:
        body = waiting.pop()
        words.update(dict.fromkeys(_WORD.findall(body)))
        new = set(_REFERENCE.findall(body)) - seen
        seen |= new
        waiting.extend(english.RULES[name] for name in sorted(new))
    return tuple(words)


def _known(text: str, language: str, vocabulary: Collection[str]) -> str:
    """The text in words of the vocabulary; empty where it cannot be put so."""
    if language == "zh":
        return _segmented("".join(spoken_words(text)), vocabulary)
    words = [part for word in spoken_words(text) for part in _parts(word, vocabulary)]
    return " ".join(words) if words and all(word in vocabulary for word in words) else ""


def _parts(word: str, vocabulary: Collection[str]) -> list[str]:
    return [word] if word in vocabulary else word.split("-")


def _segmented(text: str, vocabulary: Collection[str]) -> str:
    """Longest match from the left, as the model's words cut unbroken Chinese."""
    words = []
    while text:
        length = next((n for n in range(len(text), 0, -1) if text[:n] in vocabulary), 0)
        if not length:
            return ""
        words.append(text[:length])
        text = text[length:]
    return " ".join(words)
