"""Follow-ups: the last business once more, with what the caller says of it changed.

"when does the airport branch open?" ─▶ answered ─▶ "and downtown?" ─▶ answered for downtown
"""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.core.meaning import Choice
from voicebot.core.phrases import parse_phrase
from voicebot.flow.wording import FOLLOW_UP

_PREFIX = "again."
"""Of the names of built-in choices: no flow has a name with a dot."""


def follow_up(choice: str, slots: Iterable[str], language: str) -> tuple[Choice, ...]:
    """What callers say to change one or more of these slots; nothing where no choice is followed.
    Each may stand alone; the others may be said beside it."""
    names = tuple(map(str, slots))
    if not names:
        return ()
    pattern = FOLLOW_UP.get(language, FOLLOW_UP["en"])
    phrases = tuple(parse_phrase(pattern.format(slot=name)) for name in names)
    return (Choice(_PREFIX + choice, phrases),)


def is_follow_up(name: str, choice: str) -> bool:
    """Whether that is what was said."""
    return bool(choice) and name == _PREFIX + choice
