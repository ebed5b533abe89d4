"""The trained models that a call was understood by, as far as they are still kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from voicebot.core.record import FactKind
from voicebot.nlu.trainer.alias import folder_of
from voicebot.replay.recorded import RecordedCall

PREFIX = "understanding.intents."
"""Of the settings that name a model."""


@dataclass(frozen=True, slots=True)
class ModelsThen:
    """By language."""

    files: Mapping[str, Path]
    notes: tuple[str, ...] = ()
    """Which of them are not kept: today's are in their place."""


def models_then(
    call: RecordedCall, today: Mapping[str, Path], named: Collection[str]
) -> ModelsThen:
    """Those of then, from the versions beside today's; `named` are the languages whose model is
    asked for by name."""
    setup = call.first(FactKind.SETUP)
    versions = (setup.data.get("models") or {}).get("intents") if setup is not None else None
    if versions is None:
        unknown = sorted({*today} - {*named})
        why = "which model of {} understood is not in the journal: today's does"
        return ModelsThen(today, tuple(why.format(language) for language in unknown))
    files, notes = {name: today[name] for name in named if name in today}, []
    for language, version in sorted(versions.items()):
        if language in named:
            continue
        if language in today and (kept := _kept(today[language], str(version))) is not None:
            files[language] = kept
        elif language in today:
            files[language] = today[language]
            notes.append(f"the model {version} of {language} is not kept: today's understands")
        else:
            notes.append(f"the model {version} of {language} is not kept, and there is none today")
    return ModelsThen(files, tuple(notes))


def _kept(today: Path, version: str) -> Path | None:
    file = folder_of(today) / f"{version}.npz"
    return file if version.isalnum() and file.is_file() else None
