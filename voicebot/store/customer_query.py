"""Customers in a database of the operator's, by a query of theirs. It is only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine, TextClause, text

from voicebot.core.customers import Customer
from voicebot.core.errors import ConfigError
from voicebot.store.database import open_engine, parse_url, transaction


class SqlCustomers:
    """Looks customers up; blocks."""

    source = "sql"

    def __init__(
        self,
        url: str,
        query: str,
        query_by_id: str,
        profile: Callable[[Mapping[str, Any]], Customer],
        *,
        timeout_ms: int,
    ) -> None:
        """`profile` makes one of a row. Raises `ConfigError` for a URL that cannot be read."""
        self._engine: Engine = open_engine(
            parse_url(url), busy_timeout_ms=timeout_ms, answer_timeout_ms=timeout_ms, mode="ro"
        )
        self._query: TextClause | None = text(query) if query else None
        self._by_id: TextClause | None = text(query_by_id) if query_by_id else None
        self._profile = profile

    def look(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """By id, or else by each of the numbers. Raises `EngineError`."""
        if id:
            return self._one(self._by_id, {"id": id})
        found = (self._one(self._query, {"number": number}) for number in numbers)
        return next((customer for customer in found if customer is not None), None)

    def _one(self, query: TextClause | None, values: dict[str, str]) -> Customer | None:
        if query is None:
            return None
        with transaction(self._engine, "customers cannot be looked up") as connection:
            row = connection.execute(query, values).mappings().first()
        if row is None:
            return None
        # Whoever has a row is known, though the row may have no id.
        return self._profile({"id": next(iter(values.values())), **dict(row)})

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


def wrong_query(url: str, *queries: str) -> str:
    """What is wrong with a URL or its queries as such; empty where nothing shows."""
    try:
        parse_url(url)
    except ConfigError as error:
        return error.problems[0].message
    given = [query.strip().lower() for query in queries if query.strip()]
    if not given:
        return "there is no query"
    is_read = all(query.startswith(("select", "with")) for query in given)
    return "" if is_read else "a query begins with SELECT or WITH"
