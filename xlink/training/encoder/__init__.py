"""Training of encoders on the names of terminologies: self-alignment across languages."""
