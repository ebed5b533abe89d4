"""Customers in a CSV file, read anew when it has changed."""

from __future__ import annotations

import csv
import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from voicebot.core.customers import Customer
from voicebot.core.errors import ConfigError, Problem
from voicebot.customers.profile import FIELDS, profile_of, spellings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: tuple[int, int]
    by_key: Mapping[str, Customer]


class CsvCustomers:
    """Looks customers up in a file; blocks. A file that has become wrong is not taken: the one
    before goes on, and the log says why."""

    source = "csv"

    def __init__(
        self,
        file: Path,
        region: str,
        columns: Mapping[str, str] | None = None,
        delimiter: str = ",",
    ) -> None:
        """Raises `ConfigError` with every mistake of the file."""
        self._file, self._region = file, region
        self._columns, self._delimiter = columns or {}, delimiter
        self._lock = threading.Lock()
        self._now = self._read(_stamp(file))

    def look(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """By id, or else by one of the numbers."""
        by_key = self._current().by_key
        keys = (f"id {id}",) if id else tuple(f"number {number}" for number in numbers)
        return next((by_key[key] for key in keys if key in by_key), None)

    def _current(self) -> _Read:
        with self._lock:
            try:
                if (stamp := _stamp(self._file)) != self._now.stamp:
                    self._now = _Read(stamp, self._now.by_key)
                    self._now = self._read(stamp)
            except ConfigError as error:
                fields = {"problems": len(error.problems), "first": str(error.problems[0])}
                log.error("the customers' file is wrong: the one before goes on", extra=fields)
            return self._now

    def _read(self, stamp: tuple[int, int]) -> _Read:
        by_key: dict[str, Customer] = {}
        for customer in read_csv(self._file, self._region, self._columns, self._delimiter):
            by_key[f"id {customer.id}"] = customer
            by_key |= {f"number {number}": customer for number in customer.numbers}
        return _Read(stamp, by_key)


def read_csv(
    file: Path, region: str, columns: Mapping[str, str] | None = None, delimiter: str = ","
) -> list[Customer]:
    """The customers of a file. Raises `ConfigError` with every mistake; its texts hold no value of
    the file, only where it stands."""
    header, rows = _table(file, columns or {}, delimiter)
    problems = list(_of_header(file, header))
    found: list[Customer] = []
    seen: dict[str, int] = {}
    for line, values in rows if not problems else ():
        row = {n: v for n, v in zip(header, values, strict=False) if n}
        found.append(profile_of(row, "csv", region))
        problems += _of_row(file, line, found[-1], region, seen)
    if problems:
        raise ConfigError(problems)
    return found


def _table(
    file: Path, columns: Mapping[str, str], delimiter: str
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, delimiter=delimiter)
            header = [columns.get(name.strip(), name.strip()) for name in next(reader, [])]
            return header, [(reader.line_num, row) for row in reader if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "is no CSV in UTF-8"
        raise _unreadable(file, reason) from None


def _of_header(file: Path, header: list[str]) -> Iterator[Problem]:
    if "id" not in header and "numbers" not in header:
        known = ", ".join(FIELDS)
        hint = f"the first line names the columns: {known}; or map them with `columns`"
        yield Problem(str(file), 1, 1, "missing-column", "there is no column id or numbers", hint)
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        yield Problem(str(file), 1, 1, "twice", f"the column {name} is there twice", "rename one")


def _of_row(
    file: Path, line: int, customer: Customer, region: str, seen: dict[str, int]
) -> Iterator[Problem]:
    """What is wrong in one row, keys that another row has included."""
    if not customer.id:
        yield Problem(str(file), line, 1, "missing-id", "neither id nor number", "give it one")
    for number in customer.numbers:
        if not spellings(number, region)[0].startswith("+") and region:
            hint = "write it in E.164: + and the country's code first"
            yield Problem(str(file), line, 1, "bad-number", "this is no telephone number", hint)
    for key in dict.fromkeys((f"id {customer.id}", *(f"number {n}" for n in customer.numbers))):
        if key in seen:
            what = key.partition(" ")[0]
            message = f"line {seen[key]} has the same {what}"
            yield Problem(str(file), line, 1, "twice", message, "take one out")
        seen.setdefault(key, line)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise _unreadable(file, error.strerror or "cannot be read") from None
    return found.st_mtime_ns, found.st_size


def _unreadable(file: Path, reason: str) -> ConfigError:
    hint = "save it as CSV in UTF-8; it is named from the configuration's folder"
    return ConfigError([Problem(str(file), 0, 0, "unreadable", reason, hint)])
