"""Normalized tokens of an utterance, with their places in what was said or typed.

Recognizers write lower case without punctuation; people who type do not. Both come out alike:
full-width and traditional characters folded, contractions spread ("don't" -> do not), Han
characters one token each, digits with their inner separators one token ("12.50", "3:30").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from voicebot.nlu.han import HAN, SIMPLIFIED

MAX_CHARACTERS = 2_000
"""Longer texts are cut here: no caller says as much in one turn."""

MAX_TOKENS = 200

_TOKEN = re.compile(
    rf"[{HAN}]"
    r"|[ap]\.\s?m\b\.?"
    r"|\d+(?:[.,:/-]\d+)*"
    rf"|[^\W\d_{HAN}]+(?:'[^\W\d_{HAN}]+)*"
    r"|[$€£¥&%]"
    r"|(?<![\w-])-(?=[\d.])"
)

_SPREAD = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "got to",
    "gimme": "give me",
    "lemme": "let me",
    "y'all": "you all",
    "cant": "can not",
    "im": "i am",
    "ive": "i have",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "wasnt": "was not",
    "havent": "have not",
    "hasnt": "has not",
    "thats": "that is",
    "whats": "what is",
    "wheres": "where is",
    "&": "and",
    "-": "minus",
    "a.m": "am",
    "a.m.": "am",
    "p.m": "pm",
    "p.m.": "pm",
    "okay": "ok",
}
_ENDINGS = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
_IS_AFTER = {"it", "that", "this", "what", "where", "who", "how", "when", "there", "here"} | {
    "he",
    "she",
    "everything",
    "something",
    "one",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One normalized word or Han character."""

    text: str
    start: int
    """First character in `Utterance.text`."""
    end: int
    """Past the last character."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text and its tokens."""

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    """The tokens' texts."""

    def raw(self, first: int, last: int) -> str:
        """The caller's own words of tokens `first` to `last`, the latter excluded."""
        if first >= last:
            return ""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]


def fold(text: str) -> str:
    """Lower case, half width, simplified characters; character by character, same length."""
    return "".join(_fold_character(character) for character in text)


@lru_cache(maxsize=8_192)
def _fold_character(character: str) -> str:
    if character in "’‘`´＇":
        return "'"
    if character in "−–—":
        return "-"
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    folded = unicodedata.normalize("NFKC", character).lower()
    if len(folded) != 1:
        folded = character
    return SIMPLIFIED.get(folded, folded)


@lru_cache(maxsize=4_096)
def _spread(word: str) -> tuple[str, ...]:
    if word in _SPREAD:
        return tuple(_SPREAD[word].split())
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word.removesuffix(ending), full)
    if word.endswith("'s"):
        owner = word.removesuffix("'s")
        return (owner, "is") if owner in _IS_AFTER else (owner,)
    return (word,)


def read(text: str) -> Utterance:
    """Tokens of `text`; never fails, whatever the text."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    folded = fold(text)
    tokens: list[Token] = []
    for found in _TOKEN.finditer(folded):
        tokens += [Token(word, *found.span()) for word in _spread(found.group())]
        if len(tokens) >= MAX_TOKENS:
            break
    return Utterance(text, tuple(tokens), tuple(token.text for token in tokens))


@lru_cache(maxsize=16_384)
def words_of(text: str) -> tuple[str, ...]:
    """Only the normalized words of a short text, such as a pattern's."""
    return read(text).words
