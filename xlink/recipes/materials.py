"""What recipes are made from: terminologies and documents, found, built, read and digested once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.artifact import is_artifact
from xlink.corpora.reading import make_reader
from xlink.corpora.splits import Split
from xlink.errors import DataError, SpecError, XlinkError
from xlink.home import terminology_path
from xlink.indexes import open_generator
from xlink.recipes.model import CorpusSpec, DrawSpec, Task
from xlink.recipes.remembering import RememberingGenerator
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.locate import locate
from xlink.terminology.spec import build_from_spec, load_spec
from xlink.terminology.spec_files import sources_of
from xlink.types import Document

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator

__all__ = ["Materials", "MissingContentError", "drawn"]


_N_KEPT = 3


class MissingContentError(XlinkError):
    """Content that the user has to get: the message says what, where, and where to put it."""


@dataclass(slots=True)
class Materials:
    """Opens each terminology once and keeps the documents read last; `folder` is the recipe's.

    `tally` counts what readers and builds skipped or mended.
    """

    folder: Path
    tally: Tally = field(default_factory=Tally)
    _terminologies: dict[str, Terminology] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _documents: dict[str, tuple[Document, ...]] = field(default_factory=dict)
    _generators: dict[tuple[str, str], RememberingGenerator] = field(default_factory=dict)

    def check(self, task: Task) -> None:
        """Refuse a task whose content is not there; nothing is built or read yet.

        Raises:
            MissingContentError: a variable is not set, a path does not exist, or the terminology
                is of another release than the recipe names.
        """
        names = [task.terminology]
        for corpus in filter(None, (task.corpus, task.training)):
            self._paths(corpus)
            names += [corpus.terminology] if corpus.terminology is not None else []
        for name in names:
            self._check_terminology(name)
        if task.version is not None and self.is_built(task.terminology):
            _check_version(self.terminology(task.terminology), task.version)

    def is_built(self, name: str) -> bool:
        """Tell whether a terminology is built, whole or not."""
        return is_artifact(self._place(name))

    def terminology(self, name: str) -> Terminology:
        """Return a terminology by name or specification beside the recipe, built if need be.

        Raises:
            XlinkError: it can't be built or opened.
        """
        if name not in self._terminologies:
            place = self._place(name)
            if not is_artifact(place):
                self.tally.merge(build_from_spec(load_spec(self._spec(name)), place).tally)
            self._terminologies[name] = Terminology.open(place)
        return self._terminologies[name]

    def documents(
        self, corpus: CorpusSpec, options: dict[str, object] | None = None
    ) -> tuple[Document, ...]:
        """Return the documents of a corpus, with some options of its reader in place of its own.

        Raises:
            XlinkError: the corpus can't be read.
            DataError: no document is left.
        """
        key = repr((corpus.model_dump_json(), options))
        if key not in self._documents:
            reader = make_reader(corpus.reader, corpus.options | (options or {}))
            read = reader.read(self._places(corpus), self.tally)
            if options:
                # A draw from fewer documents would be another one.
                ids = {document.id for document in self.documents(corpus)}
                kept = tuple(document for document in read if document.id in ids)
            else:
                kept = tuple(drawn(read, corpus.draw))
            if not kept:
                raise DataError(f"The reader {corpus.reader} found no documents in the corpus")
            while len(self._documents) >= _N_KEPT:
                del self._documents[next(iter(self._documents))]
            self._documents[key] = kept
        return self._documents[key]

    def training(self, task: Task) -> tuple[Document, ...]:
        """Return the documents of a training part.

        Raises:
            XlinkError: the corpus can't be read.
            DataError: there is no training part, or no document in it.
        """
        if task.training is None:
            raise DataError(f"{task.title or task.terminology} has no training part")
        return self.documents(task.training)

    def generator(self, terminology: str, name: str) -> CandidateGenerator:
        """Return a generator of a terminology, which keeps what it found for the next system.

        Raises:
            XlinkError: its index can't be built or opened.
        """
        key = (terminology, name)
        if key not in self._generators:
            opened = open_generator(self.terminology(terminology), name)
            self._generators[key] = RememberingGenerator(opened)
        return self._generators[key]

    def digest(self, corpus: CorpusSpec) -> str:
        """Return the SHA-256 of what a corpus is read from: its files, or its terminology."""
        if corpus.terminology is not None:
            return self.terminology(corpus.terminology).fingerprint
        key = "\n".join(corpus.paths)
        if key not in self._digests:
            self._digests[key] = _digest(self._places(corpus))
        return self._digests[key]

    def _places(self, corpus: CorpusSpec) -> list[Path]:
        if corpus.terminology is not None:
            return [self.terminology(corpus.terminology).path]
        return self._paths(corpus)

    def _paths(self, corpus: CorpusSpec) -> list[Path]:
        return [path for address in corpus.paths for path in self._located(address, corpus.obtain)]

    def _located(self, address: str, obtain: str) -> tuple[Path, ...]:
        try:
            return locate(address, folder=self.folder, how=obtain)
        except (SpecError, DataError) as error:
            raise MissingContentError(str(error)) from None

    def _spec(self, name: str) -> Path | str:
        return self.folder / name if name.endswith(".toml") else name

    def _place(self, name: str) -> Path:
        if name.endswith(".toml"):
            return terminology_path(load_spec(self.folder / name).name)
        return terminology_path(name)

    def _check_terminology(self, name: str) -> None:
        if self.is_built(name):
            return
        for each in sources_of(load_spec(self._spec(name))):
            for address in each.source.files:
                if address.startswith("$"):
                    how = f"{name}: {each.spec.licence_note} See {each.spec.homepage}."
                    self._located(address, how)


def drawn(documents: Iterable[Document], draw: DrawSpec | None) -> Iterable[Document]:
    """Return the documents that `draw` takes, or those it leaves, in their order."""
    if draw is None:
        return documents
    held = list(documents)
    split = Split.draw(held, {"drawn": draw.share, "rest": 1 - draw.share}, seed=draw.seed)
    return split.take(held, "rest" if draw.rest else "drawn")


def _check_version(terminology: Terminology, wanted: str) -> None:
    origin = terminology.facts.get("origin")
    versions = origin.get("versions") if isinstance(origin, dict) else None
    known = {terminology.version}
    if isinstance(versions, dict):
        known |= {str(each) for each in versions.values()}
    if wanted not in known:
        raise MissingContentError(
            f"The recipe is for {terminology.name} {wanted}; built is {terminology.version}. "
            "Build it from that release."
        )


def _digest(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for place in files:
            with place.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            name = place.relative_to(path).as_posix() if place != path else place.name
            total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()
