"""Pronunciations of words that the dictionary lacks, from espeak-ng's letter-to-sound rules.

The library of the `espeakng-loader` wheel is called directly (`speak_lib.h`); nothing is played.
One process, one thread.
"""

from __future__ import annotations

import ctypes
from functools import cache

from voicebot.core.errors import EngineError

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_IPA = 0x02
_SEPARATOR = ord("_") << 8

_ARPABET = {
    "i": "IY", "iː": "IY", "ɪ": "IH", "ᵻ": "IH", "ɨ": "IH", "e": "EH", "ɛ": "EH", "eɪ": "EY",
    "æ": "AE", "a": "AE", "aː": "AA", "ɑ": "AA", "ɑː": "AA", "ɒ": "AA", "ɔ": "AO", "ɔː": "AO",
    "o": "OW", "oʊ": "OW", "əʊ": "OW", "oː": "AO", "ʊ": "UH", "u": "UW", "uː": "UW", "ʌ": "AH",
    "ɐ": "AH", "ə": "AH", "ɜː": "ER", "ɚ": "ER", "ɝ": "ER", "ɜ": "ER", "aɪ": "AY", "aʊ": "AW",
    "ɔɪ": "OY", "iə": "IY AH", "aɪə": "AY AH", "aɪɚ": "AY ER", "ʊɹ": "UH R", "ʊə": "UH R",
    "oːɹ": "AO R", "ɔːɹ": "AO R", "ɔɹ": "AO R", "ɑːɹ": "AA R", "ɪɹ": "IH R", "ɛɹ": "EH R",
    "əl": "AH L", "n̩": "AH N", "l̩": "AH L", "m̩": "AH M", "ɪə": "IH R", "eə": "EH R",
    "p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "g": "G", "f": "F", "v": "V",
    "θ": "TH", "ð": "DH", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH", "m": "M",
    "n": "N", "ŋ": "NG", "l": "L", "ɹ": "R", "r": "R", "j": "Y", "w": "W", "ʍ": "W",
    "tʃ": "CH", "dʒ": "JH", "ɾ": "T", "ʔ": "T", "x": "K", "ɬ": "L", "ç": "HH",
}  # fmt: skip
"""IPA as voice en-us has it, to the phones of the CMU dictionary."""
_IGNORED = "ˈˌ ‍͡ː̃"


def pronounce(word: str) -> str | None:
    """ARPAbet of one word, phones separated by spaces; None where espeak-ng has none."""
    phones = [_phone(symbol) for symbol in _ipa(word).replace(" ", "_").split("_")]
    if None in phones:
        return None
    return " ".join(phone for phone in phones if phone) or None


def _phone(symbol: str) -> str | None:
    """Empty for stress marks alone; None for a sound that English lacks."""
    bare = symbol.strip("ˈˌ‍")
    if not bare:
        return ""
    if bare in _ARPABET:
        return _ARPABET[bare]
    return _ARPABET.get(bare.strip(_IGNORED))


def _ipa(word: str) -> str:
    library = _library()
    text = ctypes.c_char_p(word.encode("utf-8"))
    pointer = ctypes.cast(ctypes.pointer(text), ctypes.POINTER(ctypes.c_void_p))
    found = []
    while pointer.contents.value:
        part = library.espeak_TextToPhonemes(pointer, _CHARS_UTF8, _IPA | _SEPARATOR)
        found.append((part or b"").decode("utf-8"))
    return "_".join(found)


@cache
def _library() -> ctypes.CDLL:
    try:
        import espeakng_loader

        library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        data = str(espeakng_loader.get_data_path()).encode()
    except (ImportError, OSError) as error:
        raise EngineError("espeak-ng's library cannot be loaded; run script/setup") from error
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    if library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0) < 0:
        raise EngineError("espeak-ng does not start; run script/setup")
    library.espeak_SetVoiceByName(b"en-us")
    return library
