"""Weak supervision from a terminology alone: withheld names as mentions, in made-up contexts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.builder import build_terminology
from xlink.text.folding import fold
from xlink.text.tokens import primary_language
from xlink.types import Alias, Concept, Document, Mention

__all__ = ["WithheldNames"]

_TEMPLATES = {
    "en": ("The patient presented with {}.", "History of {}.", "No signs of {} were seen."),
    "es": ("El paciente ingresa por {}.", "Antecedentes de {}.", "No se observa {}."),
    "fr": ("Le patient est hospitalisé pour {}.", "Antécédents de {}.", "Absence de {}."),
    "de": ("Aufnahme bei {}.", "Bekannt ist: {}.", "Kein Hinweis auf {}."),
}
_BARE = "{}."
_NAMES = ("preferred", "synonym")


@dataclass(frozen=True, slots=True)
class WithheldNames:
    """A terminology without some of its names, and documents that say these and other names.

    Candidates from the whole terminology would have the very name of the gold, and a re-ranker
    would learn no more than to look for it; if all names were withheld, it would learn that an
    equal name is wrong. Half of the contexts are the definition of the concept, where it has one,
    the others a sentence in the language of the name, bare where none is at hand.
    """

    terminology: Terminology
    documents: tuple[Document, ...]

    @classmethod
    def draw(
        cls,
        terminology: Terminology,
        path: Path,
        *,
        n: int = 2_000,
        kept: float = 0.25,
        seed: int = 0,
        tally: Tally | None = None,
    ) -> Self:
        """Make a document of a name of up to `n` concepts, and build a terminology at `path`.

        A share `kept` of the names stays in it, the others are withheld. Each language that a
        concept has names in is as likely. It keeps its own name; one whose names are all equal to
        that when folded has no part, and is counted in `tally`.

        Raises:
            DataError: no concept has a name to withhold.
        """
        tally = tally if tally is not None else Tally()
        drawn = np.random.default_rng(seed)
        said: dict[str, Alias] = {}
        withheld: dict[str, Alias] = {}
        for row in drawn.permutation(terminology.n_concepts).tolist():
            if len(said) == n:
                break
            concept = terminology.concept(row)
            alias = _other_name(concept, drawn)
            if alias is None:
                tally.add("concept without a name to withhold", concept.id)
                continue
            said[concept.id] = alias
            if drawn.random() >= kept:
                withheld[concept.id] = alias
        if not said:
            raise DataError(
                f"no concept of {terminology.name} has a name to withhold",
                remedy="Train on annotated documents, or on a terminology with synonyms.",
            )
        rest = build_terminology(
            (_without(each, withheld.get(each.id)) for each in terminology.concepts()),
            path,
            name=f"{terminology.name}-withheld",
            version=terminology.version,
        )
        documents = tuple(
            _document(terminology.concept(each), alias, drawn) for each, alias in said.items()
        )
        return cls(rest.terminology, documents)


def _other_name(concept: Concept, drawn: np.random.Generator) -> Alias | None:
    """Draw a language that the concept has other names in than its own, and one of these.

    Abbreviations say too little without a document.
    """
    names: dict[str, list[Alias]] = {}
    for each in concept.aliases:
        is_name = each.kind in _NAMES and fold(each.text) not in {fold(concept.name), ""}
        if is_name and "\n" not in each.text:
            names.setdefault(each.language, []).append(each)
    if not names:
        return None
    chosen = names[sorted(names)[int(drawn.integers(len(names)))]]
    return chosen[int(drawn.integers(len(chosen)))]


def _without(concept: Concept, alias: Alias | None) -> Concept:
    if alias is None:
        return concept
    gone = fold(alias.text)
    return replace(
        concept, aliases=tuple(each for each in concept.aliases if fold(each.text) != gone)
    )


def _document(concept: Concept, alias: Alias, drawn: np.random.Generator) -> Document:
    language = primary_language(alias.language)
    contexts = list(_contexts(concept, language))
    chosen = contexts[-1] if drawn.random() < 0.5 else contexts[int(drawn.integers(len(contexts)))]
    before, _, after = chosen.partition("{}")
    span = (len(before), len(before) + len(alias.text))
    mention = Mention("T1", (span,), alias.text, gold=frozenset({concept.id}))
    return Document(concept.id, f"{before}{alias.text}{after}", alias.language, (mention,))


def _contexts(concept: Concept, language: str) -> Iterator[str]:
    """Yield texts with a place for the name, the definition last."""
    yield from _TEMPLATES.get(language, (_BARE,))
    if concept.definition:
        yield f"{{}}: {concept.definition}"
