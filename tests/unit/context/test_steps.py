"""Steps by name: in linkers, saved linkers and recipes, and the language of documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from xlink.context.assertion import AssertionStep
from xlink.context.language import LanguageStep
from xlink.context.sections import SectionsStep
from xlink.errors import SpecError, UnknownNameError
from xlink.linker import Linker
from xlink.protocols import DocumentStep
from xlink.recipes.model import LinkerSpec
from xlink.registry import STEPS
from xlink.testing import small_terminology
from xlink.types import Document

pytest.importorskip("pysbd")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("steps") / "small"
    small_terminology(path)
    return path


def test_registered_steps_satisfy_the_protocol() -> None:
    assert STEPS.names() == ("assertion", "composites", "language", "sections")
    for name in STEPS.names():
        step = STEPS.load(name)()  # type: ignore[operator]
        assert isinstance(step, DocumentStep)
        assert step.name == name
        assert step.annotate([]) == []
        plain = Document("d", "", "und")
        assert step.annotate([plain]) == [plain]


def test_a_linker_takes_steps_by_name(place: Path) -> None:
    linker = Linker.open(place, steps=("sections", "assertion"))
    linked = linker.link("PLAN:\nNo heart failure.", language="en")
    (link,) = linked.links
    assert (link.mention.assertion, link.mention.section) == (("negated",), "plan")
    assert linked.document.mentions == (link.mention,)
    assert link.concept_id == "T:02"


def test_an_unknown_step(place: Path) -> None:
    with pytest.raises(UnknownNameError, match="assertion"):
        Linker.open(place, steps=("assertions",))


def test_steps_are_saved_with_their_options(place: Path, tmp_path: Path) -> None:
    steps = (LanguageStep(languages=("en", "es")), SectionsStep(), AssertionStep())
    Linker.open(place, steps=steps).save(tmp_path / "linker")
    assert Linker.load(tmp_path / "linker").steps == steps


class Shout:
    name = "shout"
    after_detection = False

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        return list(documents)


def test_a_step_without_a_name_is_not_saved(place: Path, tmp_path: Path) -> None:
    linker = Linker.open(place, steps=[Shout()])
    with pytest.raises(SpecError, match="the step Shout"):
        linker.save(tmp_path / "linker")


def test_recipes_name_steps() -> None:
    assert LinkerSpec.model_validate({"steps": "composites"}).steps == ("composites",)


ENGLISH = "The patient was admitted because of heart failure and shortness of breath at night."
SPANISH = "El paciente ingresa por insuficiencia cardiaca y dificultad para respirar por la noche."


def test_the_language_of_documents_and_of_their_paragraphs() -> None:
    pytest.importorskip("lingua")
    step = LanguageStep(languages=("en", "es"))
    mixed = f"{ENGLISH} {ENGLISH}\n\n{SPANISH}"
    documents = [
        Document("a", SPANISH),
        Document("b", mixed),
        Document("c", SPANISH, "en"),
        Document("d", "?"),
    ]
    found = step.annotate(documents)
    assert [each.language for each in found] == ["es", "en", "en", "und"]
    start = mixed.index(SPANISH)
    assert found[1].languages == (((start, len(mixed)), "es"),)
    assert [found[1].language_at(each) for each in (0, start - 1, start, len(mixed) - 1)] == [
        "en", "en", "es", "es",
    ]  # fmt: skip
    assert [each.languages for each in (found[0], *found[2:])] == [(), (), ()]
    assert step.annotate(found) == found


def test_names_are_looked_for_in_the_language_of_their_paragraph(place: Path) -> None:
    linker = Linker.open(place)
    text = "Heart failure.\n\nHipertensión arterial."
    plain = linker.link(Document("d", text, "en"))
    told = linker.link(Document("d", text, "en", languages=(((16, len(text)), "es"),)))
    assert [link.mention.text for link in plain.links] == ["Heart failure"]
    assert [link.mention.text for link in told.links] == ["Heart failure", "Hipertensión arterial"]
    assert [link.mention.spans for link in told.links] == [((0, 13),), ((16, 37),)]
    assert [query.language for query in linker.queries(told.document)] == ["en", "es"]
