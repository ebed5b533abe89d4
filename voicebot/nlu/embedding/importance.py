"""How much each piece of a text counts in its vector, by how rare it is in what was taught."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder, Vector

_ENDS = 1e-3
"""Of the two ends that every text has: they count where there is nothing between them."""
_COMMON = 0.3
"""Least rarity, so that a piece that all texts have counts a little."""


def learn_importance(encoder: SentenceEncoder, texts: Sequence[str], power: float) -> Vector:
    """By piece of the vocabulary: rarity, as ln((1 + n) / (1 + df)), to that `power`; of what no
    text has, as of the rarest. 0 makes all alike."""
    ends = encoder.pieces("")
    spread = Counter(piece for text in texts for piece in set(encoder.pieces(text)))
    rarest = math.log(1 + len(texts)) + _COMMON
    found = np.full(encoder.vocabulary, rarest**power, np.float32)
    for piece, within in spread.items():
        found[piece] = (math.log((1 + len(texts)) / (1 + within)) + _COMMON) ** power
    found[ends] = _ENDS
    return found
