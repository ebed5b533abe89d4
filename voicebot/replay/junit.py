"""Results as JUnit's XML, for what runs tests: a call is a test case."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from voicebot.replay.result import CallResult, Status
from voicebot.replay.text_report import call_text

_NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


def junit(results: Sequence[CallResult], name: str = "replay") -> str:
    """The document."""
    failures = sum(one.status is Status.DIFFERENT for one in results)
    errors = sum(one.status is Status.NOT_REPLAYED for one in results)
    suite = Element(
        "testsuite",
        name=name,
        tests=str(len(results)),
        failures=str(failures),
        errors=str(errors),
    )
    for one in results:
        _add(suite, one)
    indent(suite)
    return tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _add(suite: Element, result: CallResult) -> None:
    case = SubElement(suite, "testcase", classname=result.flow or "call", name=result.name)
    case.set("time", f"{result.duration_ms / 1000:.3f}")
    if result.status is Status.DIFFERENT:
        first = result.comparison.first
        what = result.comparison.pairs[first].major if first is not None else ()
        failure = SubElement(case, "failure", message=f"differs in {', '.join(what)}")
        failure.text = call_text(result).translate(_NOT_XML)
    elif result.status is Status.NOT_REPLAYED:
        message = "; ".join(result.why).translate(_NOT_XML)
        SubElement(case, "error", message=message)
