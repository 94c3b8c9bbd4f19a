"""Mention detection by GLiNER, which is told by words what to look for."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xlink.detect.models.marking import Labelled, marked
from xlink.detect.models.windows import cores, windows
from xlink.detect.options import read_options, written_options
from xlink.encoders.hub import hub_model
from xlink.errors import ArtifactError, MissingExtraError, SpecError
from xlink.types import NO_FILTER, Document, Filter

if TYPE_CHECKING:
    from gliner import GLiNER

__all__ = ["GlinerDetector", "GlinerOptions"]

# As GLiNER counts words, of which it silently drops those beyond its limit.
_WORD = re.compile(r"\w+(?:[-_]\w+)*|\S")
_WINDOW_WORDS, _SHARED_WORDS = 128, 32


@dataclass(frozen=True, slots=True)
class GlinerOptions:
    """What is looked for: `labels` says it in words, and what the mentions are labelled with.

    Places below the probability `threshold` are left out. Of overlapping ones the most probable
    stays, unless `nested` keeps all.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    threshold: float = 0.5
    nested: bool = False


class GlinerDetector:
    """Marks what a GLiNER model finds (Zaratiana et al., NAACL 2024).

    ```python
    GlinerDetector.open("models/gliner", GlinerOptions(labels={"disease or syndrome": "Disease"}))
    ```

    `name` is what `Linker.open(detector=...)` takes; it is empty for a model made elsewhere.

    Raises:
        SpecError: no labels are given.
    """

    def __init__(self, model: GLiNER, options: GlinerOptions, *, place: str = "") -> None:
        if not options.labels:
            raise SpecError(
                "GLiNER needs to be told what to look for, as in "
                f"gliner:{place or 'MODEL'}?labels=disease,drug"
            )
        self.model = model
        self.options = options
        self.place = place

    @classmethod
    def open(
        cls, model: Path | str, options: GlinerOptions, *, revision: str | None = None
    ) -> Self:
        """Open a folder, or a model of the hub at a revision; what is cached needs no network.

        Raises:
            MissingExtraError: GLiNER is not installed.
            ArtifactError: there is no such model, or it can't be had.
        """
        if importlib.util.find_spec("gliner") is None:
            raise MissingExtraError("GLiNER", "gliner")
        from gliner import GLiNER

        given = str(model)
        try:
            network = GLiNER.from_pretrained(given, revision=revision)
        except (OSError, ValueError) as error:
            raise ArtifactError(f"The model {given} can't be opened: {error}") from None
        place = given if revision is None else f"{given}@{revision}"
        return cls(network, options, place=place)

    @classmethod
    def from_name(cls, model: str, options: str) -> Self:
        """Open what `gliner:MODEL@REVISION?OPTIONS` names, or a folder.

        Raises:
            SpecError: an option is of no use, labels are missing, or a hub model has no revision.
            MissingExtraError: GLiNER is not installed.
            ArtifactError: there is no such model, or it can't be had.
        """
        told = read_options(GlinerOptions, options, of=f"gliner:{model}")
        if Path(model).is_dir():
            return cls.open(model, told)
        name, revision = hub_model(model)
        return cls.open(name, told, revision=revision)

    @property
    def name(self) -> str:
        """What opens this detector again; empty if nothing does."""
        return f"gliner:{self.place}?{written_options(self.options)}" if self.place else ""

    def with_options(self, options: GlinerOptions) -> Self:
        """Return a detector of the same model with other options."""
        return type(self)(self.model, options, place=self.place)

    def detect(
        self,
        documents: Sequence[Document],
        where: Filter = NO_FILTER,  # noqa: ARG002 - a model knows no terminology
    ) -> list[Document]:
        """Return the documents with what is found in place of the mentions they had."""
        return [
            marked(
                document,
                self._found(document.text),
                self.options.labels,
                nested=self.options.nested,
            )
            for document in documents
        ]

    def _found(self, text: str) -> Iterator[Labelled]:
        """Yield what is found, each place in the window that it stands best in."""
        words = [match.span() for match in _WORD.finditer(text)]
        if not words:
            return
        parts = list(windows(len(words), _WINDOW_WORDS, _SHARED_WORDS))
        spans = [(words[start][0], words[end - 1][1]) for start, end in parts]
        found = self.model.inference(
            [text[start:end] for start, end in spans],
            list(self.options.labels),
            flat_ner=not self.options.nested,
            threshold=self.options.threshold,
            batch_size=1,  # padding would let what is found depend on what else is looked at
        )
        counted = cores([end - start for start, end in parts], _SHARED_WORDS)
        for (first, _), (offset, _), (start, end), places in zip(
            parts, spans, counted, found, strict=True
        ):
            earliest, latest = words[first + start][0], words[first + end - 1][1]
            for place in places:
                if earliest <= offset + place["start"] < latest:
                    yield Labelled(
                        offset + place["start"],
                        offset + place["end"],
                        place["label"],
                        float(place["score"]),
                    )
