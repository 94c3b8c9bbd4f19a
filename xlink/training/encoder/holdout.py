"""Protocols that measure an encoder by retrieval: names of concepts that its training never saw.

Each also says which texts and concepts a training has to leave out; `TrainingNames.of` takes both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.training.encoder.name_search import NameSearch, recall
from xlink.types import Filter

__all__ = ["NameSearch", "held_out_synonyms", "names_across_languages", "recall", "unseen_subtrees"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """Names of a language by row of the terminology. *Shapes:* all (n,)"""

    texts: list[str]
    folded: list[str]
    concepts: Rows
    preferred: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, terminology: Terminology, language: str) -> _Names:
        admitted = terminology.select(Filter(languages=frozenset({language}))).aliases
        rows = np.flatnonzero(admitted)
        every = terminology.alias_texts()
        texts = [every[row] for row in rows.tolist()]
        preferred = terminology.alias_kinds[rows] == 0
        return cls(texts, fold_many(texts), terminology.alias_concepts[rows].astype(int), preferred)

    def taken(self, rows: Iterable[int]) -> tuple[list[str], Rows]:
        chosen = list(rows)
        return [self.texts[row] for row in chosen], self.concepts[chosen]


def held_out_synonyms(
    terminology: Terminology,
    *,
    n: int = 1_000,
    n_gallery: int | None = 19_500,
    language: str = "en",
    seed: int = 13,
) -> NameSearch:
    """Withhold one synonym of each of `n` concepts; find them among `n_gallery` other names.

    A withheld synonym is no name of another concept. The gallery has the preferred name of every
    concept and is filled up with synonyms drawn at random; None takes all names that are left.

    Raises:
        DataError: fewer than `n` concepts have such a synonym.
    """
    names = _Names.of(terminology, language)
    generator = np.random.default_rng(seed)
    queries = _one_synonym_each(names, generator, n, np.ones(terminology.n_concepts, dtype=bool))
    withheld = {names.folded[row] for row in queries.tolist()}
    left = np.array([text not in withheld for text in names.folded])
    gallery = np.flatnonzero(left & names.preferred)
    others = generator.permutation(np.flatnonzero(left & ~names.preferred))
    n_more = len(others) if n_gallery is None else max(0, n_gallery - len(gallery))
    chosen = np.sort(np.concatenate([gallery, others[:n_more]]))
    texts, gold = names.taken(queries.tolist())
    return NameSearch(
        f"synonyms withheld, {language}",
        texts,
        gold,
        *names.taken(chosen.tolist()),
        without_texts=frozenset(texts),
    )


def names_across_languages(
    terminology: Terminology,
    language: str,
    *,
    n: int = 1_000,
    target: str = "en",
    seed: int = 13,
    preferred: bool = False,
) -> NameSearch:
    """Find `n` names of `language` that differ from every name of `target` among these.

    With `preferred`, only preferred names are asked for. A fair training sees no name of the
    terminology in `language`: leave the language out.

    Raises:
        DataError: there are fewer such names.
    """
    asked, names = _Names.of(terminology, language), _Names.of(terminology, target)
    known, named = set(names.folded), set(names.concepts.tolist())
    fit = [
        row
        for row, (text, concept) in enumerate(zip(asked.folded, asked.concepts, strict=True))
        if text
        and text not in known
        and concept in named
        and (asked.preferred[row] or not preferred)
    ]
    _require(len(fit), n, f"names in {language} that differ from those in {target}")
    drawn = np.random.default_rng(seed).permutation(len(fit))[:n]
    texts, gold = asked.taken(fit[place] for place in np.sort(drawn).tolist())
    return NameSearch(f"{language} to {target}", texts, gold, names.texts, names.concepts)


def unseen_subtrees(
    terminology: Terminology,
    *,
    share: float = 0.1,
    n: int = 1_000,
    language: str = "en",
    seed: int = 13,
) -> tuple[NameSearch, NameSearch]:
    """Withhold whole subtrees, `share` of all concepts; ask for unseen and for seen concepts.

    Both searches have one gallery, all names but those asked for, and want the same left out: the
    unseen concepts with all names, and the synonyms that are asked for of seen ones. At most `n`
    concepts of either kind are asked for.

    Raises:
        DataError: no concept, unseen or seen, has a synonym to ask for.
    """
    names = _Names.of(terminology, language)
    generator = np.random.default_rng(seed)
    unseen = _drawn_subtrees(terminology, share, generator)
    rows = [_one_synonym_each(names, generator, n, mask, at_least=1) for mask in (unseen, ~unseen)]
    asked = {names.folded[row] for each in rows for row in each.tolist()}
    gallery = [row for row, text in enumerate(names.folded) if text not in asked]
    without_texts = frozenset(names.texts[row] for row in rows[1].tolist())
    without_concepts = frozenset(terminology.concept_ids(np.flatnonzero(unseen)))
    first, second = (
        NameSearch(
            f"{kind} concepts, {language}",
            *names.taken(each.tolist()),
            *names.taken(gallery),
            without_texts=without_texts,
            without_concepts=without_concepts,
        )
        for kind, each in zip(("unseen", "seen"), rows, strict=True)
    )
    return first, second


def _one_synonym_each(
    names: _Names,
    generator: np.random.Generator,
    n: int,
    wanted: npt.NDArray[np.bool_],
    at_least: int | None = None,
) -> Rows:
    """Draw `n` concepts of `wanted`, *shape* (concepts,), and one synonym of each that it has."""
    owners: dict[str, set[int]] = {}
    for text, concept in zip(names.folded, names.concepts.tolist(), strict=True):
        owners.setdefault(text, set()).add(concept)
    fit = [
        row
        for row, text in enumerate(names.folded)
        if text
        and not names.preferred[row]
        and wanted[names.concepts[row]]
        and len(owners[text]) == 1
        and not _is_preferred_too(names, row)
    ]
    shuffled = generator.permutation(fit).astype(np.int64)
    _, first = np.unique(names.concepts[shuffled], return_index=True)
    _require(len(first), n if at_least is None else at_least, "concepts with a synonym of its own")
    drawn: Rows = np.sort(shuffled[generator.permutation(first)[:n]])
    return drawn


def _is_preferred_too(names: _Names, row: int) -> bool:
    """Tell whether a synonym folds to the preferred name of its own concept."""
    start, end = np.searchsorted(names.concepts, [names.concepts[row], names.concepts[row] + 1])
    return any(
        names.preferred[other] and names.folded[other] == names.folded[row]
        for other in range(int(start), int(end))
    )


def _drawn_subtrees(
    terminology: Terminology, share: float, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Draw subtrees until `share` of all concepts lies in them; none takes over half of that."""
    wanted = share * terminology.n_concepts
    drawn = np.zeros(terminology.n_concepts, dtype=bool)
    for root in generator.permutation(terminology.n_concepts).tolist():
        below = drawn | terminology.hierarchy.descendants([root])
        if below.sum() - drawn.sum() <= wanted / 2 and below.sum() <= wanted:
            drawn = below
        if drawn.sum() >= 0.99 * wanted:
            break
    return drawn


def _require(found: int, wanted: int, what: str) -> None:
    if found < wanted:
        raise DataError(f"{wanted:,} {what} are asked for, and there are {found:,}")
