"""What came of a scenario against what must come."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from voicebot.core.record import Fact, fold
from voicebot.scenario.script import Row, Stimulus, is_event, is_stimulus, rows, stimuli
from voicebot.store.transcript import render, transcript

NEAR_MS = 100
"""So near to a stimulus its line begins, as far as tenths of a second tell. One that comes later
(digits of open length) stands for itself, so that no stimulus changes its place."""


def rendered(facts: Iterable[Fact], *, words: bool = False) -> str:
    """The call in the shape of scenarios; `words`: what the bot said, not its prompts' ids."""
    known = list(facts)
    return render(transcript(known), fold(known), spoken=words)


def expected(text: str) -> str:
    """What a scenario's call must read like."""
    return "\n".join(row.text for row in rows(text))


def difference(text: str, came: str) -> list[str]:
    """Lines that tell expected (-, with its line in the file) from come (+); none where all is
    as expected. One unchanged line stands before and after each place."""
    want, got = rows(text), came.splitlines()
    matcher = difflib.SequenceMatcher(None, [row.text for row in want], got, autojunk=False)
    return list(_lines(matcher.get_opcodes(), want, got))


def _lines(
    changes: Iterable[tuple[str, int, int, int, int]], want: list[Row], got: list[str]
) -> Iterator[str]:
    for kind, first, end, first_got, end_got in changes:
        if kind == "equal":
            continue
        if first:
            yield f"{want[first - 1].line:>5}   {want[first - 1].text}"
        yield from (f"{row.line:>5} - {row.text}" for row in want[first:end])
        yield from (f"      + {line}" for line in got[first_got:end_got])
        if end < len(want):
            yield f"{want[end].line:>5}   {want[end].text}"


def accepted(text: str, came: str, done: Iterable[tuple[Stimulus, int]] = ()) -> str:
    """The scenario as it should read after a change that was meant: comments, setting and every
    stimulus are kept. `done` tells when those came that had no time of their own."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if is_event(line)), len(lines))
    comments = [line for line in lines[first:] if line.startswith("#")]
    body = _Merger(stimuli(text), dict(done)).merge(came.splitlines())
    return "\n".join([*lines[:first], *comments, *body]) + "\n"


class _Merger:
    """Puts stimuli and what came of them into one text."""

    def __init__(self, script: list[Stimulus], done: dict[Stimulus, int]) -> None:
        self._left = script
        self._done = done

    def merge(self, came: list[str]) -> list[str]:
        """The transcript with its marks, and with what left no line of its own."""
        marked = [self._mark(line) for line in came]
        hidden = sorted(self._left, key=lambda s: (self._when(s), s.line))
        found: list[str] = []
        for text, at_ms in marked:
            while hidden and self._when(hidden[0]) <= at_ms:
                found.append(self._hidden(hidden.pop(0)))
            found.append(text)
        last = found.pop() if found and found[-1].split()[:1] == ["cdr"] else None
        found += [self._hidden(s) for s in hidden]
        return [*found, last] if last is not None else found

    def _when(self, s: Stimulus) -> float:
        return self._done.get(s, float("inf")) if s.at_ms is None else s.at_ms

    def _hidden(self, s: Stimulus) -> str:
        at_ms = self._when(s)
        at = (
            "    ~"
            if at_ms == float("inf")
            else f"{at_ms / 1000:5.1f}{'~' if s.at_ms is None else ' '}"
        )
        return f"> {at} {s.who:<8} {s.text}".rstrip()

    def _mark(self, line: str) -> tuple[str, float]:
        """The line with its mark, and its time in ms."""
        read = stimuli(line)
        at_ms = float(line.split()[0]) * 1000 if line.split()[0][0].isdigit() else float("inf")
        if not read or read[0].who == "ring":
            self._left = [s for s in self._left if not (read and s.who == "ring")]
            return line, at_ms
        stimulus = self._taken(read[0])
        if stimulus is None:
            return _with_mark(line, "|"), at_ms
        return (_with_mark(line, "~") if stimulus.at_ms is None else line), at_ms

    def _taken(self, came: Stimulus) -> Stimulus | None:
        """The stimulus that this line is, taken out of those that are left."""
        for s in self._left:
            if is_stimulus(s) and self._is_then(s, came) and _same(s, came):
                self._left.remove(s)
                return s
        return None

    def _is_then(self, s: Stimulus, came: Stimulus) -> bool:
        """Whether the line may be this one by its time."""
        assert came.at_ms is not None
        if s.at_ms is not None:
            return s.at_ms == came.at_ms
        return s.who in ("agent", "offer") or abs(came.at_ms - self._when(s)) <= NEAR_MS


def _same(s: Stimulus, came: Stimulus) -> bool:
    return s.who == came.who and " ".join(s.text.split()) == " ".join(came.text.split())


def _with_mark(line: str, mark: str) -> str:
    """`line` with the mark right behind its time."""
    time = line.split()[0]
    end = line.index(time) + len(time)
    return f"{line[:end]}{mark}{line[end + 1 :]}"
