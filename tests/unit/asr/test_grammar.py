"""What a node expects becomes a grammar that the decoder takes, whatever the operator wrote."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.asr.automaton import read_jsgf
from voicebot.asr.dictionary import pronunciations, spoken_words, token, word_of
from voicebot.asr.grammar import check_vocabulary, compile_jsgf
from voicebot.asr.pocketsphinx_engine import PocketSphinxEngine
from voicebot.asr.wire import Message
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Words, parse_phrase


def choice(*patterns: str) -> Choice:
    return Choice("it", tuple(parse_phrase(pattern) for pattern in patterns))


def expecting(*patterns: str, slots: tuple[SlotSpec, ...] = ()) -> Expectation:
    return Expectation(choices=(choice(*patterns),), slots=slots)


def words_of(expectation: Expectation) -> set[str]:
    return {word_of(name) for name, _ in compile_jsgf(expectation).dictionary}


def accepts(expectation: Expectation, text: str) -> bool:
    """Walk the automaton of the grammar."""
    automaton = read_jsgf(compile_jsgf(expectation).jsgf)
    here = {0}
    for word in [*text.split(), None]:
        here |= {to for at, to, _, label in automaton.arcs if at in here and not label}
        if word is None:
            return automaton.states - 1 in here
        here = {to for at, to, _, label in automaton.arcs if at in here and label == token(word)}
    raise AssertionError


def test_phrases_slots_and_universals_compete() -> None:
    expectation = Expectation(
        choices=(choice("pay {amount} to {payee}"),),
        slots=(
            SlotSpec("amount", SlotType.MONEY),
            SlotSpec("payee", SlotType.CHOICE, options=(choice("the gas company"),)),
            SlotSpec("account", SlotType.DIGITS, 5, 5),
        ),
        universals=(choice("operator"),),
    )
    assert accepts(expectation, "pay twelve dollars and fifty cents to the gas company")
    assert accepts(expectation, "nine oh two one oh")
    assert accepts(expectation, "my account is nine oh two one oh please")
    assert accepts(expectation, "operator please")
    assert not accepts(expectation, "pay twelve dollars")
    assert not accepts(expectation, "nine oh two one")


def test_where_values_are_asked_for_global_commands_are_rarer() -> None:
    def weights(*choices: Choice) -> dict[str, float]:
        slots = (SlotSpec("digit", SlotType.DIGITS, 1, 1),)
        expectation = Expectation(choices=choices, slots=slots, universals=(choice("hold on"),))
        arcs = read_jsgf(compile_jsgf(expectation).jsgf).arcs
        return {word: weight for state, _, weight, word in arcs if state == 0}

    asked = weights()
    assert 0 < asked["hold"] < asked["four"] / 10_000
    chosen = weights(choice("cancel"))
    assert chosen["hold"] == chosen["cancel"] == chosen["four"]


def test_values_are_heard_in_their_spoken_forms() -> None:
    said = {
        SlotType.DATE: ["tomorrow", "next monday", "the twenty third of november",
                        "november twenty third"],
        SlotType.TIME: ["three o'clock", "half past two", "two thirty p m", "quarter to nine"],
        SlotType.MONEY: ["twelve dollars and fifty cents", "two hundred dollars"],
        SlotType.NUMBER: ["one hundred and five", "two thousand three hundred"],
        SlotType.YES_NO: ["yes", "nope", "that's right", "no thank you"],
        SlotType.DURATION: ["half an hour", "two weeks"],
    }  # fmt: skip
    for kind, texts in said.items():
        expectation = Expectation(slots=(SlotSpec("it", kind),))
        assert [text for text in texts if not accepts(expectation, text)] == []


def test_a_known_length_is_exact_and_counts_doubles() -> None:
    four = Expectation(slots=(SlotSpec("pin", SlotType.DIGITS, 4, 4),))
    assert accepts(four, "one double two three")
    assert accepts(four, "triple one two")
    assert not accepts(four, "one double two three four")
    open_length = Expectation(slots=(SlotSpec("n", SlotType.DIGITS, 2, 5),))
    assert [n for n in range(1, 8) if accepts(open_length, " ".join(["six"] * n))] == [2, 3, 4, 5]


def test_what_cannot_be_heard_drops_its_alternative_only() -> None:
    text = SlotSpec("note", SlotType.TEXT)
    expectation = expecting(
        "lost my card", "北京", "write {note}", "go to {nowhere}", slots=(text,)
    )
    assert accepts(expectation, "lost my card")
    assert words_of(expectation) == {"lost", "my", "card", "please"}
    assert check_vocabulary(expectation) == ["北京"]
    assert compile_jsgf(Expectation(slots=(text,))).jsgf == ""


def test_jsgf_signs_in_words_are_names_not_syntax() -> None:
    expectation = expecting("at&t", "check-in", "public grammar", "<unk> now", "one /2/", "a*b+c;")
    for heard in ("at&t", "check-in", "public grammar"):
        assert accepts(expectation, heard)
    assert check_vocabulary(expectation) == ["/2/", "<unk>", "a*b+c"]
    assert not {"now", "one"} & words_of(expectation)


@given(st.text(min_size=1, max_size=12))
def test_a_token_is_safe_and_leads_back(word: str) -> None:
    name = token(word)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_'")
    if not word.startswith("x_"):
        assert word_of(name) == word


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=4))
def test_no_text_of_an_operator_breaks_the_decoder(texts: list[str]) -> None:
    expectation = Expectation(choices=(Choice("x", tuple(Words(text) for text in texts)),))
    grammar = compile_jsgf(expectation)
    heard = [w for text in texts for w in spoken_words(text) if pronunciations(w)]
    if grammar.jsgf:
        assert (
            ENGINE.handle(Message({"grammar": grammar.key, "rate": 8000}, (grammar.encode(), b"")))
            == {}
        )
    else:
        assert not heard or check_vocabulary(expectation)


ENGINE = PocketSphinxEngine(grammars=4)
"""Few grammars, so that forgetting them is exercised too."""


def test_equal_expectations_share_a_grammar() -> None:
    first, second = compile_jsgf(expecting("yes")), compile_jsgf(expecting("yes"))
    assert first.key == second.key != compile_jsgf(expecting("no")).key


def test_words_that_the_dictionary_lacks_are_spelled_by_rule() -> None:
    assert pronunciations("read") == ("R EH D", "R IY D")
    assert pronunciations("vodafone") == ("V OW D AH F OW N",)
    assert pronunciations("北京") == ()
    assert pronunciations("x" * 41) == ()
