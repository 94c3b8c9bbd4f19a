"""Fit the calibration that comes with xlink, and measure calibrations on open corpora.

    python benchmarks/calibration.py [--write] [--mentions 2500]

Parts of recipes are read, their training parts to fit on and the others to test; terminologies and
corpora must be there as for `xlink reproduce`. For each corpus: the calibration fitted on all other
corpora, and one fitted on its own training part. Random words outside of mentions stand for what a
user links by mistake; in the calibration that comes along they count three tenths of the mentions.
`--write` writes `xlink/decide/shipped.json`, fitted on the training parts of all corpora.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from xlink.decide.calibration import Calibration
from xlink.decide.risk import RiskTable
from xlink.errors import DataError
from xlink.linker import DEFAULT_GENERATORS, Linker
from xlink.recipes.finding import find_recipes
from xlink.recipes.materials import Materials
from xlink.recipes.model import Task
from xlink.training.calibration import FirstCandidates, expected_error
from xlink.types import Document, Mention

PARTS = {
    "distemist/hpo": ("en-es-training2",),
    "distemist/icd10": ("all-training2",),
    "distemist/mesh": ("en-training2",),
    "distemist/snomed-view": ("en-es-training2",),
    "bc5cdr/mesh-view": ("diseases",),
    "quaero/cui-view": ("medline", "emea"),
    "gsc/hpo": ("half",),
    "mantra/cui-view": ("en", "fr", "de"),
    "codiesp/icd10cm": ("es",),
}
SUBSETS = [own for n in (1, 2, 3) for own in combinations(DEFAULT_GENERATORS, n)]
NO_MENTIONS = 0.3
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Judged:
    """First candidates by generators, of mentions and then of words that are none."""

    n_mentions: int
    n_covered: int
    firsts: dict[tuple[str, ...], FirstCandidates]

    @property
    def counts(self) -> np.ndarray:
        """What each counts: all mentions 1, and all other words `NO_MENTIONS`, together."""
        n = len(self.firsts[DEFAULT_GENERATORS].is_right)
        is_mention = np.arange(n) < self.n_mentions
        others = NO_MENTIONS / max(1, n - self.n_mentions)
        return 1_000.0 * np.where(is_mention, 1 / self.n_mentions, others)


@dataclass(frozen=True)
class Corpus:
    name: str
    train: Judged
    test: Judged

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def corpora(n_mentions: int) -> Iterator[Corpus]:
    for name, parts in PARTS.items():
        (recipe,) = find_recipes([name])
        for part in parts:
            task, materials = recipe.tasks[part], Materials(recipe.path.parent)
            test = materials.documents(task.corpus)
            tested = judge(task, materials, test, n_mentions)
            trained = tested
            if task.training is not None:
                trained = judge(task, materials, materials.documents(task.training), n_mentions)
            print(f"read {name} {part}", flush=True)
            yield Corpus(f"{name} {part}", trained, tested)


def judge(
    task: Task, materials: Materials, documents: Sequence[Document], n_mentions: int
) -> Judged:
    """Judge up to about `n_mentions` mentions, and as many words outside as documents have two."""
    terminology = materials.terminology(task.terminology)
    total = sum(len(document.mentions) for document in documents)
    rng = np.random.default_rng(0)
    kept = rng.random(len(documents)) < n_mentions / max(1, total)
    held = [each for each, keep in zip(documents, kept, strict=True) if keep]
    annotated = [
        replace(each, mentions=tuple(m for m in each.mentions if m.gold is not None))
        for each in held
    ]
    asked = annotated + [others(each, rng) for each in held]
    gold = [mention.gold or () for document in annotated for mention in document.mentions]
    firsts = {}
    for own in SUBSETS:
        linker = Linker(
            terminology,
            generators=[materials.generator(task.terminology, each) for each in own],
        )
        firsts[own] = FirstCandidates.of(linker, asked)
    n_covered = sum(any(terminology.row(each) is not None for each in ids) for ids in gold)
    return Judged(len(gold), n_covered, firsts)


def others(document: Document, rng: np.random.Generator) -> Document:
    """Return the document with up to two runs of one to three words that no mention touches."""
    taken = np.zeros(len(document.text) + 1, dtype=bool)
    for mention in document.mentions:
        for start, end in mention.spans:
            taken[start:end] = True
    words = [each.span() for each in _WORD.finditer(document.text)]
    words = [(start, end) for start, end in words if not taken[start:end].any()]
    mentions = []
    for place in rng.permutation(len(words))[:2].tolist():
        start, end = words[place]
        last = words[min(len(words) - 1, place + int(rng.integers(0, 3)))][1]
        if last - start < 60 and not taken[start:last].any():
            end = last
        text = document.text[start:end]
        mentions.append(Mention(f"O{place}", ((start, end),), text, gold=frozenset()))
    return replace(document, mentions=tuple(mentions))


def fitted(parts: Sequence[Judged], own: tuple[str, ...]) -> Calibration:
    """Fit on several corpora; no feature may count against a link, as one might by collinearity."""
    firsts = [part.firsts[own] for part in parts]
    features = np.concatenate([each.features for each in firsts])
    right = np.concatenate([each.is_right for each in firsts])
    counts = np.concatenate([part.counts for part in parts])
    while True:
        made = Calibration.fit(firsts[0].names, features, right, counts=counts)
        against = np.array(made.weights) < 0
        if not against.any():
            return made
        features = np.where(against, 0.0, features)


def compare(found: Sequence[Corpus]) -> None:
    """Print how the calibration by others and one's own do on each corpus."""
    for corpus in found:
        others = [each.train for each in found if each.family != corpus.family]
        print(f"\n{corpus.name}: {corpus.test.n_mentions} mentions")
        show("by others", fitted(others, DEFAULT_GENERATORS), corpus.test)
        if corpus.train is corpus.test:
            continue
        train = corpus.train.firsts[DEFAULT_GENERATORS]
        n = corpus.train.n_mentions
        for method in ("logistic", "isotonic"):
            own = Calibration.fit(
                train.names, train.features[:n], train.is_right[:n], method=method
            )
            show(f"own, {method}", own, corpus.test)


def show(title: str, calibration: Calibration, test: Judged) -> None:
    firsts = test.firsts[DEFAULT_GENERATORS]
    shares, right = calibration.probabilities(firsts.features), firsts.is_right
    is_mention = np.arange(len(right)) < test.n_mentions
    error = expected_error(shares[is_mention], right[is_mention])
    told = []
    for threshold in (0.0, 0.3, 0.5):
        linked = shares >= threshold
        precision = right[linked & is_mention].mean() if linked[is_mention].any() else 1.0
        recall = right[linked & is_mention].sum() / max(1, test.n_covered)
        told.append(f"{precision:.3f}/{recall:.3f}/{linked[~is_mention].mean():.3f}")
    table = RiskTable.of(shares[is_mention], right[is_mention])
    risks = " ".join(f"{risk}:{promised(table, risk)}" for risk in (0.05, 0.1, 0.2))
    print(f"  {title:14} ECE {error:.3f}  P/R/no mentions at 0, .3, .5: {' '.join(told)}  {risks}")


def promised(table: RiskTable, risk: float) -> str:
    try:
        return f"{table.threshold(risk):.2f}"
    except DataError:
        return "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--mentions", type=int, default=2_500)
    told = parser.parse_args()
    found = list(corpora(told.mentions))
    compare(found)
    if told.write:
        shipped = {"+".join(own): fitted([each.train for each in found], own) for own in SUBSETS}
        content = TypeAdapter(dict[str, Calibration]).dump_json(shipped, indent=1).decode()
        place = Path(__file__).parents[1] / "xlink" / "decide" / "shipped.json"
        place.write_text(f"{content}\n", encoding="utf-8", newline="\n")
        print(f"written: {place}")


if __name__ == "__main__":
    main()
