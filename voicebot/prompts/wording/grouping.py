"""How a string of digits is cut into groups, as people say and remember them."""

from __future__ import annotations


def group_sizes(count: int) -> list[int]:
    """Sizes of the groups for `count` digits: up to four in one breath, fours where they come
    out even (cards), 3-4-4 for eleven (mobile numbers), else threes with the rest at the end
    (3-4 for seven, 3-3-4 for ten)."""
    if count <= 4:
        return [count] if count else []
    if count % 4 == 0:
        return [4] * (count // 4)
    if count == 11:
        return [3, 4, 4]
    threes, rest = divmod(count, 3)
    if rest == 1:
        return [3] * (threes - 1) + [4]
    return [3] * threes + ([2] if rest else [])


def groups(text: str) -> list[str]:
    """The groups themselves, in order; joined they are `text`."""
    found, first = [], 0
    for size in group_sizes(len(text)):
        found.append(text[first : first + size])
        first += size
    return found
