"""Speech models on disk: the manifest, fetching and verifying."""
