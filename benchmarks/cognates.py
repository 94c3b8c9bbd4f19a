"""What cognates and misspelt words add to alias lookup and to the default fusion, and cost.

    XLINK_DATA=… python benchmarks/cognates.py [--recipes names/hpo …] [--mentions 1500]

Four lookup indexes of each terminology: plain, with cognates, with misspelt words (`near`), with
both. Of a part every so many-th document is searched, so that there are some 1,500 mentions; recall
is that of covered gold. `tfidf` and `dense` are the usual ones and the same in all four.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.candidates.fusion import WeightedFusion
from xlink.candidates.lookup import AliasLookup
from xlink.evaluation.gold import Gold
from xlink.evaluation.retrieval import gold_ranks, mention_ranks, rows_of
from xlink.indexes import open_generator
from xlink.recipes.finding import find_recipes
from xlink.recipes.materials import Materials
from xlink.terminology import Terminology
from xlink.types import Document, Query

RECIPES = (
    "names/hpo",
    "distemist/hpo",
    "quaero/cui-view",
    "mantra/cui-view",
    "codiesp/icd10cm",
    "bc5cdr/mesh-view",
    "gsc/hpo",
    "names/icd10",
)
LEFT_OUT = {  # pieces of other parts, and for time: languages like others of the recipe
    ("distemist/hpo", "en-es-training2"),
    ("codiesp/icd10cm", "es-leaves"),
    ("names/icd10", "fr"),
    ("names/icd10", "pt"),
    ("names/icd10", "vi"),
    ("names/icd10", "zh"),
}
K = 64
VARIANTS = {
    "plain": {"cognates": False, "near": False},
    "cognates": {"cognates": True, "near": False},
    "misspelt": {"cognates": False, "near": True},
    "both": {"cognates": True, "near": True},
}


@dataclass(frozen=True)
class Lookups:
    """The four lookup indexes of a terminology, and what each took: CPU-seconds and bytes."""

    by_variant: dict[str, AliasLookup]
    seconds: dict[str, float]
    sizes: dict[str, int]

    @classmethod
    def build(cls, terminology: Terminology) -> Lookups:
        made, seconds, sizes = {}, {}, {}
        AliasLookup.build(terminology)  # the first of all also loads what the others find loaded
        for name, told in VARIANTS.items():
            began = time.process_time()
            made[name] = AliasLookup.build(terminology, **told)
            seconds[name] = time.process_time() - began
            with tempfile.TemporaryDirectory() as aside:
                made[name].save(Path(aside) / "index")
                files = [each for each in Path(aside).rglob("*") if each.is_file()]
                sizes[name] = sum(each.stat().st_size for each in files)
        return cls(made, seconds, sizes)


@dataclass(frozen=True)
class Scores:
    """Recall@1 and @64 of lookup and of the fusion, and milliseconds of lookup a mention."""

    lookup: tuple[float, float]
    fused: tuple[float, float]
    milliseconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipes", nargs="*", default=RECIPES)
    parser.add_argument("--parts", nargs="*", help="only these")
    parser.add_argument("--mentions", type=int, default=1_500, help="about so many of a part")
    given = parser.parse_args()
    lookups: dict[str, Lookups] = {}
    rows: list[dict[str, Scores]] = []
    print(f"| part | lookup: {' | '.join(VARIANTS)} | fusion: {' | '.join(VARIANTS)} |")
    for label, terminology, documents in parts(given.recipes, given.parts, given.mentions):
        if terminology.name not in lookups:
            lookups[terminology.name] = Lookups.build(terminology)
        n, row = scores(lookups[terminology.name], terminology, documents)
        rows.append(row)
        print(f"| {label} ({n:,}) | {cells(row)} |", flush=True)
    report(rows)
    for name, built in lookups.items():
        costs = ", ".join(
            f"{variant} {built.seconds[variant]:.1f} s {built.sizes[variant] / 1e6:.1f} MB"
            for variant in VARIANTS
        )
        n_names = built.by_variant["plain"].terminology.n_aliases
        print(f"index of {name}, {n_names:,} names: {costs}")


def parts(
    recipes: Sequence[str], wanted: Sequence[str] | None, most: int
) -> Iterator[tuple[str, Terminology, list[Document]]]:
    """Yield parts of recipes, of each some documents from the whole of it."""
    for recipe in find_recipes(recipes):
        materials = Materials(recipe.path.parent)
        for part, task in recipe.tasks.items():
            if (recipe.name, part) in LEFT_OUT or (wanted and part not in wanted):
                continue
            read = materials.documents(task.corpus)
            step = max(1, sum(len(each.mentions) for each in read) // most)
            terminology = materials.terminology(task.terminology)
            yield f"{recipe.name} {part}", terminology, list(read[::step])


def scores(
    lookups: Lookups, terminology: Terminology, documents: list[Document]
) -> tuple[int, dict[str, Scores]]:
    """Return the number of mentions with covered gold, and what each variant finds of it."""
    gold = Gold.of(documents, terminology)
    asked, ids = gold.pairs()
    rows = rows_of(terminology, ids)
    covered = np.zeros(len(gold), dtype=bool)
    covered[asked[rows >= 0]] = True
    queries = [query for document in documents for query in document.queries()]
    others = [open_generator(terminology, name).generate(queries, K) for name in ("tfidf", "dense")]

    def recall(candidates: CandidateSet) -> tuple[float, float]:
        ranks = mention_ranks(gold_ranks(candidates, asked, rows), asked, gold.composite)[covered]
        return float((ranks < 1).mean()), float((ranks < K).mean())

    found = {}
    for name, lookup in lookups.by_variant.items():
        candidates, milliseconds = timed(lookup, queries)
        fused = WeightedFusion(cut_at=K).fuse([candidates, *others], K)
        found[name] = Scores(recall(candidates), recall(fused), milliseconds)
    return int(covered.sum()), found


def timed(lookup: AliasLookup, queries: list[Query]) -> tuple[CandidateSet, float]:
    """Search twice, for the first time opens what is opened late; time the second."""
    lookup.generate(queries, K)
    began = time.process_time()
    candidates = lookup.generate(queries, K)
    return candidates, 1e3 * (time.process_time() - began) / len(queries)


def report(rows: list[dict[str, Scores]]) -> None:
    def column(name: str, what: str) -> npt.NDArray[np.float64]:
        return np.array([getattr(row[name], what) for row in rows], dtype=np.float64)

    plain = column("plain", "fused")
    for name in VARIANTS:
        lookup, fused = column(name, "lookup"), column(name, "fused")
        change = (fused - plain).min(axis=0)
        print(
            f"{name}: mean lookup {lookup[:, 0].mean():.3f}/{lookup[:, 1].mean():.3f}, fusion "
            f"{fused[:, 0].mean():.4f}/{fused[:, 1].mean():.4f}, worst change of the fusion "
            f"{change[0]:.4f}/{change[1]:.4f}; lookup {column(name, 'milliseconds').mean():.3f} ms"
        )


def cells(row: dict[str, Scores]) -> str:
    lookup = [f"{row[name].lookup[0]:.3f}" for name in VARIANTS]
    return " | ".join(lookup + [f"{row[name].fused[0]:.4f}" for name in VARIANTS])


if __name__ == "__main__":
    main()
