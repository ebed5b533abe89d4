"""Checks customers, webhooks and escalation: every mistake, with its line and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from voicebot.config.people import Mistake, unknown
from voicebot.config.toml_file import TomlFile, Where, dotted
from voicebot.core.errors import ConfigError, Problem
from voicebot.core.escalations import EscalationSettings
from voicebot.core.events import Endpoint
from voicebot.core.secret_marks import secret_names
from voicebot.core.telephone import is_region
from voicebot.customers.csv_file import read_csv
from voicebot.customers.settings import CustomerSettings, Source
from voicebot.flow.clock import CLOCK
from voicebot.flow.customers import FIELDS
from voicebot.flow.expression_types import CLOCK_TYPES, mismatches
from voicebot.flow.expressions import ExpressionError, names, parse
from voicebot.flow.expressions.functions.function import TEXT
from voicebot.flow.problems import did_you_mean
from voicebot.flow.validate import CALL_FIELDS
from voicebot.store.customer_query import wrong_query

MOST_WAIT_MS, MOST_TAG = 5_000, 64


def check_customers(
    file: TomlFile,
    settings: CustomerSettings,
    agents: Sequence[str],
    secrets: Mapping[str, str],
    config: Path,
) -> list[Problem]:
    """Note every problem of `[customers]` with the file; those of a CSV file are returned."""
    mistakes = [*_of_terms(settings), *_of_rules(settings, agents)]
    mistakes += _of_source(settings, secrets)
    _note(file, mistakes)
    if settings.source is not Source.CSV or not settings.csv.file:
        return []
    csv = settings.csv
    try:
        read_csv(settings.csv_file(config), settings.region, csv.columns, csv.delimiter)
    except ConfigError as error:
        return list(error.problems)
    return []


def check_webhooks(
    file: TomlFile, endpoints: Sequence[Endpoint], secrets: Mapping[str, str]
) -> None:
    """Note every problem of `[[webhooks]]`."""
    _note(file, list(_of_endpoints(endpoints, secrets)))


def check_escalation(file: TomlFile, settings: EscalationSettings) -> None:
    """Note every problem of `[escalation]`."""
    _note(file, list(_of_escalation(settings)))


def _note(file: TomlFile, mistakes: Sequence[Mistake]) -> None:
    for where, code, message, hint in mistakes:
        file.note(code, f"{dotted(where)}: {message}", where, hint)


# ---------------------------------------------------------------- customers


def _of_terms(settings: CustomerSettings) -> Iterator[Mistake]:
    if settings.region and not is_region(settings.region):
        hint = "two capital letters, such as DE"
        where: Where = ("customers", "region")
        yield Mistake(where, "bad-value", f"{settings.region} is no country's code", hint)
    if not 0 <= settings.wait_ms <= MOST_WAIT_MS:
        hint = f"0 to {MOST_WAIT_MS}: the caller hears it ring so long"
        where = ("customers", "wait_ms")
        yield Mistake(where, "bad-value", f"{settings.wait_ms} is out of bounds", hint)
    for name in settings.attributes:
        if not name.isidentifier():
            where, hint = ("customers", "attributes"), "letters, digits and _"
            yield Mistake(where, "bad-value", f"{name!r} is no name", hint)


def _of_rules(settings: CustomerSettings, agents: Sequence[str]) -> Iterator[Mistake]:
    for i, tag in enumerate(settings.tags):
        at: Where = ("customers", "tags", i)
        yield from _of_condition((*at, "when"), tag.when, settings)
        if not tag.tag.strip() or len(tag.tag) > MOST_TAG:
            yield Mistake((*at, "tag"), "bad-value", "this is no tag", f"1 to {MOST_TAG} letters")
    for i, route in enumerate(settings.routing):
        at = ("customers", "routing", i)
        yield from _of_condition((*at, "when"), route.when, settings)
        for agent in route.agents:
            if agent not in agents:
                yield unknown((*at, "agents"), "", "agent", agent, agents)


def _of_condition(where: Where, text: str, settings: CustomerSettings) -> Iterator[Mistake]:
    try:
        tree = parse(text)
    except ExpressionError as error:
        hint = 'as in customer.vip, "refund" in customer.tags'
        yield Mistake(where, "bad-expression", str(error), hint)
        return
    for name in names(tree):
        if (wrong := _wrong_name(name.path, settings)) is not None:
            yield Mistake(where, "unknown-name", *wrong)
    for message, _ in mismatches(tree, lambda path: _type_of(path, settings)):
        yield Mistake(where, "wrong-type", message)


def _wrong_name(path: str, settings: CustomerSettings) -> tuple[str, str] | None:
    head, _, rest = path.partition(".")
    if head == "customer":
        first, _, attribute = rest.partition(".")
        if first == "attributes":
            known = settings.attributes
            if attribute and known and attribute not in known:
                hint = did_you_mean(attribute, known) or "declare it in [customers.attributes]"
                return f"customers have no attribute {attribute}", hint
            return None
        if rest in FIELDS:
            return None
        return f"customer has no {rest or 'value'}", did_you_mean(rest, FIELDS) or ""
    if head == "call":
        hint = did_you_mean(rest, CALL_FIELDS) or ""
        return None if rest in CALL_FIELDS else (f"call has no {rest or 'value'}", hint)
    if head in CLOCK:
        return None
    return (
        f"nothing is called {head} here",
        "rules know customer., call., now, today, time, weekday",
    )


def _type_of(path: str, settings: CustomerSettings) -> str | None:
    head, _, rest = path.partition(".")
    if head == "customer":
        return settings.terms.type_of(rest)
    return TEXT if head == "call" else CLOCK_TYPES.get(head)


def _of_source(settings: CustomerSettings, secrets: Mapping[str, str]) -> Iterator[Mistake]:
    at: Where = ("customers", settings.source.value)
    if settings.source is Source.CSV:
        if not settings.csv.file:
            yield Mistake((*at, "file"), "missing-value", "there is no file", "name it")
        if len(settings.csv.delimiter) != 1:
            yield Mistake((*at, "delimiter"), "bad-value", "is one character", 'such as ";"')
    elif settings.source is Source.SQL:
        sql = settings.sql
        if wrong := wrong_query(sql.url, sql.query, sql.query_by_id):
            hint = "set url and query, as in SELECT id, name FROM clients WHERE phone = :number"
            yield Mistake(at, "bad-query", wrong, hint)
    elif settings.source is Source.REST:
        rest = settings.rest
        if not rest.url and not rest.url_by_id:
            hint = "such as https://crm.example/customers?phone={number}"
            yield Mistake((*at, "url"), "missing-value", "there is no address", hint)
        for name, url in (("url", rest.url), ("url_by_id", rest.url_by_id)):
            if url:
                yield from _of_url((*at, name), url)
        yield from _of_secrets((*at, "headers"), rest.headers, secrets)


def _of_url(where: Where, url: str) -> Iterator[Mistake]:
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_fit = False
    if not is_fit:
        hint = "begin with https:// and a host"
        yield Mistake(where, "bad-address", "is no address of http or https", hint)


def _of_secrets(
    where: Where, headers: Mapping[str, str], secrets: Mapping[str, str]
) -> Iterator[Mistake]:
    for name, text in headers.items():
        for secret in secret_names(text):
            if secret not in secrets:
                yield unknown((*where, name), "", "secret", secret, list(secrets))


# ---------------------------------------------------------------- webhooks, escalation


def _of_endpoints(endpoints: Sequence[Endpoint], secrets: Mapping[str, str]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for i, one in enumerate(endpoints):
        at: Where = ("webhooks", i)
        if one.name in seen or not one.name:
            hint = "the name is a part of each webhook-id"
            yield Mistake((*at, "name"), "twice", f"{one.name or 'nothing'} is no own name", hint)
        seen.add(one.name)
        yield from _of_url((*at, "url"), one.url)
        if one.secret and one.secret not in secrets:
            yield unknown((*at, "secret"), "", "secret", one.secret, list(secrets))
        yield from _of_secrets((*at, "headers"), one.headers, secrets)


def _of_escalation(settings: EscalationSettings) -> Iterator[Mistake]:
    if not settings.owners or not all(owner.strip() for owner in settings.owners):
        hint = 'as in owners = ["supervisor", "manager"]'
        yield Mistake(("escalation", "owners"), "missing-value", "somebody must have it", hint)
    minutes = (*settings.answer_minutes, settings.close_minutes)
    if not settings.answer_minutes or min(minutes) < 1:
        where: Where = ("escalation", "answer_minutes")
        yield Mistake(where, "bad-value", "deadlines are of one minute or more", "set them")
