"""One step in the making: the state as it becomes and the actions so far.

    Changing ◀── Valuing ◀── Saying ◀── Telling ◀── Walk ◀── used by each Kind

Node kinds write their behavior against `Walk`; nothing here waits, asks a clock or does I/O.
"""

from voicebot.flow.walk.kind import Kind
from voicebot.flow.walk.walk import Walk

__all__ = ["Kind", "Walk"]
