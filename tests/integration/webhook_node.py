"""A node as far as webhooks go, to be killed: calls are journaled and events delivered.

`python webhook_node.py FOLDER URL CALLS`: writes so many calls at the first start, then delivers.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from voicebot.core.call import CallId
from voicebot.core.events import Endpoint
from voicebot.core.record import Fact, FactKind
from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings
from voicebot.web.backend import HttpBackend
from voicebot.web.delivery import Delivery
from voicebot.web.settings import MailSettings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def write(store: Store, name: str) -> None:
    """The journal of one call."""
    facts: list[tuple[FactKind, dict[str, object]]] = [
        (FactKind.RANG, {"caller": "+4917055501", "called": "1"}),
        (FactKind.QUEUED, {"queue": "service", "position": 1, "summary": {}}),
        (FactKind.ENDED, {"by": "caller", "outcome": "abandoned", "code": 200, "node": ""}),
    ]
    for seq, (kind, data) in enumerate(facts):
        store.journal.write(Fact(CallId(name), seq, 0, datetime.now(UTC), kind, data))


async def main(folder: Path, url: str, calls: int) -> None:
    """Until killed."""
    settings = StoreSettings(
        node="here", folder=folder, endpoints=(Endpoint("crm", url, (), "key"),)
    )
    store = open_store(f"sqlite:///{folder / 'voicebot.db'}", settings)
    if not store.calls.list().calls:
        for number in range(calls):
            write(store, f"call-{number}")
        assert store.journal.flush()
    delivery = Delivery(store.outbox, HttpBackend(), {"key": SECRET}, MailSettings(), folder)
    await delivery.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
