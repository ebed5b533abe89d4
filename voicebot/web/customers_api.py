"""The JSON API for customers: profiles that are kept here, tags, and the timeline of all calls.

GET    /api/customers?text&tag&limit        {"customers"}
GET    /api/customers/{id}                  by id or number: {"customer", "tags", "calls"}
PUT    /api/customers/{id}                  a profile: {"customer"}
DELETE /api/customers/{id}                  erases them and all their calls: {"rows", "files"}
POST   /api/customers/{id}/tags             {"tag"}: {"tags"}
DELETE /api/customers/{id}/tags/{tag}       {"tags"}
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from aiohttp import web

from voicebot.core.access import Permission
from voicebot.core.audit import Act
from voicebot.core.customers import Customer, customer_json
from voicebot.customers.profile import FIELDS, profile_of
from voicebot.store.customers import Tag
from voicebot.store.rows import cdr_json
from voicebot.web.bodies import read_object
from voicebot.web.errors import ApiError
from voicebot.web.registry import MOST_CALLS, Registry
from voicebot.web.security import require

MOST_TAG, MOST_TEXT = 64, 10_000
_FIELDS: dict[str, type] = {
    **dict.fromkeys(("name", "language", "notes", "agent"), str),
    **dict.fromkeys(("numbers", "tags"), list),
    "vip": bool,
    "attributes": dict,
}


def add(app: web.Application, registry: Registry) -> None:
    """Add the API to an application."""
    api = _CustomersApi(registry)
    app.router.add_get("/api/customers", api.list)
    app.router.add_get("/api/customers/{id}", api.show)
    app.router.add_put("/api/customers/{id}", api.put)
    app.router.add_delete("/api/customers/{id}", api.erase)
    app.router.add_post("/api/customers/{id}/tags", api.tag)
    app.router.add_delete("/api/customers/{id}/tags/{tag}", api.untag)


class _CustomersApi:
    """The handlers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def list(self, request: web.Request) -> web.Response:
        query, customers = request.query, self._registry.customers
        limit = query.get("limit", "100")
        if not limit.isdecimal() or not 1 <= int(limit) <= 500:
            raise ApiError(400, "bad-parameter", "limit cannot be read", "a number from 1 to 500")
        text, tag = query.get("text", ""), query.get("tag", "")
        found = await asyncio.to_thread(customers.list, text, tag, int(limit))
        return web.json_response({"customers": [customer_json(one) for one in found]})

    async def show(self, request: web.Request) -> web.Response:
        key = request.match_info["id"]
        body = await asyncio.to_thread(self._shown, key)
        if body["customer"] is None and not body["calls"] and not body["tags"]:
            raise _nobody()
        return web.json_response(body)

    def _shown(self, key: str) -> dict[str, Any]:
        registry = self._registry
        found, numbers = registry.find(key)
        tags = registry.customers.tags(registry.keys(key))
        ids = registry.customers.calls_of(found.id if found else key, numbers, MOST_CALLS)
        found = found or registry.customers.last_known(ids)
        calls = [cdr for call in ids if (cdr := registry.calls.get(call)) is not None]
        return {
            "customer": customer_json(found) if found else None,
            "tags": [tag_json(tag) for tag in tags],
            "calls": [cdr_json(cdr) for cdr in calls],
        }

    async def put(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.CUSTOMERS)
        customer = _profile(request.match_info["id"], await read_object(request, **_FIELDS), self)
        await asyncio.to_thread(self._registry.customers.put, customer)
        await self._registry.audit.note(Act(asking.name, "api", "customer.change", customer.id))
        return web.json_response({"customer": customer_json(customer)})

    @property
    def region(self) -> str:
        """Whose numbers need no `+`."""
        return self._registry.region

    async def erase(self, request: web.Request) -> web.Response:
        asking = require(request, Permission.ERASE)
        key, registry = request.match_info["id"], self._registry
        found, numbers = await asyncio.to_thread(registry.find, key)
        id = found.id if found is not None else key
        erased = await asyncio.to_thread(registry.erase, id, numbers, asking.name)
        if not erased.rows and not erased.files:
            raise _nobody()
        # Whose it was must not be read in the audit log.
        await registry.audit.note(Act(asking.name, "api", "customer.erase", ""))
        return web.json_response({"rows": erased.rows, "files": erased.files})

    async def tag(self, request: web.Request) -> web.Response:
        asking, key = require(request, Permission.CUSTOMERS), request.match_info["id"]
        body = await read_object(request, tag=str, call=str)
        tag = str(body.get("tag", "")).strip()
        if not 1 <= len(tag) <= MOST_TAG:
            raise ApiError(400, "bad-field", "tag is no tag", f"1 to {MOST_TAG} characters")
        registry = self._registry
        (first, *_) = await asyncio.to_thread(registry.keys, key) or (key,)
        put = registry.customers.tag
        await asyncio.to_thread(put, first, tag, asking.name, body.get("call", ""))
        await self._note("customer.tag", asking.name, key, tag)
        return await self._tags(key)

    async def untag(self, request: web.Request) -> web.Response:
        asking, key = require(request, Permission.CUSTOMERS), request.match_info["id"]
        tag, registry = request.match_info["tag"], self._registry
        keys = await asyncio.to_thread(registry.keys, key)
        if not await asyncio.to_thread(registry.customers.untag, keys, tag):
            raise ApiError(404, "no-such-tag", "this customer has no such tag")
        await self._note("customer.untag", asking.name, key, tag)
        return await self._tags(key)

    async def _note(self, action: str, by: str, key: str, tag: str) -> None:
        """Whoever has no id is not named: a number would outlast its erasure in the audit log."""
        found, _ = await asyncio.to_thread(self._registry.find, key)
        target = found.id if found is not None else ""
        await self._registry.audit.note(Act(by, "api", action, target, {"tag": tag}))

    async def _tags(self, key: str) -> web.Response:
        keys = await asyncio.to_thread(self._registry.keys, key)
        tags = await asyncio.to_thread(self._registry.customers.tags, keys)
        return web.json_response({"tags": [tag_json(tag) for tag in tags]})


def tag_json(tag: Tag) -> dict[str, Any]:
    """As JSON."""
    values = {"tag": tag.tag, "by": tag.by.value, "who": tag.who, "call": tag.call}
    return {**values, "time": tag.time.isoformat()}


def _profile(id: str, body: dict[str, Any], api: _CustomersApi) -> Customer:
    attributes = body.pop("attributes", {})
    plain = {n: v for n, v in attributes.items() if n not in FIELDS}
    if any(isinstance(value, dict) for value in plain.values()) or len(str(plain)) > MOST_TEXT:
        hint = "text, numbers, true or false, lists of text; 10,000 characters in all"
        raise ApiError(400, "bad-field", "attributes cannot be kept", hint)
    return replace(profile_of({**body, **plain, "id": id}, "store", api.region), id=id)


def _nobody() -> ApiError:
    return ApiError(404, "no-such-customer", "nobody is known by this id or number")
