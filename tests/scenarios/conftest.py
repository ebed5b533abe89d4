"""Scenario tests share a hotline, `world` in test_hotline.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
