"""A recording that no key can be read off."""

from __future__ import annotations

import numpy as np

from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm, frame_samples
from voicebot.core.ports import Audio
from voicebot.session.tape import BEHIND_MS, Tape
from voicebot.sim.engines import SimRecording

BEHIND = BEHIND_MS // FRAME_MS


def frame(number: int) -> Audio:
    """Both sides full of the number."""
    samples = np.full(frame_samples(NARROWBAND), number, dtype=np.int16)
    return Audio(Pcm(samples, NARROWBAND), Pcm(samples, NARROWBAND))


def sides(recording: SimRecording) -> list[tuple[int, int] | None]:
    """First samples of each frame; None where it was paused."""
    return [
        None if audio is None else (int(audio.heard.samples[0]), int(audio.played.samples[0]))
        for audio in recording.frames
    ]


def test_every_frame_is_written_in_order_and_a_moment_late() -> None:
    recording = SimRecording()
    tape = Tape(recording)
    for number in range(1, 21):
        tape.add(frame(number))
        assert len(recording.frames) == max(0, number - BEHIND)
    tape.close()
    assert sides(recording) == [(number, number) for number in range(1, 21)]
    assert recording.closed


def test_what_was_the_beginning_of_a_tone_is_silent_on_the_callers_side() -> None:
    recording = SimRecording()
    tape = Tape(recording)
    for number in range(1, 9):
        tape.add(frame(number))
    tape.mute_caller(3)
    tape.close()
    assert sides(recording) == [(n if n < 6 else 0, n) for n in range(1, 9)]


def test_no_more_is_muted_than_waits() -> None:
    recording = SimRecording()
    tape = Tape(recording)
    tape.add(frame(1))
    tape.mute_caller(50)
    tape.close()
    assert sides(recording) == [(0, 1)]


def test_a_pause_holds_for_what_is_heard_in_it_and_for_nothing_else() -> None:
    recording = SimRecording()
    tape = Tape(recording)
    tape.add(frame(1))
    tape.pause(on=True)
    tape.add(frame(2))
    tape.pause(on=False)
    tape.add(frame(3))
    tape.close()
    assert sides(recording) == [(1, 1), None, (3, 3)]
