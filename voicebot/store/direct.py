"""Statements that are executed all the time, at the least expense.

SQLAlchemy makes the text of a statement once, but works out at each execution which of it that is
and what becomes of each value: twice the time of executing it. Here that is done once a database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Update

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as one database is told it."""

    text: str
    constants: Mapping[str, Any]
    """Values that are in the statement."""
    order: Sequence[str] | None
    """Of the values; None where they have names."""
    converts: Mapping[str, Convert]


class Direct:
    """One statement, without lists of values; those that it names are all given each time."""

    def __init__(self, statement: Insert | Update, *columns: str) -> None:
        """`columns` are those that an INSERT is given."""
        self._statement, self._columns = statement, columns
        self._made: WeakKeyDictionary[Dialect, _Made] = WeakKeyDictionary()

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Within the connection's transaction."""
        made = self._made.get(connection.dialect)
        if made is None:
            made = self._made[connection.dialect] = self._make(connection.dialect)
        given = {**values, **made.constants}
        for name, convert in made.converts.items():
            given[name] = convert(given[name])
        if made.order is None:
            return connection.exec_driver_sql(made.text, given)
        return connection.exec_driver_sql(made.text, tuple(given[name] for name in made.order))

    def _make(self, dialect: Dialect) -> _Made:
        columns = list(self._columns) or None
        compiled = self._statement.compile(dialect=dialect, column_keys=columns)
        converts = {}
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if convert is not None:
                converts[name] = convert
        binds = compiled.binds.items()
        constants = {name: bind.value for name, bind in binds if not bind.required}
        return _Made(str(compiled), constants, compiled.positiontup, converts)
