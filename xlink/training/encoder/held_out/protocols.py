"""Protocols that measure an encoder by retrieval: names of concepts that its training never saw.

Each also says which texts and concepts a training has to leave out; `TrainingNames.of` takes both.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from xlink.errors import DataError
from xlink.terminology import Terminology
from xlink.training.encoder.held_out.drawing import NamesByConcept, draw_one_each, require
from xlink.training.encoder.held_out.search import NameSearch, recall

__all__ = [
    "NameSearch",
    "held_out_names",
    "held_out_synonyms",
    "names_across_languages",
    "recall",
    "unseen_subtrees",
]

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


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
    names = NamesByConcept.of(terminology, [language])
    generator = np.random.default_rng(seed)
    queries = draw_one_each(names, _synonyms(names), n, generator)
    require(len(queries), n, "concepts with a synonym of its own")
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


def held_out_names(
    terminology: Terminology,
    *,
    n: int = 500,
    languages: Collection[str] = (),
    asked: Collection[str] = (),
    seed: int = 13,
) -> list[NameSearch]:
    """Withhold names of `n` concepts, as many of each language; return a search a language.

    All searches have one gallery, the other names in `languages`, all unless told. `asked` are the
    languages that names are withheld of, `languages` unless told. Each concept keeps its first
    name in `languages`; any other, also the preferred one of another language, may be withheld. A
    withheld name is no name of another concept. A language with fewer of them has no search.

    Raises:
        DataError: no language has as many.
    """
    kept = tuple(languages) or terminology.languages
    spoken = sorted(asked) or sorted(kept)
    names = NamesByConcept.of(terminology, {*kept, *spoken})
    in_gallery = names.in_languages(kept)
    n_each = max(1, n // len(spoken))
    fit = _more_than_the_first(names, in_gallery)
    drawn = _drawn_by_language(names, fit, spoken, n_each, np.random.default_rng(seed))
    if not drawn:
        raise DataError(
            f"There are no {n_each:,} names to hold out in {' or '.join(spoken)}",
            remedy="Hold out fewer, none (--held-out 0), or of one language (--held-out-language).",
        )
    withheld = {names.folded[row] for rows in drawn.values() for row in rows.tolist()}
    left = np.array([text not in withheld for text in names.folded])
    gallery = names.taken(np.flatnonzero(in_gallery & left).tolist())
    asked_for = {language: names.taken(rows.tolist()) for language, rows in drawn.items()}
    without = frozenset(text for texts, _ in asked_for.values() for text in texts)
    return [
        NameSearch(language, *queries, *gallery, without_texts=without)
        for language, queries in asked_for.items()
    ]


def _more_than_the_first(names: NamesByConcept, kept: Flags) -> Flags:
    """Tell which names can be asked for, if the first one kept of each concept stays."""
    rows = np.flatnonzero(kept)
    concepts, places = np.unique(names.concepts[rows], return_index=True)
    first = np.zeros(len(names.texts), dtype=bool)
    first[rows[places]] = True
    has_one = np.isin(names.concepts, concepts)
    return names.owned_by_one() & has_one & ~names.reading_like(first)


def _drawn_by_language(
    names: NamesByConcept,
    fit: Flags,
    languages: Collection[str],
    n: int,
    generator: np.random.Generator,
) -> dict[str, Rows]:
    """Draw names of `n` concepts a language, of no concept twice; without those that have fewer."""
    drawn = {}
    for language in languages:
        rows = draw_one_each(names, fit & names.in_languages([language]), n, generator)
        if len(rows) == n:
            drawn[language] = rows
            fit = fit & ~np.isin(names.concepts, names.concepts[rows])
    return drawn


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
    asked, names = (NamesByConcept.of(terminology, [each]) for each in (language, target))
    known, named = set(names.folded), set(names.concepts.tolist())
    fit = [
        row
        for row, (text, concept) in enumerate(zip(asked.folded, asked.concepts, strict=True))
        if text
        and text not in known
        and concept in named
        and (asked.preferred[row] or not preferred)
    ]
    require(len(fit), n, f"names in {language} that differ from those in {target}")
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
    names = NamesByConcept.of(terminology, [language])
    generator = np.random.default_rng(seed)
    unseen = _drawn_subtrees(terminology, share, generator)
    fit, below = _synonyms(names), unseen[names.concepts]
    rows = [draw_one_each(names, fit & mask, n, generator) for mask in (below, ~below)]
    for each in rows:
        require(len(each), 1, "concepts with a synonym of its own")
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


def _synonyms(names: NamesByConcept) -> Flags:
    """Tell which names can be asked for, if preferred names stay. *Shape:* (n,)"""
    return names.owned_by_one() & ~names.reading_like(names.preferred)


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
