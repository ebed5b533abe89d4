"""From what a node expects to what PocketSphinx takes. (For Vosk see `word_list.py`.)

    Expectation ─▶ compile_jsgf ─▶ Grammar: JSGF and the dictionary of just its words

The union of choices, slots and universals competes. A slot that is asked for also competes on its
own and behind small carriers ("it's", "my account number is"). What an engine cannot hear (a word
without pronunciation, a text slot in JSGF) drops the alternative that it stands in, nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from voicebot.asr.dictionary import pronunciations, spoken_words, token, word_of
from voicebot.asr.free_wordings import wordings_of
from voicebot.asr.spoken import english
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Maybe, OneOf, Phrase, Sequence, SlotMark, Words, slots_of

_CARRIER = 0.01
"""Weight of words that need not be said: callers mostly leave them out, and short ones ("it's")
take the beginnings of short answers."""
_UNIVERSAL = "0.00001"
"""Weight of a global command where values are asked for: beside 70 phrases a digit is easily taken
for one of them ("four" for "hold on"), and the phrases, being longer, are heard none the less."""
_REFERENCE = re.compile(r"<([a-z0-9_]+)>")
_NAME = re.compile(r"(?<![</.\w])[a-z][\w']*(?![\w>])")


@dataclass(frozen=True, slots=True)
class Grammar:
    """A compiled grammar with its dictionary; empty `jsgf` where nothing can be heard by it."""

    jsgf: str
    dictionary: tuple[tuple[str, tuple[str, ...]], ...]
    """Token and its pronunciations, sorted by token."""
    key: str
    """Hash of the content: the name under which workers keep it."""
    free: tuple[str, ...] = ()
    """Sentences of tokens that free wordings are like; none where only the grammar's are heard."""

    encoded: bytes = field(default=b"", compare=False, repr=False)
    """What `encode` gives, made once: each reading sends it."""

    @property
    def hears(self) -> bool:
        """Whether anything can be heard with it."""
        return bool(self.jsgf or self.free)

    def encode(self) -> bytes:
        """As it is sent to a worker."""
        if self.encoded:
            return self.encoded
        return json.dumps([self.jsgf, self.dictionary, self.free]).encode("utf-8")


@lru_cache(maxsize=512)
def compile_jsgf(expectation: Expectation) -> Grammar:
    """The grammar of what is expected, in JSGF for PocketSphinx (English)."""
    sounds = _given(expectation)
    rules = _Rules(expectation.slots, sounds)
    ways = list(rules.ways(expectation))
    free = _free(expectation, rules)
    if not ways and not free:
        return Grammar("", (), "")
    lines = [f"public <utterance> = {' | '.join(ways)};"] if ways else []
    lines += [f"<{name}> = {body};" for name, body in sorted(rules.closure().items())]
    jsgf = "#JSGF V1.0;\ngrammar expected;\n" + "\n".join(lines) + "\n" if ways else ""
    words = {name for line in lines for name in _names(line)}
    words.update(name for sentence in free for name in sentence.split())
    dictionary = tuple((name, _sounds_of(word_of(name), sounds)) for name in sorted(words))
    key = hashlib.sha256(repr((jsgf, dictionary, free)).encode()).hexdigest()[:24]
    grammar = Grammar(jsgf, dictionary, key, free)
    return replace(grammar, encoded=grammar.encode())


def _free(expectation: Expectation, rules: _Rules) -> tuple[str, ...]:
    """What free wordings are like, without sentences that cannot be heard."""
    heard = (rules.words(text) for text in wordings_of(expectation))
    return tuple(sentence for sentence in heard if sentence)


def _given(expectation: Expectation) -> dict[str, tuple[str, ...]]:
    """Pronunciations that the operator gave, by word."""
    found: dict[str, tuple[str, ...]] = {}
    for word, phones in expectation.sounds:
        found[word] = (*found.get(word, ()), phones)
    return found


def _sounds_of(word: str, given: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The operator's pronunciations, then those of the dictionary."""
    if word not in given:
        return pronunciations(word)
    return tuple(dict.fromkeys((*given[word], *pronunciations(word))))


def check_vocabulary(expectation: Expectation) -> list[str]:
    """Words that PocketSphinx cannot recognize: the phrases that hold them will not be heard."""
    words = {word for phrase in _phrases(expectation) for word in _words(phrase)}
    words.update(word for text in wordings_of(expectation) for word in spoken_words(text))
    return sorted(word for word in words if not pronunciations(word))


def _phrases(expectation: Expectation) -> Iterator[Phrase]:
    slot_options = (option for slot in expectation.slots for option in slot.options)
    for choice in (*expectation.choices, *expectation.universals, *slot_options):
        yield from choice.phrases


def _words(phrase: Phrase) -> Iterator[str]:
    match phrase:
        case Words(text):
            yield from spoken_words(text)
        case Sequence(parts) | OneOf(parts):
            for part in parts:
                yield from _words(part)
        case Maybe(part):
            yield from _words(part)
        case SlotMark():
            return


def _names(line: str) -> Iterator[str]:
    """Tokens of words in a rule: not rule names, weights or the keyword before them."""
    return iter(_NAME.findall(line.partition(" = ")[2]))


class _Rules:
    """JSGF of phrases; collects the rules of the slots that they use."""

    def __init__(self, slots: tuple[SlotSpec, ...], sounds: Mapping[str, tuple[str, ...]]) -> None:
        self._sounds = sounds
        self._slots = {slot.name: slot for slot in slots}
        self._bodies: dict[str, str] = {}

    def ways(self, expectation: Expectation) -> Iterator[str]:
        """Everything that competes, each a JSGF expression."""
        for choice in expectation.choices:
            body = self.choice(choice)
            if body is not None:
                yield f"({body}) <tail>"
        yield from self.universals(expectation)
        asked = self.questions(expectation)
        if asked is not None:
            yield f"({asked}) <tail>"
        within = {name for phrase in _phrases(expectation) for name in slots_of(phrase)}
        within |= {name for choice in expectation.choices for name in choice.along}
        for slot in expectation.slots:
            # A slot of a phrase is filled by that phrase alone, as understanding has it.
            rule = self.slot(slot.name) if slot.name not in within else None
            if rule is not None:
                self._bodies[f"lead_{slot.name}"] = self.lead(slot)
                yield f"<lead_{slot.name}> {rule} <tail>"

    def universals(self, expectation: Expectation) -> Iterator[str]:
        """Global commands, on a par with choices; where only values are asked for, rarer than
        those by far."""
        weight = "" if expectation.choices else f"/{_UNIVERSAL}/ "
        for universal in expectation.universals:
            body = self.choice(universal)
            if body is not None:
                yield f"{weight}({body}) <tail>"

    def questions(self, expectation: Expectation) -> str | None:
        """What the knowledge base is asked: these sentences, as no others can be heard."""
        scope = expectation.knowledge
        if scope is None:
            return None
        return _either([self.words(text) for text in scope.questions(expectation.language)])

    def lead(self, slot: SlotSpec) -> str:
        """What may stand before a value: nothing, most of the time."""
        carriers = " | ".join(_spell(text) for text in english.carriers(slot))
        return f"/1/ <NULL> | /{_CARRIER}/ ({carriers})" if carriers else "<NULL>"

    def choice(self, choice: Choice) -> str | None:
        """All its phrases."""
        return _either([self.phrase(phrase) for phrase in choice.phrases])

    def phrase(self, phrase: Phrase) -> str | None:
        """One pattern; None where no way through it can be heard."""
        match phrase:
            case Words(text):
                return self.words(text)
            case SlotMark(name):
                return self.slot(name)
            case Maybe(part):
                body = self.phrase(part)
                return "" if body is None else f"[{body}]"
            case OneOf(options):
                body = _either([self.phrase(option) for option in options])
                return None if body is None else f"({body})"
            case Sequence(parts):
                bodies = [self.phrase(part) for part in parts]
                heard = [body for body in bodies if body is not None]
                return " ".join(filter(None, heard)) if len(heard) == len(bodies) else None

    def words(self, text: str) -> str | None:
        """Words as they stand; nothing where only punctuation stands."""
        words = spoken_words(text)
        if not all(_sounds_of(word, self._sounds) for word in words):
            return None
        return " ".join(token(word) for word in words)

    def slot(self, name: str) -> str | None:
        """A reference to the slot's rule."""
        slot = self._slots.get(name)
        if slot is None:
            return None
        rule = f"slot_{name}"
        if rule not in self._bodies:
            body = self.slot_body(slot)
            if body is None:
                return None
            self._bodies[rule] = body
        return f"<{rule}>"

    def slot_body(self, slot: SlotSpec) -> str | None:
        """The values of a slot. Marks within an option's phrases stand for nothing."""
        if slot.type is SlotType.CHOICE:
            plain = _Rules((), self._sounds)
            return _either([plain.choice(option) for option in slot.options])
        return english.rule_for(slot)

    def closure(self) -> dict[str, str]:
        """The rules in use and all that they name."""
        found = {**self._bodies, "tail": f"/1/ <NULL> | /{_CARRIER}/ please"}
        waiting = list(found.values())
        while waiting:
            for name in _REFERENCE.findall(waiting.pop()):
                if name not in found:
                    found[name] = english.RULES[name]
                    waiting.append(found[name])
        return found


def _either(bodies: list[str | None]) -> str | None:
    """Alternatives, without those that cannot be heard and without empty ones."""
    heard = list(dict.fromkeys(body for body in bodies if body))
    return " | ".join(heard) if heard else None


def _spell(text: str) -> str:
    return " ".join(token(word) for word in text.split())
