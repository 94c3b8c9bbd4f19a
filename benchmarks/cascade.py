"""Measure what a re-ranker's int8 export and its cascade buy, and what they cost.

    python benchmarks/cascade.py rerankers/open --reranker build/letters

Three ways to re-rank the tested mentions of a recipe's parts, by the same weights:

- `plain`: in float32, list after list as they come, padded to the longest pair of each, all that
  are among the first `depth`
- `int8`: as `export_reranker` writes it, without what the prior finds unlikely
- `cascade`: the same, without the mentions that its cascade leaves alone

Recall@1 is that of all tested mentions (at most `--mentions` a part, drawn by seed 0) whose gold
the terminology has; for `plain`, padded in other blocks. Speed is that of `--timed` of them: in
mentions per second of processor time, the best of `--turns`. Without `--reranker` the recipe's own
is trained, or taken from `--work`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from ablation import tested

from xlink.candidate_set import CandidateSet
from xlink.recipes.finding import find_recipes
from xlink.recipes.materials import Materials
from xlink.recipes.model import Recipe
from xlink.recipes.reranking import SystemReranker
from xlink.rerank.blocks import padded
from xlink.rerank.network import CrossEncoder
from xlink.rerank.opening import reranker_path
from xlink.rerank.rendering import PairRenderer
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.rerank.saving import export_reranker, load_network, load_reranker, read_facts
from xlink.training.reranker.lists import RankingLists

Way = Callable[[RankingLists], CandidateSet]


class ListByList:
    """Renders and scores each list alone, in one block."""

    def __init__(self, reranker: CrossEncoderReranker, network: CrossEncoder) -> None:
        self._reranker = reranker
        self._renderer: PairRenderer = reranker.renderer
        self._network = network.eval()

    def __call__(self, lists: RankingLists) -> CandidateSet:
        own = self._reranker
        ordered = own.ordered(lists.queries, lists.candidates)
        read = ordered.where(ordered.ranks() < own.depth)
        for number in range(len(lists)):
            pairs = self._renderer.pairs(
                lists.queries[number : number + 1], read.part(number, number + 1)
            )
            if len(pairs):
                block = padded(pairs, list(range(len(pairs))))
                with torch.inference_mode():
                    self._network(*map(torch.from_numpy, block))
        return ordered


def recall(way: Way, lists: RankingLists) -> tuple[float, float]:
    """Return recall@1, and the share of mentions that the network has read."""
    found = way(lists)
    firsts = found.query_offsets[:-1][np.diff(found.query_offsets) > 0]
    right = lists.among(found).is_right[firsts]
    sent = 1.0 if found.logits is None else float((~np.isnan(found.logits[firsts])).mean())
    return float(right.sum()) / len(lists), sent


def seconds(way: Way, lists: RankingLists, turns: int) -> float:
    """Return the least processor time of some turns."""
    taken = []
    for _ in range(turns):
        start = time.process_time()
        way(lists)
        taken.append(time.process_time() - start)
    return min(taken)


def reranking(reranker: CrossEncoderReranker) -> Way:
    return lambda lists: reranker.rerank(lists.queries, lists.candidates)


def measure(
    recipe: Recipe, part: str, source: Path, graph: Path, told: argparse.Namespace
) -> dict[str, tuple[float, float]]:
    """Print the figures of a part; return recall@1 and speed of each way."""
    materials = Materials(recipe.path.parent)
    task = recipe.tasks[part]
    terminology = materials.terminology(task.terminology)
    lists = tested(task, told.system, materials, told.mentions).lists
    drawn = np.random.default_rng(1).permutation(len(lists))[: told.timed]
    timed = lists.take(np.isin(np.arange(len(lists)), drawn))
    network = load_network(source)[0]
    exact = replace(
        load_reranker(source, terminology),
        forward=network.scorer("float32"),
        unpadded=False,
        least_share=0.0,
    )
    int8, cascade = (load_reranker(graph, terminology, cascade=each) for each in (False, True))
    ways: dict[str, tuple[Way, Way]] = {
        "plain": (reranking(exact), ListByList(exact, network)),
        "int8": (reranking(int8), reranking(int8)),
        "cascade": (reranking(cascade), reranking(cascade)),
    }
    given = lists.among(cascade.ordered(lists.queries, lists.candidates)).top(1)
    print(
        f"{part}: {len(lists)} mentions, as they are read {given.is_right.sum() / len(lists):.3f}"
    )
    found: dict[str, tuple[float, float]] = {}
    for name, (judged, run) in ways.items():
        share, sent = recall(judged, lists)
        speed = len(timed) / seconds(run, timed, told.turns)
        found[name] = (share, speed)
        ratio = speed / found["plain"][1]
        print(
            f"  {name:8} recall@1 {share:.4f}  sent {sent:.2f}  "
            f"{speed:7.1f} mentions/CPU-s {ratio:6.2f}",
            flush=True,
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("--system", default="reranked")
    parser.add_argument("--reranker", help="a trained one, by folder or name")
    parser.add_argument("--parts", nargs="+", help="the parts to test on, all unless told")
    parser.add_argument("--mentions", type=int, default=10**9, help="at most so many a part")
    parser.add_argument("--timed", type=int, default=120, help="so many of them are timed")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("build/ablation"))
    told = parser.parse_args()
    torch.set_num_threads(1)
    recipe = find_recipes([told.recipe])[0]
    parts = [part for part in recipe.tasks if told.parts is None or part in told.parts]
    if told.reranker is None:
        materials = Materials(recipe.path.parent)
        opened = SystemReranker(recipe, parts[0], told.system, materials, told.work).open()
        if not isinstance(opened, CrossEncoderReranker) or opened.folder is None:
            raise SystemExit(f"{told.system} has no re-ranker that is trained.")
        source = opened.folder
    else:
        source = reranker_path(told.reranker)
    fitted = read_facts(source).cascade
    if fitted is None:
        raise SystemExit(f"{source} has no cascade.")
    print(f"fitted: sent {fitted.share_sent:.3f}, loss {fitted.loss:+.4f}, bar {fitted.bar:.3f}")
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "int8"
        export_reranker(source, graph)
        found = [measure(recipe, part, source, graph, told) for part in parts]
    lost = [each["int8"][0] - each["cascade"][0] for each in found]
    print(
        f"lost by the cascade: {np.mean(lost):+.4f} on average, at most {max(lost):+.4f} on a part"
    )


if __name__ == "__main__":
    main()
