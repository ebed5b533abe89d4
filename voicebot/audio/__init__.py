"""Arithmetic on sound: companding, resampling, levels, tones and WAV files."""
