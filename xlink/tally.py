"""Counts of what was skipped or mended on the way in, reported once and never silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

__all__ = ["Tally"]


class Tally:
    """Occurrences by reason, with the first example of each.

    ```python
    tally = Tally()
    tally.add("alias empty after normalisation", "names.tsv, line 12")
    for sentence in tally.sentences():
        ...
    ```
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, reason: str, example: str = "", count: int = 1) -> None:
        """Count `count` more cases of `reason`; the first non-empty example is kept."""
        if not count:
            return
        self._counts[reason] += count
        if example:
            self._examples.setdefault(reason, example)

    def merge(self, other: Tally) -> None:
        """Add all counts of `other` to this tally."""
        for reason, count in other._counts.items():
            self.add(reason, other._examples.get(reason, ""), count)

    def __bool__(self) -> bool:
        """Tell whether anything was counted."""
        return bool(self._counts)

    def __getitem__(self, reason: str) -> int:
        """Return how often `reason` was counted."""
        return self._counts[reason]

    def counts(self) -> dict[str, int]:
        """Return the counts by reason, most frequent first."""
        return dict(self._counts.most_common())

    def entries(self) -> Iterator[tuple[str, int, str]]:
        """Yield reason, count and first example, most frequent first."""
        for reason, count in self._counts.most_common():
            yield reason, count, self._examples.get(reason, "")

    def sentences(self) -> Iterator[str]:
        """Yield one sentence a reason, most frequent first, each with its first example."""
        for reason, count, example in self.entries():
            yield f"{count:,} x {reason}" + (f" (first: {example})" if example else "")
