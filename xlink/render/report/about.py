"""What was evaluated, and what of it was left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlink.evaluation import Counts, Evaluation
from xlink.render.markup import escaped
from xlink.render.report.tables import table
from xlink.render.report.wording import interval, number

__all__ = ["subject"]

_FINGERPRINT_CHARS = 12


def subject(evaluation: Evaluation, corpus: str, notes: Sequence[str]) -> str:
    """Return what was evaluated on what, and what readers must know of how it was counted."""
    header, counts = evaluation.run, evaluation.counts
    named = header.terminology or "none given"
    if header.fingerprint:
        named += f", fingerprint {header.fingerprint[:_FINGERPRINT_CHARS]}"
    facts = [("System", header.system), ("Terminology", named)]
    if corpus:
        facts.append(("Corpus", corpus))
    facts.append(("Size", f"{counts.documents:,} documents, {counts.mentions:,} gold mentions"))
    listed = "".join(f"<dt>{name}</dt><dd>{escaped(fact)}</dd>" for name, fact in facts)
    rows = [[what, f"{n:,}", how] for what, n, how in _counted(counts) if n]
    sentences = "".join(
        f"<li>{each}</li>" for each in [*_cautions(evaluation), *map(escaped, notes)]
    )
    return (
        f'<dl class="facts">{listed}</dl>'
        + table(("what", "n", "how it counts"), rows, caption="What counts, and how", kind="counts")
        + f'<ul class="cautions">{sentences}</ul>'
    )


def _counted(counts: Counts) -> list[tuple[str, int | None, str]]:
    return [
        ("Gold mentions with a concept", counts.with_concept, "count in recall, MRR and accuracy"),
        ("of these: not in the terminology", counts.not_covered, "misses; no part in covered gold"),
        ("of these: with alternatives", counts.alternatives, "found with the first of them"),
        ("of these: composite", counts.composite, "found with the last part; never linked right"),
        ("NIL, annotated as no concept", counts.nil, "no part in recall and accuracy"),
        ("Not annotated", counts.unannotated, "left out: nobody knows"),
        ("Gold mentions without a link", counts.without_link, "misses"),
        ("Links where there is no gold mention", counts.links_elsewhere, "wrong in precision"),
        ("Gold documents that the run lacks", counts.documents_not_in_run, "hold misses"),
        ("Documents of the run without gold", counts.run_documents_without_gold, "left out"),
        ("Former gold ids", counts.former_ids, "replaced by the current ones"),
    ]


def _cautions(evaluation: Evaluation) -> Iterator[str]:
    yield (
        f"The run keeps up to {evaluation.counts.max_candidates:,} candidates a mention; recall "
        "can't grow beyond."
    )
    if evaluation.counts.not_covered is None:
        yield "No terminology was opened, so what it covers of the gold is not known."
    ties = evaluation.measure("recall@1_ties_at_random").all
    if ties.n:
        yield (
            f"Equal scores: drawn at random among the best, the first candidate would be right in "
            f"{number(ties.value)} of the mentions, {interval(ties)}."
        )
    found = evaluation.ambiguity
    if found is not None and found.ambiguous:
        yield (
            f"{found.ambiguous:,} mentions are a name of several concepts: accuracy "
            f"{number(found.accuracy.value)}, by drawing one of these "
            f"{number(found.by_chance.value)}, of all other mentions "
            f"{number(found.accuracy_of_others.value)}."
        )
    yield (
        "Whether mentions of training documents were among the names searched is not recorded in "
        "a run."
    )
