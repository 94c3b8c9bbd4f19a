"""The words of names: which there are, and which of them a word of a mention may stand for."""
