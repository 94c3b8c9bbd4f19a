"""The pipeline component `xlink`: batches of `Doc` in, the same with links out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.pipeline import Pipe

from xlink.corpora.formats.spacy_docs import language_of
from xlink.errors import DataError, SpecError, StaleIndexError
from xlink.linker import Linker
from xlink.spacy.marking import (
    as_document,
    links_of,
    mark_detected,
    mark_entities,
    mark_group,
    tokens_of,
)
from xlink.spacy.options import Options, configured, open_linker
from xlink.spacy.records import keep_links, set_extension
from xlink.types import Link

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as Tokens

__all__ = ["XlinkComponent"]


class XlinkComponent(Pipe):
    """Links the mentions in each `Doc`, as its config says.

    ```python
    nlp.add_pipe("xlink", config={"terminology": "icd10", "mentions": "detect"})
    for entity in nlp("Known COPD.").ents:
        print(entity.text, entity.kb_id_, entity._.xlink.confidence)
    ```

    The terminology and its indexes are mapped into memory, and processes share them.
    """

    def __init__(self, name: str, options: Options, linker: Linker | None = None) -> None:
        """Open what the config names, unless a linker is passed.

        Raises:
            SpecError: a value of the config can't be used; the message names its key.
        """
        self.name = name
        self.options = options
        self._linker = open_linker(options) if linker is None else configured(linker, options)
        self._folder: Path | None = None
        set_extension(options.extension)

    @property
    def linker(self) -> Linker:
        """The linker that does the work.

        Raises:
            SpecError: it comes with the folder of the pipeline, which was not read.
        """
        if self._linker is None:
            raise SpecError(
                f"xlink, config key `terminology`: {self.options.terminology!r} is not here. Build "
                "it, or load the pipeline from a folder that has it inside."
            )
        return self._linker

    def __call__(self, doc: Doc) -> Doc:
        """Link the mentions in one `Doc`; in a stream, `pipe` is far quicker."""
        self._link([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Link the mentions in a stream, a batch at a time."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._link(batch)
            yield from batch

    def refuse_twins(self, others: Iterable[object]) -> None:
        """Refuse to stand in one pipeline with a component that keeps its links in the same place.

        Raises:
            SpecError: there is such a component.
        """
        for other in others:
            if (
                isinstance(other, XlinkComponent)
                and other.options.extension == self.options.extension
            ):
                raise SpecError(
                    f"xlink, config key `extension`: {other.name!r} in this pipeline has "
                    f"{self.options.extension!r} already. Name another."
                )

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the linker to a folder: by reference, or with all it needs if `store` is `inside`.

        Raises:
            SpecError: a part of the linker can't be saved.
        """
        self.linker.save(Path(path), with_terminology=self.options.store == "inside")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> XlinkComponent:  # noqa: ARG002
        """Take over the linker in a folder; what the config sets goes before what was saved.

        Raises:
            StaleIndexError: it was saved with another build of the terminology than the one here.
            ArtifactError: it is damaged, or its terminology is not to be found.
        """
        known = None
        if self._linker is not None and self.options.store == "reference":
            known = self._linker.terminology
        self._folder = Path(path)
        self._linker = configured(Linker.load(self._folder, terminology=known), self.options)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return which terminology it is; bytes hold no terminology, whatever `store` says."""
        terminology = self.linker.terminology
        content = {"terminology": terminology.name, "fingerprint": terminology.fingerprint}
        return json.dumps(content).encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> XlinkComponent:  # noqa: ARG002
        """Check that the terminology here is the one that `to_bytes` wrote.

        Raises:
            DataError: the bytes are something else.
            StaleIndexError: it is another, or another build of it.
        """
        try:
            content = json.loads(data)
            name, fingerprint = str(content["terminology"]), str(content["fingerprint"])
        except (ValueError, KeyError, TypeError):
            raise DataError("the bytes are not those of the component xlink") from None
        here = self.linker.terminology
        if here.fingerprint != fingerprint:
            raise StaleIndexError(
                f"The pipeline was saved with {name} (fingerprint {fingerprint[:12]}), and the one "
                f"at {here.path} is {here.fingerprint[:12]}. Build that one again, or save anew."
            )
        return self

    def __reduce__(self) -> tuple[object, ...]:
        # What is mapped would be copied; another process maps it itself.
        if self._folder is None and self.options.terminology is None is self.options.linker:
            raise SpecError("A component with a linker of its own can't be sent to a process.")
        return _reopened, (self.name, self.options, self._folder)

    def _link(self, docs: Sequence[Doc]) -> None:
        if self.options.mentions == "detect":
            self._link_detected(docs)
        elif self.options.mentions == "spans":
            self._link_groups(docs)
        else:
            entities = [list(doc.ents) for doc in docs]
            for doc, spans, links in self._linked(docs, entities):
                mark_entities(spans, links)
                self._keep(doc, spans, links)

    def _link_groups(self, docs: Sequence[Doc]) -> None:
        names = [[name for name in self.options.span_groups if name in doc.spans] for doc in docs]
        spans = [
            [each for group in groups for each in doc.spans[group]]
            for doc, groups in zip(docs, names, strict=True)
        ]
        for groups, (doc, found, links) in zip(names, self._linked(docs, spans), strict=True):
            start = 0
            for group in groups:
                end = start + len(doc.spans[group])
                mark_group(doc, group, found[start:end], links[start:end])
                start = end
            self._keep(doc, found, links)

    def _link_detected(self, docs: Sequence[Doc]) -> None:
        plain = [as_document(doc, n, self._language(doc), ()) for n, doc in enumerate(docs)]
        for doc, linked in zip(docs, self.linker.link(plain), strict=True):
            pairs = [(tokens_of(doc, link.mention), link) for link in linked.links]
            spans = [tokens for tokens, _ in pairs if tokens is not None]
            links = [[link] for tokens, link in pairs if tokens is not None]
            mark_detected(doc, self.options.detected_group, spans, links)
            self._keep(doc, spans, links)

    def _linked(
        self, docs: Sequence[Doc], spans: Sequence[list[Tokens]]
    ) -> Iterator[tuple[Doc, list[Tokens], list[list[Link]]]]:
        """Yield each `Doc` with its spans, and the links of each span: several if it has parts."""
        documents = [
            as_document(doc, number, self._language(doc), found)
            for number, (doc, found) in enumerate(zip(docs, spans, strict=True))
        ]
        linked = self.linker.link(documents, detect=False)
        for doc, found, document, each in zip(docs, spans, documents, linked, strict=True):
            yield doc, found, links_of(document.mentions, each.links)

    def _language(self, doc: Doc) -> str:
        return language_of(doc) if self.options.language is None else self.options.language

    def _keep(self, doc: Doc, spans: Sequence[Tokens], links: Sequence[Sequence[Link]]) -> None:
        pairs = (
            (place, link)
            for tokens, own in zip(spans, links, strict=True)
            for link in own
            if (place := tokens if len(own) == 1 else tokens_of(doc, link.mention)) is not None
        )
        keep_links(doc, self.options.extension, self._language(doc), pairs)


def _reopened(name: str, options: Options, folder: Path | None) -> XlinkComponent:
    component = XlinkComponent(name, options)
    return component if folder is None else component.from_disk(folder)
