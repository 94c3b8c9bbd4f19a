"""Corrections of hubness on all cross-lingual recipes: recall@1 and @64 with and without each.

    XLINK_DATA=… python benchmarks/hubness.py [--encoder mednames] [--recipes names/hpo …]

Mentions in another language are linked by the English names of the terminology alone. Documents are
dealt into two halves; each half is searched with the mentions of the other as query bank, and no
mention sees its own bank. Recall is that of covered gold, the skewness that of 10-occurrence.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.hubness import Csls, DualInvertedSoftmax, Hubness, occurrence_skewness
from xlink.candidates.vectors.names import has_content
from xlink.candidates.vectors.space import unit_rows
from xlink.encoders.encoding import encode_all
from xlink.encoders.opening import open_encoder
from xlink.evaluation.gold import Gold
from xlink.evaluation.retrieval import gold_ranks, mention_ranks, rows_of
from xlink.protocols import Encoder
from xlink.recipes.finding import find_recipes
from xlink.recipes.materials import Materials
from xlink.terminology import Terminology
from xlink.types import Document, Filter

Floats = npt.NDArray[np.float32]

RECIPES = (
    "names/hpo",
    "names/icd10",
    "distemist/hpo",
    "quaero/cui-view",
    "mantra/cui-view",
    "codiesp/icd10cm",
)
NOT_CROSSING = {  # English mentions, and parts whose mentions another part has as well
    ("mantra/cui-view", "en"),
    ("distemist/hpo", "en-es"),
    ("distemist/hpo", "en-es-training2"),
    ("codiesp/icd10cm", "es"),
    ("codiesp/icd10cm", "es-leaves"),
}
BANK = 1_000
NEVER = 1e-6  # a scale at which a bank says nothing
CORRECTIONS: dict[str, Hubness | None] = {
    "none": None,
    "dual banks, scale 20": DualInvertedSoftmax(20, 20, BANK),
    "dual banks, scale 5": DualInvertedSoftmax(5, 5, BANK),
    "query bank, scale 20": DualInvertedSoftmax(20, NEVER, BANK),
    "names' bank, scale 20": DualInvertedSoftmax(NEVER, 20, BANK),
    "CSLS": Csls(bank_size=BANK),
}
ENGLISH = Filter(languages=frozenset({"en"}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="mednames")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--recipes", nargs="*", default=RECIPES)
    parser.add_argument("--mentions", type=int, default=2_000, help="at most, of each part")
    given = parser.parse_args()
    encoder = open_encoder(given.encoder)
    names: dict[str, Names] = {}
    rows = []
    print(f"{'':28}" + "".join(f"{name:>22}" for name in CORRECTIONS))
    for label, name, terminology, documents in tasks(given.recipes, given.mentions):
        if name not in names:
            names[name] = Names(terminology, encoder, given.prefix)
        row = [
            of_part(names[name], documents, encoder, given.prefix, correction)
            for correction in CORRECTIONS.values()
        ]
        rows.append(row)
        print(f"{label:28}" + "".join(map(cell, row)), flush=True)
    table = np.array(rows)
    print(f"{'mean':28}" + "".join(map(cell, table.mean(axis=0))))
    for what, column in (("recall@1", 0), ("recall@64", 1)):
        changes = (table[:, :, column] - table[:, :1, column]).min(axis=0)
        print(f"worst change of {what:12}" + "".join(f"{change:>22.3f}" for change in changes))


def tasks(wanted: list[str], most: int) -> Iterator[tuple[str, str, Terminology, list[Document]]]:
    """Yield the parts whose mentions are not English."""
    for recipe in find_recipes(wanted):
        materials = Materials(recipe.path.parent)
        for part, task in recipe.tasks.items():
            if (recipe.name, part) in NOT_CROSSING:
                continue
            read = materials.documents(task.corpus)
            kept, n = [], 0
            for document in read:
                kept.append(document)
                n += len(document.mentions)
                if n >= most:
                    break
            yield (
                f"{recipe.name} {part}",
                task.terminology,
                materials.terminology(task.terminology),
                kept,
            )


class Names:
    """The distinct English names of a terminology, encoded; *Shapes:* all (names, …)."""

    def __init__(self, terminology: Terminology, encoder: Encoder, prefix: str) -> None:
        self.terminology = terminology
        admitted = np.flatnonzero(terminology.select(ENGLISH).aliases)
        texts = terminology.alias_texts()
        pairs = {
            (texts[row], int(terminology.alias_concepts[row])): row for row in admitted.tolist()
        }
        self.aliases = np.array(sorted(pairs.values()), dtype=np.int32)
        self.aliases = self.aliases[has_content([texts[row] for row in self.aliases.tolist()])]
        self.concepts = terminology.alias_concepts[self.aliases]
        own = [prefix + texts[row] for row in self.aliases.tolist()]
        self.vectors = unit_rows(encode_all(own, encoder))

    def search(self, queries: Floats, penalties: Floats) -> tuple[CandidateSet, list[np.ndarray]]:
        """Return the best concepts of each query, and the rows of its ten best names."""
        numbers, rows, scores, nearest = [], [], [], []
        for start in range(0, len(queries), 64):
            found = queries[start : start + 64] @ self.vectors.T - penalties
            best = np.argpartition(-found, min(256, found.shape[1] - 1), axis=1)[:, :256]
            best = np.take_along_axis(
                best, np.argsort(-np.take_along_axis(found, best, 1), axis=1, kind="stable"), 1
            )
            nearest += list(best[:, :10])
            numbers.append(np.repeat(np.arange(start, start + len(found)), best.shape[1]))
            rows.append(best.ravel())
            scores.append(np.take_along_axis(found, best, 1).ravel())
        hits = np.concatenate(rows)
        pooled = best_per_concept(
            "dense",
            len(queries),
            np.concatenate(numbers),
            self.concepts[hits],
            self.aliases[hits],
            np.concatenate(scores),
        )
        return pooled.top(64), nearest


def of_part(
    names: Names,
    documents: list[Document],
    encoder: Encoder,
    prefix: str,
    correction: Hubness | None,
) -> npt.NDArray[np.float64]:
    """Return recall@1, recall@64 and skewness of a part, whose halves are searched in turn."""
    found: list[npt.NDArray[np.bool_]] = []
    lists: list[npt.NDArray[np.int64]] = []
    for half in (0, 1):
        here, there = documents[half::2], documents[1 - half :: 2]
        queries = unit_rows(encode_all([prefix + text for text in mentions(here)], encoder))
        bank = unit_rows(
            encode_all([prefix + text for text in sorted(set(mentions(there)))], encoder)
        )
        penalties = np.zeros(len(names.vectors), dtype=np.float32)
        if correction is not None:
            penalties = correction.penalties(names.vectors, names.concepts, bank)
        candidates, nearest = names.search(queries, penalties)
        lists += nearest
        gold = Gold.of(here, names.terminology)
        asked, ids = gold.pairs()
        rows = rows_of(names.terminology, ids)
        ranks = mention_ranks(gold_ranks(candidates, asked, rows), asked, gold.composite)
        covered = np.zeros(len(gold), dtype=bool)
        covered[asked[rows >= 0]] = True
        found.append(np.stack([ranks < 1, ranks < 64], axis=1)[covered])
    recall = np.concatenate(found).mean(axis=0)
    return np.array([*recall, occurrence_skewness(lists, len(names.vectors))])


def mentions(documents: list[Document]) -> list[str]:
    return [query.text.strip() for document in documents for query in document.queries()]


def cell(figures: npt.NDArray[np.float64]) -> str:
    return f"{figures[0]:>10.3f} {figures[1]:.3f} {figures[2]:5.1f}"


if __name__ == "__main__":
    main()
