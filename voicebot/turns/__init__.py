"""Turn-taking: where an utterance ends, whether a prompt was interrupted, when a caller counts as
silent, what was typed, and who has the floor.

Everything here is fed and answers with events; nothing has a clock. Times (`at_ms`) are times in
the call: audio heard since the leg's media began, at the end of the frame that is fed.
"""
