"""How English words are pronounced: the CMU dictionary that comes with PocketSphinx, then
espeak-ng's rules. Each grammar gets a dictionary of just its own words."""

from __future__ import annotations

import importlib.util
import re
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path

from voicebot.asr.espeak import pronounce
from voicebot.core.errors import EngineError

_SPEAKABLE = re.compile(r"[a-z0-9à-öø-ÿ][a-z0-9à-öø-ÿ'.&-]*")
_PLAIN = re.compile(r"[a-z][a-z']*")
_DROPPED = str.maketrans("", "", ',.?!;:"“”()¿¡')
_MAX_LENGTH = 40


def model_path() -> Path:
    """Folder of the US English model in the pocketsphinx wheel (found without importing it)."""
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or spec.origin is None:
        raise EngineError("pocketsphinx is not installed; run script/setup")
    return Path(spec.origin).parent / "model" / "en-us"


def spoken_words(text: str) -> list[str]:
    """The words of a text as the recognizer's output has them: lower case, no punctuation."""
    words = text.lower().replace("’", "'").split()
    return [word for word in (_bare(word) for word in words) if word]


def pronunciations(word: str) -> tuple[str, ...]:
    """ARPAbet pronunciations, the usual one first; empty for a word that cannot be recognized."""
    return _pronunciations(word) if len(word) <= _MAX_LENGTH else ()


def token(word: str) -> str:
    """The word's name in JSGF and dictionary: itself, or an escape in hex where it holds a sign
    that JSGF or the dictionary reads otherwise."""
    if _PLAIN.fullmatch(word):
        return word
    return "x_" + word.encode("utf-8").hex()


def word_of(name: str) -> str:
    """The inverse of `token`; a mark of the variant (`read(2)`) is dropped."""
    name = name.partition("(")[0]
    return bytes.fromhex(name[2:]).decode("utf-8") if name.startswith("x_") else name


@lru_cache(maxsize=8_192)
def _pronunciations(word: str) -> tuple[str, ...]:
    if not _SPEAKABLE.fullmatch(word):
        return ()
    known = _looked_up(word)
    if known:
        return known
    found = pronounce(word)
    return (found,) if found else ()


def _bare(word: str) -> str:
    stripped = word.translate(_DROPPED).strip("-.")
    return stripped if stripped.strip("'") else ""


@cache
def _dictionary() -> list[bytes]:
    """Sorted lines, 8 MB; parsed they would be 40 MB."""
    return sorted((model_path() / "cmudict-en-us.dict").read_bytes().splitlines())


def _looked_up(word: str) -> tuple[str, ...]:
    found: list[str] = []
    lines = _dictionary()
    while True:
        name = word if not found else f"{word}({len(found) + 1})"
        head = name.encode("utf-8") + b" "
        at = bisect_left(lines, head)
        if at == len(lines) or not lines[at].startswith(head):
            return tuple(found)
        found.append(" ".join(lines[at][len(head) :].decode("ascii").split()))
