"""The guide of the flow folder is held to the code."""

from __future__ import annotations

import re
import typing
from pathlib import Path

from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.kinds import AnyNode
from voicebot.flow.loader import load_file

GUIDE = (Path(__file__).parents[3] / "ivr_flows" / "README.md").read_text(encoding="utf-8")


def test_the_example_is_a_sound_flow(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    path = tmp_path / "shop.yaml"
    path.write_text(found[1], encoding="utf-8")
    flow = load_file(path, queues=["service"], environment={})
    assert (flow.name, len(flow.nodes)) == ("shop", 9)


def test_every_kind_and_every_function_is_named() -> None:
    union = typing.get_args(AnyNode)[0]
    kinds = [typing.get_args(k.model_fields["kind"].annotation)[0] for k in typing.get_args(union)]
    assert len(kinds) == len(set(kinds)) >= 24
    assert [kind for kind in kinds if f"| `{kind}` |" not in GUIDE] == []
    assert [name for name in FUNCTIONS if f"{name}()" not in GUIDE] == []


def test_every_field_of_every_kind_is_described() -> None:
    union = typing.get_args(AnyNode)[0]
    bare = [
        f"{model.__name__}.{name}"
        for model in typing.get_args(union)
        for name, field in model.model_fields.items()
        if name != "kind" and not field.description
    ]
    assert bare == []
