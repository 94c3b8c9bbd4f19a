"""Ground floor for text: folding with exact offsets, tokens, and the keys of names."""
