"""Losses on a batch of names: what each pair of them means to one another is a grade in 0 to 1."""
