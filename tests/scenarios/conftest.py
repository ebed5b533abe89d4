"""Scenario tests share a hotline, `world` in desk_hotline.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
