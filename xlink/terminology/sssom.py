"""Mappings between terminologies, from SSSOM files (https://w3id.org/sssom).

A file is a table under a header of `#` lines, which holds YAML; of that, the `curie_map` is read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from xlink.errors import DataError
from xlink.tally import Tally

__all__ = ["Mapping", "read_sssom"]

_COLUMNS = ("subject_id", "predicate_id", "object_id")
_NOTHING = "sssom:NoTermFound"
_MAX_LINE_CHARS = 2**20
_INVERSE = {
    **{
        predicate: predicate
        for predicate in (
            "skos:exactMatch",
            "skos:closeMatch",
            "skos:relatedMatch",
            "owl:equivalentClass",
            "owl:sameAs",
            "oboInOwl:hasDbXref",
        )
    },
    "skos:broadMatch": "skos:narrowMatch",
    "skos:narrowMatch": "skos:broadMatch",
}
# Prefixes that every SSSOM file may use without a word in its `curie_map`.
_BUILT_IN = {
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "https://w3id.org/sssom/": "sssom",
    "http://www.geneontology.org/formats/oboInOwl#": "oboInOwl",
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """One row: `predicate` says what `object` is to `subject`; all three are written short.

    >>> Mapping("MONDO:1", "skos:broadMatch", "UMLS:C2").reversed()
    Mapping(subject='UMLS:C2', predicate='skos:narrowMatch', object='MONDO:1')
    """

    subject: str
    predicate: str
    object: str

    def reversed(self) -> Mapping | None:
        """Return the same as seen from the object; None where the predicate has no inverse."""
        inverse = _INVERSE.get(self.predicate)
        return None if inverse is None else Mapping(self.object, inverse, self.subject)


def read_sssom(
    path: Path, tally: Tally, *, on_error: Literal["raise", "skip"] = "raise"
) -> Iterator[Mapping]:
    """Yield the mappings of a file; those that deny one, or found no term, are counted.

    IRIs are shortened by the file's `curie_map`. `on_error` says whether a row of another number
    of cells, or without an id, ends the reading or is counted.

    Raises:
        DataError: the file is missing, is not UTF-8 or lacks a column, or a row can't be read.
    """
    lines = _lines(path)
    prefixes = dict(_BUILT_IN)
    first = _read_header(lines, prefixes)
    rows = _rows(path, lines, first)
    _, names = next(rows, (1, []))
    for name in _COLUMNS:
        if name not in names:
            raise DataError(
                f"there is no column {name!r}",
                path=path,
                line=first[0],
                remedy=f"It has: {', '.join(names) or 'none'}. Name an SSSOM table.",
            )
    for line, cells in rows:
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if len(cells) != len(names) or not all(row[name] for name in _COLUMNS):
            problem = (
                f"a row of {len(cells)} cells under a header of {len(names)}"
                if len(cells) != len(names)
                else "a row without an id"
            )
            if on_error == "raise":
                raise DataError(
                    problem, path=path, line=line, remedy='Mend it, or set on_error = "skip".'
                )
            tally.add(f"row skipped in {path.name}: {problem}", f"line {line:,}")
            continue
        mapping = Mapping(*(_shortened(row[name], prefixes) for name in _COLUMNS))
        if row.get("predicate_modifier") == "Not":
            tally.add(f"mapping skipped in {path.name}: it says Not", f"line {line:,}")
        elif _NOTHING in (mapping.subject, mapping.object):
            tally.add(f"mapping skipped in {path.name}: no term was found", f"line {line:,}")
        else:
            yield mapping


def _read_header(lines: Iterator[tuple[int, str]], prefixes: dict[str, str]) -> tuple[int, str]:
    """Add the header's `curie_map` to `prefixes` (by IRI); return the first line below it."""
    within, line = False, (1, "")
    for line in lines:
        if not line[1].startswith("#"):
            return line
        content = line[1].removeprefix("#").removeprefix(" ").rstrip()
        if not content.startswith((" ", "\t")):
            within = content.startswith("curie_map:")
        elif within:
            prefix, _, iri = content.partition(":")
            prefixes[iri.strip().strip("\"'")] = prefix.strip().strip("\"'")
    return line[0], ""


def _shortened(name: str, prefixes: dict[str, str]) -> str:
    """Write an IRI as `PREFIX:local`, by the longest IRI known; what is short stays."""
    if "://" not in name:
        return name
    name = name.removeprefix("<").removesuffix(">")
    known = max((iri for iri in prefixes if iri and name.startswith(iri)), key=len, default=None)
    return name if known is None else f"{prefixes[known]}:{name[len(known) :]}"


def _rows(
    path: Path, lines: Iterator[tuple[int, str]], first: tuple[int, str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row that is not blank, with the line it begins on."""
    delimiter = "," if path.suffix.lower() == ".csv" else "\t"
    texts = (text for _, text in chain([first], lines))
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    above, line = first[0] - 1, first[0]
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = above + reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"the row that begins here can't be read: {error}",
            path=path,
            line=line,
            remedy="A quote may not be closed: mend it.",
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(_MAX_LINE_CHARS):
                number += 1
                yield number, _decoded(raw, path, number)
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
    if not number:
        raise DataError("it is empty", path=path, remedy="Fetch the file again.")


def _decoded(raw: bytes, path: Path, line: int) -> str:
    problem = ""
    if len(raw) == _MAX_LINE_CHARS:
        problem = f"a line of {_MAX_LINE_CHARS:,} bytes or more"
    elif b"\0" in raw:
        problem = "it holds a NUL character and so is not plain text"
    else:
        try:
            return raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            problem = f"byte 0x{raw[error.start]:02x} is not UTF-8"
    raise DataError(problem, path=path, line=line, remedy="Name an SSSOM table in UTF-8.")
