"""Names as mentions: which are taken, and those that two languages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlink.corpora.published.names import NamesReader
from xlink.errors import ArtifactError, UnknownNameError
from xlink.tally import Tally
from xlink.terminology import Terminology, build_terminology
from xlink.types import Alias, Concept


@pytest.fixture
def terminology(tmp_path: Path) -> Terminology:
    concepts = [
        Concept(
            "A",
            "asthma",
            (
                Alias("asthma", "en", "preferred"),
                Alias("Asthma", "de", "preferred"),
                Alias("Bronchialasthma", "de"),
                Alias("bronchialasthma", "de", source="other"),
            ),
        ),
        Concept(
            "B",
            "fever",
            (Alias("fever", "en", "preferred"), Alias("Fieber", "de-AT", "preferred")),
        ),
        Concept("C", "cough", (Alias("cough", "en", "preferred"), Alias("asthma", "de"))),
    ]
    return build_terminology(concepts, tmp_path / "t", name="t").terminology


def names(reader: NamesReader, terminology: Terminology, tally: Tally) -> dict[str, list[str]]:
    return {
        document.id: [mention.text for mention in document.mentions]
        for document in reader.read([terminology.path], tally)
    }


def test_labels_are_documents_of_their_concepts(terminology: Terminology) -> None:
    tally = Tally()
    assert names(NamesReader(language="de"), terminology, tally) == {
        "A": ["Asthma"],
        "B": ["Fieber"],
    }
    assert tally["name kept that is the same in en"] == 1


def test_all_names_and_their_places(terminology: Terminology) -> None:
    documents = list(NamesReader(language="de", names="all").read([terminology.path], Tally()))
    assert [document.text for document in documents] == [
        "Asthma\nBronchialasthma",
        "Fieber",
        "asthma",
    ]
    for document in documents:
        for mention in document.mentions:
            assert document.text[mention.start : mention.end] == mention.text
            assert mention.gold == frozenset({document.id})
            assert not mention.composite


def test_shared_names_are_those_of_the_same_concept(terminology: Terminology) -> None:
    tally = Tally()
    reader = NamesReader(language="de", names="all", shared="drop")
    # `asthma` is no English name of C, however wrong it may be as a German one.
    assert names(reader, terminology, tally) == {
        "A": ["Bronchialasthma"],
        "B": ["Fieber"],
        "C": ["asthma"],
    }
    assert tally["name left out that is the same in en"] == 1
    assert tally["name repeated but for case or spacing"] == 1


def test_what_is_not_there(terminology: Terminology, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'fr'"):
        names(NamesReader(language="fr"), terminology, Tally())
    with pytest.raises(UnknownNameError, match="'fr'"):
        names(NamesReader(language="de", other="fr"), terminology, Tally())
    with pytest.raises(ArtifactError, match="xlink terminology build"):
        list(NamesReader(language="de").read([tmp_path / "none"], Tally()))
