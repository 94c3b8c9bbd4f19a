"""What a job did, in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xlink.jobs.failures import Failure
from xlink.tally import Tally

__all__ = ["Summary"]


@dataclass(slots=True)
class Summary:
    """Counts over all documents of a job; times and `new_bytes` only of what this run linked.

    Sizes are bytes of text in UTF-8. `cpu_s` is the processor time of all processes.
    """

    n_documents: int = 0
    n_mentions: int = 0
    n_links: int = 0
    n_bytes: int = 0
    n_kept: int = 0
    new_bytes: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def sentences(self) -> Iterator[str]:
        """Yield the summary in words."""
        yield (
            f"{self.n_documents:,} documents ({self.n_bytes / 1e6:,.2f} MB of text), "
            f"{self.n_mentions:,} mentions, {self.n_links:,} links, {len(self.failures):,} failures"
        )
        if self.n_kept:
            yield f"{self.n_kept:,} documents were linked by an earlier run"
        if self.new_bytes and self.seconds and self.cpu_s:
            new_mb = self.new_bytes / 1e6
            yield (
                f"{new_mb / self.seconds:.2f} MB a second, "
                f"{new_mb / self.cpu_s:.2f} MB a second of processor time"
            )
