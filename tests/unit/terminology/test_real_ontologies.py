"""Real ontologies are read complete; needs `XLINK_DATA`."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.tally import Tally
from xlink.terminology.builder import build_terminology
from xlink.terminology.sources.obographs import ObographsSource
from xlink.terminology.sources.ontology_guide import OntologyGuideSource
from xlink.terminology.sources.table import TableSource

pytestmark = pytest.mark.slow


def test_mondo(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "mondo" / "MONDO-ontology-v2026-05-05.json.zst"
    tally = Tally()
    concepts = OntologyGuideSource(files=(path,)).concepts(tally)
    mondo = build_terminology(concepts, tmp_path / "mondo", name="mondo", tally=tally).terminology
    assert (mondo.n_concepts, mondo.n_aliases) == (27_990, 88_405)
    # 3,968 terms are obsolete; the other 2,182 of them have a successor.
    assert tally["obsolete term skipped: no single term replaces it"] == 1_786
    assert not tally["parent skipped: no such concept"]


@pytest.mark.parametrize(
    ("name", "prefix", "n_concepts", "n_aliases"),
    [
        # Of 11,305 classes of DOID, 2,399 are obsolete.
        ("doid/doid-2018-07-05.json.gz", "DOID", 11_305 - 2_399, 23_263),
        # Of 13,887 nodes of Orphanet, 17 are properties.
        ("ordo-2018/ordo-2_6-2018-07-12.json.gz", "Orphanet", 13_887 - 17, 35_991),
    ],
)
def test_obo_graphs(
    real_data: Path, tmp_path: Path, name: str, prefix: str, n_concepts: int, n_aliases: int
) -> None:
    tally = Tally()
    concepts = ObographsSource(files=(real_data / name,), prefixes=(prefix,)).concepts(tally)
    built = build_terminology(concepts, tmp_path / "built", name="x", tally=tally).terminology
    assert (built.n_concepts, built.n_aliases) == (n_concepts, n_aliases)
    assert not tally["parent skipped: no such concept"]
    assert not tally["concept on a cycle of parents"]


@pytest.mark.parametrize(
    ("language", "n_labels"),
    # Without 473 definitions (fr) and 219 terms that are not translated (ja).
    [("de", 3_488), ("es", 19_932), ("fr", 14_693 - 473), ("it", 3_488), ("ja", 17_868 - 219)],
)
def test_babelon_labels(real_data: Path, language: str, n_labels: int) -> None:
    path = real_data / "hpo-translations" / "babelon" / f"hp-{language}.babelon.tsv"
    source = TableSource(
        files=(path,),
        id="subject_id",
        name="translation_value",
        language="translation_language",
        where={
            "predicate_id": "rdfs:label",
            "translation_status": ("OFFICIAL", "CANDIDATE"),
        },
    )
    aliases = [alias for each in source.concepts(Tally()) for alias in each.aliases]
    assert len(aliases) == n_labels
    assert {alias.language for alias in aliases} == {language}
