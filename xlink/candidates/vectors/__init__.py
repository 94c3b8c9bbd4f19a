"""Vectors of names: the space they lie in, how they are stored, and how they are searched."""
