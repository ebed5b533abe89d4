"""A training set: phrases with the intent that each of them means, read strictly.

TSV: `text<TAB>label` a line, `oos` for what is out of scope. YAML: intents with their phrases:

    transfer_money: [send money to my sister, i want to make a transfer]
    oos: [what is the weather]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from voicebot.core.errors import ConfigError, Problem
from voicebot.nlu.han import is_han
from voicebot.nlu.intents.features import normalized

OUT_OF_SCOPE = "oos"
_YAML = (".yaml", ".yml")
_MAX_PROBLEMS = 100
_FOREIGN_WORDS = 3
"""A Chinese set may have names in Latin letters; as many words of them are another language."""


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase and what it means."""

    text: str
    """Normalized."""
    label: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples of one language."""

    examples: tuple[Example, ...]
    language: str

    @property
    def in_scope(self) -> tuple[Example, ...]:
        """Those with an intent."""
        return tuple(e for e in self.examples if e.label != OUT_OF_SCOPE)

    @property
    def out_of_scope(self) -> tuple[Example, ...]:
        """Those without."""
        return tuple(e for e in self.examples if e.label == OUT_OF_SCOPE)


def read_training(files: Sequence[Path], language: str = "") -> TrainingSet:
    """All files together. Raises `ConfigError` with every mistake in them."""
    problems: list[Problem] = []
    examples = [example for file in files for example in _read(file, problems)]
    language = language or language_of(examples)
    problems += _contradictions(examples)
    problems += _lonely(examples)
    problems += _foreign(examples, language)
    problems += [] if problems else _no_choice(examples, files[0])
    if problems:
        raise ConfigError(sorted(problems)[:_MAX_PROBLEMS])
    return TrainingSet(tuple(examples), language)


def read_examples(file: Path, language: str = "") -> TrainingSet:
    """A file as it is, for measuring: only what cannot be read is a mistake. Raises
    `ConfigError`."""
    problems: list[Problem] = []
    examples = _read(file, problems)
    if not examples and not problems:
        problems.append(Problem(str(file), 0, 0, "empty", "there is no line in it"))
    if problems:
        raise ConfigError(problems[:_MAX_PROBLEMS])
    return TrainingSet(tuple(examples), language or language_of(examples))


def read_taught(file: Path, language: str = "") -> TrainingSet:
    """As `read_examples`, to learn from: two intents at least. Raises `ConfigError`."""
    found = read_examples(file, language)
    problems = list(_no_choice(found.examples, file))
    if problems:
        raise ConfigError(problems)
    return found


def language_of(examples: Iterable[Example]) -> str:
    """`zh` where most phrases have Han characters, else `en`."""
    han = Counter(_has_han(example.text) for example in examples)
    return "zh" if han[True] > han[False] else "en"


def _read(file: Path, problems: list[Problem]) -> list[Example]:
    try:
        data = file.read_bytes()
    except OSError as error:
        hint = "name a TSV or YAML file"
        problems.append(Problem(str(file), 0, 0, "unreadable", error.strerror or "", hint))
        return []
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    broken = [number for number, line in enumerate(lines, 1) if not _is_text(line)]
    for number in broken:
        hint = "save the file as UTF-8"
        problems.append(Problem(str(file), number, 1, "encoding", "this is not UTF-8", hint))
    if broken:
        return []
    text = data.decode("utf-8-sig")
    rows = _yaml_rows if file.suffix.lower() in _YAML else _tsv_rows
    found = []
    for number, phrase, label in rows(file, text, problems):
        said = normalized(phrase)
        if said:
            found.append(Example(said, label, str(file), number))
        else:
            problems.append(Problem(str(file), number, 1, "no-text", "nothing is said here"))
    return found


def _is_text(line: bytes) -> bool:
    try:
        return b"\0" not in line and line.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


Rows = list[tuple[int, str, str]]


def _tsv_rows(file: Path, text: str, problems: list[Problem]) -> Rows:
    rows: Rows = []
    for number, line in enumerate(text.split("\n"), 1):
        cells = [cell.strip() for cell in line.rstrip("\r").split("\t")]
        if not any(cells) or (number == 1 and [c.lower() for c in cells] == ["text", "label"]):
            continue
        if len(cells) != 2 or not all(cells):
            hint = "a line is: what callers say, a tab, the intent"
            message = f"{len(cells)} columns" if len(cells) != 2 else "an empty column"
            problems.append(Problem(str(file), number, 1, "columns", message, hint))
        else:
            rows.append((number, cells[0], cells[1]))
    return rows


def _yaml_rows(file: Path, text: str, problems: list[Problem]) -> Rows:
    hint = "write each intent with a list of phrases"
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        problems.append(Problem(str(file), line, 1, "yaml", "this is not YAML", hint))
        return []
    rows: Rows = []
    if not isinstance(root, yaml.MappingNode):
        problems.append(Problem(str(file), 1, 1, "yaml", "there are no intents in it", hint))
        return rows
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.SequenceNode):
            line = key.start_mark.line + 1
            problems.append(Problem(str(file), line, 1, "phrases", "no list of phrases", hint))
            continue
        for item in value.value:
            line = item.start_mark.line + 1
            if isinstance(item, yaml.ScalarNode):
                rows.append((line, item.value, key.value))
            else:
                problems.append(Problem(str(file), line, 1, "phrases", "this is no phrase", hint))
    return rows


def _no_choice(examples: Sequence[Example], file: Path) -> Iterable[Problem]:
    if len({example.label for example in examples} - {OUT_OF_SCOPE}) < 2:
        hint = "a choice takes two intents at least"
        yield Problem(str(file), 0, 0, "one-intent", "too few intents", hint)


def _contradictions(examples: Sequence[Example]) -> Iterable[Problem]:
    """The same phrase under two intents."""
    first: dict[str, Example] = {}
    for example in examples:
        other = first.setdefault(example.text, example)
        if other.label != example.label:
            message = f"this phrase is also under `{other.label}`"
            hint = f"keep it here or in {other.file}:{other.line}"
            yield Problem(example.file, example.line, 1, "duplicate", message, hint)


def _lonely(examples: Sequence[Example]) -> Iterable[Problem]:
    """Intents with one phrase."""
    phrases: dict[str, set[str]] = {}
    for example in examples:
        phrases.setdefault(example.label, set()).add(example.text)
    for example in examples:
        if example.label != OUT_OF_SCOPE and len(phrases[example.label]) == 1:
            phrases[example.label].add("")
            message = f"`{example.label}` has one phrase"
            hint = "give five at least, better twenty"
            yield Problem(example.file, example.line, 1, "one-phrase", message, hint)


def _foreign(examples: Sequence[Example], language: str) -> Iterable[Problem]:
    for example in examples:
        han = _has_han(example.text)
        words = sum(word.isascii() and word.isalpha() for word in example.text.split())
        if (language != "zh" and han) or (language == "zh" and not han and words >= _FOREIGN_WORDS):
            message = f"another language than the rest (`{language}`)"
            hint = "a training set has one language; make a second one"
            yield Problem(example.file, example.line, 1, "mixed-languages", message, hint)


def _has_han(text: str) -> bool:
    return any(map(is_han, text))
