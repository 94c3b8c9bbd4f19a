"""A terminology as the knowledge base of spaCy's own entity_linker."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from spacy.kb import InMemoryLookupKB

from xlink.linker import Linker
from xlink.terminology import Terminology
from xlink.types import NO_FILTER

if TYPE_CHECKING:
    from spacy.vocab import Vocab

__all__ = ["to_knowledge_base"]


def to_knowledge_base(source: Linker | Terminology, vocab: Vocab) -> InMemoryLookupKB:
    """Return the concepts and names of a terminology; a linker's filter acts on them.

    The concepts of an ambiguous name share its probability alike. The vector of a concept is the
    mean of the vectors that `vocab` has for the words of its name, and zero where it has none.

    ```python
    to_knowledge_base(linker, nlp.vocab).to_disk("icd10.kb")
    ```
    """
    if isinstance(source, Linker):
        terminology, where = source.terminology, source.where
    else:
        terminology, where = source, NO_FILTER
    admitted = terminology.select(where).aliases if where else np.ones(terminology.n_aliases, bool)
    rows = np.flatnonzero(admitted)
    concepts = terminology.alias_concepts[rows]
    known = np.unique(concepts)
    ids = dict(zip(known.tolist(), terminology.concept_ids(known), strict=True))
    names = terminology.concept_table["name"].take(known).to_pylist()
    kb = InMemoryLookupKB(vocab, entity_vector_length=vocab.vectors_length or 1)
    vectors = [_vector(name, vocab).tolist() for name in names]
    kb.set_entities(list(ids.values()), [1.0] * len(ids), vectors)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    texts = terminology.alias_texts()
    for row, concept in zip(rows.tolist(), concepts.tolist(), strict=True):
        owners[texts[row]].add(ids[concept])
    for text, found in owners.items():
        kb.add_alias(text, sorted(found), [1 / len(found)] * len(found))
    return kb


def _vector(name: str, vocab: Vocab) -> npt.NDArray[np.float32]:
    width = vocab.vectors_length
    words = [np.asarray(vocab.get_vector(each)) for each in name.split() if vocab.has_vector(each)]
    if not width or not words:
        return np.zeros(width or 1, dtype=np.float32)
    mean: npt.NDArray[np.float32] = np.mean(words, axis=0)
    return mean
