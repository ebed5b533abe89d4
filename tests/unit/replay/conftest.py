"""Replay tests share the making of calls, `sim_calls.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
