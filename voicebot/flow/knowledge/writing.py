"""A knowledge base as a file, written as people would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from voicebot.core.knowledge import Entry

_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Lists are indented, as in the flows."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


def knowledge_text(head: Mapping[str, Any], entries: Mapping[str, Entry], comment: str = "") -> str:
    """The file. `head` has everything but the entries; `comment` stands before it."""
    language, owner = str(head.get("language", "en")), str(head.get("owner", ""))
    rows = {name: _entry(entry, language, owner) for name, entry in entries.items()}
    parts = [_yaml({k: v}) for k, v in head.items() if k != "entries"]
    body = "".join(_indented(_yaml({name: row})) for name, row in rows.items())
    return f"{comment}{''.join(parts)}entries:\n{body}"


def _yaml(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _entry(entry: Entry, language: str, owner: str) -> dict[str, Any]:
    asked = {name: texts[0] for name, texts in entry.questions.items() if texts}
    similar = {name: list(texts[1:]) for name, texts in entry.questions.items() if texts[1:]}
    row: dict[str, Any] = {
        "question": _plain(asked, language),
        "similar": _plain(similar, language),
        "answer": _plain(dict(entry.answers), language),
        "label": _plain(dict(entry.labels), language),
        "from": entry.valid_from.isoformat() if entry.valid_from else "",
        "until": entry.valid_until.isoformat() if entry.valid_until else "",
        "tags": list(entry.tags),
        "owner": "" if entry.owner == owner else entry.owner,
        "version": entry.version,
        "recording": entry.recording,
    }
    return {key: value for key, value in row.items() if value not in ("", [], {}, None)}


def _plain(texts: dict[str, Any], language: str) -> Any:
    """Without the language where there is only the file's."""
    return texts[language] if set(texts) == {language} else texts


def comment_of(text: str) -> str:
    """The comment at the beginning of a file."""
    lines = text.splitlines(keepends=True)
    count = next((n for n, line in enumerate(lines) if line.strip()[:1] not in ("#", "")), 0)
    return "".join(lines[:count])
