"""Ablation of the re-ranker: variants of one system of a recipe, trained with several seeds.

    python benchmarks/ablation.py rerankers/open --seeds 0 1 2
    python benchmarks/ablation.py rerankers/open --variant "regulariser=none" \\
        --variant "loss=xmen strength=1" --mentions 500

Prints recall@1 as the candidates came, by the prior that remembers the training part, by the
cross-encoder alone, and mixed, of gold that the terminology has: all of it, and what the training
part neither says nor means; then the gain of mixed over as they came, and p of a paired test, by
swaps within documents. With several seeds a last line has their means. ECE is that of
the first probabilities, in ten bins. NIL is what the terminology lacks or annotators say has no
concept, drawn in the same share; it is answered where "none of these" is likeliest. Trained
re-rankers are kept in `--work`, so that a run that was killed goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink.cli.arguments import options_of
from xlink.corpora.splits import Seen
from xlink.evaluation.bootstrap import figures
from xlink.evaluation.calibration import equal_width
from xlink.evaluation.significance import randomisation_p
from xlink.evaluation.statistic import difference, ratio
from xlink.protocols import Reranker
from xlink.recipes.finding import find_recipes
from xlink.recipes.linking import generators_of, linker_of
from xlink.recipes.materials import Materials
from xlink.recipes.model import Recipe, Task
from xlink.recipes.reranking import SystemReranker, started_from
from xlink.rerank.opening import open_reranker
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.text.folding import fold
from xlink.training.reranker.lists import RankingLists, lists_of

Hits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

Counted = tuple[int, int, int]
"""How often NIL was answered rightly and wrongly, and how often it is right."""

_FOUND = 64
_ORDERS = ("as found", "prior", "alone", "mixed")


@dataclass(frozen=True, slots=True)
class Tested:
    """Lists of a tested part, the document of each, and which of them are new to the training.

    `nil` are lists of mentions whose gold the terminology lacks, or that are annotated as NIL.
    """

    lists: RankingLists
    documents: npt.NDArray[np.int64]
    subsets: Mapping[str, npt.NDArray[np.bool_]]
    nil: RankingLists


def changed(recipe: Recipe, system: str, changes: Mapping[str, object]) -> Recipe:
    """Return the recipe with other options of the re-ranker of a system.

    The one that it starts from, if that is of the recipe, has the same seed.
    """
    tasks = {}
    for part, task in recipe.tasks.items():
        spec = task.systems[system]
        if not isinstance(spec.reranker, Mapping):
            raise SystemExit(f"{recipe.name}: {system} has no re-ranker that is trained.")
        other = started_from(spec.reranker)
        seed = {"seed": changes["seed"]} if "seed" in changes else {}
        own = {
            name: task.systems[name].model_copy(
                update={"reranker": {**task.systems[name].reranker, **told}}
            )
            for name, told in ((system, changes), (other, seed))
            if name is not None
        }
        tasks[part] = task.model_copy(update={"systems": {**task.systems, **own}})
    made = recipe.model_copy(update={"tasks": tasks})
    made._path = recipe.path
    return made


def tested(task: Task, system: str, materials: Materials, mentions: int) -> Tested:
    """Return up to `mentions` lists of the tested part, drawn by seed 0, that have their gold."""
    terminology = materials.terminology(task.terminology)
    spec = task.systems[system]
    generators = generators_of(
        spec,
        terminology,
        partial(materials.training, task),
        partial(materials.generator, task.terminology),
    )
    documents = materials.documents(task.corpus)
    lists = lists_of(documents, linker_of(spec, terminology, generators), k=_FOUND)
    counts = [sum(each.gold is not None for each in own.mentions) for own in documents]
    owners = np.repeat(np.arange(len(documents)), counts)
    is_known = np.array([bool(rows) for rows in lists.gold])
    drawn = np.random.default_rng(0)
    keep = _some(is_known, mentions / max(1, is_known.sum()), drawn)
    nil = lists.take(_some(~is_known, keep.sum() / max(1, is_known.sum()), drawn))
    kept, owners = lists.take(keep), owners[keep]
    subsets = {"all": np.ones(len(kept), dtype=bool)}
    if task.training is not None:
        seen = Seen.of(materials.documents(task.training))
        words = [fold(each.text) not in seen.mentions for each in kept.queries]
        meant = [{terminology.concept_id(row) for row in rows} for rows in kept.gold]
        subsets["unseen mentions"] = np.array(words)
        subsets["unseen concepts"] = np.array([not own & seen.concepts for own in meant])
    return Tested(kept, owners, subsets, nil)


def _some(mask: npt.NDArray[np.bool_], share: float, drawn: np.random.Generator) -> Mask:
    """Return the mask with but a share of its places."""
    places = drawn.permutation(np.flatnonzero(mask))
    kept: Mask = np.isin(np.arange(len(mask)), places[: round(share * len(places))])
    return kept


def results_of(reranker: Reranker | None, part: Tested) -> tuple[Hits, float, Counted]:
    """Return whether the first candidate of each list is right, a row an order; ECE; NIL."""
    if not isinstance(reranker, CrossEncoderReranker):
        raise SystemExit("The re-ranker is no cross-encoder.")
    hits, ece, among_known = _hits_of(reranker, part.lists)
    _, _, among_nil = _hits_of(reranker, part.nil)
    return hits, ece, (int(among_nil.sum()), int(among_known.sum()), len(part.nil))


def _hits_of(reranker: CrossEncoderReranker, lists: RankingLists) -> tuple[Hits, float, Mask]:
    """Return hits, the ECE, and where the answer is NIL."""
    ordered = lists.among(reranker.ordered(lists.queries, lists.candidates))
    ordered = ordered.at(np.flatnonzero(reranker.are_read(ordered.candidates)))
    scored = reranker.score(ordered.queries, ordered.candidates)
    mixed = reranker.mix.probabilities(scored)
    orders = (scored.priors, scored.logits, mixed)
    given = firsts(lists, lists.candidates.scores)
    hits = np.stack([given, *(firsts(ordered, each) for each in orders)])
    sure = np.zeros(len(lists))
    np.maximum.at(sure, ordered.candidates.query_numbers(), mixed)
    bins = np.searchsorted(equal_width()[1:-1], sure)
    ece = float(np.abs(np.bincount(bins, hits[-1] - sure)).sum() / max(1, len(lists)))
    none = 1 - np.bincount(ordered.candidates.query_numbers(), mixed, len(lists))
    return hits, ece, none > sure


def firsts(lists: RankingLists, scores: npt.NDArray[np.float32]) -> Hits:
    """Return 1 where the best candidate of a list is right, of equal ones the first, else 0."""
    numbers = lists.candidates.query_numbers()
    order = np.lexsort((lists.candidates.ranks(), -scores, numbers))
    _, starts = np.unique(numbers[order], return_index=True)
    hits = np.zeros(len(lists))
    hits[numbers[order[starts]]] = lists.is_right[order[starts]]
    return hits


def report(name: str, part: Tested, hits: Hits, ece: float) -> None:
    """Print a line a subset; with several seeds a hit is the share of them that have it."""
    for subset, chosen in part.subsets.items():
        if not chosen.any():
            continue
        _, owners = np.unique(part.documents[chosen], return_inverse=True)
        asked = np.bincount(owners).astype(np.float64)
        n = int(chosen.sum())
        told = [
            ratio(np.asarray(np.bincount(owners, each[chosen]), dtype=np.float64), asked, n)
            for each in hits
        ]
        values = "  ".join(
            f"{order} {each.value:.3f}"
            for order, each in zip(_ORDERS, figures(told, seed=0), strict=True)
        )
        gain = figures([difference(told[-1], told[0])], seed=0)[0]
        p = randomisation_p(told[-1], told[0], seed=0)
        print(
            f"{name:40} {subset:16} {n:5}  {values}  gain {gain.value:+.3f} "
            f"[{gain.low:+.3f}, {gain.high:+.3f}]  p {p:.4f}"
            + (f"  ECE {ece:.3f}" if subset == "all" else ""),
            flush=True,
        )


def report_nil(name: str, counted: Sequence[Counted]) -> None:
    """Print precision, recall and F1 of NIL, over all seeds."""
    right, wrong, n = np.sum(counted, axis=0).tolist()
    precision, recall = right / max(1, right + wrong), right / max(1, n)
    f1 = 2 * right / max(1, right + wrong + n)
    print(f"{name:40} NIL {n:5}  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


def compare(
    recipe: Recipe,
    system: str,
    parts: Mapping[str, Tested],
    variants: Sequence[Mapping[str, object]],
    seeds: Sequence[int],
    materials: Materials,
    work: Path,
) -> None:
    """Train and test each variant with each seed on all parts."""
    for changes in variants:
        told = " ".join(f"{key}={value}" for key, value in changes.items()) or "as it is"
        results: dict[str, list[tuple[Hits, float, Counted]]] = {part: [] for part in parts}
        for seed in seeds:
            made = changed(recipe, system, {**changes, "seed": seed})
            for part, lists in parts.items():
                opened = SystemReranker(made, part, system, materials, work).open()
                results[part].append(results_of(opened, lists))
                hits, error, counted = results[part][-1]
                report(f"{told}, seed {seed}, {part}", lists, hits, error)
                report_nil(f"{told}, seed {seed}, {part}", [counted])
        for part, lists in parts.items():
            name = f"{told}, {len(seeds)} seeds, {part}"
            every_hits, errors, every_counted = zip(*results[part], strict=True)
            report(name, lists, np.mean(every_hits, axis=0), float(np.mean(errors)))
            report_nil(name, every_counted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("--system", default="reranked")
    parser.add_argument(
        "--variant", action="append", default=[], help='options, such as "loss=xmen strength=1"'
    )
    parser.add_argument("--parts", nargs="+", help="the parts to test on, all unless told")
    parser.add_argument("--reranker", help="a trained one to test instead, by folder or name")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--mentions", type=int, default=10**9, help="at most so many a part")
    parser.add_argument("--work", type=Path, default=Path("build/ablation"))
    told = parser.parse_args()
    variants = [options_of(each.split(), "--variant") for each in told.variant] or [{}]
    recipe = find_recipes([told.recipe])[0]
    materials = Materials(recipe.path.parent)
    parts = {
        part: tested(task, told.system, materials, told.mentions)
        for part, task in recipe.tasks.items()
        if told.parts is None or part in told.parts
    }
    if told.reranker is None:
        compare(recipe, told.system, parts, variants, told.seeds, materials, told.work)
        return
    for part, lists in parts.items():
        terminology = materials.terminology(recipe.tasks[part].terminology)
        opened = open_reranker(told.reranker, terminology)
        hits, error, counted = results_of(opened, lists)
        report(f"{told.reranker}, {part}", lists, hits, error)
        report_nil(f"{told.reranker}, {part}", [counted])


if __name__ == "__main__":
    main()
