"""The text of a file that a spreadsheet program wrote, whatever its encoding, or a clear refusal.

A byte order mark tells; without one, UTF-8 is strict enough to be told by itself. Of the rest,
GBK is taken where nearly all that is not ASCII comes out as everyday Chinese.
"""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EVERYDAY = 0.9
"""Share of the characters that GB 2312 must have: text in another encoding that passes for GBK
comes out as rare characters."""


class UnknownEncoding(ValueError):
    """No encoding that is read fits; `line` is the first that does not."""

    def __init__(self, line: int) -> None:
        super().__init__("the encoding cannot be told")
        self.line = line


def decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises `UnknownEncoding`."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _by(data, name), "utf-8" if name == "utf-8-sig" else name
    for name in ("utf-16-le", "utf-16-be") if _has_zeros(data) else ():
        return _by(data, name if _is_little(data) else "utf-16-be"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = _by(data, "gb18030")
    if not _is_everyday(text):
        raise UnknownEncoding(_first_odd_line(data))
    return text, "gbk"


def _by(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise UnknownEncoding(data[: error.start].count(b"\n") + 1) from error


def _has_zeros(data: bytes) -> bool:
    return b"\0" in data[:2_000]


def _is_little(data: bytes) -> bool:
    """Of Latin text and separators, the second byte of each pair is zero."""
    head = data[:2_000]
    return head[1::2].count(0) >= head[0::2].count(0)


def _is_everyday(text: str) -> bool:
    odd = [character for character in text if not character.isascii()]
    known = sum(_in_gb2312(character) for character in odd)
    return known >= _EVERYDAY * len(odd)


def _in_gb2312(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _first_odd_line(data: bytes) -> int:
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.isascii():
            return number
    return 1
