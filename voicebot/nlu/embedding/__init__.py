"""Sentence embeddings: MiniLM in onnxruntime, from its published weights alone."""
