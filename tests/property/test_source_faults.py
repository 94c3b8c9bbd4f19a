"""However a file is damaged, its source reads it or raises an error of xlink.

`XLINK_FUZZ_SECONDS=600 pytest tests/property/test_source_faults.py -k obographs -s` goes on for
that many seconds of processor time a source, and says what became of the damaged files.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import XlinkError
from xlink.tally import Tally
from xlink.terminology.ecl import evaluate_ecl
from xlink.terminology.sources.claml import ClamlSource
from xlink.terminology.sources.fhir import FhirSource
from xlink.terminology.sources.gettext import GettextSource
from xlink.terminology.sources.icd10cm import Icd10CmSource
from xlink.terminology.sources.mesh import MeshSource
from xlink.terminology.sources.obo import OboSource
from xlink.terminology.sources.obographs import ObographsSource
from xlink.terminology.sources.ontology_guide import OntologyGuideSource
from xlink.terminology.sources.skos import SkosSource
from xlink.terminology.sources.snomed import SnomedSource
from xlink.terminology.sources.table import TableSource
from xlink.terminology.sources.umls import UmlsSource
from xlink.terminology.sssom import read_sssom
from xlink.testing import small_terminology
from xlink.testing.synthetic_rf2 import write_release
from xlink.testing.synthetic_umls import SyntheticUmls

Files = tuple[Path, ...]
SAMPLES = Path(__file__).parent / "samples"
SECONDS = float(os.environ.get("XLINK_FUZZ_SECONDS", "0"))
SCRAPS = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"5",
    b'"x"',
    b"|",
    b"\t",
    b"\r\n",
    b"\0",
    b"\xff",
    b"<",
    b"&",
)

_names = partial(TableSource, id="id", name="name", comment="#")
_keyed = partial(TableSource, id="@key", name="name", synonyms="synonyms")
_toes = partial(GettextSource, context=r"model:toe,name:(?P<id>.+)", languages={"pt": "pt"})

READERS: dict[str, Callable[[Files], Iterator[object]]] = {
    "claml": lambda files: ClamlSource(files=files).concepts(Tally()),
    "fhir": lambda files: FhirSource(files=files).concepts(Tally()),
    "fhir-map": lambda files: FhirSource(files=files).concepts(Tally()),
    "gettext": lambda files: _toes(files=files).concepts(Tally()),
    "icd10cm": lambda files: Icd10CmSource(files=files).concepts(Tally()),
    "mesh": lambda files: MeshSource(files=files).concepts(Tally()),
    "obo": lambda files: OboSource(files=files).concepts(Tally()),
    "obographs": lambda files: ObographsSource(files=files).concepts(Tally()),
    "ontology-guide": lambda files: OntologyGuideSource(files=files).concepts(Tally()),
    "owl": lambda files: SkosSource(files=files).concepts(Tally()),
    "skos": lambda files: SkosSource(files=files).concepts(Tally()),
    "snomed": lambda files: SnomedSource(files=roots(files)).concepts(Tally()),
    "snomed-tolerant": lambda files: SnomedSource(files=roots(files), on_error="skip").concepts(
        Tally()
    ),
    "sssom": lambda files: read_sssom(files[0], Tally()),
    "table-csv": lambda files: _names(files=files).concepts(Tally()),
    "table-json": lambda files: _keyed(files=files).concepts(Tally()),
    "table-jsonl": lambda files: _names(files=files).concepts(Tally()),
    "table-tsv": lambda files: _names(files=files).concepts(Tally()),
    "umls": lambda files: UmlsSource(files=roots(files)).concepts(Tally()),
    "umls-tolerant": lambda files: UmlsSource(files=roots(files), on_error="skip").concepts(
        Tally()
    ),
}


def roots(files: Files) -> Files:
    """Return the folder of a release."""
    return (next(path for path in files[0].parents if (path / "release").is_file()),)


@cache
def sample(name: str) -> dict[Path, bytes]:
    """Return the content of the sample files, by their place in a folder."""
    with tempfile.TemporaryDirectory() as made:
        folder = SAMPLES / name
        if name.startswith("umls"):
            folder = Path(made)
            SyntheticUmls(n_concepts=40).write(folder)
        elif name.startswith("snomed"):
            folder = Path(made)
            write_release(folder, n_concepts=30)
        if folder == Path(made):
            (folder / "release").touch()
        return {
            path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def read(name: str, content: dict[Path, bytes], folder: Path) -> int:
    """Write files, read them, and return the number of concepts."""
    for place, data in content.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)
    return sum(1 for _ in READERS[name](tuple(folder / place for place in content)))


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw `content` with up to three places cut, repeated or overwritten."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(len(content), start + 40)))
        middle = draw(st.sampled_from((content[start:stop] * 2, *SCRAPS)) | st.binary(max_size=6))
        content = content[:start] + middle + content[stop:]
    return content


def damage(content: bytes, chance: random.Random) -> bytes:
    """Return what `damaged` might draw, quicker."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(content))
        stop = min(len(content), start + chance.choice((0, 1, 1, 3, 10, 40)))
        other = chance.randint(0, len(content))
        middle = chance.choice(
            (
                content[start:stop] * 2,
                content[other : other + chance.randint(1, 120)],
                chance.randbytes(chance.randint(1, 4)),
                chance.choice(SCRAPS),
            )
        )
        content = content[:start] + middle + content[stop:]
        if chance.random() < 0.03:
            content = content[: chance.randint(0, len(content))]
    return content


@pytest.mark.parametrize("name", READERS)
def test_the_sample_itself_is_read(name: str, tmp_path: Path) -> None:
    assert read(name, sample(name), tmp_path) or name == "fhir-map"


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_damage_raises_nothing_else(name: str, data: st.DataObject) -> None:
    content = dict(sample(name))
    place = data.draw(st.sampled_from([each for each in content if each.name != "release"]))
    content[place] = data.draw(damaged(content[place]))
    with tempfile.TemporaryDirectory() as folder:
        try:
            read(name, content, Path(folder))
        except XlinkError as error:
            assert folder in str(error)  # noqa: PT017


@pytest.mark.skipif(not SECONDS, reason="XLINK_FUZZ_SECONDS is not set")
@pytest.mark.parametrize("name", READERS)
def test_damage_for_a_while(name: str, tmp_path: Path) -> None:
    chance, outcomes = random.Random(name), Counter[str]()
    folder = tmp_path / "files"
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        content = {
            place: damage(data, chance) if chance.random() < 0.5 else data
            for place, data in sample(name).items()
        }
        try:
            read(name, content, folder)
            outcomes["read"] += 1
        except XlinkError as error:
            outcomes[type(error).__name__] += 1
        shutil.rmtree(folder)
    sys.stdout.write(f"\n{name}: {sum(outcomes.values()):,} damaged samples, {dict(outcomes)}\n")


@pytest.mark.skipif(not SECONDS, reason="XLINK_FUZZ_SECONDS is not set")
def test_expressions_for_a_while(tmp_path: Path) -> None:
    terminology = small_terminology(tmp_path / "t")
    chance, outcomes = random.Random(0), Counter[str]()
    parts = [
        "<",
        "<<",
        ">",
        ">>",
        "^",
        "AND",
        "OR",
        "MINUS",
        "(",
        ")",
        "*",
        "|x|",
        "T:01",
        ":",
        " ",
    ]
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        text = "".join(chance.choices([*parts, "T:02", "é", "\0", ","], k=chance.randint(1, 12)))
        try:
            evaluate_ecl(terminology, text)
            outcomes["read"] += 1
        except XlinkError as error:
            outcomes[type(error).__name__] += 1
    sys.stdout.write(f"\necl: {sum(outcomes.values()):,} expressions, {dict(outcomes)}\n")
