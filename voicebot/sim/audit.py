"""An audit log that is only kept."""

from __future__ import annotations

from voicebot.core.audit import Act


class SimAudit:
    """Implements `core.audit.Audit`."""

    def __init__(self) -> None:
        self.acts: list[Act] = []

    async def note(self, act: Act) -> None:
        self.acts.append(act)
