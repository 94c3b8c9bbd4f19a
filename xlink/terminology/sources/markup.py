"""XML in a stream, for the sources that read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from xlink.errors import DataError
from xlink.terminology.sources.documents import opened

__all__ = ["parsed"]


def parsed(
    path: Path, *, events: Sequence[str] = ("end",), tag: str | Sequence[str] | None = None
) -> Iterator[tuple[str, etree._Element]]:
    """Yield the events of parsing `path` with their elements, of some `tag` or all.

    The file may be packed, as `opened` unpacks it.

    Raises:
        DataError: the file can't be read or is not XML; names the line.
    """
    try:
        with opened(path) as stream:
            yield from etree.iterparse(
                stream, events=events, tag=tag, resolve_entities=False, no_network=True
            )
    except etree.XMLSyntaxError as error:
        raise DataError(
            f"it is not XML: {(error.msg or '').partition(', line ')[0]}",
            path=path,
            line=error.lineno or 1,
            remedy="Fetch the file again.",
        ) from None
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
