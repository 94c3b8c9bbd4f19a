"""A re-ranker from annotated documents: lists, training, mix of scores, and the folder it is in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from xlink.corpora.splits import Split
from xlink.encoders.transformer import require_torch
from xlink.linker import Linker
from xlink.rerank.mixing import Mix
from xlink.rerank.rendering import PairRenderer
from xlink.rerank.reranker import CrossEncoderReranker
from xlink.rerank.saving import RerankerFacts, save_network
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.card import model_card
from xlink.training.reranker.lists import RankingLists, lists_of, out_of_fold
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.relatives import with_relatives
from xlink.types import Document

__all__ = ["RerankerTraining", "train_reranker"]

LinkerMaker = Callable[[Sequence[Document]], Linker]


@dataclass(frozen=True, slots=True)
class RerankerTraining:
    """What came of a training: the folder, steps made, and figures by name.

    `figures` has recall@1 on the part kept aside by the prior, by the re-ranker alone and mixed,
    the ceiling, which is the share of lists that have their gold, and numbers of lists.
    """

    path: Path
    n_steps: int
    best_step: int
    figures: Mapping[str, float]


def train_reranker(
    documents: Sequence[Document],
    linker: Linker | LinkerMaker,
    options: RerankerOptions,
    path: Path,
    *,
    checkpoint: Path | None = None,
    tally: Tally | None = None,
) -> RerankerTraining:
    """Train a re-ranker on the annotated mentions of `documents` and save it at `path`.

    `linker` proposes the candidates. Where it learns from training mentions, pass what makes it
    from documents instead: lists are then made out of fold. With a folder `checkpoint`, a call that
    was interrupted goes on from there; it is removed at the end.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        DataError: there is nothing to learn from.
        SpecError, UnknownNameError: an option can't be used.
        ArtifactError: the base can't be had, or the checkpoint is that of other options or lists.
    """
    require_torch("The training of a re-ranker")
    from xlink.rerank.network import CrossEncoder
    from xlink.training.reranker.loop import train_network

    tally = tally if tally is not None else Tally()
    lists, development, terminology = _lists(documents, linker, options, tally)
    lists = lists.for_training(terminology, missing=options.missing, nil=options.nil, tally=tally)
    if options.relatives:
        lists = with_relatives(lists, terminology, options.relatives, seed=options.seed)
    network = CrossEncoder.from_base(
        options.base,
        pooling=options.pooling,
        head=options.head,
        seed=options.seed,
    )
    renderer = PairRenderer(network.pair_tokenizer, terminology, options.rendering)
    trained = train_network(
        network,
        renderer,
        lists,
        development,
        options,
        checkpoint=checkpoint,
        plan=_plan(options, lists, terminology.fingerprint),
    )
    reranker = CrossEncoderReranker(
        "trained",
        network.scorer(options.precision),
        renderer,
        learns_nil=options.nil,
        depth=options.depth,
    )
    mix, figures = _judged(reranker, development)
    figures = {"training lists": float(len(lists))} | figures
    facts = RerankerFacts(
        base=options.base,
        precision=options.precision,
        learns_nil=options.nil,
        depth=options.depth,
        rendering=options.rendering,
        mix=mix,
        figures=figures,
    )
    save_network(network, facts, path, card=model_card(options, terminology, figures, trained))
    if checkpoint is not None:
        shutil.rmtree(checkpoint, ignore_errors=True)
    return RerankerTraining(path, trained.n_steps, trained.best_step, figures)


def _lists(
    documents: Sequence[Document],
    linker: Linker | LinkerMaker,
    options: RerankerOptions,
    tally: Tally,
) -> tuple[RankingLists, RankingLists | None, Terminology]:
    """Return the lists to train on, those kept aside, and the terminology."""
    training, aside = list(documents), list[Document]()
    if options.dev_share > 0:
        shares = {"training": 1 - options.dev_share, "aside": options.dev_share}
        split = Split.draw(documents, shares, seed=options.seed)
        training, aside = (list(split.take(documents, part)) for part in shares)
    if isinstance(linker, Linker):
        lists = lists_of(training, linker, k=options.k, tally=tally)
        opened = linker
    else:
        lists = out_of_fold(training, linker, k=options.k, seed=options.seed, tally=tally)
        opened = linker(training)
    if not aside:
        return lists, None, opened.terminology
    development = lists_of(aside, opened, k=options.depth, tally=tally)
    known = np.array([bool(rows) for rows in development.gold]) | development.is_nil
    return lists, development.take(known), opened.terminology


def _judged(
    reranker: CrossEncoderReranker, development: RankingLists | None
) -> tuple[Mix, dict[str, float]]:
    """Fit the mix on the lists kept aside, and return recall@1 there in each order."""
    if development is None or not len(development):
        return Mix(), {}
    scored = reranker.score(development.queries, development.candidates)
    right = development.is_right
    mix = Mix.fit(scored, right)
    n_gold = max(1, int((~development.is_nil).sum()))
    orders = {"prior": Mix(0.0, 1.0), "re-ranker": Mix(1.0, 0.0), "mixed": mix}
    figures = {
        f"recall@1 {name}": order.n_first(scored, right) / n_gold for name, order in orders.items()
    }
    ceiling = float(development.has_right.sum()) / n_gold
    return mix, figures | {"ceiling": ceiling, "lists kept aside": float(len(development))}


def _plan(options: RerankerOptions, lists: RankingLists, fingerprint: str) -> str:
    """Describe the training, flat, so that another one is not gone on with."""
    digest = hashlib.sha256(fingerprint.encode())
    for query in lists.queries:
        digest.update(repr(query).encode("utf-8", "surrogatepass"))
    for column in (lists.candidates.concept_rows, lists.candidates.scores, lists.is_right):
        digest.update(np.ascontiguousarray(column).tobytes())
    told = asdict(replace(options, device="cpu"))
    rendering = told.pop("rendering")
    told |= {f"rendering {name}": value for name, value in rendering.items()}
    return json.dumps(told | {"lists": digest.hexdigest()}, sort_keys=True)
