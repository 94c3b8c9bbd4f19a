"""Made-up SNOMED CT releases in the layout of RF2, of any size: nothing in them is licensed.

Folders, file names, columns and line ends are those that SNOMED International documents; ids have
their partition and check digit. Only ids of metadata (is-a, types of description and so on) are
those of real releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink.terminology.sources.sctid import sctids

__all__ = ["TABLES", "concept_ids", "write_release", "write_table"]

_STATE = "id\teffectiveTime\tactive\tmoduleId\t"
_MEMBER = _STATE + "refsetId\treferencedComponentId"
_DESCRIPTION = _STATE + "conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId"

TABLES = {
    "Concept": ("Terminology", "sct2_Concept_{release}", _STATE + "definitionStatusId"),
    "Description": ("Terminology", "sct2_Description_{release}-{language}", _DESCRIPTION),
    "TextDefinition": ("Terminology", "sct2_TextDefinition_{release}-{language}", _DESCRIPTION),
    "Relationship": (
        "Terminology",
        "sct2_Relationship_{release}",
        _STATE + "sourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId"
        "\tmodifierId",
    ),
    "Language": (
        "Refset/Language",
        "der2_cRefset_Language{release}-{language}",
        _MEMBER + "\tacceptabilityId",
    ),
    "Simple": ("Refset/Content", "der2_Refset_Simple{release}", _MEMBER),
    "Association": (
        "Refset/Content",
        "der2_cRefset_Association{release}",
        _MEMBER + "\ttargetComponentId",
    ),
    "SimpleMap": ("Refset/Map", "der2_sRefset_SimpleMap{release}", _MEMBER + "\tmapTarget"),
    "ExtendedMap": (
        "Refset/Map",
        "der2_iisssccRefset_ExtendedMap{release}",
        _MEMBER + "\tmapGroup\tmapPriority\tmapRule\tmapAdvice\tmapTarget\tcorrelationId"
        "\tmapCategoryId",
    ),
}
"""Folder, file name and header of each table."""

_CORE, _DEFINED, _CASE = 900000000000207008, 900000000000074008, 900000000000448009
_FSN, _SYNONYM, _TEXT = 900000000000003001, 900000000000013009, 900000000000550004
_IS_A, _FINDING_SITE, _INFERRED, _SOME = (
    116680003, 363698007, 900000000000011006, 900000000000451002,
)  # fmt: skip
_US, _GB = 900000000000509007, 900000000000508004
_PREFERRED, _ACCEPTABLE = 900000000000548007, 900000000000549004
_SAME_AS, _ICD10, _CLASSIFIED, _EXACT = (
    900000000000527005, 447562003, 447637006, 447561005,
)  # fmt: skip
_ROOT = 138875005
_TAGS = ("disorder", "finding", "procedure", "body structure", "substance")
_DATE, _EARLIER = "20240101", "20200131"
_N_LINES = 50_000
_FIRST_ITEM = 10_000_000


def write_table(
    root: Path,
    table: str,
    lines: Iterable[str],
    *,
    release: str = "Snapshot",
    namespace: str = "INT",
    date: str = _DATE,
    language: str = "en",
) -> Path:
    """Write `lines`, with tabs between cells and no ends, as a table of the release at `root`."""
    folder, name, header = TABLES[table]
    stem = name.format(release=release, language=language)
    path = root / release / folder / f"{stem}_{namespace}_{date}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = iter(lines)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{header}\r\n")
        while chunk := list(islice(rows, _N_LINES)):
            stream.write("\r\n".join(chunk) + "\r\n")
    return path


def concept_ids(n_concepts: int) -> list[int]:
    """Return the ids of a made-up release in the order of their making; the first is the root."""
    made = sctids(np.arange(_FIRST_ITEM, _FIRST_ITEM + n_concepts), 0)
    return [_ROOT, *made[1:].tolist()]


def write_release(
    root: Path,
    *,
    n_concepts: int,
    n_descriptions: int | None = None,
    seed: int = 0,
    release: str = "Snapshot",
) -> None:
    """Write a release of `n_concepts`, a tenth of them retired, and `n_descriptions` (3.2 each).

    Both kinds of release hold the same latest states; the full one holds earlier states, too.
    """
    if n_descriptions is None:
        n_descriptions = n_concepts * 16 // 5
    content = _Content(n_concepts, n_descriptions, seed)
    for table, rows in content.tables():
        lines = _with_history(rows) if release == "Full" else map("\t".join, rows)
        write_table(root, table, lines, release=release)


Row = tuple[str, str, str]
"""The id, the state (effectiveTime and active) and the other cells."""

_ACTIVE, _RETIRED = f"{_DATE}\t1", f"{_DATE}\t0"


def _with_history(rows: Iterable[Row]) -> Iterator[str]:
    """Put an earlier, active state before each fifth row."""
    for number, (row_id, state, rest) in enumerate(rows):
        if number % 5 == 4:
            yield f"{row_id}\t{_EARLIER}\t1\t{rest}"
        yield f"{row_id}\t{state}\t{rest}"


def _is_retired(number: int) -> bool:
    return number % 10 == 9


class _Content:
    """The rows of each table, drawn from a seed."""

    def __init__(self, n_concepts: int, n_descriptions: int, seed: int) -> None:
        self.seed = seed
        self.concepts = concept_ids(n_concepts)
        self.n_concepts = n_concepts
        items = np.arange(_FIRST_ITEM, _FIRST_ITEM + n_descriptions)
        self.descriptions = sctids(items, 1).tolist()
        # Each concept has its full name and a preferred synonym; the rest falls anywhere.
        twice = np.repeat(np.arange(n_concepts), 2)[:n_descriptions]
        rest = self._random(1).integers(0, n_concepts, n_descriptions - len(twice))
        self.owners: list[int] = np.concatenate([twice, rest]).tolist()

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Yield the rows of each table."""
        yield "Concept", self._concept()
        yield "Description", self._description()
        yield "TextDefinition", self._text_definition()
        yield "Relationship", self._relationship()
        yield "Language", self._language()
        yield "Simple", self._simple()
        yield "Association", self._association()
        yield "ExtendedMap", self._extended_map()

    def _random(self, number: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, number])

    def _uuids(self, number: int) -> Iterator[str]:
        random = self._random(number)
        while True:
            text = random.bytes(16 * _N_LINES).hex()
            for start in range(0, len(text), 32):
                one = text[start : start + 32]
                yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-8{one[17:20]}-{one[20:]}"

    def _phrases(self, number: int, n_phrases: int) -> Iterator[str]:
        random = self._random(number)
        syllables = [
            "car",
            "di",
            "o",
            "neph",
            "ro",
            "der",
            "mal",
            "gas",
            "tri",
            "c",
            "é",
            "my",
            "al",
            "gi",
            "a",
            "pul",
            "mo",
            "nar",
            "y",
            "ost",
            "eo",
            "path",
            "tox",
            "in",
        ]
        picks = random.integers(0, len(syllables), (20_000, 4)).tolist()
        words = ["".join(syllables[each] for each in pick) for pick in picks]
        for start in range(0, n_phrases, _N_LINES):
            some: npt.NDArray[np.int64] = random.integers(0, len(words), (_N_LINES, 4))
            for numbers in some[: n_phrases - start].tolist():
                yield " ".join([words[each] for each in numbers[: 2 + numbers[0] % 3]])

    def _concept(self) -> Iterator[Row]:
        for number, concept in enumerate(self.concepts):
            state = _RETIRED if _is_retired(number) else _ACTIVE
            yield str(concept), state, f"{_CORE}\t{_DEFINED}"

    def _description(self) -> Iterator[Row]:
        phrases = self._phrases(2, len(self.descriptions))
        owned = zip(self.descriptions, self.owners, phrases, strict=True)
        for number, (description, owner, phrase) in enumerate(owned):
            kind, term = _SYNONYM, phrase
            if number < 2 * self.n_concepts and number % 2 == 0:
                kind, term = _FSN, f"{phrase.capitalize()} ({_TAGS[owner % len(_TAGS)]})"
            state = _RETIRED if number % 50 == 49 else _ACTIVE
            cells = f"{_CORE}\t{self.concepts[owner]}\ten\t{kind}\t{term}\t{_CASE}"
            yield str(description), state, cells

    def _text_definition(self) -> Iterator[Row]:
        n_texts = self.n_concepts // 50
        items = np.arange(_FIRST_ITEM, _FIRST_ITEM + n_texts) + len(self.descriptions)
        texts = self._phrases(3, n_texts)
        for number, (text_id, text) in enumerate(
            zip(sctids(items, 1).tolist(), texts, strict=True)
        ):
            concept = self.concepts[number * 50]
            yield (
                str(text_id),
                _ACTIVE,
                f"{_CORE}\t{concept}\ten\t{_TEXT}\tA state of {text}.\t{_CASE}",
            )

    def _relationship(self) -> Iterator[Row]:
        """Give each concept but the root a parent made before it, a third two, and a site."""
        fractions = self._random(4).random((self.n_concepts, 3))
        above = (fractions * np.arange(self.n_concepts)[:, None]).astype(np.int64)
        above -= above % 10 == 9
        items = np.arange(_FIRST_ITEM, _FIRST_ITEM + 3 * self.n_concepts)
        ids = iter(sctids(items, 2).tolist())
        for number, (first, second, site) in enumerate(above.tolist()):
            if number == 0:
                continue
            targets = [(first, _IS_A), (site, _FINDING_SITE)]
            if number % 3 == 0 and second != first:
                targets.append((second, _IS_A))
            state = _RETIRED if _is_retired(number) else _ACTIVE
            for target, kind in targets:
                ends = f"{self.concepts[number]}\t{self.concepts[target]}"
                yield str(next(ids)), state, f"{_CORE}\t{ends}\t0\t{kind}\t{_INFERRED}\t{_SOME}"

    def _language(self) -> Iterator[Row]:
        uuids = self._uuids(5)
        for number, description in enumerate(self.descriptions):
            grade = _PREFERRED if number < 2 * self.n_concepts else _ACCEPTABLE
            for refset in (_US, _GB):
                yield next(uuids), _ACTIVE, f"{_CORE}\t{refset}\t{description}\t{grade}"

    def _simple(self) -> Iterator[Row]:
        """Put every twentieth concept into the set that the second concept stands for."""
        members = (number for number in range(0, self.n_concepts, 20) if not _is_retired(number))
        for number, uuid in zip(members, self._uuids(6), strict=False):
            yield uuid, _ACTIVE, f"{_CORE}\t{self.concepts[1]}\t{self.concepts[number]}"

    def _association(self) -> Iterator[Row]:
        """Say of each retired concept that it is the same as the one before it."""
        for number, uuid in zip(range(9, self.n_concepts, 10), self._uuids(7), strict=False):
            ends = f"{self.concepts[number]}\t{self.concepts[number - 1]}"
            yield uuid, _ACTIVE, f"{_CORE}\t{_SAME_AS}\t{ends}"

    def _extended_map(self) -> Iterator[Row]:
        """Map each fourth concept to a code of the form A00.0."""
        for number, uuid in zip(range(0, self.n_concepts, 4), self._uuids(8), strict=False):
            code = f"{chr(65 + number % 26)}{number // 26 % 100:02}.{number % 10}"
            cells = f"1\t1\tTRUE\tALWAYS {code}\t{code}\t{_EXACT}\t{_CLASSIFIED}"
            yield uuid, _ACTIVE, f"{_CORE}\t{_ICD10}\t{self.concepts[number]}\t{cells}"
