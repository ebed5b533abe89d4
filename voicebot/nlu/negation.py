"""What a caller denies: "I did not lose my card", 不是挂失.

A denial reaches from its "not" to the next clause. "Can not", "does not work" and "do not know"
tell of a trouble and deny nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

_TROUBLE = {"know", "remember", "see", "understand", "work", "recognize", "recall", "find", "have"}
_TROUBLE_BEFORE = {"can", "could", "will", "why", "does"}
_NOT_DENYING = {"only", "sure", "yet", "just"}
_CLAUSE = {"but", "i", "because", "instead", "rather", "so", "please", "however", "and"}
_REACH = 6
_ZH_DENIALS = (
    ("不", "是"),
    ("没", "有"),
    ("不", "想"),
    ("不", "要"),
    ("不", "用"),
    ("不", "需"),
    ("并", "非"),
    ("没",),
    ("别",),
)
_ZH_CLAUSE = {"是", "我", "而", "要", "想"}
_ZH_REACH = 8


def denied(words: Sequence[str]) -> frozenset[int]:
    """The tokens that stand under a denial, the "not" itself included."""
    places: set[int] = set()
    for at, word in enumerate(words):
        if at in places:
            continue
        if word in ("not", "never"):
            places.update(_english(words, at))
        elif word in "不没并别":
            places.update(_chinese(words, at))
    return frozenset(places)


def _english(words: Sequence[str], at: int) -> range:
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if before in _TROUBLE_BEFORE or after in _TROUBLE or after in _NOT_DENYING or not after:
        return range(0)
    end = at + 1
    while end < len(words) and end - at <= _REACH and words[end] not in _CLAUSE:
        end += 1
    return range(at, end)


def _chinese(words: Sequence[str], at: int) -> range:
    opening = next((d for d in _ZH_DENIALS if tuple(words[at : at + len(d)]) == d), None)
    if opening is None:
        return range(0)
    end = at + len(opening)
    if end < len(words) and words[end] in ("要", "想", "来"):
        end += 1
    while end < len(words) and end - at <= _ZH_REACH and words[end] not in _ZH_CLAUSE:
        end += 1
    return range(at, end)
