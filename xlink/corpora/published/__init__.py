"""Corpora in a form of their own: a module a corpus, or one for those that share theirs."""
