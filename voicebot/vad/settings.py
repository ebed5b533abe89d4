"""Settings of voice activity detection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VadSettings:
    """Levels are in dB, relative to full scale where nothing else is said."""

    mode: int = 3
    """Aggressiveness of webrtcvad, 0 (hears speech everywhere) to 3."""
    second_opinion: bool = True
    """Ask Silero too, where its model is installed."""
    sure_from: float = 0.4
    """Probability from which Silero's word is yes."""
    sure_until: float = 0.25
    """Once it was yes, it stays so down to this."""
    hangover_ms: int = 240
    """Silero is asked for so long after webrtcvad last heard something."""
    catch_up_ms: int = 512
    """How much of what came before Silero hears when it is asked anew; it is deaf in noise with
    less than some 300 ms."""
    quiet_db: float = -70.0
    """Softer frames are no speech at all."""
    noisy_floor_db: float = -50.0
    """From this noise floor on, nothing counts as voiced without Silero's word."""
    over_floor_db: float = 3.0
    """Speech is at least so much louder than the noise floor."""
    echo_loss_db: float = 12.0
    """While the bot speaks, softer sound than its own level less this is its echo, until the line
    turns out to lose more."""
    echo_ms: int = 300
    """How long after it was played an echo may come back."""
    echo_hold_ms: int = 100
    """How long softer sound passes after louder sound did: words are not loud throughout."""
    outburst_over_floor_db: float = 8.0
    """Something has begun, and a prompt pauses, where sound on a quiet line is so much louder than
    its noise floor."""
    outburst_over_past_db: float = 3.0
    """It is also so much louder than all of the last second."""
    crowd_db: float = 4.0
    """Where voices never cease, a caller who interrupts is so much louder than their loud parts."""
