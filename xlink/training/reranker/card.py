"""The model card of a re-ranker: what it is, what it was trained on, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from xlink.terminology import Terminology
from xlink.training.reranker.options import RerankerOptions

if TYPE_CHECKING:
    from xlink.training.reranker.loop import Trained

__all__ = ["model_card"]


def model_card(
    options: RerankerOptions,
    terminologies: Sequence[Terminology],
    figures: Mapping[str, float],
    trained: Trained,
) -> str:
    """Return the card as Markdown."""
    default = RerankerOptions(base=options.base)
    chosen = [
        f"- {each.name}: {getattr(options, each.name)}"
        for each in fields(options)
        if getattr(options, each.name) != getattr(default, each.name)
    ]
    lines = [
        "# A re-ranker of xlink",
        "",
        f"A cross-encoder on {options.base}, trained on candidates from "
        + "; ".join(
            f"{each.name} {each.version}".rstrip() + f" ({each.fingerprint[:12]})"
            for each in terminologies
        )
        + ".",
        "",
        "`memory`, if it is there, counts what the training documents link: words by hash, "
        "concepts by id, their names by hash. Whoever can guess the words can look them up.",
        "",
        "Figures on the part of the training documents that was kept aside. The mix of scores was "
        "fitted there too: judge it on other documents.",
        "",
        *(f"- {name}: {value:.4g}" for name, value in figures.items()),
        "",
        f"{trained.n_steps:,} steps were made; the weights are those after {trained.best_step:,}. "
        "Options other than the defaults:",
        "",
        *(chosen or ["- none"]),
        "",
    ]
    return "\n".join(lines)
