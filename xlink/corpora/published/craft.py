"""CRAFT: full articles with concepts of ten ontologies, in the two formats of Knowtator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import read_text
from xlink.corpora.fragments import place_parts
from xlink.corpora.markup import Element, attribute, line_of, number, parse_xml
from xlink.corpora.options import choices, words
from xlink.corpora.spans import surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention, Span

__all__ = ["CraftReader"]

_SPLITS = ("train", "dev", "test")
_OBO = "http://purl.obolibrary.org/obo/"
_FORMATS = ("knowtator-2", "knowtator")
_NAMED_OTHERWISE = {"MONDO": "MONDO_without_genotype_annotations"}
_NAMES = ("{}.txt.knowtator.xml", "{}.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class CraftReader:
    """Reads the corpus folder with `articles/` and `concept-annotation/`.

    `ontology` is a folder of `concept-annotation/` (`CHEBI`, `CL`, `GO_BP`, `MONDO`, `UBERON`, …),
    and `annotations` one below it, where that has another name: `MONDO_with_genotype_annotations`,
    `CHEBI+extensions`. `split` takes the articles that `articles/ids/` lists for it; articles of
    `train` and `dev` are annotated in every release. Mentions may be discontinuous and may nest;
    one concept stands with each, and nothing is NIL. Ids that are addresses of the OBO foundry are
    written `MONDO:0005148`.

    Raises:
        SpecError: there is no such split.
    """

    ontology: str
    annotations: str = ""
    split: str | Collection[str] = ("train", "dev")
    language: str = "en"

    def __post_init__(self) -> None:
        choices(self.split, _SPLITS, corpus="CRAFT", option="split")

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document an article, in the order of the lists.

        Raises:
            DataError: a file is missing or not of this format, or a mention leaves its text.
        """
        for folder in paths:
            annotations = self._folder(folder)
            for split in words(self.split):
                ids = read_text(folder / "articles" / "ids" / f"craft-ids-{split}.txt").split()
                for article in ids:
                    text = read_text(folder / "articles" / "txt" / f"{article}.txt")
                    path = _annotated(annotations, article)
                    mentions = self._mentions(path, text, tally)
                    yield Document(article, text, self.language, mentions)

    def _folder(self, folder: Path) -> Path:
        home = folder / "concept-annotation" / self.ontology
        named = self.annotations or _NAMED_OTHERWISE.get(self.ontology, self.ontology)
        found = [home / named / each for each in _FORMATS if (home / named / each).is_dir()]
        if not found:
            raise DataError(
                f"it has no folder {' or '.join(_FORMATS)}",
                path=home / named,
                remedy="Check the options `ontology` and `annotations`.",
            )
        return found[0]

    def _mentions(self, path: Path, text: str, tally: Tally) -> tuple[Mention, ...]:
        root = parse_xml(path)
        found: set[tuple[tuple[Span, ...], str]] = set()
        for element, concept_id in _annotations(root, path):
            spans = element.findall("span")
            wanted = " ".join(each.text or "" for each in spans).strip()
            wanted = wanted or element.findtext("spannedText", "").replace(" ... ", " ")
            borders = [(number(each, "start", path), number(each, "end", path)) for each in spans]
            parts = place_parts(
                text,
                borders,
                wanted or surface(text, borders),
                path=path,
                line=line_of(element),
                tally=tally,
            )
            if (parts, concept_id) in found:
                tally.add("annotation repeated", f"{path}, line {line_of(element)}")
            found.add((parts, concept_id))
        return tuple(
            Mention(
                f"T{place}", spans, surface(text, spans), self.ontology, frozenset({concept_id})
            )
            for place, (spans, concept_id) in enumerate(sorted(found), start=1)
        )


def _annotated(folder: Path, article: str) -> Path:
    for name in _NAMES:
        path = folder / name.format(article)
        if path.is_file():
            return path
    raise DataError(
        f"it has no annotations of the article {article}",
        path=folder,
        remedy="Read the splits that this release has annotations of.",
    )


def _annotations(root: Element, path: Path) -> Iterator[tuple[Element, str]]:
    """Yield each annotation with the id of its concept.

    Knowtator 2 has the class in the annotation; in the older format a mention stands between.
    """
    classes = {
        attribute(each, "id", path): attribute(named, "id", path)
        for each in root.iterfind("classMention")
        if (named := each.find("mentionClass")) is not None
    }
    for element in root.iter("annotation"):
        named, mention = element.find("class"), element.find("mention")
        if named is not None:
            concept_id = attribute(named, "id", path)
        elif mention is not None and attribute(mention, "id", path) in classes:
            concept_id = classes[attribute(mention, "id", path)]
        else:
            raise DataError("an annotation has no concept", path=path, line=line_of(element))
        if concept_id.startswith(_OBO):
            concept_id = concept_id.removeprefix(_OBO).replace("_", ":", 1)
        yield element, concept_id
