"""Mention detection by models: spaCy pipelines, token classifiers, GLiNER.

document ──windows──▶ model ──labels──▶ chosen and mapped ──overlaps──▶ mentions
"""
