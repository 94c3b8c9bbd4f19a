"""The recommender as INCEpTION calls it: a CAS over HTTP comes back with suggestions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from xlink.errors import DataError
from xlink.linker import Linker
from xlink.testing import small_terminology

cassis = pytest.importorskip("cassis")

from xlink.inception import Recommender, make_server  # noqa: E402

LAYER, FEATURE = "webanno.custom.Disorder", "concept"
TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
PREFIX = "http://example.org/T_"
TEXT = "😀 Known heart failure, and DM2. Cardiac trouble."


@pytest.fixture(scope="module")
def linker(tmp_path_factory: pytest.TempPathFactory) -> Linker:
    return Linker.open(small_terminology(tmp_path_factory.mktemp("inception") / "small"))


@pytest.fixture
def url(linker: Linker) -> Iterator[str]:
    recommender = Recommender(linker, language="en", iri=PREFIX + "{local}")
    with make_server(recommender) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=10)


def type_system() -> Any:
    """As INCEpTION sends it: with a feature for each thing a suggestion may say."""
    types = cassis.TypeSystem()
    layer = types.create_type(LAYER, "uima.tcas.Annotation")
    types.create_type(TOKEN, "uima.tcas.Annotation")
    for name, kind in {
        FEATURE: "String",
        f"{FEATURE}_score": "Double",
        f"{FEATURE}_score_explanation": "String",
        "inception_internal_predicted": "Boolean",
    }.items():
        types.create_feature(layer, name, f"uima.cas.{kind}")
    return types


def cas_of(*annotated: tuple[str, str | None], text: str = TEXT, suggested: bool = False) -> Any:
    types = type_system()
    cas = cassis.Cas(types)
    cas.sofa_string = text
    layer = types.get_type(LAYER)
    for words, concept in annotated:
        begin = text.index(words)
        fields = {FEATURE: concept, "inception_internal_predicted": suggested}
        cas.add(layer(begin=begin, end=begin + len(words), **fields))
    return cas


def metadata(mode: str = "characters") -> dict[str, object]:
    return {"layer": LAYER, "feature": FEATURE, "projectId": 7, "anchoringMode": mode}


def post(url: str, content: object) -> tuple[int, bytes]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=30) as answer:
        return int(answer.status), bytes(answer.read())


def predicted(url: str, cas: Any, mode: str = "characters") -> list[tuple[str, str, bool]]:
    status, body = post(
        f"{url}/predict",
        {
            "metadata": metadata(mode),
            "document": {"xmi": cas.to_xmi(), "documentId": 3, "userId": "ann"},
            "typeSystem": cas.typesystem.to_xml(),
        },
    )
    assert status == 200
    back = cassis.load_cas_from_xmi(json.loads(body)["document"], cas.typesystem)
    found = [each for each in back.select(LAYER) if each.inception_internal_predicted]
    assert all(0 < each.concept_score <= 1 and each.concept_score_explanation for each in found)
    best: dict[str, tuple[str, str, bool]] = {}
    for each in sorted(found, key=lambda each: (each.begin, -each.concept_score)):
        words = each.get_covered_text()
        before = each.concept_score_explanation == "annotated before"
        best.setdefault(words, (words, each.concept, before))
    return list(best.values())


def test_mentions_are_found(url: str) -> None:
    assert predicted(url, cas_of()) == [
        ("heart failure", f"{PREFIX}02", False),
        ("DM2", f"{PREFIX}04", False),
    ]


def test_what_is_annotated_is_linked_as_it_stands(url: str) -> None:
    cas = cas_of(("heart failure, and", None), ("Known", f"{PREFIX}05"))
    found = {text: concept for text, concept, *_ in predicted(url, cas)}
    assert found["heart failure, and"] == f"{PREFIX}02"
    assert "DM2" in found
    assert "heart failure" not in found


def test_earlier_suggestions_are_no_annotations(url: str) -> None:
    cas = cas_of(("Known heart failure", f"{PREFIX}05"), suggested=True)
    assert ("heart failure", f"{PREFIX}02", False) in predicted(url, cas)


def test_suggestions_span_tokens(url: str) -> None:
    text = "DM2-patient, heart failure."
    cas = cas_of(text=text)
    token = cas.typesystem.get_type(TOKEN)
    cas.add_all([token(begin=0, end=11), token(begin=11, end=12), token(begin=13, end=18)])
    cas.add_all([token(begin=19, end=26), token(begin=26, end=27)])
    words = [each[0] for each in predicted(url, cas, "tokens")]
    assert words == ["DM2-patient", "heart failure"]


def test_what_was_annotated_comes_first(url: str) -> None:
    learned = cas_of(("Cardiac trouble", f"{PREFIX}01"), ("DM2", f"{PREFIX}03"))
    sent = {"xmi": learned.to_xmi(), "documentId": 1, "userId": "ann"}
    request = {
        "metadata": metadata(),
        "documents": [sent],
        "typeSystem": learned.typesystem.to_xml(),
    }
    assert post(f"{url}/xlink/train", request) == (204, b"")
    found = predicted(url, cas_of(("Cardiac trouble", None)))
    assert found == [
        ("heart failure", f"{PREFIX}02", False),
        ("DM2", f"{PREFIX}03", True),
        ("Cardiac trouble", f"{PREFIX}01", True),
    ]


@pytest.mark.parametrize(
    ("path", "content", "status", "message"),
    [
        ("predict", b"{", 400, "the request can't be read: the body"),
        ("predict", {"metadata": metadata()}, 400, "the request can't be read: document"),
        ("other", {}, 404, "There is no /other"),
    ],
)
def test_refused(url: str, path: str, content: object, status: int, message: str) -> None:
    with pytest.raises(HTTPError) as refused:
        post(f"{url}/{path}", content)
    with refused.value as answer:
        assert answer.code == status
        assert message in json.loads(answer.read())["error"]


@pytest.mark.parametrize(
    ("layer", "xmi", "message"),
    [(LAYER, "<a", "the CAS can't be read"), ("no.Such", None, "the CAS can't be read")],
)
def test_a_cas_that_does_not_fit(url: str, layer: str, xmi: str | None, message: str) -> None:
    cas = cas_of()
    request = {
        "metadata": {**metadata(), "layer": layer},
        "document": {"xmi": cas.to_xmi() if xmi is None else xmi},
        "typeSystem": cas.typesystem.to_xml(),
    }
    with pytest.raises(HTTPError) as refused:
        post(f"{url}/predict", request)
    with refused.value as answer:
        assert message in json.loads(answer.read())["error"]


def test_a_port_that_is_taken(linker: Linker) -> None:
    with (
        make_server(Recommender(linker)) as server,
        pytest.raises(DataError, match=r"can't listen on 127\.0\.0\.1:\d+: .*--port"),
    ):
        make_server(Recommender(linker), port=server.server_port)


def test_the_command(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from xlink.cli import app

    said = CliRunner().invoke(app, ["serve", "inception", "-t", str(tmp_path / "none")])
    assert said.exit_code == 1
    assert "xlink terminology build" in str(said.exception)
