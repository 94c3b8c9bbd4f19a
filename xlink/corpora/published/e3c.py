"""E3C: clinical cases in five languages as UIMA XMI, with disorders linked to UMLS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Literal, get_args

from xlink.corpora.markup import Element, attribute, line_of, number, parse_xml
from xlink.corpora.options import choices
from xlink.corpora.placing import UniqueIds
from xlink.corpora.spans import check_spans, surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention, Span

__all__ = ["Cuis", "E3cReader"]

Cuis = Literal["own", "english"]

_SOFA = "{http:///uima/cas.ecore}Sofa"
_CUSTOM = "{http:///webanno/custom.ecore}"
_XMI_ID = "{http://www.omg.org/XMI}id"
_CUI = re.compile(r"C\d{7}")
_NO_CUI = "CUILESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class E3cReader:
    """Reads files of the corpus, or folders of them such as `data_annotation/Spanish/layer1`.

    The clinical entities are the mentions. A CUI that is `CUILESS` is NIL: UMLS has no such concept
    in that language. For some of these the Basque files have the CUI of the English concept;
    `cuis = "english"` takes it. A mention that says it is discontinuous is annotated over its whole
    width, which is counted.

    The language is that of each file's metadata, else `language`.

    Raises:
        SpecError: there is no such choice of CUIs.
    """

    cuis: Cuis = "own"
    language: str = "und"

    def __post_init__(self) -> None:
        choices(self.cuis, get_args(Cuis), corpus="E3C", option="CUIs")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a file, those of a folder in the order of their paths.

        Raises:
            DataError: a folder has no XML file, a file is not such XMI, two mentions have one id,
                or one leaves its text.
        """
        for path in paths:
            files = sorted(path.rglob("*.xml")) if path.is_dir() else [path]
            if not files:
                raise DataError("the folder has no .xml file", path=path, remedy="Name a file.")
            for file in files:
                yield self._document(file, tally)

    def _document(self, path: Path, tally: Tally) -> Document:
        root = parse_xml(path)
        sofa = root.find(_SOFA)
        if sofa is None:
            raise DataError("it has no text (cas:Sofa)", path=path, remedy="Name files of E3C.")
        text = attribute(sofa, "sofaString", path)
        places = _code_points(text)
        metadata = root.find(f"{_CUSTOM}METADATA")
        language = None if metadata is None else metadata.get("docLanguage")
        mentions = [
            self._mention(entity, text, places, path, tally)
            for entity in root.iterfind(f"{_CUSTOM}CLINENTITY")
        ]
        ids = UniqueIds("mention")
        for mention in mentions:
            ids.add(mention.id, path=path)
        ordered = tuple(sorted(mentions, key=lambda mention: mention.spans))
        return Document(path.stem, text, language or self.language, ordered)

    def _mention(
        self, entity: Element, text: str, places: dict[int, int] | None, path: Path, tally: Tally
    ) -> Mention:
        units = (number(entity, "begin", path), number(entity, "end", path))
        span: Span = (
            units if places is None else (places.get(units[0], -1), places.get(units[1], -1))
        )
        if problem := check_spans((span,), len(text)):
            raise DataError(problem, path=path, line=line_of(entity), remedy="Fetch it again.")
        example = f"{path}, line {line_of(entity)}"
        if entity.get("discontinuous"):
            tally.add("discontinuous mention annotated over its whole width", example)
        return Mention(
            attribute(entity, _XMI_ID, path),
            (span,),
            surface(text, (span,)),
            "CLINENTITY",
            self._gold(entity, example, tally),
        )

    def _gold(self, entity: Element, example: str, tally: Tally) -> frozenset[str] | None:
        written = entity.get("entityID", "")
        found = _CUI.findall(written)
        if not found and self.cuis == "english":
            found = _CUI.findall(entity.get("entityIDEN", ""))
        if found or written == _NO_CUI:
            return frozenset(found)
        tally.add("entity without a CUI: unannotated", f"{example}: {written!r}")
        return None


def _code_points(text: str) -> dict[int, int] | None:
    """Return the place of each border in `text` that UIMA counts in UTF-16; None if the same."""
    if text.isascii() or max(text) <= "\uffff":
        return None
    borders = accumulate((2 if character > "\uffff" else 1 for character in text), initial=0)
    return {units: place for place, units in enumerate(borders)}
