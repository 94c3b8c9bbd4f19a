"""Candidate generators: each proposes concepts for mentions from an index of its own."""
