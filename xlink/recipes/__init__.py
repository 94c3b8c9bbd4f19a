"""Recipes: benchmarks as files, with the scores that whoever runs them must find.

    recipe ──terminology──▶ index ──▶ link ──run file──▶ evaluate ──▶ OK, OKISH or FAIL

docs/recipes.md describes the format.
"""
