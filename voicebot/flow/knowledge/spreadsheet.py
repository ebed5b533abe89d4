"""A table of questions and answers, as a spreadsheet program saves it, put into the shape of a
knowledge file: so it is checked by the same rules, and every mistake names a line of the table.

    id;question;similar;answer;from;until;tags;owner
    编号,问题,相似问题,答案,生效日期,失效日期,标签,负责人
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from voicebot.flow.document import Document
from voicebot.flow.knowledge.codes import note
from voicebot.flow.knowledge.encoding import UnknownEncoding, decoded
from voicebot.flow.knowledge.naming import Namer
from voicebot.flow.problems import did_you_mean

MAX_BYTES = 5_000_000
_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "key", "编号", "标识", "序号"),
    "question": ("question", "standard question", "问题", "标准问题", "标准问", "提问"),
    "similar": (
        *("similar", "similar questions", "similar question", "variants", "paraphrases"),
        *("相似问题", "相似问", "相似问法", "扩展问", "扩展问题", "其他问法"),
    ),
    "answer": ("answer", "spoken answer", "reply", "答案", "回答", "答复", "语音答案"),
    "label": ("label", "short name", "简称", "名称"),
    "from": ("from", "valid from", "start", "生效日期", "开始日期", "有效期开始", "生效时间"),
    "until": (
        *("until", "valid until", "valid to", "to", "end", "expires"),
        *("失效日期", "结束日期", "有效期结束", "截止日期", "失效时间"),
    ),
    "tags": ("tags", "tag", "category", "标签", "分类", "类别"),
    "owner": ("owner", "负责人", "责任人", "归属"),
    "version": ("version", "版本", "版本号"),
    "recording": ("recording", "录音"),
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names}
_LANGUAGES = {"en": "en", "english": "en", "英文": "en", "英语": "en"}
_LANGUAGES |= {"zh": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh"}
_BY_LANGUAGE = ("question", "similar", "answer", "label")
_SEVERAL = re.compile(r"[\n|;；]+")
_SPLIT = re.compile(r"[\s_\-.()（）]+")


def read_table(
    path: FilePath, name: str, language: str, known: Mapping[str, str] | None = None
) -> Document:
    """A CSV file as a document of a knowledge base. `known` has the ids of questions that the base
    has already, for tables without an id column. What cannot be read is in `problems`."""
    document = Document(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        note(document, (), "unreadable", f"cannot be read: {error.strerror}", "name a CSV file")
        return document
    if len(data) > MAX_BYTES:
        note(document, (), "too-large", f"the file has more than {MAX_BYTES} bytes")
        return document
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        hint = "in the spreadsheet program: save as CSV UTF-8"
        note(document, (), "not-csv", "this is a workbook, not a table of text", hint)
        return document
    try:
        text, _ = decoded(data)
    except UnknownEncoding as error:
        hint = "save the file as CSV UTF-8"
        message = "this is neither UTF-8, UTF-16 nor GBK"
        document.places[()] = (error.line, 1)
        note(document, (), "encoding", message, hint)
        return document
    _Table(document, name, language, known or {}).read(text)
    return document


class _Table:
    """One table on its way to a document."""

    def __init__(
        self, document: Document, name: str, language: str, known: Mapping[str, str]
    ) -> None:
        self._document = document
        self._entries: dict[str, Any] = {}
        self._language = language
        self._namer = Namer(known)
        document.data = {"knowledge": name, "language": language, "entries": self._entries}

    def read(self, text: str) -> None:
        rows = _rows(text)
        if not rows:
            self._problem(1, "no-entries", "the file is empty", "save the table as CSV UTF-8")
            self._document.data = None
            return
        first, header = rows[0]
        columns = self._columns(first, header)
        if not {"question", "answer"} <= {column for column, _ in columns.values()}:
            missing = [
                n for n in ("question", "answer") if n not in [c for c, _ in columns.values()]
            ]
            hint = "the first line names the columns: question (问题), answer (答案), ..."
            self._problem(first, "no-column", f"there is no column {' or '.join(missing)}", hint)
            self._document.data = None
            return
        for line, row in rows[1:]:
            if any(cell.strip() for cell in row):
                self._row(line, row, columns, len(header))
        if not self._entries and not self._document.problems:
            self._problem(first, "no-entries", "there is no row below the header", "add some")

    def _problem(self, line: int, code: str, message: str, hint: str = "") -> None:
        self._document.places[()] = (line, 1)
        note(self._document, (), code, message, hint)

    def _columns(self, line: int, header: list[str]) -> dict[int, tuple[str, str]]:
        """Place -> (field, language)."""
        found: dict[int, tuple[str, str]] = {}
        for place, title in enumerate(header):
            if not title.strip():
                continue
            column = _column(title)
            if column is None:
                known = [name for names in _COLUMNS.values() for name in names]
                hint = did_you_mean(_plain(title), known) or "known: " + ", ".join(_COLUMNS)
                self._problem(line, "unknown-column", f"what is the column {title!r}?", hint)
            elif column in found.values() and column[0] != "similar":
                self._problem(line, "column-twice", f"there are two columns {title!r}")
            else:
                found[place] = column
        return found

    def _row(
        self, line: int, row: list[str], columns: Mapping[int, tuple[str, str]], width: int
    ) -> None:
        if any(cell.strip() for cell in row[width:]):
            hint = "put a text that holds the separator into quotation marks"
            self._problem(line, "columns", f"{len(row)} cells, the header has {width}", hint)
            return
        entry: dict[str, Any] = {}
        name = ""
        for place, (field, language) in columns.items():
            cell = row[place].strip() if place < len(row) else ""
            if field == "id":
                name = cell
            elif cell:
                _put(entry, field, language or self._language, cell)
        self._place(line, self._name(line, name, entry), entry)

    def _name(self, line: int, written: str, entry: Mapping[str, Any]) -> str:
        question = next(iter((entry.get("question") or {"": ""}).values()))
        name = self._namer.name(written, question)
        if name in self._entries:
            where = self._document.place(("entries", name))[0]
            hint = "give every row an id of its own"
            self._problem(
                line, "id-twice", f"the id {written or name} is also in line {where}", hint
            )
            name = f"{name}_line_{line}"
        return name

    def _place(self, line: int, name: str, entry: dict[str, Any]) -> None:
        self._entries[name] = entry
        self._document.places["entries", name] = (line, 1)


def _put(entry: dict[str, Any], field: str, language: str, cell: str) -> None:
    if field == "similar":
        texts = [part.strip() for part in _SEVERAL.split(cell) if part.strip()]
        entry.setdefault(field, {}).setdefault(language, []).extend(texts)
    elif field in _BY_LANGUAGE:
        entry.setdefault(field, {})[language] = cell
    elif field == "version":
        entry[field] = int(cell) if cell.isdecimal() else cell
    else:
        entry[field] = cell


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of each row; the separator is that which gives the header most known names."""
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    if lines and (said := re.fullmatch(r"sep=(.)\s*", lines[0])):
        return [(n + 1, row) for n, row in _cut(lines[1:], said[1])]
    cut = {sign: _cut(lines, sign) for sign in (",", ";", "\t", "，")}
    return max(cut.values(), key=lambda rows: _known(rows))


def _known(rows: list[tuple[int, list[str]]]) -> int:
    return sum(_column(title) is not None for title in rows[0][1]) if rows else 0


def _cut(lines: list[str], sign: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO("".join(lines)), delimiter=sign, skipinitialspace=True)
    found: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if row:
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        return found
    return found


def _plain(title: str) -> str:
    words = _SPLIT.split(unicodedata.normalize("NFKC", title).strip().lower())
    return " ".join(word for word in words if word)


def _column(title: str) -> tuple[str, str] | None:
    """(field, language) of a column, by its title; a number at its end does not count."""
    plain = re.sub(r"\s*\d+$", "", _plain(title))
    if plain in _NAMES:
        return _NAMES[plain], ""
    head, _, last = plain.rpartition(" ")
    field = _NAMES.get(head)
    if field in _BY_LANGUAGE and last in _LANGUAGES:
        return field, _LANGUAGES[last]
    return None
