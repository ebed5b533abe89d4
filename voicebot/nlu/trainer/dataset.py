"""A training set that grows: every version of it is kept, with who made it, when and why.

intents.tsv               what is learned from
intents.heldout.tsv       phrases that are never learned from, only measured on
intents.versions/         0001.tsv, 0002.tsv …, and log.jsonl
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.whole_file import write_whole
from voicebot.nlu.intents.training_set import (
    OUT_OF_SCOPE,
    Example,
    read_examples,
    read_training,
)

_SHARE_OF = 2**32
_LEAST = 2
"""Phrases that an intent keeps to learn from."""


@dataclass(frozen=True, slots=True)
class Version:
    """A line of the log."""

    number: int
    sha256: str
    when: str
    """ISO 8601, UTC."""
    by: str
    why: str
    phrases: int
    added: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of new phrases."""

    version: Version | None
    """None: nothing was new."""
    lonely: tuple[str, ...] = ()
    """Intents with one phrase, which were left out: one more is needed."""
    held_out: int = 0
    """Phrases that are measured on and so are not learned."""


def held_out_file(file: Path) -> Path:
    """Beside the training set."""
    return file.with_name(f"{file.stem}.heldout.tsv")


def folder_of(file: Path) -> Path:
    """Of its versions."""
    return file.with_name(f"{file.stem}.versions")


def log_of(file: Path) -> list[Version]:
    """The versions so far, oldest first."""
    log = folder_of(file) / "log.jsonl"
    if not log.is_file():
        return []
    return [Version(**json.loads(line)) for line in log.read_text("utf-8").splitlines() if line]


def known_texts(file: Path) -> set[str]:
    """All that is learned from or held out."""
    return _texts(file) | _texts(held_out_file(file))


def add(file: Path, labels: Mapping[str, str], *, by: str, when: datetime, why: str) -> Added:
    """A new version with these phrases (intent by text); one that has another intent already is
    given the new one. Raises `ConfigError` and changes nothing where the outcome is no training
    set."""
    _only_tsv(file)
    known = read_examples(file).examples if file.exists() else ()
    frozen = _texts(held_out_file(file))
    wanted = {text: label for text, label in labels.items() if text not in frozen}
    counts = Counter({e.label: 0 for e in known})
    counts.update(e.label for e in known if e.text not in wanted)
    counts.update(wanted.values())
    alone = {n for n in set(wanted.values()) if counts[n] == 1 and n != OUT_OF_SCOPE}
    taken = {text: label for text, label in wanted.items() if label not in alone}
    same = {(e.text, e.label) for e in known}
    new = {text: label for text, label in taken.items() if (text, label) not in same}
    held = len(labels) - len(wanted)
    if not new:
        return Added(None, tuple(sorted(alone)), held)
    rows = [(e.text, e.label) for e in known if e.text not in new]
    version = write(file, [*rows, *new.items()], by=by, when=when, why=why, added=len(new))
    return Added(version, tuple(sorted(alone)), held)


def freeze(file: Path, *, share: float, by: str, when: datetime) -> tuple[int, Version]:
    """Hold out about that share of the phrases for ever, chosen by hash; returns how many. Raises
    `ConfigError` where that was done before, or the file is wrong."""
    _only_tsv(file)
    target = held_out_file(file)
    if target.exists():
        hint = "it stays as it is, so that models of today and of next year compare"
        raise _problem(target, "frozen", "there is a held-out set already", hint)
    examples = read_training([file]).examples
    out = _chosen(examples, share)
    if not out:
        hint = f"an intent keeps {_LEAST} phrases at least; give more"
        raise _problem(file, "too-few", "there is no phrase to spare", hint)
    kept = [(e.text, e.label) for e in examples if e not in out]
    write_whole(target, _tsv([(e.text, e.label) for e in examples if e in out]))
    why = f"{len(out)} phrases held out"
    return len(out), write(file, kept, by=by, when=when, why=why, added=0)


def check_not_held_out(files: Sequence[Path]) -> None:
    """Raises `ConfigError` with every line that is measured on, and so must not be learned."""
    problems = []
    for file in files:
        frozen = _texts(held_out_file(file))
        for example in read_examples(file).examples if frozen else ():
            if example.text in frozen:
                hint = "take the line out: a model is not measured on what it was taught"
                message = f"this phrase is in {held_out_file(file).name}"
                problems.append(Problem(str(file), example.line, 1, "held-out", message, hint))
    if problems:
        raise ConfigError(problems)


def write(
    file: Path,
    rows: Sequence[tuple[str, str]],
    *,
    by: str,
    when: datetime,
    why: str,
    added: int,
) -> Version:
    """The next version, checked before it takes the place of the one before."""
    folder, log = folder_of(file), log_of(file)
    folder.mkdir(parents=True, exist_ok=True)
    if not log and file.exists():
        count = len(read_examples(file).examples)
        log.append(_keep(file, file.read_text("utf-8-sig"), 1, when, by, "as it was", count, 0))
    text = _tsv(rows)
    number = log[-1].number + 1 if log else 1
    draft = folder / f".{number:04}.tsv"
    write_whole(draft, text)
    try:
        read_training([draft])
        version = _keep(file, text, number, when, by, why, len(rows), added)
        write_whole(file, text)
    finally:
        draft.unlink(missing_ok=True)
    return version


def _keep(
    file: Path, text: str, number: int, when: datetime, by: str, why: str, phrases: int, added: int
) -> Version:
    folder = folder_of(file)
    write_whole(folder / f"{number:04}.tsv", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    at = when.isoformat(timespec="seconds")
    version = Version(number, digest, at, by, why, phrases, added)
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(version), ensure_ascii=False) + "\n")
    return version


def _chosen(examples: Sequence[Example], share: float) -> set[Example]:
    """By hash of the text, so that the same phrase falls the same way everywhere."""
    room = Counter(e.label for e in examples)
    out: set[Example] = set()
    for example in sorted(examples, key=lambda e: _hash(e.text)):
        if _hash(example.text) < share * _SHARE_OF and room[example.label] > _LEAST:
            out.add(example)
            room[example.label] -= 1
    return out


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"held out\n{text}".encode()).digest()[:4], "big")


def _texts(file: Path) -> set[str]:
    return {e.text for e in read_examples(file).examples} if file.exists() else set()


def _tsv(rows: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{text}\t{label}\n" for text, label in rows)


def _only_tsv(file: Path) -> None:
    if file.suffix.lower() in (".yaml", ".yml"):
        hint = "keep a set that grows as TSV: phrase, tab, intent"
        raise _problem(file, "no-tsv", "phrases are added to TSV files only", hint)


def _problem(file: Path, code: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(str(file), 0, 0, code, message, hint)])
