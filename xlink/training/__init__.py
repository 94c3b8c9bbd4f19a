"""Training of encoders and rerankers."""
