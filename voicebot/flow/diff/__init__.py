"""What changed from one version of a flow to another, in the flow's own terms."""

from __future__ import annotations

from voicebot.flow.diff.changes import Change, What, lines_of
from voicebot.flow.diff.compare import changes

__all__ = ["Change", "What", "changes", "lines_of"]
