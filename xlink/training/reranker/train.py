"""A re-ranker from annotated documents: lists, training, mix of scores, and the folder it is in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from xlink.artifact import is_artifact
from xlink.encoders.transformer import require_torch
from xlink.linker import Linker
from xlink.rerank.memory import Memory
from xlink.rerank.saving import RerankerFacts, save_network
from xlink.tally import Tally
from xlink.training.reranker.card import model_card
from xlink.training.reranker.cascade import fit_cascade
from xlink.training.reranker.drawing import Source
from xlink.training.reranker.judging import judged, scored
from xlink.training.reranker.names import learn_names
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.sources import (
    Corpus,
    find,
    learned_prior,
    recall_as_found,
    source_of,
)
from xlink.training.reranker.start import start
from xlink.types import Document

__all__ = ["Corpus", "RerankerTraining", "train_reranker"]


@dataclass(frozen=True, slots=True)
class RerankerTraining:
    """What came of a training: the folder, steps made, and figures by name.

    `figures` has recall@1 on the part kept aside as the linkers have it, by the prior (the same, or
    with what is remembered), by the re-ranker alone and mixed; the ceiling, which is the share of
    lists that have their gold; and numbers of lists.
    """

    path: Path
    n_steps: int
    best_step: int
    figures: Mapping[str, float]


def train_reranker(
    documents: Sequence[Document],
    linker: Linker | Callable[[Sequence[Document]], Linker],
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
    from xlink.training.reranker.loop import train_network

    tally = tally if tally is not None else Tally()
    network, options = start(options)
    corpora = [(documents, linker), *others]
    found = find(corpora, options, tally)
    prior = learned_prior(found) if options.remember else None
    sources = [source_of(each, prior, network.pair_tokenizer, options, tally) for each in found]
    plan = _plan(options, sources)
    on_names = None if checkpoint is None else checkpoint.with_name(f"{checkpoint.name}.names")
    if options.names and (checkpoint is None or not is_artifact(checkpoint)):
        learn_names(network, found, options, checkpoint=on_names, plan=plan, tally=tally)
    trained = train_network(
        network,
        sources,
        replace(options, reset_layers=0 if options.names else options.reset_layers),
        checkpoint=checkpoint,
        plan=plan,
    )
    lists, right = scored(sources, network.scorer(options.precision), learns_nil=options.nil)
    mix, figures = judged(sources, lists, right)
    cascade = fit_cascade(sources, lists, mix)
    if cascade is not None:
        figures = {**figures, "sent by the cascade": cascade.share_sent, "lost by it": cascade.loss}
    n_lists = float(sum(len(each.lists) for each in sources))
    figures = {"training lists": n_lists, "recall@1 as found": recall_as_found(found), **figures}
    facts = RerankerFacts(
        base=options.base,
        precision=options.precision,
        learns_nil=options.nil,
        depth=options.depth,
        least_share=options.least_share,
        rendering=options.rendering,
        mix=mix,
        prior=prior,
        cascade=cascade,
        figures=figures,
    )
    terminologies = list({own.terminology.fingerprint: own.terminology for own in found}.values())
    card = model_card(options, terminologies, figures, trained)
    everything = (each for documents, _ in corpora for each in documents)
    memory = None if prior is None else Memory.build(everything, terminologies)
    save_network(network, facts, path, card=card, memory=memory)
    for each in (checkpoint, on_names):
        if each is not None:
            shutil.rmtree(each, ignore_errors=True)
    return RerankerTraining(path, trained.n_steps, trained.best_step, figures)


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
