"""A re-ranker from annotated documents: lists, training, mix of scores, and the folder it is in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlink.corpora.splits import Split
from xlink.encoders.transformer import require_torch
from xlink.linker import Linker
from xlink.rerank.rendering import PairRenderer
from xlink.rerank.saving import RerankerFacts, save_network
from xlink.tally import Tally
from xlink.training.reranker.card import model_card
from xlink.training.reranker.cascade import fit_cascade
from xlink.training.reranker.drawing import Source
from xlink.training.reranker.judging import judged
from xlink.training.reranker.lists import lists_of, out_of_fold
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.relatives import with_relatives
from xlink.training.reranker.teacher import taught
from xlink.types import Document

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Corpus", "RerankerTraining", "train_reranker"]

LinkerMaker = Callable[[Sequence[Document]], Linker]
Corpus = tuple[Sequence[Document], Linker | LinkerMaker]
"""Annotated documents, and what proposes candidates for their mentions."""


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
    others: Sequence[Corpus] = (),
    checkpoint: Path | None = None,
    tally: Tally | None = None,
) -> RerankerTraining:
    """Train a re-ranker on the annotated mentions of `documents` and save it at `path`.

    `linker` proposes the candidates. Where it learns from training mentions, pass what makes it
    from documents instead: lists are then made out of fold. It learns from `others` at the same
    time, each a corpus with a linker of its own, which may have another terminology. With a folder
    `checkpoint`, a call that was interrupted goes on from there; it is removed at the end.

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
    network = CrossEncoder.from_base(
        options.base,
        pooling=options.pooling,
        head=options.head,
        layers=options.layers,
        dropout=options.dropout,
        seed=options.seed,
    )
    corpora = [(documents, linker), *others]
    aside = _kept_aside([own for own, _ in corpora], options)
    sources = [
        _source(own, made, aside, network.pair_tokenizer, options, tally) for own, made in corpora
    ]
    trained = train_network(
        network, sources, options, checkpoint=checkpoint, plan=_plan(options, sources)
    )
    mix, figures = judged(sources, network.scorer(options.precision), learns_nil=options.nil)
    cascade = fit_cascade(
        sources, network.scorer(options.precision), mix, depth=options.depth, learns_nil=options.nil
    )
    if cascade is not None:
        figures = {**figures, "sent by the cascade": cascade.share_sent, "lost by it": cascade.loss}
    figures = {"training lists": float(sum(len(each.lists) for each in sources)), **figures}
    facts = RerankerFacts(
        base=options.base,
        precision=options.precision,
        learns_nil=options.nil,
        depth=options.depth,
        rendering=options.rendering,
        mix=mix,
        cascade=cascade,
        figures=figures,
    )
    terminologies = [each.renderer.terminology for each in sources]
    save_network(network, facts, path, card=model_card(options, terminologies, figures, trained))
    if checkpoint is not None:
        shutil.rmtree(checkpoint, ignore_errors=True)
    return RerankerTraining(path, trained.n_steps, trained.best_step, figures)


def _kept_aside(corpora: Sequence[Sequence[Document]], options: RerankerOptions) -> set[str]:
    """Return the keys of the documents that are not trained on, by any of the linkers."""
    aside: set[str] = set()
    for documents in corpora if options.dev_share > 0 else ():
        shares = {"training": 1 - options.dev_share, "aside": options.dev_share}
        split = Split.draw(documents, shares, seed=options.seed)
        aside.update(_key(each) for each in split.take(documents, "aside"))
    return aside


def _key(document: Document) -> str:
    return f"{document.id}\n{document.text}"


def _source(
    documents: Sequence[Document],
    linker: Linker | LinkerMaker,
    aside: set[str],
    tokenizer: Tokenizer,
    options: RerankerOptions,
    tally: Tally,
) -> Source:
    """Return the lists of one corpus to train on, and those kept aside."""
    training = [each for each in documents if _key(each) not in aside]
    kept = [each for each in documents if _key(each) in aside]
    if isinstance(linker, Linker):
        lists = lists_of(training, linker, k=options.pool, tally=tally)
        opened = linker
    else:
        lists = out_of_fold(training, linker, k=options.pool, seed=options.seed, tally=tally)
        opened = linker(training)
    own = opened.terminology
    lists = lists.for_training(own, missing=options.missing, nil=options.nil, tally=tally)
    if options.relatives:
        lists = with_relatives(lists, own, options.relatives, seed=options.seed)
    if options.teacher is not None:
        lists = taught(lists, options.teacher, own)
    development = lists_of(kept, opened, k=options.depth, tally=tally) if kept else None
    if development is not None:
        is_known = np.array([bool(rows) for rows in development.gold]) | development.is_nil
        development = development.take(is_known)
    return Source(lists, development, PairRenderer(tokenizer, own, options.rendering))


def _plan(options: RerankerOptions, sources: Sequence[Source]) -> str:
    """Describe the training, flat, so that another one is not gone on with."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.renderer.terminology.fingerprint.encode())
        lists = source.lists
        for query in lists.queries:
            digest.update(repr(query).encode("utf-8", "surrogatepass"))
        for column in (lists.candidates.concept_rows, lists.candidates.scores, lists.is_right):
            digest.update(np.ascontiguousarray(column).tobytes())
    told = asdict(replace(options, device="cpu"))
    rendering = told.pop("rendering")
    told |= {f"rendering {name}": value for name, value in rendering.items()}
    return json.dumps(told | {"lists": digest.hexdigest()}, sort_keys=True)
