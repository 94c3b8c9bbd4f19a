"""What stands around the component: links of other pipelines, knowledge bases, displaCy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from xlink.corpora.formats.docbin import DocbinReader
from xlink.errors import DataError
from xlink.linker import Linker
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.types import Alias, Candidate, Document, Filter, Link, LinkedDocument, Mention

spacy = pytest.importorskip("spacy")
from spacy import displacy  # noqa: E402
from spacy.tokens import Doc, DocBin, Span  # noqa: E402
from spacy.vocab import Vocab  # noqa: E402

from xlink.spacy import (  # noqa: E402
    displacy_input,
    displacy_options,
    linked_document,
    read_links,
    to_knowledge_base,
)


@dataclass
class Match:
    """As QuickUMLS in medspaCy gives its matches."""

    cui: str
    similarity: float


@pytest.fixture
def extensions() -> Iterator[None]:
    names = ("kb_ents", "umls_matches", "cim10", "odd")
    for name in names:
        Span.set_extension(name, default=None, force=True)
    yield
    for name in names:
        Span.remove_extension(name)


@pytest.fixture
def doc() -> Doc:
    made: Doc = spacy.blank("en")("Heart failure and oedema")
    made.ents = [Span(made, 0, 2, "S", kb_id="T:02"), Span(made, 3, 4, "S")]
    return made


def answers(linked: LinkedDocument) -> list[tuple[str | None, float]]:
    return [(link.concept_id, round(link.confidence, 3)) for link in linked.links]


def test_links_in_kb_id(doc: Doc) -> None:
    first = Mention("T1", ((0, 13),), "Heart failure", "S")
    second = Mention("T2", ((18, 24),), "oedema", "S")
    candidate = Candidate("T:02", 1.0, Alias("Heart failure"), "kb_id_")
    assert read_links(doc, id="d") == LinkedDocument(
        Document("d", doc.text, "en", (first, second)),
        (Link(first, "T:02", 1.0, (candidate,)), Link(second, None, 1.0)),
    )


def test_links_of_other_pipelines(doc: Doc, extensions: None) -> None:
    first = doc.ents[0]._
    first.kb_ents = [("T:01", 0.7), ("T:02", 0.9)]
    assert answers(read_links(doc, concept="kb_ents")) == [("T:02", 0.9), (None, 1.0)]
    assert len(read_links(doc, concept="kb_ents").links[0].candidates) == 2
    first.umls_matches = [Match("T:02", 1.0), Match("T:01", 0.8)]
    assert answers(read_links(doc, concept="umls_matches")) == [("T:02", 1.0), (None, 1.0)]
    first.cim10 = "I50"
    doc.spans["sc"] = [doc.ents[0]]
    assert answers(read_links(doc, group="sc", concept="cim10")) == [("I50", 1.0)]
    first.odd = 7
    with pytest.raises(DataError, match="the extension 'odd' holds 7"):
        read_links(doc, concept="odd")
    with pytest.raises(DataError, match="spans have no extension 'none'"):
        read_links(doc, concept="none")
    with pytest.raises(DataError, match=r"no span group 'x'. It has 'sc'"):
        read_links(doc, group="x")


def test_documents_of_spacy(doc: Doc, extensions: None) -> None:
    mentions = (
        Mention("T1", ((0, 13),), "Heart failure", "S", frozenset({"T:02"})),
        Mention("T2", ((18, 24),), "oedema", "S"),
    )
    assert Document.from_spacy(doc, id="d") == Document("d", doc.text, "en", mentions)
    doc.ents[1]._.kb_ents = [("T:10", 0.5), ("T:09", 0.9)]
    found = Document.from_spacy(doc, concept="kb_ents", language="en-GB")
    assert [mention.gold for mention in found.mentions] == [None, frozenset({"T:09"})]
    assert found.language == "en-GB"
    doc.spans["sc"] = [
        Span(doc, start, start + 1, "S", kb_id="T:02", span_id="a") for start in (0, 3)
    ]
    (mention,) = Document.from_spacy(doc, group="sc").mentions
    assert (mention.text, mention.spans) == ("Heart oedema", ((0, 5), (18, 24)))


def test_entities_with_one_id_are_not_one_mention(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = [{"label": "S", "pattern": word, "id": "swelling"} for word in ("oedema", "edema")]
    ruler.add_patterns(patterns)
    doc = nlp("oedema or edema")
    assert [mention.text for mention in Document.from_spacy(doc).mentions] == ["oedema", "edema"]
    DocBin(docs=[doc]).to_disk(tmp_path / "x.spacy")
    (document,) = DocbinReader(annotations="ents").read([tmp_path / "x.spacy"], Tally())
    assert [mention.text for mention in document.mentions] == ["oedema", "edema"]


def test_knowledge_base(small: Terminology, tmp_path: Path) -> None:
    vocab = Vocab()
    kb = to_knowledge_base(small, vocab)
    assert kb.get_size_entities() == small.n_concepts
    assert {each.entity_ for each in kb.get_alias_candidates("DM")} == {"T:03", "T:07"}
    assert kb.get_prior_prob("T:03", "DM") == pytest.approx(1 / 2)
    assert kb.get_prior_prob("T:09", "oedema") == 1
    findings = Linker.open(
        small, generators=["lookup"], detector=None, where=Filter(types=frozenset({"finding"}))
    )
    few = to_knowledge_base(findings, vocab)
    assert sorted(few.get_entity_strings()) == ["T:08", "T:09", "T:10"]
    assert not few.contains_alias("DM")
    kb.to_disk(tmp_path / "kb")
    nlp = spacy.blank("en")
    linker = nlp.add_pipe("entity_linker")
    linker.set_kb(lambda vocab: to_knowledge_base(small, vocab))
    assert linker.kb.contains_entity("T:11")


def test_vectors_of_concepts_are_means_of_their_words(small: Terminology) -> None:
    vocab = Vocab()
    vocab.set_vector("heart", np.array([1, 0], dtype=np.float32))  # type: ignore[arg-type]
    vocab.set_vector("failure", np.array([0, 1], dtype=np.float32))  # type: ignore[arg-type]
    kb = to_knowledge_base(small, vocab)
    assert kb.get_vector("T:02") == pytest.approx([0.5, 0.5])
    assert kb.get_vector("T:01") == pytest.approx([1, 0])
    assert kb.get_vector("T:05") == [0, 0]


def test_displacy(small: Terminology) -> None:
    text = "A <b> heart failure, zzz"
    alias = Alias("Herzinsuffizienz", "de")
    mentions = (
        Mention("1", ((6, 19),), "heart failure", "a & b"),
        Mention("2", ((6, 11),), "heart", "nested"),
        Mention("3", ((21, 24),), "zzz"),
    )
    candidates = (Candidate("T:02", 0.9, alias, "lookup"), Candidate("T:01", 0.4, alias, "tfidf"))
    links = (
        Link(mentions[0], "T:02", 0.9, candidates),
        Link(mentions[1], "T:01", 0.4),
        Link(mentions[2], None, 1.0),
    )
    given = displacy_input(LinkedDocument(Document("d", text, "en", mentions), links), small)
    assert [each["label"] for each in given["ents"]] == ["a & b", "no concept"]
    options = displacy_options([given])
    page = displacy.render([given], style="ent", manual=True, options=options, jupyter=False)
    assert "A &lt;b&gt; " in page
    assert 'title="T:02 heart failure\nmatched &#x27;Herzinsuffizienz&#x27;' in page
    assert "score 0.900 by lookup\n0.400 T:01 heart disease" in page
    assert options["colors"]["a & b"] in page
    assert "No concept was good enough." in page


def test_displacy_of_a_pipeline(small: Terminology) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("xlink", config={"terminology": str(small.path), "mentions": "detect"})
    doc = nlp("Known heart failure.")
    given = displacy_input(doc, small)
    assert given == displacy_input(linked_document(doc), small)
    assert [(each["start"], each["end"], each["label"]) for each in given["ents"]] == [
        (6, 19, "disorder")
    ]
