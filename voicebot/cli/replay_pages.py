"""Pages of the calls that differ most, beside the page of many: to be looked at and heard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from voicebot.replay.bulk import PageWanted
from voicebot.replay.options import From, ReplayOptions
from voicebot.replay.result import CallResult, Status
from voicebot.replay.sources import CallSource

Links = dict[tuple[int, int], str]
"""By number of the variant and of the call in it."""


def pages_of(
    html: Path,
    most: int,
    sources: Sequence[CallSource],
    variants: Sequence[ReplayOptions],
    results: Sequence[Sequence[CallResult]],
) -> tuple[list[PageWanted], Links]:
    """At most `most` pages, of those that differ most, in a folder beside `html`; and their
    addresses relative to it. None where there is no sound."""
    if variants[0].begin is not From.SOUND:
        return [], {}
    differing = [
        (variant, number)
        for variant, calls in enumerate(results)
        for number, one in enumerate(calls)
        if one.status is Status.DIFFERENT
    ]
    chosen = sorted(differing, key=lambda at: _rank(results[at[0]][at[1]]))[:most]
    folder = html.with_name(f"{html.stem}-calls")
    pages, links = [], {}
    for variant, number in sorted(chosen):
        name = _name(sources[number].name, variant if len(variants) > 1 else None)
        pages.append(PageWanted(sources[number], variant, folder / name))
        links[variant, number] = f"{folder.name}/{name}"
    return pages, links


def _rank(result: CallResult) -> tuple[bool, int]:
    """Another outcome first, then by how many turns differ; else in their order."""
    differ = sum(bool(pair.major) for pair in result.comparison.pairs)
    return result.outcome_then == result.outcome_now, -differ


def _name(call: str, variant: int | None) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", call)
    return f"{name}.html" if variant is None else f"{variant + 1}-{name}.html"
