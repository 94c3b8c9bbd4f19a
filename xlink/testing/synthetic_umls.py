"""A made-up UMLS release in the layout of NLM, of any size: no content of a vocabulary is in it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

__all__ = ["SyntheticUmls"]

_CHUNK = 10_000

# Codes of languages and some syllables in their scripts; with more of their letters they make words
# that no language has.
_SYLLABLES = {
    "ENG": "ar ber cor den el fin gan hol ith",
    "SPA": "añ ble có dón er fia gue lla ón",
    "FRE": "aî beau cé dre eur foi gné lle où",
    "GER": "äu bach dörf er für gen heit schl ung",
    "POR": "ão bra ções de ém fio lho nha ús",
    "ITA": "gli bro che dia ezza fio gno tta zio",
    "DUT": "aar boe dij eek gro heid ijs oor uit",
    "CZE": "řa bě čá dů ech hlí kří ňo žlu",
    "DAN": "å bæk dø elv fjo gård hø læ rød",
    "FIN": "aa bö ään hyy kuu lii mää pöy työ",
    "HUN": "ágy bő csé dző épí gyu ház őr szű",
    "NOR": "å bø dæ fjø gjø hån kjæ lå øy",
    "POL": "ą bę ćwi dźw głó łą ńsk ów żół",
    "SWE": "å bö fä gö hån kä lö sjö ång",
    "TUR": "ağ böl çık dün gör ış kül ör şü",
    "GRE": "αι βό γέ δη θύ κό λέ ση ών",
    "RUS": "ая бы ве гор дли жё ной щу ый",
    "KOR": "가 나 다 라 마 바 사 아 자",
    "JPN": "肺 心 炎 症 性 病 脳 骨 腸",
    "CHI": "肝 胃 痛 热 瘤 血 肾 皮 眼",
}
# TUI, tree number, name: five of twenty are disorders.
_TYPES = [
    line.split("|")
    for line in """\
T047|B2.2.1.2.1|Disease or Syndrome
T191|B2.2.1.2.1.2|Neoplastic Process
T184|A2.2.2|Sign or Symptom
T037|B2.3|Injury or Poisoning
T033|A2.2|Finding
T121|A1.4.1.1.1|Pharmacologic Substance
T200|A1.3.3|Clinical Drug
T109|A1.4.1.2.1|Organic Chemical
T116|A1.4.1.2.1.7|Amino Acid, Peptide, or Protein
T023|A1.2.3.1|Body Part, Organ, or Organ Component
T029|A2.1.5.2|Body Location or Region
T060|B1.3.1.2|Diagnostic Procedure
T061|B1.3.1.3|Therapeutic or Preventive Procedure
T059|B1.3.1.1|Laboratory Procedure
T007|A1.1.2|Bacterium
T204|A1.1.3|Eukaryote
T074|A1.3.1|Medical Device
T028|A1.2.3.5|Gene or Genome
T080|A2.1.2|Qualitative Concept
T201|A2.3.1|Clinical Attribute""".splitlines()
]
_ENGLISH_SOURCES = ("SNOMEDCT_US", "MSH", "NCI", "ICD10CM", "MTH")
# Term types from best to worst.
_TERM_TYPES = ("PT", "SY", "AB", "OP")
_BRANCHING = 8
_N_WORDS = 40_000
_N_SYLLABLES = 150
_MOST_WORDS = 6


@dataclass(frozen=True, kw_only=True)
class SyntheticUmls:
    """Writes a release of `n_concepts`; equal parameters make equal bytes.

    The type of a concept is that of its number modulo 20, and its parent is of the same type. Every
    101st concept has a retired CUI that was merged into it. `n_atoms` is the mean number of
    rows of MRCONSO for each concept; the first is a preferred English name.
    """

    n_concepts: int
    n_atoms: float = 2.5
    seed: int = 0

    def write(self, folder: Path) -> None:
        """Write all tables to `folder`, which is made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        # The first atom of each concept, which relations hold between.
        firsts = array("I", [0])
        tables = {
            "MRCONSO": self._atoms(firsts),
            "MRSTY": self._types(),
            "MRDEF": self._definitions(),
            "MRREL": self._relations(firsts),
            "MRCUI": self._retired(),
            "MRSAB": self._vocabularies(),
            "MRRANK": self._ranks(),
        }
        counts = []
        for name, rows in tables.items():
            path = folder / f"{name}.RRF"
            n_rows = _write(path, rows)
            counts.append(f"{name}.RRF|{name}|||{n_rows}|{path.stat().st_size}|\n")
        _write(folder / "MRFILES.RRF", counts)

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        draw = np.random.default_rng(self.seed)
        words = {}
        for language, text in _SYLLABLES.items():
            parts = text.split()
            if max(text) < "\u3000":
                letters = sorted(set(text) - {" "})
                parts += ["".join(draw.choice(letters, 2)) for _ in range(_N_SYLLABLES)]
            else:  # a character is a syllable
                parts += [chr(ord(max(text)) + place) for place in range(_N_SYLLABLES)]
            lengths = draw.integers(2, 6, _N_WORDS).tolist()
            picked = draw.integers(0, len(parts), (_N_WORDS, max(lengths))).tolist()
            words[language] = [
                "".join(parts[place] for place in places[:length])
                for places, length in zip(picked, lengths, strict=True)
            ]
        return words

    def _atoms(self, firsts: array[int]) -> Iterator[str]:
        draw = np.random.default_rng(self.seed + 1)
        languages = list(_SYLLABLES)
        number = 0
        for first in range(1, self.n_concepts + 1, _CHUNK):
            size = min(_CHUNK, self.n_concepts + 1 - first)
            further = draw.poisson(self.n_atoms - 1, size).tolist()
            n_rows = sum(further) + size
            # Six names in ten are English, as in the real one about seven are.
            spoken = (draw.integers(0, 50, n_rows) - 30).clip(0).tolist()
            # The n-th word is 1 / n as common as the first one: Zipf's law.
            picked = (_N_WORDS ** draw.random((n_rows, _MOST_WORDS)) - 1).astype(int).tolist()
            lengths = draw.binomial(_MOST_WORDS - 1, 0.45, n_rows).tolist()
            sources = draw.integers(0, len(_ENGLISH_SOURCES), n_rows).tolist()
            kinds = draw.integers(0, 16, n_rows).tolist()
            row = 0
            for cui, extra in enumerate(further, start=first):
                firsts.append(number + 1)
                for place in range(extra + 1):
                    number += 1
                    language = languages[spoken[row] if place else 0]
                    yield self._atom(
                        cui,
                        number,
                        place,
                        language,
                        picked[row][: lengths[row] + 1],
                        sources[row],
                        kinds[row],
                    )
                    row += 1

    def _atom(
        self,
        cui: int,
        number: int,
        place: int,
        language: str,
        picked: list[int],
        source_number: int,
        kind: int,
    ) -> str:
        source = _ENGLISH_SOURCES[source_number] if language == "ENG" else f"MSH{language}"
        words = self._words[language]
        term_type = "PT" if place == 0 else "SY" if kind > 2 else ("SY", "AB", "OP")[kind]
        text = " ".join(words[place] for place in picked)
        if term_type == "AB":
            text = "".join(word[0] for word in text.split()).upper()
        suppress = "O" if term_type == "OP" else "N"
        status = "P|L{0:07d}|PF|S{0:07d}|Y" if place == 0 else "S|L{0:07d}|VO|S{0:07d}|N"
        return (
            f"C{cui:07d}|{language}|{status.format(number)}|A{number:07d}||{cui}|D{cui}|{source}|"
            f"{term_type}|{cui}|{text}|0|{suppress}||\n"
        )

    def _types(self) -> Iterator[str]:
        for cui in range(1, self.n_concepts + 1):
            tui, tree, name = _TYPES[cui % len(_TYPES)]
            yield f"C{cui:07d}|{tui}|{tree}|{name}|AT{cui:08d}||\n"

    def _definitions(self) -> Iterator[str]:
        words = self._words["ENG"]
        for cui in range(10, self.n_concepts + 1, 10):
            text = " ".join(words[(cui * step) % _N_WORDS] for step in range(1, 20))
            yield f"C{cui:07d}|A{cui:07d}|AT{cui:08d}||MSH|A {text}.|N||\n"

    def _relations(self, firsts: array[int]) -> Iterator[str]:
        n_types = len(_TYPES)
        for cui in range(1, self.n_concepts + 1):
            depth, kind = divmod(cui, n_types)
            if depth == 0 or (parent := (depth - 1) // _BRANCHING * n_types + kind) == 0:
                continue
            tail = "SNOMEDCT_US|SNOMEDCT_US|||N||\n"
            low = f"C{cui:07d}|A{firsts[cui]:07d}|SCUI"
            high = f"C{parent:07d}|A{firsts[parent]:07d}|SCUI"
            yield f"{low}|PAR|{high}|inverse_isa|R{cui:08d}||{tail}"
            yield f"{high}|CHD|{low}|isa|R{cui:08d}||{tail}"
            yield f"{low}|RO|{high}|associated_with|R{cui:08d}||{tail}"

    def _retired(self) -> Iterator[str]:
        for number, cui in enumerate(range(101, self.n_concepts + 1, 101)):
            retired = f"C{9_999_999 - 2 * number:07d}"
            yield f"{retired}|2010AA|SY|||C{cui:07d}|Y|\n"
            yield f"C{9_999_998 - 2 * number:07d}|2010AA|DEL|||||\n"

    def _vocabularies(self) -> Iterator[str]:
        own = [("MTH", "ENG"), *((source, "ENG") for source in _ENGLISH_SOURCES[:-1])]
        translated = [(f"MSH{code}", code) for code in _SYLLABLES if code != "ENG"]
        for source, language in own + translated:
            yield (
                f"||{source}2099AA|{source}|{source}, made up|{source}|2099AA|||2099AA||||0|0|0||"
                f"PT,SY,AB,OP||{language}|UTF-8|Y|Y|{source}||\n"
            )

    def _ranks(self) -> Iterator[str]:
        sources = (*_ENGLISH_SOURCES, *(f"MSH{code}" for code in _SYLLABLES if code != "ENG"))
        best = len(sources) * len(_TERM_TYPES)
        for place, term_type in enumerate(_TERM_TYPES):
            for number, source in enumerate(sources):
                rank = best - place * len(sources) - number
                suppress = "Y" if term_type == "OP" else "N"
                yield f"{rank:04d}|{source}|{term_type}|{suppress}|\n"


def _write(path: Path, rows: Iterable[str]) -> int:
    n_rows = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        for row in rows:
            stream.write(row)
            n_rows += 1
    return n_rows
