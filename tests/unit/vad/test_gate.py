import numpy as np
import pytest
from vad_sounds import cough, mm_hm, noise, vowels

from voicebot.audio.gain import amplify, mix
from voicebot.audio.resample import resample
from voicebot.audio.telephone import telephone
from voicebot.core.audio import Pcm
from voicebot.core.turn import Timing
from voicebot.turns.barge_in import BargeInJudge, Confirmed, Rejected, Suspected
from voicebot.turns.endpointing import Endpointer, SpeechStarted
from voicebot.vad import VadSettings, build, missing_reason
from voicebot.vad.gate import CallVad

RATES = [8_000, 16_000]
needs_silero = pytest.mark.skipif(bool(missing_reason()), reason="silero-vad is not installed")


def judged(vad, heard, played=None):
    played = played or Pcm.silence(heard.duration_ms, heard.rate)
    return [
        voicing_of(vad, frame, echo)
        for frame, echo in zip(heard.frames(), played.frames(), strict=False)
    ]


def voicing_of(vad, frame, echo):
    vad.hear(frame, echo)
    return vad.judge()


def share(voicings, what):
    return float(np.mean([getattr(voicing, what) for voicing in voicings]))


def quiet_then(pcm, *, floor_db=-65):
    """A second of a quiet line, then the sound on that line."""
    whole = Pcm.join((Pcm.silence(1_000, pcm.rate), pcm), pcm.rate)
    hiss = noise(pcm.rate, round(whole.duration_ms), level_db=floor_db)
    return mix((whole, hiss))


@needs_silero
@pytest.mark.parametrize("rate", RATES)
def test_speech_on_a_quiet_line(rate):
    voicings = judged(build()(), quiet_then(vowels(rate, 2_000)))
    assert share(voicings[:50], "voiced") == 0
    assert share(voicings[50:], "sure") > 0.85
    assert share(voicings[50:], "voiced") > 0.7
    assert not any(voicing.voiced and voicing.level_db < -62 for voicing in voicings)


@needs_silero
@pytest.mark.parametrize("rate", RATES)
def test_nothing_is_voiced_after_the_last_sound(rate):
    whole = Pcm.join((vowels(rate, 2_000).between(0, 1_850), Pcm.silence(500, rate)), rate)
    voicings = judged(build()(), quiet_then(whole))
    assert share(voicings[125:143], "voiced") > 0.5
    assert share(voicings[143:150], "sure") > 0.5
    assert share(voicings[143:], "voiced") == 0


@needs_silero
@pytest.mark.parametrize("level_db", [-50, -35, -20])
def test_noise_alone_is_never_speech(level_db):
    voicings = judged(build()(), noise(8_000, 10_000, level_db=level_db))
    assert share(voicings, "voiced") == 0


@needs_silero
def test_speech_in_noise_is_heard():
    hiss = noise(8_000, 6_000, level_db=-35)
    line = mix((hiss, Pcm.join((Pcm.silence(3_000, 8_000), vowels(8_000, 2_000)), 8_000)))
    voicings = judged(build()(), line)
    assert share(voicings[:150], "voiced") == 0
    assert share(voicings[150:250], "sure") > 0.7
    assert share(voicings[270:], "voiced") == 0


def test_without_silero_sure_is_voiced():
    voicings = judged(build(VadSettings(second_opinion=False))(), quiet_then(vowels(8_000, 2_000)))
    assert all(voicing.sure == voicing.voiced for voicing in voicings)
    assert share(voicings[50:], "voiced") > 0.7


@pytest.mark.parametrize("loss_db", [14, 20, 30])
@pytest.mark.parametrize("delay_ms", [0, 100, 260])
def test_the_bot_does_not_hear_itself(loss_db, delay_ms):
    bot = vowels(8_000, 4_000)
    echo = Pcm.join((Pcm.silence(delay_ms, 8_000), amplify(bot, -loss_db)), 8_000)
    played = Pcm.join((Pcm.silence(1_000, 8_000), bot, Pcm.silence(1_000, 8_000)), 8_000)
    voicings = judged(build()(), quiet_then(echo), played)
    assert share(voicings, "voiced") == 0


@needs_silero
def test_the_caller_is_heard_over_the_bot():
    bot, caller = vowels(8_000, 3_000), Pcm(vowels(8_000, 3_000).samples[4_000:], 8_000)
    played = Pcm.join((Pcm.silence(1_000, 8_000), bot), 8_000)
    voicings = judged(build()(), quiet_then(mix((amplify(bot, -20), caller))), played)
    assert share(voicings[50:175], "sure") > 0.6


def test_digital_silence_and_softest_sound():
    voicings = judged(build()(), Pcm.silence(1_000, 8_000))
    assert {voicing.level_db for voicing in voicings} == {-100}
    assert share(voicings, "voiced") == 0
    assert share(judged(build()(), amplify(vowels(8_000, 1_000), -50)), "voiced") == 0


def test_a_change_of_rate_begins_anew():
    vad = build()()
    assert isinstance(vad, CallVad)
    judged(vad, noise(8_000, 3_000, level_db=-20))
    assert vad.noise_floor_db > -25
    judged(vad, noise(16_000, 1_000, level_db=-70))
    assert vad.noise_floor_db < -65


def test_calls_have_nothing_in_common():
    make = build()
    one, other = make(), make()
    judged(one, noise(8_000, 3_000, level_db=-20))
    line = quiet_then(vowels(8_000, 1_000))
    assert judged(other, line) == judged(make(), line)


def on_a_quiet_line(pcm):
    return quiet_then(
        Pcm.join((Pcm.silence(1_000, pcm.rate), pcm, Pcm.silence(1_500, pcm.rate)), pcm.rate)
    )


@needs_silero
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("sound", [cough, mm_hm])
def test_a_cough_and_an_mm_hm_pause_a_prompt_and_it_goes_on(sound, rate):
    judged_so = [
        e for e in events_of(on_a_quiet_line(sound(rate))) if not isinstance(e, SpeechStarted)
    ]
    kinds = [
        type(event) for event in judged_so if isinstance(event, Suspected | Rejected | Confirmed)
    ]
    assert kinds == [Suspected, Rejected]


@needs_silero
@pytest.mark.parametrize("rate", RATES)
def test_a_prompt_pauses_within_60_ms_of_the_first_sound_on_a_quiet_line(rate):
    line = on_a_quiet_line(amplify(vowels(rate, 1_000), -10))
    events = [e for e in events_of(line) if isinstance(e, Suspected | Confirmed)]
    assert [type(event) for event in events] == [Suspected, Confirmed]
    assert events[0].onset_ms == 2_000


# ---------------------------------------------------------------- human speech


def on_the_line(pcm, rate, *, snr_db):
    """A second of the line, the caller by G.711, a second of the line."""
    narrow = telephone(pcm)
    margin = Pcm.silence(1_000, 8_000)
    whole = Pcm.join((margin, narrow, margin), 8_000)
    speech_db = 20 * np.log10(np.percentile(np.abs(narrow.samples), 90) / 32768)
    hiss = noise(8_000, round(whole.duration_ms), level_db=speech_db - snr_db)
    return resample(mix((whole, Pcm(hiss.samples[: len(whole)], 8_000))), rate)


def events_of(line):
    vad, endpointer, judge = build()(), Endpointer(Timing()), BargeInJudge()
    silent, events = Pcm.silence(20, line.rate), []
    for number, frame in enumerate(line.frames(), start=1):
        voicing = voicing_of(vad, frame, silent)
        events += endpointer.feed(voicing, number * 20)
        events += judge.feed(voicing, number * 20, playing=True)
    return events


@needs_silero
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("snr_db", [40, 10])
def test_spoken_orders(orders, rate, snr_db):
    confirmed = 0
    for order in orders:
        line = on_the_line(order, rate, snr_db=snr_db)
        events = events_of(line)
        starts = [event.onset_ms for event in events if isinstance(event, SpeechStarted)]
        assert starts
        assert 900 <= starts[0] <= line.duration_ms - 1_000
        confirmed += any(isinstance(event, Confirmed) for event in events)
    assert confirmed >= len(orders) - 1
