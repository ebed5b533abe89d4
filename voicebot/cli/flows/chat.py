"""Talk to a flow by typing; `voicebot chat` is the same.

    voicebot flows chat bank_en
    voicebot flows chat my_flow.yaml --trace      with nodes, slots, scores and what came close

Type what the caller would say. Lines of keys only are keys, an empty line is silence, /hangup ends
the call. Queues and transfers end as --queue-outcome and --transfer-outcome say.

Exit codes: 0 the call came to its end, 1 it failed, 2 the flow cannot be loaded.
"""

from __future__ import annotations

from voicebot.cli.chat import configure, run

__all__ = ["configure", "run"]
