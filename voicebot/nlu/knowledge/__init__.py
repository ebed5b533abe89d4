"""Finding what the knowledge base has on a question, by meaning and words together."""
