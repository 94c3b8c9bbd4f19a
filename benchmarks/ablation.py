"""Ablation of the re-ranker: variants of one system of a recipe, trained with several seeds.

    python benchmarks/ablation.py rerankers/open --seeds 3
    python benchmarks/ablation.py rerankers/open --variant "regulariser=none" \\
        --variant "loss=xmen strength=1" --mentions 500

Prints recall@1 over the first candidates as they came, by the re-ranker alone, and mixed, of gold
that the terminology has: all of it, and what the training part neither says nor means. The last
column is the p of a paired test of mixed and as it came, by swaps within documents. Trained
re-rankers are kept in `--work`, so that a run that was killed goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink.cli.arguments import options_of
from xlink.corpora.splits import Seen
from xlink.evaluation.bootstrap import figures
from xlink.evaluation.significance import randomisation_p
from xlink.evaluation.statistic import Statistic, ratio
from xlink.recipes.finding import find_recipes
from xlink.recipes.linking import linker_of
from xlink.recipes.materials import Materials
from xlink.recipes.model import Recipe, Task
from xlink.recipes.reranking import SystemReranker
from xlink.rerank.mixing import ScoredLists
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.text.folding import fold
from xlink.training.reranker.lists import RankingLists, lists_of

Hits = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tested:
    """Lists of a tested part, the document of each, and which of them are new to the training."""

    lists: RankingLists
    documents: npt.NDArray[np.int64]
    subsets: Mapping[str, Hits]


def changed(recipe: Recipe, system: str, changes: Mapping[str, object]) -> Recipe:
    """Return the recipe with other options of the re-ranker of a system."""
    tasks = {}
    for part, task in recipe.tasks.items():
        spec = task.systems[system]
        if not isinstance(spec.reranker, Mapping):
            raise SystemExit(f"{recipe.name}: {system} has no re-ranker that is trained.")
        own = spec.model_copy(update={"reranker": {**spec.reranker, **changes}})
        tasks[part] = task.model_copy(update={"systems": {**task.systems, system: own}})
    made = recipe.model_copy(update={"tasks": tasks})
    made._path = recipe.path
    return made


def tested(task: Task, system: str, materials: Materials, depth: int, mentions: int) -> Tested:
    """Return up to `mentions` lists of the tested part, drawn by seed 0, that have their gold."""
    terminology = materials.terminology(task.terminology)
    spec = task.systems[system]
    generators = [materials.generator(task.terminology, name) for name in spec.generators]
    documents = materials.documents(task.corpus)
    lists = lists_of(documents, linker_of(spec, terminology, generators), k=depth)
    counts = [sum(each.gold is not None for each in own.mentions) for own in documents]
    owners = np.repeat(np.arange(len(documents)), counts)
    known = np.flatnonzero([bool(rows) for rows in lists.gold])
    drawn = np.random.default_rng(0).permutation(known)[:mentions]
    keep = np.isin(np.arange(len(lists)), drawn)
    kept, owners = lists.take(keep), owners[keep]
    subsets = {"all": np.ones(len(kept), dtype=bool)}
    if task.training is not None:
        seen = Seen.of(materials.documents(task.training))
        words = [fold(each.text) not in seen.mentions for each in kept.queries]
        meant = [{terminology.concept_id(row) for row in rows} for rows in kept.gold]
        subsets["unseen mentions"] = np.array(words)
        subsets["unseen concepts"] = np.array([not own & seen.concepts for own in meant])
    return Tested(kept, owners, subsets)


def firsts(lists: RankingLists, scores: npt.NDArray[np.float32]) -> Hits:
    """Return whether the best candidate of each list is right, of equal ones the first."""
    numbers = lists.candidates.query_numbers()
    order = np.lexsort((lists.candidates.ranks(), -scores, numbers))
    _, starts = np.unique(numbers[order], return_index=True)
    hits = np.zeros(len(lists), dtype=bool)
    hits[numbers[order[starts]]] = lists.is_right[order[starts]]
    return hits


def statistic(hits: Hits, chosen: Hits, documents: npt.NDArray[np.int64]) -> Statistic:
    """Return recall@1 as sums of documents."""
    _, owners = np.unique(documents[chosen], return_inverse=True)
    found, asked = (
        np.asarray(np.bincount(owners, each[chosen]), dtype=np.float64)
        for each in (hits, np.ones_like(hits))
    )
    return ratio(found, asked, int(chosen.sum()))


def report(name: str, part: Tested, scored: ScoredLists, mixed: npt.NDArray[np.float32]) -> None:
    """Print a line a subset."""
    orders = [firsts(part.lists, each) for each in (scored.priors, scored.logits, mixed)]
    for subset, chosen in part.subsets.items():
        if not chosen.any():
            continue
        told = [statistic(hits, chosen, part.documents) for hits in orders]
        shown = "  ".join(
            f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]"
            for each in figures(told, seed=0)
            if each.value is not None and each.low is not None and each.high is not None
        )
        p = randomisation_p(told[2], told[0], seed=0)
        print(f"{name:40} {subset:16} {int(chosen.sum()):5}  {shown}  p {p:.4f}", flush=True)


def run(
    recipe: Recipe,
    system: str,
    variants: Sequence[Mapping[str, object]],
    n_seeds: int,
    mentions: int,
    work: Path,
) -> None:
    """Train and test each variant with each seed on all parts."""
    materials = Materials(recipe.path.parent)
    parts: dict[str, Tested] = {}
    for changes in variants:
        for seed in range(n_seeds):
            made = changed(recipe, system, {**changes, "seed": seed})
            for part, task in made.tasks.items():
                reranker = SystemReranker(made, part, system, materials, work).open()
                if not isinstance(reranker, CrossEncoderReranker):
                    raise SystemExit(f"{part}: the re-ranker is no cross-encoder.")
                if part not in parts:
                    parts[part] = tested(task, system, materials, reranker.depth, mentions)
                lists = parts[part].lists
                scored = reranker.score(lists.queries, lists.candidates)
                told = " ".join(f"{key}={value}" for key, value in changes.items()) or "as it is"
                mixed = reranker.mix.probabilities(scored)
                report(f"{told}, seed {seed}, {part}", parts[part], scored, mixed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("--system", default="reranked")
    parser.add_argument(
        "--variant", action="append", default=[], help='options, such as "loss=xmen strength=1"'
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--mentions", type=int, default=10**9, help="at most so many a part")
    parser.add_argument("--work", type=Path, default=Path("build/ablation"))
    told = parser.parse_args()
    variants = [options_of(each.split(), "--variant") for each in told.variant] or [{}]
    recipe = find_recipes([told.recipe])[0]
    run(recipe, told.system, variants, told.seeds, told.mentions, told.work)


if __name__ == "__main__":
    main()
