"""Which modules have their docstrings tested: not those that need torch, where it is missing."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = (
    []
    if find_spec("torch")
    else [
        "xlink/rerank/network.py",
        "xlink/rerank/rows.py",
        "xlink/training/encoder/network/*",
        "xlink/training/reranker/*",
    ]
)
