"""Speech synthesis: the bot's voice, from recordings, cache and espeak-ng worker processes.

prompt ─▶ recording? ──────────────────────────────▶ Pcm
       └▶ prompts: worded, cut into sentences
             └▶ memory ─▶ disk ─▶ worker processes (pyttsx3, espeak-ng) ─▶ Pcm, piece by piece
"""
