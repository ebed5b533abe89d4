"""Whether the bot hears itself: what is heard against what was played.

    played  ▇▇▇▇▇▅▇▇▇▇▅▇▇▇      loudest of the last 300 ms, less the loss of the way back,
    heard   ▂▂▃▂▂▁▂▇▇▇▂▂▂▂      is as loud as an echo may be
                   └ louder: the caller

The loss is learned from the prompts of the call: a telephone returns next to nothing, a
hands-free one a lot. Until it is known, and however loud callers talk meanwhile, a line is taken
to lose no more than `loss_db`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

from voicebot.audio.gain import SILENCE_DB
from voicebot.core.audio import FRAME_MS

_LOUD_DB = -45.0
"""Softer sound of the bot's teaches nothing about its echo."""
_OVER_NOISE_DB = 6.0
"""What is not so much louder than the line's noise is no echo."""
_LEARN_FRAMES, _KEPT_FRAMES, _EVERY_FRAMES = 50, 200, 10
_QUANTILE = 0.9
"""Echoes of speech exceed it by 2 dB at most; a caller who interrupts fills less than the rest."""
_MARGIN_DB = 6.0
_NONE_DB = -60.0
"""Taken for an echo that cannot be heard."""


class EchoReturn:
    """How loud the line returns what is played, as far as the last seconds of prompts tell."""

    def __init__(self) -> None:
        self._ratios: deque[float] = deque()
        self._ordered: list[float] = []
        """The same, the least first."""
        self._until_next = _LEARN_FRAMES
        self.db: float | None = None
        """Louder frames than this against what was played are no echo; None: not known yet."""

    def feed(self, ratio_db: float) -> None:
        """One frame with sound of the bot's in it."""
        if len(self._ratios) == _KEPT_FRAMES:
            del self._ordered[bisect_left(self._ordered, self._ratios.popleft())]
        self._ratios.append(ratio_db)
        insort(self._ordered, ratio_db)
        self._until_next -= 1
        if self._until_next <= 0:
            self._until_next = _EVERY_FRAMES
            self.db = self._ordered[int(_QUANTILE * (len(self._ordered) - 1))] + _MARGIN_DB


class EchoGate:
    """Lets pass what is louder than the bot's echo.

    The soft sounds within the caller's words would fall under that too: so the gate stays open
    for `hold_ms` after two frames in a row that were louder.
    """

    def __init__(self, *, loss_db: float, window_ms: int, hold_ms: int = 0) -> None:
        """`loss_db`: the least that the way back takes off; `window_ms`: the longest it takes."""
        self._least_loss_db = self._loss_db = loss_db
        self._return = EchoReturn()
        self._played: deque[float] = deque(maxlen=max(1, window_ms // FRAME_MS))
        self._hold_frames = hold_ms // FRAME_MS
        self._louder = 0
        self._held = 0

    @property
    def loss_db(self) -> float:
        """The loss that the line is taken to have now, in dB."""
        return self._loss_db

    def passes(self, heard_db: float, played_db: float, noise_db: float = SILENCE_DB) -> bool:
        """One frame of each, and the line's noise floor. True where the caller may be speaking."""
        self._played.append(played_db)
        loudest = max(self._played)
        if loudest <= SILENCE_DB:
            self._louder = self._held = 0
            return True
        louder = heard_db > loudest - self._loss_db
        self._louder = self._louder + 1 if louder else 0
        self._held = self._hold_frames if self._louder >= 2 else max(0, self._held - 1)
        if played_db > _LOUD_DB:
            audible = heard_db > noise_db + _OVER_NOISE_DB
            self._return.feed(heard_db - loudest if audible else _NONE_DB)
            if self._return.db is not None:
                self._loss_db = max(self._least_loss_db, -self._return.db)
        return louder or self._held > 0
