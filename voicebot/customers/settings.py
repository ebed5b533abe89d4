"""What an operator may set about customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from voicebot.flow.customers import AttributeType, CustomerTerms, RouteRule, TagRule


class Source(StrEnum):
    """Where profiles come from."""

    STORE = "store"
    """The hotline's own table: `voicebot customers import`, or the API."""
    CSV = "csv"
    REST = "rest"
    SQL = "sql"


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """A file with a header and a row a customer."""

    file: str = ""
    """Named from the configuration's folder; read anew when it has changed. Columns: `id`,
    `numbers` (separated by `;`), `name`, `language`, `vip`, `tags`, `notes`, `agent`; every other
    one is an attribute."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What a column stands for where it is called otherwise: `{Telefon = "numbers"}`."""
    delimiter: str = ","
    """Between columns."""


@dataclass(frozen=True, slots=True)
class RestSettings:
    """A back end that answers GET with JSON; 404 is nobody."""

    url: str = ""
    """With `{number}` (E.164) in it."""
    url_by_id: str = ""
    """With `{id}` in it; without it nobody is found by an id."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """`{secret:NAME}` is one of `[secrets]`."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Where in the answer something stands, by dotted path: `{name = "contact.full_name"}`. What is
    not named stands where it is called so, attributes beneath `attributes`."""
    timeout_ms: int = 1_500
    """The longest that it is waited for."""
    cache_s: int = 60
    """How long an answer is used again; 0: never."""


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """A database of the operator's; it is only read."""

    url: str = field(default="", repr=False)
    """SQLAlchemy URL, of SQLite or PostgreSQL."""
    query: str = ""
    """With `:number` (E.164). Columns as those of a file."""
    query_by_id: str = ""
    """With `:id`; without it nobody is found by an id."""
    timeout_ms: int = 1_500
    """The longest that it is waited for."""


@dataclass(frozen=True, slots=True)
class CustomerSettings:
    """Who calls."""

    source: Source = Source.STORE
    """Where profiles are: `store` (the hotline's own table), `csv`, `rest` or `sql`."""
    region: str = ""
    """ISO 3166 code of the country whose numbers callers have that come without `+`; without one
    they are looked up as they come."""
    wait_ms: int = 300
    """How long the answer of a call may wait for the profile, which is used from when it comes."""
    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    """Types by name: `text`, `number`, `yes_no`, `date`, `list`. Flows are checked against
    them; without any every attribute may be asked for."""
    tags: tuple[TagRule, ...] = ()
    """Rules: [an example](customers.md#tags)."""
    routing: tuple[RouteRule, ...] = (RouteRule("customer.vip", priority=1),)
    """How callers wait in queues: [an example](customers.md#routing)."""
    csv: CsvSettings = field(default_factory=CsvSettings)
    rest: RestSettings = field(default_factory=RestSettings)
    sql: SqlSettings = field(default_factory=SqlSettings)

    @property
    def terms(self) -> CustomerTerms:
        """What flows have of it."""
        return CustomerTerms(dict(self.attributes), self.tags, self.routing)

    def csv_file(self, config: Path) -> Path:
        """The file, which is named from the configuration's folder."""
        return config / self.csv.file
