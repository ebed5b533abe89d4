"""Against what a call is replayed: flows and knowledge bases of today, or of then, where kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim_calls import FLOW

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.publishing.kept import keep_versions
from voicebot.replay.engines import Engines
from voicebot.replay.one import replay_one
from voicebot.replay.options import From, ReplayOptions
from voicebot.replay.recorded import RecordedCall
from voicebot.scenario.world import BEGAN

KNOWLEDGE = """knowledge: faq
language: en
entries:
  hours: {question: "When are you open?", answer: "From nine to five."}
"""


def serving(folder: Path, text: str) -> Flow:
    """The folder's shop with this knowledge, kept as a node does that starts."""
    (folder / "flows" / "knowledge").mkdir(parents=True, exist_ok=True)
    (folder / "flows" / "shop.yaml").write_text(FLOW, "utf-8")
    (folder / "flows" / "knowledge" / "faq.yaml").write_text(text, "utf-8")
    library = engines(folder).shelf.today()
    keep_versions(library, folder / "flows", folder / "data" / "flows")
    return library.flows.get("shop")


def engines(folder: Path, version: str = "") -> Engines:
    """Of a hotline with no settings of its own."""
    options = ReplayOptions(
        folder / "nowhere", folder / "flows", folder / "data", flow_version=version,
        begin=From.DIALOGUE,
    )  # fmt: skip
    made = Engines(options)
    made.__dict__["models"] = {}
    return made


def call_of(flow: Flow) -> RecordedCall:
    """A call to it that was hung up at once."""
    answered = {
        "flow": flow.name,
        "flow_version": flow.version,
        "flows": {flow.name: flow.version},
        "knowledge": flow.knowledge_versions(),
        "rate": 8_000,
        "clock": BEGAN.isoformat(),
        "zone": "UTC",
    }
    rows: tuple[tuple[FactKind, dict[str, Any]], ...] = (
        (FactKind.RANG, {"caller": "+49", "called": "shop"}),
        (FactKind.SETUP, {"settings": {}, "models": {"nlu": {"en": "0123456789abcdef"}}}),
        (FactKind.ANSWERED, answered),
        (FactKind.ENDED, {"by": "caller", "outcome": "hung_up"}),
    )
    facts = (Fact(CallId("c"), n, 0, BEGAN, kind, data) for n, (kind, data) in enumerate(rows))
    return RecordedCall("c", tuple(facts))


def test_knowledge_of_then_comes_back_and_a_change_is_told(tmp_path: Path) -> None:
    then = serving(tmp_path, KNOWLEDGE)
    call = call_of(then)
    now = serving(tmp_path, KNOWLEDGE.replace("five", "six"))
    before, after = (flow.knowledge_versions()["faq"] for flow in (then, now))
    assert before != after
    assert engines(tmp_path).shelf.flow_for(call).knowledge_versions() == {"faq": after}
    assert engines(tmp_path, "then").shelf.flow_for(call).knowledge_versions() == {"faq": before}
    changed = {c.name: (c.then, c.now) for c in replay_one(call, engines(tmp_path)).result.changes}
    assert changed["knowledge.faq"] == (before, after)
    again = replay_one(call, engines(tmp_path, "then")).result.changes
    assert "knowledge.faq" not in [change.name for change in again]


def test_what_was_not_kept_is_told(tmp_path: Path) -> None:
    """Neither the base of then nor the model that understood is there: both are listed."""
    call = call_of(serving(tmp_path, KNOWLEDGE))
    serving(tmp_path, KNOWLEDGE.replace("five", "six"))
    for kept in (tmp_path / "data" / "knowledge").rglob("*.yaml"):
        kept.unlink()
    changed = [c.name for c in replay_one(call, engines(tmp_path, "then")).result.changes]
    assert "knowledge.faq" in changed
    call.facts[1].data["settings"]["recognition"] = {"pocketsphinx": False}
    changes = replay_one(call, engines(tmp_path, "then")).result.changes
    assert ("intents.en", "0123456789abcdef", None) in [(c.name, c.then, c.now) for c in changes]
