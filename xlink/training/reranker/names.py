"""What a re-ranker learns from the names of terminologies, before documents or in their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.sources import Corpus, Found, find, source_of
from xlink.training.reranker.weak import WithheldNames

if TYPE_CHECKING:
    from xlink.rerank.network import CrossEncoder

__all__ = ["corpora_of_names", "learn_names"]


@contextmanager
def corpora_of_names(
    terminologies: Sequence[Terminology],
    generators: Sequence[str],
    *,
    n: int,
    seed: int = 0,
    tally: Tally | None = None,
) -> Iterator[list[Corpus]]:
    """Yield up to `n` names of each terminology as documents, with linkers that lack most of them.

    Candidates are those of `generators`, by name. All is gone with the context.

    Raises:
        DataError: a terminology has no name to withhold.
    """
    with TemporaryDirectory() as folder:
        corpora: list[Corpus] = []
        for number, whole in enumerate(terminologies):
            place = Path(folder) / f"{number}"
            made = WithheldNames.draw(whole, place, n=n, seed=seed, tally=tally)
            linker = Linker.open(made.terminology, generators=generators, detector=None)
            corpora.append((made.documents, linker))
        yield corpora


def learn_names(
    network: CrossEncoder,
    found: Sequence[Found],
    options: RerankerOptions,
    *,
    checkpoint: Path | None = None,
    plan: str = "",
    tally: Tally,
) -> None:
    """Train the network on `options.names` names of each terminology that lists were found in.

    Nothing is remembered: what was drawn does not say how often a concept is meant. With a folder
    `checkpoint`, a call of the same `plan` goes on from there.

    Raises:
        DataError: a terminology has no name to withhold.
    """
    from xlink.training.reranker.loop import train_network

    own = replace(options, remember=False, dev_share=0.0, missing="add", nil=False, teacher=None)
    terminologies = {each.terminology.fingerprint: each.terminology for each in found}
    named = corpora_of_names(
        list(terminologies.values()),
        found[0].generators,
        n=options.names,
        seed=options.seed,
        tally=tally,
    )
    with named as corpora:
        tokenizer = network.pair_tokenizer
        sources = [
            source_of(each, None, tokenizer, own, tally) for each in find(corpora, own, tally)
        ]
        train_network(network, sources, own, checkpoint=checkpoint, plan=plan)
