"""Keys that mean two things, or that the caller has to wait after."""

from __future__ import annotations

from voicebot.core.turn import KeySpec
from voicebot.flow.asking import Asking
from voicebot.flow.base import Path
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.listening import Listening
from voicebot.flow.report import Report

_QUICKER = "the caller waits after the shorter one; keys of one length are quicker"


def check_keys(report: Report) -> None:
    """Keys within a menu, a slot's options and the global commands, and between them."""
    for name, node in report.flow.nodes.items():
        path: Path = ("nodes", name)
        if isinstance(node, MenuNode):
            keys = [(choice, c.key) for choice, c in node.choices.items() if c.key]
            _check_keys(report, (*path, "choices"), keys)
            _check_ways_in(report, path, node)
        if isinstance(node, Listening):
            _check_commands(report, path, node)
    for name, slot in report.flow.slots.items():
        keys = [(option, o.key) for option, o in slot.options.items() if o.key]
        _check_keys(report, ("slots", name, "options"), keys)
    keys = [(command, c.key) for command, c in report.flow.file.globals.items() if c.key]
    _check_keys(report, ("globals",), keys)


def _check_ways_in(report: Report, path: Path, node: MenuNode) -> None:
    for choice, c in node.choices.items():
        if not c.key and not c.phrases:
            hint = "give it `phrases`, a `key`, or both"
            message = f"{choice} has neither key nor phrases"
            report.add((*path, "choices", choice), "no-way-in", message, hint)


def _check_keys(report: Report, path: Path, keys: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, key in keys:
        where = (*path, name, "key")
        if key in seen:
            message = f"key {key} is taken by {seen[key]}"
            report.add(where, "same-key", message, "give it a key of its own")
            continue
        for other, its_name in seen.items():
            if key.startswith(other) or other.startswith(key):
                message = f"key {key} and key {other} of {its_name} begin alike"
                report.add(where, "key-prefix", message, _QUICKER, is_warning=True)
        seen[key] = name


# ---------------------------------------------------------------- with global commands


def _check_commands(report: Report, path: Path, node: Listening) -> None:
    commands = {
        command.key: name
        for name, command in report.flow.globals.items()
        if command.key and command.to and node.obeys(report.flow, name)
    }
    """Help and repeat may give way to an answer: they lead nowhere that callers need."""
    for where, spec, is_digits in _specs(report, path, node):
        for key, command in commands.items():
            _check_command(report, where, spec, key, command, is_digits=is_digits)


def _specs(report: Report, path: Path, node: Listening) -> list[tuple[Path, KeySpec, bool]]:
    """(where, keys, whether they are a string of digits) of what the node asks for."""
    if isinstance(node, MenuNode):
        return [((*path, "choices"), KeySpec(options=tuple(node.by_key)), False)]
    if not isinstance(node, Asking):
        return []
    found = []
    for name in node.asked:
        spec = node.keys_for(report.flow, name)
        where = (*path, "slots", name) if "slots" in type(node).model_fields else (*path, "slot")
        if spec is not None:
            is_string = report.flow.slots[name].type in ("digits", "number")
            found.append((where, spec, is_string))
    return found


def _check_command(
    report: Report, path: Path, spec: KeySpec, key: str, command: str, *, is_digits: bool
) -> None:
    says = ""
    if key in spec.options:
        says = f"key {key} means something else here, so it is not {command}"
    elif key in (*spec.terminators, *spec.cancel):
        says = f"key {key} ends or erases what is keyed in here, so it is not {command}"
    elif is_digits and key.isdecimal() and spec.min_digits <= len(key) <= spec.max_digits:
        says = f"key {key} is taken as the number itself here, so it is not {command}"
    if says:
        hint = f"take another key, or list {command} under `without` if that is meant"
        report.add(path, "key-hides-command", says, hint, is_warning=True)
        return
    for option in spec.options:
        if option != key and (option.startswith(key) or key.startswith(option)):
            message = f"key {option} and key {key} of {command} begin alike"
            report.add(path, "key-prefix", message, _QUICKER, is_warning=True)
