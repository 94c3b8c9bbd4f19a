"""The names that a training learns from, and where their concepts stand."""
