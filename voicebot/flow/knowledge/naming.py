"""Ids for entries of a table: as written where they can be, else from the question's words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from voicebot.flow.knowledge.reading import folded

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORDS = """
a an the i my me you your is are am do does did can could what how when where which who why
to of in on at for and or it if with from have has there be will would much many
"""
_SMALL = frozenset(_WORDS.split())
_LONGEST = 48


class Namer:
    """Gives names; the same question gets the same one."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` has names by folded question."""
        self._known = dict(known)
        self._given: set[str] = set(self._known.values())

    def name(self, written: str, question: str) -> str:
        """The name of an entry."""
        if written:
            return _slug(written) or _numbered(written)
        said = folded(question)
        if said in self._known:
            return self._known[said]
        made = self._free(_of_question(said))
        if said:
            self._known[said] = made
        self._given.add(made)
        return made

    def _free(self, name: str) -> str:
        number, free = 2, name
        while free in self._given:
            free, number = f"{name}_{number}", number + 1
        return free


def _slug(text: str) -> str:
    """A text as a name; empty where it cannot be one."""
    plain = re.sub(r"[\s\-.]+", "_", text.strip().lower())
    if plain[:1].isdigit():
        plain = f"q{plain}"
    return plain if _NAME.fullmatch(plain) and len(plain) <= 64 else ""


def _numbered(text: str) -> str:
    return "q" + hashlib.sha256(text.encode()).hexdigest()[:10]


def _of_question(said: str) -> str:
    words = [word for word in re.findall(r"[a-z0-9]+", said) if word not in _SMALL]
    name = _slug("_".join(words[:6])[:_LONGEST].strip("_"))
    return name or _numbered(said)
