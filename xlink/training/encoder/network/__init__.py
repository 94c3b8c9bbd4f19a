"""Training of networks in torch: transformers and the Universal Sentence Encoder."""
