"""From a knowledge file, or a spreadsheet put into its shape, to a base or every mistake."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from voicebot.core.errors import Problem, Severity
from voicebot.core.knowledge import Entity, Entry, Knowledge, is_arpabet
from voicebot.core.markup import mistakes
from voicebot.flow.base import Path
from voicebot.flow.document import Document, read_document
from voicebot.flow.knowledge.codes import mistake, note
from voicebot.flow.knowledge.file import EntityFile, EntryFile, KnowledgeFile
from voicebot.flow.problems import problems_of
from voicebot.flow.templates import TemplateError, parse_template

_HAN = re.compile(r"[\u3400-\u9fff]")
_SIGNS = re.compile(r"[^\w\s]|_")
_NO_NAME = re.compile(r"[(){}\[\]|<>]")
_PHONES = """
AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z
ZH
"""
ARPABET = frozenset(_PHONES.split())


@dataclass(frozen=True, slots=True)
class ReadKnowledge:
    """A file that was read."""

    document: Document
    knowledge: Knowledge | None
    """None where its shape is wrong."""
    problems: tuple[Problem, ...] = ()

    @property
    def is_fit(self) -> bool:
        """Whether it may serve."""
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return self.knowledge is not None and not errors


def read_knowledge(path: FilePath) -> ReadKnowledge:
    """Read a YAML file; what is wrong is in `problems`."""
    document = read_document(path)
    document.file = str(path)
    found = [Problem(str(path), *_rest(p)) for p in document.problems]
    document.problems[:] = found
    return knowledge_of(document)


def _rest(p: Problem) -> tuple[int, int, str, str, str]:
    return p.line, p.column, p.code, p.message, p.hint


def knowledge_of(document: Document) -> ReadKnowledge:
    """Check a document's content."""
    if not isinstance(document.data, dict):
        if not document.problems:
            hint = "it begins with `knowledge: NAME`, then `entries:`"
            note(document, (), "no-knowledge", "this is no knowledge base", hint)
        return ReadKnowledge(document, None, tuple(document.problems))
    found = list(document.problems)
    file = _file_of(document, found)
    if file is None:
        return ReadKnowledge(document, None, tuple(sorted(found)))
    check = _Check(document, file)
    check.run()
    found += check.problems
    version = hashlib.sha256(_canonical(document.data).encode()).hexdigest()
    base = Knowledge(
        file.knowledge,
        version,
        {name: entry_of(name, entry, file) for name, entry in file.entries.items()},
        {name: _entity_of(name, entity, file) for name, entity in file.entities.items()},
    )
    return ReadKnowledge(document, base, tuple(sorted(found)))


def _canonical(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def _file_of(document: Document, found: list[Problem]) -> KnowledgeFile | None:
    """The file, without the entries that are wrong, so that the rest is checked, too."""
    data = copy.deepcopy(document.data)
    _fill(data.get("entries"))
    for _ in range(3):
        try:
            return KnowledgeFile.model_validate(data)
        except ValidationError as error:
            found += problems_of(error, document, KnowledgeFile)
            for item in error.errors(include_url=False, include_input=False):
                if item["type"] == "extra_forbidden":
                    _drop(data, item["loc"])
                else:
                    _leave_out(data, item["loc"])
    return None


def _fill(entries: Any) -> None:
    """What is not written is empty: the checks name it where the entry stands."""
    for entry in entries.values() if isinstance(entries, dict) else ():
        if isinstance(entry, dict):
            for key in ("question", "answer"):
                entry[key] = entry.get(key) if entry.get(key) is not None else ""


def _drop(data: Any, loc: tuple[int | str, ...]) -> None:
    for part in loc[:-1]:
        data = data.get(str(part)) if isinstance(data, dict) else None
    if isinstance(data, dict):
        data.pop(str(loc[-1]), None)


def _leave_out(data: dict[str, Any], loc: tuple[int | str, ...]) -> None:
    group = data.get(str(loc[0])) if loc else None
    if len(loc) > 1 and isinstance(group, dict):
        group.pop(loc[1], None)
    elif loc:
        data.pop(str(loc[0]), None)
        if loc[0] == "knowledge":
            data["knowledge"] = "nameless"


def entry_of(name: str, entry: EntryFile, file: KnowledgeFile) -> Entry:
    """An entry, its texts by language."""
    asked, similar = _by_language(entry.question, file), _by_language(entry.similar, file)
    return Entry(
        name,
        {n: tuple(dict.fromkeys((*texts, *similar.get(n, ())))) for n, texts in asked.items()},
        {n: " ".join(texts) for n, texts in _by_language(entry.answer, file).items()},
        {n: " ".join(texts) for n, texts in _by_language(entry.label, file).items()},
        entry.valid_from,
        entry.until,
        entry.tags,
        entry.owner or file.owner,
        entry.version,
        entry.recording,
    )


def _entity_of(name: str, entity: EntityFile, file: KnowledgeFile) -> Entity:
    named, others = _by_language(entity.name, file), _by_language(entity.synonyms, file)
    names = {n: tuple(dict.fromkeys((*texts, *others.get(n, ())))) for n, texts in named.items()}
    return Entity(name, entity.kind, names, entity.sounds)


def _by_language(texts: Mapping[Any, tuple[str, ...]], file: KnowledgeFile) -> dict[str, Any]:
    return {name or file.language: found for name, found in texts.items() if found}


def folded(text: str) -> str:
    """A question as it is compared: without case, signs and spaces between Han characters."""
    text = _SIGNS.sub(" ", unicodedata.normalize("NFKC", text).lower())
    return " ".join("".join(f" {c} " if _HAN.match(c) else c for c in text).split())


# ---------------------------------------------------------------- checks


class _Check:
    """What the shape alone does not tell."""

    def __init__(self, document: Document, file: KnowledgeFile) -> None:
        self._document = document
        self._file = file
        self.problems: list[Problem] = []
        self._asked: dict[tuple[str, str], tuple[str, Path]] = {}
        self._named: dict[tuple[str, str], str] = {}

    def run(self) -> None:
        if not self._file.entries and not self._document.problems and not self._raw("entries"):
            self._add((), "no-entries", "there is no entry in it", "add some under `entries:`")
        for name, entry in self._file.entries.items():
            self._entry(("entries", name), name, entry)
        for name, entity in self._file.entities.items():
            self._entity(("entities", name), name, entity)

    def _raw(self, key: str) -> Any:
        return self._document.data.get(key)

    def _add(self, path: Path, code: str, message: str, hint: str = "") -> None:
        self.problems.append(mistake(self._document, path, code, message, hint))

    def _entry(self, path: Path, name: str, entry: EntryFile) -> None:
        asked, answers = (_by_language(t, self._file) for t in (entry.question, entry.answer))
        if not asked:
            hint = "write what callers ask"
            self._add((*path, "question"), "no-question", f"{name} has no question", hint)
        if not answers:
            hint = "write what the bot says"
            self._add((*path, "answer"), "empty-answer", f"{name} has no answer", hint)
        for language in sorted(set(asked) ^ set(answers)) if asked and answers else ():
            what = "question" if language in answers else "answer"
            hint = f"write it, or leave `{language}` out of the other"
            self._add((*path, what), f"no-{what}", f"{name} has no {what} in {language}", hint)
        if entry.valid_from and entry.until and entry.until < entry.valid_from:
            message = f"{name} ends on {entry.until}, before it begins on {entry.valid_from}"
            self._add((*path, "until"), "never-valid", message, "change `from` or `until`")
        for key, texts in (("question", entry.question), ("similar", entry.similar)):
            for text, language, where in self._texts((*path, key), texts):
                self._question(where, name, text, language)
        for text, _, where in self._texts((*path, "answer"), entry.answer):
            self._answer(where, text)

    def _texts(
        self, path: Path, texts: Mapping[Any, tuple[str, ...]]
    ) -> Iterator[tuple[str, str, Path]]:
        for language, found in texts.items():
            for index, text in enumerate(found):
                inner: Path = (*path, language) if language else path
                yield text, language or self._file.language, (*inner, index)

    def _question(self, path: Path, name: str, text: str, language: str) -> None:
        said = folded(text)
        if not said:
            self._add(path, "no-question", f"nothing is said in {text!r}", "write words")
            return
        if bool(_HAN.search(said)) != (language == "zh"):
            shown = "Chinese" if language != "zh" else "no Chinese"
            hint = "write {en: ..., zh: ...}, or set `language`"
            self._add(path, "wrong-language", f"this is {shown}, under `{language}`", hint)
        other, where = self._asked.setdefault((language, said), (name, path))
        if other != name:
            line = self._document.place(where)[0]
            hint = f"keep it here or in line {line}: a caller gets one answer"
            self._add(path, "duplicate-question", f"{other} has the same question", hint)

    def _answer(self, path: Path, text: str) -> None:
        try:
            parse_template(text)
        except TemplateError as error:
            self._add(path, "bad-template", str(error), "write {{ and }} for braces")
        for _, message in mistakes(text):
            self._add(path, "bad-markup", message, "docs/flow-language.md names the markup")

    def _entity(self, path: Path, name: str, entity: EntityFile) -> None:
        named = _by_language(entity.name, self._file)
        if not named:
            self._add((*path, "name"), "no-name", f"{name} has no name", "write it")
        for key, texts in (("name", entity.name), ("synonyms", entity.synonyms)):
            for text, language, where in self._texts((*path, key), texts):
                self._name(where, name, text, language)
        single = all(len(texts[0].split()) == 1 for texts in named.values())
        for index, sound in enumerate(entity.sounds):
            self._sound((*path, "sounds", index), sound, single=single)

    def _name(self, path: Path, name: str, text: str, language: str) -> None:
        if _NO_NAME.search(text) or not folded(text):
            self._add(path, "bad-name", f"{text!r} cannot be said", "write plain words")
        other = self._named.setdefault((language, folded(text)), name)
        if other != name:
            hint = "a name stands for one of them: keep it there"
            self._add(path, "duplicate-name", f"{other} is called that, too", hint)

    def _sound(self, path: Path, sound: str, *, single: bool) -> None:
        if not is_arpabet(sound):
            return
        unknown = sorted({p.rstrip("012") for p in sound.split()} - ARPABET)
        if unknown:
            hint = "phones are: " + " ".join(sorted(ARPABET))
            self._add(path, "bad-sound", f"{', '.join(unknown)} is no phone", hint)
        elif not single:
            hint = "write what it sounds like in plain words, in lower case"
            self._add(path, "bad-sound", "phones are for a name of one word", hint)
