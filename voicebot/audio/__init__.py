"""Arithmetic on sound: companding, resampling, framing, levels, tones and WAV files."""
