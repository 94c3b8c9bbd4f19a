"""Links as JSON lines: the very file that `Run.load` and `xlink evaluate` read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlink.evaluation.run import DocumentLinks, RunHeader, run_lines
from xlink.types import LinkedDocument

__all__ = ["jsonl_lines"]


def jsonl_lines(linked: Iterable[LinkedDocument], header: RunHeader) -> Iterator[str]:
    """Yield the header line, then the links of one document a line, as they come."""
    return run_lines(header, (DocumentLinks.of(each) for each in linked))
