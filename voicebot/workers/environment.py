"""What worker processes are started with."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = str(Path(__file__).parents[2])


def environment(**more: str) -> dict[str, str]:
    """Ours, with the path by which a worker finds this very package, and `more`."""
    path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, **more}
