"""Nodes that got another name, told by what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LIKE = 0.7
"""A node that went is the one that came where so much of the two is the same."""


def renames(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Old name -> new name; the most alike first, each once."""
    gone = {name: _parts(node) for name, node in old.items() if name not in new}
    come = {name: _parts(node) for name, node in new.items() if name not in old}
    scored = sorted(
        ((_likeness(a, b), was, now) for was, a in gone.items() for now, b in come.items()),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    found: dict[str, str] = {}
    for score, was, now in scored:
        if score >= LIKE and was not in found and now not in found.values():
            found[was] = now
    return found


def _parts(node: Any) -> set[tuple[str, str]]:
    return {(name, json.dumps(value, sort_keys=True)) for name, value in flat(node).items()}


def _likeness(a: set[tuple[str, str]], b: set[tuple[str, str]]) -> float:
    kinds = [dict(one).get("kind") for one in (a, b)]
    return len(a & b) / max(len(a | b), 1) if kinds[0] == kinds[1] else 0.0


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every single value by its keys, joined by dots."""
    if isinstance(value, Mapping):
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        return {name: value}
    found: dict[str, Any] = {}
    for key, item in items:
        found |= flat(item, f"{name}.{key}" if name else key)
    return found
