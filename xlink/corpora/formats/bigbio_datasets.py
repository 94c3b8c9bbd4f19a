"""BigBIO as objects of the package `datasets`, where the extra `bigbio` is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.corpora.formats.bigbio import from_bigbio, to_bigbio
from xlink.corpora.formats.bigbio_files import bigbio_schema
from xlink.corpora.gold import GoldOptions
from xlink.errors import DataError, MissingExtraError
from xlink.tally import Tally
from xlink.types import Document

if TYPE_CHECKING:
    from datasets import Dataset

__all__ = ["from_dataset", "load_bigbio", "to_dataset"]

_OWN_READERS = {
    "bc5cdr": "pubtator",
    "bronco": "bronco",
    "distemist": "distemist",
    "mantra_gsc": "mantra",
    "medmentions": "pubtator",
    "ncbi_disease": "pubtator",
    "quaero": "quaero",
}


def from_dataset(
    dataset: Iterable[Mapping[str, object]],
    options: GoldOptions | None = None,
    *,
    tally: Tally | None = None,
) -> Iterator[Document]:
    """Yield the documents of a `Dataset` of BigBIO's knowledge-base schema, or of any records.

    Raises:
        DataError: a record is not of the schema; its number stands for the line.
    """
    chosen = GoldOptions(several="alternatives") if options is None else options
    for number, record in enumerate(dataset, start=1):
        yield from_bigbio(record, chosen, path=Path("dataset"), line=number, tally=tally)


def to_dataset(
    documents: Iterable[Document], *, database: str = "", strict: bool = False
) -> Dataset:
    """Return documents as a `Dataset`; `strict` gives the columns of BigBIO and no others.

    Raises:
        MissingExtraError: the package `datasets` is not installed.
    """
    try:
        from datasets import Dataset, Features
    except ImportError:
        raise MissingExtraError("a Dataset of documents", "bigbio") from None
    features = Features.from_arrow_schema(bigbio_schema(strict=strict))
    records = [to_bigbio(each, database=database, strict=strict) for each in documents]
    columns = {name: [record[name] for record in records] for name in features}
    return Dataset.from_dict(columns, features=features)


def load_bigbio(name: str, config: str | None = None, *, split: str = "train") -> Dataset:
    """Fetch a data set of the hub, such as `bigbio/quaero`, with the network that this takes.

    Most of `bigbio/` are scripts, which `datasets` runs no more since version 4: the error names
    the reader of xlink that reads the original files in their place.

    Raises:
        MissingExtraError: the package `datasets` is not installed.
        DataError: the data set can't be loaded.
    """
    try:
        from datasets import Dataset, load_dataset
    except ImportError:
        raise MissingExtraError("Data sets of the hub", "bigbio") from None
    try:
        loaded = load_dataset(name, config, split=split)
    except RuntimeError as error:
        if "scripts are no longer supported" not in str(error):
            raise
        reader = _OWN_READERS.get(name.rpartition("/")[2])
        own = f"the reader {reader!r}" if reader else "the reader for its format (docs/corpora.md)"
        raise DataError(
            f"{name} is a script, and datasets runs none since version 4",
            remedy=f"Fetch the original files and read them with {own}.",
        ) from None
    except (OSError, ValueError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise DataError(f"{name} can't be loaded: {first}", remedy="Check its name.") from None
    if not isinstance(loaded, Dataset):
        raise DataError(f"{name} is not one data set", remedy="Name a single split.")
    return loaded
