"""What the bot says: recordings, the wording of values, and where text may be cut."""
