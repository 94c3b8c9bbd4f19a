"""Mention detection: where in a document concepts are named.

document ──segments──▶ tokens ──automaton──▶ matches ──case, sentence ends──▶ overlaps ──▶ mentions
"""
