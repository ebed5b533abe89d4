from __future__ import annotations

import ast
import json
import logging
import sys
from pathlib import Path

import pytest

import voicebot
from voicebot.core.personal import Personal
from voicebot.observe.log_lines import formatter
from voicebot.observe.settings import LogFormat, LogSettings

NUMBER = "+4917055501"


def line(settings: LogSettings, message: str = "call began", **fields: object) -> str:
    record = logging.LogRecord("voicebot.x", logging.INFO, "f.py", 1, message, None, None)
    record.__dict__.update(fields)
    return formatter(settings).format(record)


def failed(settings: LogSettings) -> str:
    """The line of an exception that quotes a caller."""
    try:
        try:
            raise KeyError(NUMBER)
        except KeyError as error:
            raise ExceptionGroup("all", [ValueError(f"no such number: {NUMBER}")]) from error
    except ExceptionGroup:
        record = logging.LogRecord("voicebot.x", 40, "f.py", 1, "failed", None, sys.exc_info())
    return formatter(settings).format(record)


JSON, TEXT = LogSettings(LogFormat.JSON), LogSettings(LogFormat.TEXT)


def test_a_json_line_is_one_object_with_its_fields() -> None:
    shown = json.loads(line(JSON, flow="bank_en", calls=3, reason="äöü\nx"))
    assert shown["message"] == "call began"
    assert (shown["flow"], shown["calls"], shown["reason"]) == ("bank_en", 3, "äöü\nx")
    assert shown["level"] == "INFO"
    assert shown["time"].endswith("Z")
    assert "\n" not in line(JSON, reason="a\nb")


def test_a_field_named_like_the_lines_own_is_kept_beside_it() -> None:
    shown = json.loads(line(JSON, time="noon"))
    assert (shown["time"][:2], shown["time_"]) == ("20", "noon")


@pytest.mark.parametrize("settings", [JSON, TEXT], ids=["json", "text"])
def test_what_is_personal_is_left_out(settings: LogSettings) -> None:
    assert NUMBER not in line(settings, caller=Personal(NUMBER))
    assert "caller" not in line(settings, caller=Personal(NUMBER))


@pytest.mark.parametrize("form", LogFormat)
def test_what_is_personal_is_shown_only_where_it_is_asked_for(form: LogFormat) -> None:
    assert NUMBER in line(LogSettings(form, personal=True), caller=Personal(NUMBER))
    assert NUMBER in failed(LogSettings(form, personal=True))


@pytest.mark.parametrize("settings", [JSON, TEXT], ids=["json", "text"])
def test_an_exception_says_where_and_not_what(settings: LogSettings) -> None:
    shown = failed(settings)
    assert NUMBER not in shown
    for part in ("KeyError", "ExceptionGroup", "ValueError", "test_log_lines.py", " failed"):
        assert part in shown
    assert settings is JSON or "Traceback" in shown


def test_a_personal_value_hides_itself_from_any_handler() -> None:
    assert NUMBER not in f"{Personal(NUMBER)} {Personal(NUMBER)!r} {[Personal(NUMBER)]}"


def test_what_another_handler_made_of_an_exception_is_not_taken_over() -> None:
    try:
        raise ValueError(NUMBER)
    except ValueError:
        record = logging.LogRecord("voicebot.x", 40, "f.py", 1, "failed", None, sys.exc_info())
    assert NUMBER in logging.Formatter().format(record)
    assert NUMBER not in formatter(TEXT).format(record)
    assert NUMBER not in formatter(JSON).format(record)


LEVELS = ("log", "debug", "info", "warning", "error", "critical", "exception")


def log_calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(Path(voicebot.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "_log")
                and node.func.attr in LEVELS
            ):
                found.append((f"{path.name}:{node.lineno}", node))
    return found


def test_messages_are_constant_and_values_are_fields() -> None:
    calls = log_calls()
    assert len(calls) > 20
    for where, call in calls:
        assert isinstance(call.func, ast.Attribute)
        given = call.args[1:] if call.func.attr == "log" else call.args
        assert len(given) == 1, where
        assert isinstance(given[0], ast.Constant), where
        assert "%" not in str(given[0].value), where
