"""ECMAScript expressions as VoiceXML pages use them, in our language of expressions.

    amount &gt; 100 &amp;&amp; payee == 'water'        ─▶  amount > 100 and payee == "water"

Operators, literals, names and `.length` are translated; anything else (calls, objects, `?:`,
shadow variables such as `field$.confidence`) is named as lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from voicebot.flow.voicexml.names import bare

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)
      |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      |(?P<name>[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*)
      |(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[<>+\-*/()!]))""",
    re.VERBOSE,
)
_SIGNS = {"===": "==", "!==": "!=", "&&": " and ", "||": " or ", "!": " not "}
_CONSTANTS = {"true": "true", "false": "false", "null": "null", "undefined": "null"}
_SESSION: Mapping[str, str] = {
    "session.connection.remote.uri": "call.caller",
    "session.connection.local.uri": "call.called",
    "session.callerid": "call.caller",
    "session.calledid": "call.called",
    "session.telephone.ani": "call.caller",
    "session.telephone.dnis": "call.called",
}
LENGTH = ".length"


class Untranslatable(ValueError):
    """Something that our expressions do not have; the text names it."""


def expression(
    text: str, name_of: Callable[[str], str], option_of: Callable[[str, str], str | None]
) -> str:
    """Our expression for one of ECMAScript. Raises `Untranslatable`.

    `name_of` gives our name of a variable; `option_of(variable, text)` the name of the option that
    a text stands for, where the variable is a choice.
    """
    tokens = _tokens(text)
    parts: list[str] = []
    for index, (kind, value) in enumerate(tokens):
        if kind == "text":
            parts.append(_text(value, _compared(tokens, index), option_of))
        elif kind == "name":
            parts.append(_name(value, name_of))
        else:
            parts.append(_SIGNS.get(value, value))
    joined = " ".join("".join(f" {part} " for part in parts).split())
    return joined.replace("( ", "(").replace(" )", ")")


def literal(text: str) -> str | None:
    """The text that an expression is, where it is nothing else."""
    found = _TOKEN.fullmatch(text.strip())
    return _unquoted(found["text"]) if found and found["text"] else None


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    offset, end = 0, len(text.rstrip())
    while offset < end:
        match = _TOKEN.match(text, offset)
        if match is None or match.lastgroup is None:
            raise Untranslatable(f"`{text[offset:].strip()[:12]}` in an expression")
        found.append((match.lastgroup, match[match.lastgroup]))
        offset = match.end()
    if not found:
        raise Untranslatable("an empty expression")
    for (kind, value), (_, following) in zip(found, [*found[1:], ("", "")], strict=True):
        if kind == "name" and following == "(":
            raise Untranslatable(f"the function {value}()")
    return found


def _compared(tokens: list[tuple[str, str]], index: int) -> str:
    """The variable that a text is compared with."""
    comparing = ("==", "===", "!=", "!==")
    if index >= 2 and tokens[index - 1][1] in comparing and tokens[index - 2][0] == "name":
        return tokens[index - 2][1]
    after = tokens[index + 1 : index + 3]
    if len(after) == 2 and after[0][1] in comparing and after[1][0] == "name":
        return after[1][1]
    return ""


def _text(value: str, variable: str, option_of: Callable[[str, str], str | None]) -> str:
    text = _unquoted(value)
    option = option_of(bare(variable), text) if variable else None
    text = text if option is None else option
    if '"' in text:
        if "'" in text:
            raise Untranslatable("a text with both kinds of quotes")
        return f"'{text}'"
    return f'"{text}"'


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _name(value: str, name_of: Callable[[str], str]) -> str:
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value in _SESSION:
        return _SESSION[value]
    name = bare(value)
    if name.endswith(LENGTH):
        return f"len({name_of(name.removesuffix(LENGTH))})"
    if "$" in name or name.startswith("session."):
        raise Untranslatable(f"the variable {value}")
    return name_of(name)
