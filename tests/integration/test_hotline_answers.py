"""A question by telephone: heard, found in the sample bank's knowledge base, answered, noted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hotline import Hotline, hotline

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """The sample hotlines."""
    with hotline(tmp_path_factory.mktemp("answers")) as line:
        yield line


def test_a_question_is_answered_from_its_entry(running: Hotline) -> None:
    steps = ("--say", "I have a question", "--say", "what does the gold card cost")
    report = running.call("bank_en", *steps, "--say", "no thank you", "--linger", "4")
    record = running.ended_call()
    facts = running.facts(record["call"])
    assert report["answered"]
    (told,) = [f["data"] for f in facts if f["kind"] == "answered_from"]
    assert (told["base"], told["entry"], told["version"]) == ("bank_faq", "gold_fee", 2)
    assert told["score"] >= 0.7
    said = [f["data"]["text"] for f in facts if f["kind"] == "said"]
    assert "The gold card is ninety dollars a year. The first year is free." in said
    assert "Anything else?" in said
    assert set(record["tags"]) >= {"cards", "fees"}
