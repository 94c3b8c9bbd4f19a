"""Exact search by n-grams: built once into blocks of names, swept from the likeliest outwards.

names ──inverting──▶ inverted index ──gallery──▶ kernel: sweep ──sums, places──▶ exact scores
"""
