"""Customers of a back end that answers GET with JSON."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from voicebot.core.customers import Customer
from voicebot.core.errors import EngineError
from voicebot.core.ports import Backend, BackendRequest
from voicebot.core.secret_marks import with_marks
from voicebot.customers.profile import FIELDS, profile_of
from voicebot.customers.settings import RestSettings

MOST_CACHED = 10_000
NOBODY_STATUS = (404, 410)
_MARK = re.compile(r"\{(number|id)\}")


class RestCustomers:
    """Asks a back end; used on one event loop."""

    source = "rest"

    def __init__(
        self,
        settings: RestSettings,
        backend: Backend,
        region: str,
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._backend, self._region = settings, backend, region
        self._now_s = now_s
        self._cache: OrderedDict[str, tuple[float, Customer | None]] = OrderedDict()

    async def ask(self, numbers: tuple[str, ...], id: str) -> Customer | None:
        """By id, or else by the number. Raises `EngineError`."""
        template = self._settings.url_by_id if id else self._settings.url
        key = f"id {id}" if id else f"number {numbers[0]}" if numbers else ""
        if not template or not key:
            return None
        until_s, known = self._cache.get(key, (float("-inf"), None))
        if self._now_s() < until_s:
            return known
        found = await self._fetch(template, numbers[0] if numbers else "", id)
        self._keep(key, found)
        return found

    async def _fetch(self, template: str, number: str, id: str) -> Customer | None:
        values = {"number": number, "id": id}
        url = _MARK.sub(lambda mark: quote(values[mark[1]], safe=""), template)
        headers = {name: with_marks(text) for name, text in self._settings.headers.items()}
        request = BackendRequest("GET", url, headers, timeout_ms=self._settings.timeout_ms)
        reply = await self._backend.request(request)
        if reply.status in NOBODY_STATUS or (200 <= reply.status < 300 and not reply.body):
            return None
        if not 200 <= reply.status < 300:
            raise EngineError(f"customers: the back end answered {reply.status}")
        body = reply.body[0] if isinstance(reply.body, list) else reply.body
        if not isinstance(body, Mapping):
            raise EngineError("customers: the back end's answer is no JSON object")
        return self._profile(body, id or number)

    def _profile(self, body: Mapping[str, Any], asked: str) -> Customer:
        paths = self._settings.fields
        own = {name: _at(body, paths.get(name, name)) for name in FIELDS}
        further = {n: _at(body, path) for n, path in paths.items() if n not in FIELDS}
        attributes = body.get("attributes")
        row = {**(attributes if isinstance(attributes, Mapping) else {}), **further, **own}
        # Whoever has an answer is known, though the answer may have no id.
        return profile_of({**row, "id": own["id"] or asked}, self.source, self._region)

    def _keep(self, key: str, found: Customer | None) -> None:
        if self._settings.cache_s <= 0:
            return
        self._cache[key] = (self._now_s() + self._settings.cache_s, found)
        self._cache.move_to_end(key)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)


def _at(body: object, path: str) -> Any:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, Mapping) else None
    return body
