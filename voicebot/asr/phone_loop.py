"""What phones a sound may be made of, in any order: the best path through a loop of all phones.

    ┌────────────────◀────────────────┐
    └─▶ phone: state ─▶ state ─▶ state ┴─▶      any phone after any, at no cost

How much better it explains the speech than a grammar does tells speech that was not expected
(`evidence.py`). It is PocketSphinx's `allphone` search, computed for all frames at once where that
is possible: it takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voicebot.asr.acoustic_model import STATES, AcousticModel
from voicebot.asr.evidence import Segment

Floats = NDArray[np.float32]

_SILENCE = "SIL"


class PhoneLoop:
    """The search over one model's phones."""

    def __init__(self, model: AcousticModel) -> None:
        self._model = model
        moves = model.transitions
        self._stay = np.stack([moves[:, state, state] for state in range(STATES)])
        self._next = np.stack([moves[:, state, state + 1] for state in range(STATES)])
        self._first = model.phones.index(_SILENCE)

    def search(self, features: Floats) -> tuple[Segment, ...]:
        """The best path from silence to the end of the last frame."""
        scores = self._model.scores(features).transpose(0, 2, 1)
        return tuple(self._segments(*self._paths(np.ascontiguousarray(scores))))

    def _paths(self, scores: Floats) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp]]:
        """For each frame the best phone that may end with it, the score up to then, and the frame
        that ended the phone before; scores of shape (frames, states, phones)."""
        count = len(scores)
        phones, totals = np.empty(count, np.intp), np.empty(count, np.float32)
        before = np.empty(count, np.intp)
        score = np.full(scores.shape[1:], -np.inf, np.float32)
        score[0, self._first] = 0.0
        since = np.full(scores.shape[1:], -1, np.intp)
        for frame in range(count):
            score = score + scores[frame]
            onward, stay = score + self._next, score + self._stay
            best = int(onward[-1].argmax())
            phones[frame], totals[frame] = best, onward[-1, best]
            before[frame] = since[-1, best]
            moved = onward[:-1] > stay[1:]
            since[1:] = np.where(moved, since[:-1], since[1:])
            score = np.concatenate([stay[:1], np.where(moved, onward[:-1], stay[1:])])
            entered = score[0] < totals[frame]
            score[0, entered] = totals[frame]
            since[0, entered] = frame
        return phones, totals, before

    def _segments(
        self, phones: NDArray[np.intp], totals: Floats, before: NDArray[np.intp]
    ) -> Iterator[Segment]:
        ends = [len(phones) - 1]
        while before[ends[-1]] >= 0:
            ends.append(int(before[ends[-1]]))
        start, so_far = 0, 0.0
        for end in reversed(ends):
            name = self._model.phones[phones[end]]
            yield Segment(name, start, end + 1, round(float(totals[end]) - so_far))
            start, so_far = end + 1, float(totals[end])
