"""Training: examples to a model, its calibration learned on texts held out.

examples ─▶ numbers ─▶ learned without some texts ─▶ temperature, thresholds ─┐
                                   └─▶ learned on from there, with all ───────┴─▶ model
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.held_out import calibrations, hold_out
from voicebot.nlu.intents.learning import learn
from voicebot.nlu.intents.material import Step, TrainingOptions, material, told
from voicebot.nlu.intents.model import IntentModel
from voicebot.nlu.intents.svm import FURTHER_ROUNDS
from voicebot.nlu.intents.training_set import TrainingSet

__all__ = ["Step", "TrainingOptions", "train"]
_RECIPE = 8
"""Goes up with changes of how is learned."""


def train(
    training: TrainingSet,
    encoder: SentenceEncoder | None,
    options: TrainingOptions | None = None,
    step: Step = lambda what, done, of: None,
) -> IntentModel:
    """A model of the set's intents; without `encoder` of their words alone."""
    options = options or TrainingOptions()
    numbers = material(training, encoder, options, step)
    held = hold_out(numbers, step)
    found = calibrations(numbers, held, options, step)
    done = told(step, "learning", FURTHER_ROUNDS)
    model = learn(numbers, numbers.every, FURTHER_ROUNDS, done, held.last).model
    return replace(
        model,
        calibrations=found,
        version=_version(training, model, options),
        phrases=_phrases(training),
    )


def _phrases(training: TrainingSet) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for example in training.in_scope:
        found.setdefault(example.label, []).append(example.text)
    return {label: tuple(dict.fromkeys(texts)) for label, texts in sorted(found.items())}


def _version(training: TrainingSet, model: IntentModel, options: TrainingOptions) -> str:
    parts = [f"{_RECIPE} {options.error_rate} {model.language}"]
    parts += [model.sense.fingerprint] if model.sense else []
    parts += sorted(f"{example.text}\t{example.label}" for example in training.examples)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
