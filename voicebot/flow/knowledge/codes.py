"""Every code that the check of a knowledge base has, beside those of a file's shape."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.core.errors import Problem
from voicebot.flow.base import Path
from voicebot.flow.document import Document

CODES: Mapping[str, str] = {
    "unreadable": "The file cannot be opened.",
    "too-large": "The file is too large to be one.",
    "encoding": "The file is neither UTF-8, UTF-16 nor GBK: save it as CSV UTF-8.",
    "not-csv": "The file is a workbook: save it as CSV UTF-8.",
    "no-knowledge": "The file does not begin with `knowledge: NAME`.",
    "no-column": "The table has no column for questions, or none for answers.",
    "unknown-column": "A column has a name that is not known.",
    "column-twice": "Two columns have one name.",
    "columns": "A row has more cells than the header: a text with the separator in it stands "
    "without quotation marks.",
    "id-twice": "Two rows have one id.",
    "no-entries": "There is no entry.",
    "no-question": "An entry has no question, or one without words.",
    "no-answer": "An entry has a question in a language, and no answer in it.",
    "empty-answer": "An entry has no answer.",
    "duplicate-question": "Two entries have the same question: a caller gets one answer.",
    "wrong-language": "A Chinese question stands under `en`, or the other way round.",
    "never-valid": "An entry ends before it begins.",
    "bad-template": "A value in an answer cannot be read.",
    "bad-markup": "An answer has markup that is not said.",
    "no-name": "A name of the trade has no text.",
    "bad-name": "A name of the trade cannot be said.",
    "duplicate-name": "Two things have one name.",
    "bad-sound": "A pronunciation is no ARPAbet, or is given in phones for several words.",
    "duplicate-knowledge": "Two files have one name after `knowledge:`.",
}


def mistake(document: Document, path: Path, code: str, message: str, hint: str = "") -> Problem:
    """A problem at a place of a file."""
    assert code in CODES
    return Problem(document.file, *document.place(path), code, message, hint)


def note(document: Document, path: Path, code: str, message: str, hint: str = "") -> None:
    """Add it to the file's problems."""
    document.problems.append(mistake(document, path, code, message, hint))
