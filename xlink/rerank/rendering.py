"""What the re-ranker reads: a mention in its context beside a candidate's names, as token ids.

    [CLS] left [M] mention [/M] [L] long form [T] label right [SEP] [F] fired alias [N] name … [SEP]

All pairs are rendered here, those of training and those of linking. Each side of a pair is put
together from tokenised pieces, so that a candidate of many mentions is tokenised once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.errors import SpecError
from xlink.rerank.names import NameChooser
from xlink.rerank.template import PairTemplate
from xlink.terminology import Terminology
from xlink.types import Query

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from xlink.candidate_set import CandidateSet

__all__ = ["MARKERS", "PairRenderer", "Pairs", "Rendering"]

Ids = npt.NDArray[np.int64]

MARKERS = {
    "[M]": "<",
    "[/M]": ">",
    "[L]": "=",
    "[F]": ":",
    "[N]": "|",
    "[A]": ",",
    "[T]": "(",
    "[D]": ".",
    "[P]": "/",
    "[NIL]": "?",
}
"""New tokens, each with the sign whose vector it starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What of a mention and a candidate is shown, each part with its budget in tokens.

    At most `names` names of a candidate are shown: the alias by which it was found if `fired`, then
    those in the language of the mention, then English ones; they are added whole until
    `candidate_tokens` are used up. `label` and `types` show the semantic types of both sides.
    """

    context_tokens: int = 16
    mention_tokens: int = 24
    candidate_tokens: int = 40
    names: int = 6
    fired: bool = True
    label: bool = True
    types: bool = True
    definition_tokens: int = 0
    parents: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Rendered pairs: ids of both sides, the mention's part first.

    Without padding; `lefts[n]` is how many of `ids[n]` belong to the mention's side.
    """

    ids: list[Ids]
    lefts: list[int]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.ids)

    def __add__(self, others: Pairs) -> Pairs:
        """Return these pairs and then the others."""
        return Pairs(self.ids + others.ids, self.lefts + others.lefts)


class PairRenderer:
    """Renders mentions with candidates of one terminology for one tokenizer.

    Raises:
        SpecError: the tokenizer does not know `MARKERS`.
    """

    def __init__(
        self, tokenizer: Tokenizer, terminology: Terminology, options: Rendering | None = None
    ) -> None:
        self.options = options if options is not None else Rendering()
        self._tokenizer = tokenizer
        self._template = PairTemplate.of(tokenizer)
        self._marks = _marker_ids(tokenizer)
        self._names = NameChooser(terminology)
        self.terminology = terminology

    def pairs(self, queries: Sequence[Query], candidates: CandidateSet) -> Pairs:
        """Render every query with each of its candidates, in their order."""
        mentions = self._mentions(queries)
        numbers = candidates.query_numbers().tolist()
        languages = [queries[number].language for number in numbers]
        rows = candidates.concept_rows.tolist()
        keys = list(zip(rows, languages, candidates.alias_rows.tolist(), strict=True))
        sides = self._candidates(dict.fromkeys(keys))
        return self._joined([mentions[n] for n in numbers], [sides[key] for key in keys])

    def nil_pairs(self, queries: Sequence[Query]) -> Pairs:
        """Render every query with the option that no concept fits."""
        nothing = [self._marks["[NIL]"]]
        return self._joined(self._mentions(queries), [nothing] * len(queries))

    def _joined(self, lefts: Iterable[list[int]], rights: Iterable[list[int]]) -> Pairs:
        joined = [self._template.join(*sides) for sides in zip(lefts, rights, strict=True)]
        return Pairs([ids for ids, _ in joined], [n_left for _, n_left in joined])

    def _mentions(self, queries: Sequence[Query]) -> list[list[int]]:
        own = self.options
        texts = [[each.left, each.text, each.long_form or "", each.right] for each in queries]
        labels = [each.label if own.label else "" for each in queries]
        tokens = self._tokens([part for parts in texts for part in parts] + labels)
        sides = []
        for number, label in enumerate(labels):
            left, mention, long_form, right = (tokens[part] for part in texts[number])
            side = left[max(0, len(left) - own.context_tokens) :]
            side += [self._marks["[M]"], *mention[: own.mention_tokens], self._marks["[/M]"]]
            if long_form:
                side += [self._marks["[L]"], *long_form[: own.mention_tokens]]
            if label:
                side += [self._marks["[T]"], *tokens[label]]
            sides.append(side + right[: own.context_tokens])
        return sides

    def _candidates(
        self, keys: Iterable[tuple[int, str, int]]
    ) -> dict[tuple[int, str, int], list[int]]:
        own, distinct = self.options, list(keys)
        wanted = [
            (row, language, fired if own.fired else None) for row, language, fired in distinct
        ]
        names = self._names.names(wanted, own.names)
        shown = {
            key: self._shown(key[0], texts) for key, texts in zip(distinct, names, strict=True)
        }
        tokens = self._tokens([text for parts in shown.values() for _, text in parts])
        return {key: self._side(parts, tokens) for key, parts in shown.items()}

    def _shown(self, row: int, texts: list[str]) -> list[tuple[str, str]]:
        """Return what is shown of a candidate, as marker and text, the most telling first."""
        own, terminology = self.options, self.terminology
        markers = ["[F]", "[N]"] if own.fired else ["[N]"]
        parts = [
            (markers[rank] if rank < len(markers) else "[A]", text)
            for rank, text in enumerate(texts)
        ]
        if own.types and (types := terminology.concept_table["types"][row].as_py()):
            parts.insert(len(markers), ("[T]", ", ".join(types)))
        if own.parents:
            above = terminology.hierarchy.parents(row)[: own.parents].tolist()
            parts += [("[P]", terminology.concept_table["name"][up].as_py()) for up in above]
        if own.definition_tokens:
            definition = terminology.concept_table["definition"][row].as_py()
            parts += [("[D]", definition)] if definition else []
        return parts

    def _side(self, parts: list[tuple[str, str]], tokens: dict[str, list[int]]) -> list[int]:
        """Put parts together within the budget; names that do not fit whole are left out."""
        own = self.options
        side: list[int] = []
        for marker, text in parts:
            ids = tokens[text]
            if marker == "[D]":
                side += [self._marks[marker], *ids[: own.definition_tokens]]
                continue
            room = own.candidate_tokens - len(side) - 1
            if not side or (marker == "[T]" and room > 0):
                ids = ids[:room]
            if len(ids) <= room:
                side += [self._marks[marker], *ids]
        return side

    def _tokens(self, texts: Iterable[str]) -> dict[str, list[int]]:
        """Return the ids of each distinct text, without those that mark its ends."""
        distinct = list(dict.fromkeys(texts))
        encoded = self._tokenizer.encode_batch_fast(distinct, add_special_tokens=False)
        return {text: each.ids for text, each in zip(distinct, encoded, strict=True)}


def _marker_ids(tokenizer: Tokenizer) -> dict[str, int]:
    ids = {marker: tokenizer.token_to_id(marker) for marker in MARKERS}
    known = {marker: number for marker, number in ids.items() if number is not None}
    if len(known) < len(ids):
        missing = ", ".join(sorted(ids.keys() - known.keys()))
        raise SpecError(f"The tokenizer lacks {missing}: open it with `CrossEncoder.from_base`.")
    return known
