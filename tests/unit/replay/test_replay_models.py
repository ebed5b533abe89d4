"""With the versions of then, a call is understood by the model of then, where that is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sim_calls import engines_of, kept, shop, world_of

from voicebot import nlu
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import read_training
from voicebot.nlu.trainer import alias
from voicebot.replay.engines import Engines
from voicebot.replay.library import THEN
from voicebot.replay.one import replay_one
from voicebot.replay.options import From
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import CallResult, Status
from voicebot.scenario.world import BEGAN

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARCEL = ("where is my parcel", "has my parcel been sent", "my parcel has not come")
LEAVING = ("that was all thank you", "nothing else for today", "i need nothing more")


class Hotline:
    """Two models: by the first, parcels are orders; by the second, reasons to hang up."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder / "intents.npz"
        self.flow: Flow = shop(folder / "flows")
        self.call = self._called_by(self._published(PARCEL, LEAVING))
        self.now = self._published(LEAVING, PARCEL)

    def _published(self, order: tuple[str, ...], done: tuple[str, ...]) -> str:
        rows = [f"{text}\torder\n" for text in order] + [f"{text}\tdone\n" for text in done]
        (self.folder / "set.tsv").write_text("".join(rows), "utf-8")
        model = self.folder / "new.npz"
        store.save(train(read_training([self.folder / "set.tsv"]), None), model)
        return alias.publish(self.name, model, by="ann", when=NOON, why="").version

    @property
    def settings(self) -> nlu.NluSettings:
        return nlu.NluSettings(intents={"en": self.name})

    def _called_by(self, version: str) -> RecordedCall:
        self.world = world_of(self.flow)
        self.world.understanding = nlu.build(self.settings, lambda: BEGAN.replace(tzinfo=None))
        script = f'0.0 ring +49 → shop\n7.0 caller "{PARCEL[0]}"\n14.0 hangup caller\n'
        call = kept(self.world, self.world.play(script))
        models = {"asr": {}, "nlu": {"en": "0"}, "intents": {"en": version}}
        setup = {"settings": {"vad": {}}, "models": models}
        return replace(
            call, facts=(Fact(CallId("c"), -1, 0, BEGAN, FactKind.SETUP, setup), *call.facts)
        )

    def replayed(self, version: str, **options: object) -> CallResult:
        """From words; `version` as `--flow-version` has it."""
        engines: Engines = engines_of(
            self.world, begin=From.DIALOGUE, flow_version=version, **options
        )
        engines.tuned = replace(engines.tuned, understanding=self.settings)
        engines.shelf.flow_for = lambda call: self.flow  # type: ignore[method-assign]
        return replay_one(self.call, engines).result


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Hotline:
    return Hotline(tmp_path_factory.mktemp("models"))


def test_the_model_of_today_is_used_and_the_other_one_is_told(hotline: Hotline) -> None:
    result = hotline.replayed("")
    assert [turn.intent for turn in result.turns_then if turn.intent] == ["order"]
    assert [turn.intent for turn in result.turns_now if turn.intent] == ["done"]
    assert result.status is Status.DIFFERENT
    assert "intents.en" in [change.name for change in result.changes]


def test_with_the_versions_of_then_it_is_the_model_of_then(hotline: Hotline) -> None:
    result = hotline.replayed(THEN)
    assert (result.status, result.assumed) == (Status.SAME, ())


def test_one_that_is_named_goes_before_it(hotline: Hotline) -> None:
    named = {"understanding.intents.en": hotline.name}
    assert hotline.replayed(THEN, values=named).status is Status.DIFFERENT


def test_where_it_is_not_kept_that_is_said(hotline: Hotline) -> None:
    version = hotline.call.facts[0].data["models"]["intents"]["en"]
    file = alias.folder_of(hotline.name) / f"{version}.npz"
    moved = file.rename(hotline.folder / "away.npz")
    try:
        result = hotline.replayed(THEN)
    finally:
        moved.rename(file)
    assert result.status is Status.DIFFERENT
    assert result.assumed == (f"the model {version} of en is not kept: today's understands",)
