"""Who changes something that is kept with their name."""

from __future__ import annotations

import getpass


def who(by: str = "") -> str:
    """The name that was given, or the user's; `unknown` where there is neither."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
