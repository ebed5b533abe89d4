"""What new calls are served with: flows and intents, changed while others are up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from functools import partial

from voicebot.app.engines import Engines
from voicebot.config import Settings
from voicebot.config.in_effect import with_intents
from voicebot.config.settings import HotlineFile
from voicebot.core.afterwards import CallbackPlan
from voicebot.core.prompt import Prompt
from voicebot.flow.flow import Flow
from voicebot.nlu import AnsweringUnderstanding
from voicebot.nlu.settings import NluSettings
from voicebot.prompts.agent_phrases import every_agent_prompt
from voicebot.prompts.callback_phrases import every_callback_prompt
from voicebot.publishing.desk import FlowDesk
from voicebot.publishing.kept import keep_versions
from voicebot.publishing.library import Library
from voicebot.publishing.models import ModelDesk, Serving
from voicebot.publishing.ready import make_heard, make_ready
from voicebot.store.opening import Store
from voicebot.tts.voice import PromptVoice


def flow_and_model_desks(
    settings: Settings, store: Store, engines: Engines
) -> tuple[FlowDesk, ModelDesk]:
    """Each makes ready what it hands out, by what the other hands out at that time."""
    hotline, serving = settings.hotline, settings.serving
    needed = (hotline.calls.default_flow, *hotline.calls.flows.values())

    async def prepare(library: Library) -> None:
        folder = settings.data / "flows"
        await asyncio.to_thread(keep_versions, library, serving.sources.folder, folder)
        understanding = models.serving.understanding
        await make_ready(library, engines.voice, engines.recognizer, understanding, first=needed)
        await _speak_to_agents(hotline, engines.voice)
        await engines.voice.warm(callback_prompts(hotline.callbacks, library.every()))

    async def prepare_model(understanding: AnsweringUnderstanding) -> None:
        await make_heard(flows.library.every(), engines.recognizer, understanding)

    wanted = hotline.understanding
    renew = partial(_renewed, wanted)
    models = ModelDesk(engines.serving, wanted.intents.values(), renew, prepare_model)
    flows = FlowDesk(
        serving.sources, serving.library, serving.drafts, store.versions, prepare, needed
    )
    return flows, models


async def _speak_to_agents(hotline: HotlineFile, voice: PromptVoice) -> None:
    """What agents' phones say, in the languages of those who are there."""
    for language in sorted({agent.language for agent in hotline.agents}):
        await voice.warm(every_agent_prompt(language))


def callback_prompts(plan: CallbackPlan, flows: Iterable[Flow]) -> Iterator[Prompt]:
    """What customers hear who are called back, in every language that their call may have had."""
    languages = {view.language for flow in flows for view in flow.views}
    for language in sorted({plan.language, *languages}) if plan.automatic else ():
        yield from every_callback_prompt(language, of=plan.name)


def _renewed(wanted: NluSettings, serving: Serving) -> Serving:
    """With the intents as they are on disk now."""
    new = serving.understanding.renewed()
    return Serving(new, with_intents(serving.setup, wanted, new.versions))
