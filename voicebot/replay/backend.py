"""A back end that answers as it did then."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

from voicebot.core.audio import FRAME_MS
from voicebot.core.errors import EngineError
from voicebot.core.ports import Backend, BackendReply, BackendRequest
from voicebot.core.record import Fact, FactKind
from voicebot.replay.assumed import Assumptions
from voicebot.replay.recorded import RecordedCall

_NEVER_S = 3_600


class ReplayBackend:
    """Implements `core.ports.Backend` for one call."""

    def __init__(
        self,
        call: RecordedCall,
        node: Callable[[], str],
        assumed: Assumptions,
        live: Backend | None = None,
    ) -> None:
        """`node` is where the call is now; `live` is asked in place of the journal."""
        self._node, self._assumed, self._live = node, assumed, live
        self._answers: defaultdict[tuple[str, str], deque[Fact]] = defaultdict(deque)
        for fact in call.of(FactKind.REQUESTED):
            self._answers[str(fact.data["node"]), str(fact.data["method"])].append(fact)

    async def request(self, request: BackendRequest) -> BackendReply:
        """The answer of then, as long after the request as it came. Raises `EngineError`."""
        if self._live is not None:
            return await self._live.request(request)
        node = self._node()
        answers = self._answers[node, request.method]
        if not answers:
            self._assumed.note(f"the back end was not asked at {node}: it does not answer")
            raise EngineError("back end: not asked then")
        data = answers.popleft().data
        if data.get("error") == "give_up":
            await asyncio.sleep(_NEVER_S)
        took_ms = max(0.0, float(data.get("took_ms") or 0) - FRAME_MS / 2)
        await asyncio.sleep(took_ms / 1000)
        if not data.get("status"):
            raise EngineError(f"back end: {data.get('error') or 'error'}")
        return BackendReply(int(data["status"]), data.get("reply"))
