"""A model on disk: one `.npz` of plain arrays, its checksum inside; never code, never pickle."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.meaning import Levels
from voicebot.core.whole_file import write_whole
from voicebot.nlu.intents.kernel import Kernel
from voicebot.nlu.intents.model import Blend, Calibration, IntentModel, sense
from voicebot.nlu.intents.tfidf import TfIdf
from voicebot.nlu.intents.wordings import Wordings

FORMAT = 4
"""Goes up when programs of before cannot read it."""
_READ = (2, 3, FORMAT)
"""Models of format 2 have two views of words; before format 4 words are not met one by one."""
Arrays = dict[str, NDArray[Any]]


def save(model: IntentModel, file: Path) -> None:
    """Write all of it or nothing: under another name first, then renamed."""
    arrays = _arrays(model)
    arrays["checksum"] = _bytes(_checksum(arrays))
    write_whole(file, lambda stream: np.savez(stream, allow_pickle=False, **arrays))


def load(file: Path) -> IntentModel:
    """Raises `ConfigError` where it is damaged, of another kind or of another version."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays: Arrays = {name: stored[name] for name in stored.files}
        if _text(arrays.pop("checksum")) != _checksum(arrays):
            raise ValueError("its content was changed")
        about = json.loads(_text(arrays["about"]))
        if about["format"] not in _READ:
            raise ValueError(f"it has format {about['format']}, this program reads {_READ}")
        return _model(arrays, about)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        hint = "train it anew: voicebot nlu train"
        message = f"this intent model cannot be used: {error}"
        raise ConfigError([Problem(str(file), 0, 0, "intent-model", message, hint)]) from error


def _arrays(model: IntentModel) -> Arrays:
    about: dict[str, Any] = {
        "format": FORMAT,
        "version": model.version,
        "language": model.language,
        "labels": model.labels,
        "calibrations": {name: asdict(c) for name, c in model.calibrations.items()},
        "encoder": model.sense.fingerprint if model.sense else "",
    }
    arrays: Arrays = {
        "rarity": model.tfidf.rarity,
        "svm": model.svm,
    }
    for number, vocabulary in enumerate(model.tfidf.vocabularies):
        arrays[f"vocabulary{number}"] = _bytes("\n".join(vocabulary))
    if model.sense is not None:
        kernel = model.sense.kernel
        about["gamma"] = kernel.gamma
        arrays["landmarks"], arrays["softmax"] = kernel.landmarks, kernel.weights
        arrays["vectors"] = model.sense.vectors.astype(np.float16)
        counts = np.diff(model.sense.firsts)
        arrays["examples"] = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        if model.sense.importance is not None:
            arrays["importance"] = model.sense.importance.astype(np.float16)
        if model.sense.wordings is not None:
            arrays |= _of_wordings(model.sense.wordings)
    if model.phrases:
        rows = [f"{label}\t{text}" for label, texts in model.phrases.items() for text in texts]
        arrays["phrases"] = _bytes("\n".join(rows))
    arrays["about"] = _bytes(json.dumps(about, ensure_ascii=False))
    return arrays


def _model(arrays: Arrays, about: Mapping[str, Any]) -> IntentModel:
    names = sorted(name for name in arrays if name.startswith("vocabulary"))
    vocabularies = [_text(arrays[name]).splitlines() for name in names]
    meant = None
    if about["encoder"]:
        vectors = arrays["vectors"].astype(np.float32)
        examples = arrays["examples"].astype(np.int64)
        kernel = Kernel(arrays["landmarks"], arrays["softmax"], about["gamma"])
        importance = arrays["importance"].astype(np.float32) if "importance" in arrays else None
        words = _wordings(arrays)
        meant = sense(kernel, vectors, examples, about["encoder"], importance, words)
    return IntentModel(
        tuple(about["labels"]),
        about["language"],
        TfIdf(about["language"], vocabularies, arrays["rarity"]),
        arrays["svm"],
        meant,
        {name: _calibration(values) for name, values in about["calibrations"].items()},
        about["version"],
        _phrases(arrays),
    )


def _of_wordings(wordings: Wordings) -> Arrays:
    return {
        "axes": wordings.axes.astype(np.float16),
        "words": wordings.words.astype(np.float16),
        "first_words": wordings.firsts.astype(np.int32),
    }


def _wordings(arrays: Arrays) -> Wordings | None:
    if "words" not in arrays:
        return None
    axes, words = arrays["axes"].astype(np.float32), arrays["words"].astype(np.float32)
    return Wordings(axes, words, arrays["first_words"].astype(np.int64))


def _phrases(arrays: Arrays) -> dict[str, tuple[str, ...]]:
    """None in models that were trained before they were kept."""
    if "phrases" not in arrays:
        return {}
    found: dict[str, list[str]] = {}
    for row in _text(arrays["phrases"]).split("\n"):
        label, _, text = row.partition("\t")
        found.setdefault(label, []).append(text)
    return {label: tuple(texts) for label, texts in found.items()}


def _calibration(values: Mapping[str, Any]) -> Calibration:
    words, levels = Blend(**values["words"]), Levels(**values["levels"])
    return Calibration(words, values["temperature"], values["reject"], levels)


def _checksum(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        values = arrays[name]
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _text(values: NDArray[Any]) -> str:
    return values.tobytes().decode()
