"""Several detectors as one: what they find, with rules for what overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast, get_args

from xlink.detect.matches import first_come
from xlink.errors import SpecError
from xlink.protocols import MentionDetector
from xlink.types import NO_FILTER, Document, Filter, Mention, Span

__all__ = ["Detectors", "Overlaps", "as_overlaps"]

Overlaps = Literal["longest", "first", "all"]


class Detectors:
    """The union of what several detectors find.

    Of overlapping mentions the `longest` stays, or that of the `first` detector whatever its
    length, or `all`. Mentions in several parts share words with others of the same detector: they
    stay where nothing of another one does. A span that several find is one mention in any case,
    with the label of the first that gives one. Ids count anew.

    ```python
    Detectors([DictionaryDetector.build(hpo), SpacyDetector.open("en_core_web_sm")])
    ```

    Raises:
        SpecError: there is no detector, or no such rule.
    """

    def __init__(
        self, detectors: Sequence[MentionDetector], *, overlaps: Overlaps = "longest"
    ) -> None:
        if not detectors:
            raise SpecError("Name at least one mention detector.")
        self.detectors = tuple(detectors)
        self.overlaps = as_overlaps(overlaps)

    def detect(self, documents: Sequence[Document], where: Filter = NO_FILTER) -> list[Document]:
        """Return the documents with what is found in place of the mentions they had."""
        found = [each.detect(documents, where) for each in self.detectors]
        return [
            replace(document, mentions=self._united([each.mentions for each in versions]))
            for document, *versions in zip(documents, *found, strict=True)
        ]

    def _united(self, found: Sequence[Sequence[Mention]]) -> tuple[Mention, ...]:
        ranks: dict[tuple[Span, ...], int] = {}
        known: dict[tuple[Span, ...], Mention] = {}
        for rank, mentions in enumerate(found):
            for mention in mentions:
                earlier = known.setdefault(mention.spans, mention)
                ranks.setdefault(mention.spans, rank)
                if not earlier.label and mention.label:
                    known[mention.spans] = replace(earlier, label=mention.label)
        by_rank = sorted(known.values(), key=lambda each: (ranks[each.spans], *_by_length(each)))
        whole = [each for each in by_rank if len(each.spans) == 1]
        kept = {
            "longest": lambda: first_come(sorted(whole, key=_length, reverse=True)),
            "first": lambda: first_come(whole),
            "all": lambda: whole,
        }[self.overlaps]()
        others = [] if self.overlaps == "all" else list(kept)
        kept += [
            each
            for each in by_rank
            if len(each.spans) > 1
            and not any(
                ranks[other.spans] != ranks[each.spans] and _overlap(other, each)
                for other in others
            )
        ]
        in_order = sorted(kept, key=lambda each: (each.start, -each.end, each.spans))
        return tuple(
            replace(mention, id=f"T{number}") for number, mention in enumerate(in_order, start=1)
        )


def as_overlaps(rule: str) -> Overlaps:
    """Return a rule for what overlaps.

    Raises:
        SpecError: there is no such rule.
    """
    if rule not in get_args(Overlaps):
        raise SpecError(f"overlaps is {' or '.join(get_args(Overlaps))}, not {rule!r}.")
    return cast("Overlaps", rule)


def _length(mention: Mention) -> int:
    return mention.end - mention.start


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _by_length(mention: Mention) -> tuple[int, int]:
    return -_length(mention), mention.start
