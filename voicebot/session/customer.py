"""Who calls: looked up while it rings, and used from the moment that it is known.

INVITE ─┬─ the flow reads it ─▶ asked ─▶ rings ─┬─ known in time ─▶ answered in their language
        │                                       └─ not ─▶ answered; what comes later counts then
        └─ it does not ─▶ answered ─▶ asked, for whoever looks at the call
"""

from __future__ import annotations

import asyncio

from voicebot.core.customers import NOBODY, Customer, Customers, customer_json
from voicebot.core.errors import EngineError
from voicebot.core.record import FactKind
from voicebot.flow.actions import FindCustomer
from voicebot.flow.customers import opening_language
from voicebot.flow.events import CustomerSeen, EngineFailed, Event
from voicebot.flow.flow import Flow
from voicebot.session.context import Context
from voicebot.session.tasks import Work

MOST_IN_CALL_MS = 2_000
"""The longest that a caller waits in silence for a profile."""
PERSONAL = ("customer", "profile")
"""Of the fact."""


class Caller:
    """What one call knows of its caller."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._work: Work[Customer] | None = None
        self._asked = False
        self._began_s = 0.0
        self.customer = NOBODY

    def look_up(self) -> None:
        """Begin to ask, by the calling number; once."""
        services, number = self._context.services, self._context.line.leg.info.caller
        if services.customers is None or not number or self._asked:
            return
        self._asked = True
        self._began_s = asyncio.get_running_loop().time()
        asked = services.customers.find(number=number)
        self._work = self._context.tasks.start(asked, "customer")

    async def in_time(self) -> None:
        """Wait for the profile while it rings, but not for long. There is no sound yet whose time
        would pass, so it is waited for by the clock."""
        if self._work is not None:
            await self._work.settled(self._context.services.customer_wait_ms / 1000)
        self.news()

    def news(self) -> Customer | None:
        """What is known, if it has come just now."""
        if self._work is None or not self._work.done:
            return None
        work, self._work = self._work, None
        took_ms = round((asyncio.get_running_loop().time() - self._began_s) * 1000)
        try:
            self.customer, error = work.result(), ""
        except EngineError as failed:
            error = str(failed)
        note_customer(self._context, "caller", self.customer, took_ms, error)
        return self.customer

    def language_of(self, flow: Flow) -> str:
        """The language to greet in; empty for the flow's own."""
        return opening_language(flow.translations, self.customer)


async def find_customer(context: Context, action: FindCustomer) -> Event:
    """Look a customer up in the midst of a call. Raises `LegGone`."""
    customers = context.services.customers
    if customers is None:
        return CustomerSeen(NOBODY)
    began_ms = context.line.now_ms
    by = "id" if action.id else "number"
    work = context.tasks.start(_asked(customers, action), "customer")
    while not work.done and context.line.now_ms - began_ms < MOST_IN_CALL_MS:
        await context.line.frame()
    took_ms = context.line.now_ms - began_ms
    if not work.done:
        work.cancel()
        note_customer(context, by, NOBODY, took_ms, "timeout")
        return EngineFailed("customer")
    try:
        customer = work.result()
    except EngineError as error:
        note_customer(context, by, NOBODY, took_ms, str(error))
        return EngineFailed("customer")
    note_customer(context, by, customer, took_ms, "")
    return EngineFailed("customer") if customer.error else CustomerSeen(customer)


async def _asked(customers: Customers, action: FindCustomer) -> Customer:
    return await customers.find(number=action.number, id=action.id)


def note_customer(context: Context, by: str, customer: Customer, took_ms: int, error: str) -> None:
    """The fact: what was known, so that a replay knows the same."""
    context.pen.write(
        FactKind.CUSTOMER,
        by=by,
        found=customer.known,
        customer=customer.key,
        version=customer.version,
        source=customer.source,
        took_ms=took_ms,
        error=error or customer.error,
        profile=customer_json(customer),
        personal=list(PERSONAL),
    )
