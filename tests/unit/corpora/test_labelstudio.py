from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from xlink.corpora.formats.labelstudio import LabelStudioReader
from xlink.corpora.formats.labelstudio_writer import LabelStudioWriter, labeling_config
from xlink.corpora.reading import make_reader, make_writer
from xlink.errors import DataError, SpecError
from xlink.protocols import CorpusReader, CorpusWriter
from xlink.tally import Tally
from xlink.types import Document, Mention, Passage

NOTE = Document(
    "n1",
    "Left 😀 and right kidney: no pain.",
    "en-GB",
    (
        Mention("a", ((0, 4), (17, 23)), "Left kidney", "organ", frozenset({"K2"})),
        Mention("b", ((11, 23),), "right kidney", "organ", frozenset({"K1", "K3"}), composite=True),
        Mention("c", ((17, 23),), "kidney", "organ", frozenset({"K", "KK"})),
        Mention("d", ((28, 32),), "pain", "sign", frozenset(), False, ("negated", "uncertain")),
        Mention("e", ((25, 32),), "no pain", "sign", None, section="plan", part_of="x"),
    ),
    (Passage("p", "text", (0, 33)),),
)
NOTES = [NOTE, Document("n2", ""), Document("n3", "咳嗽。", "zh")]


def read(path: Path, tally: Tally | None = None, **options: object) -> list[Document]:
    reader = LabelStudioReader(**options)  # type: ignore[arg-type]
    assert isinstance(reader, CorpusReader)
    return list(reader.read([path], Tally() if tally is None else tally))


@pytest.mark.parametrize("kept", ["predictions", "annotations"])
def test_what_is_written_is_read_back_without_loss(tmp_path: Path, kept: str) -> None:
    tally, path = Tally(), tmp_path / "tasks.json"
    writer = make_writer("labelstudio", {"as_": kept}, tally)
    assert isinstance(writer, CorpusWriter)
    writer.write(NOTES, path)
    assert list(make_reader("labelstudio", {}).read([path], tally)) == NOTES
    assert not tally
    assert [each["id"] for each in json.loads(path.read_text(encoding="utf-8"))] == [1, 2, 3]
    writer.write([], path)
    assert read(path) == []


def test_regions_are_as_label_studio_has_them(tmp_path: Path) -> None:
    path, tally = tmp_path / "tasks.json", Tally()
    plain = Document(
        "d", "No pain", "en", (Mention("T1", ((3, 7),), "pain", "", frozenset({"P"})),)
    )
    LabelStudioWriter(tally=tally).write([plain], path)
    (task,) = json.loads(path.read_text(encoding="utf-8"))
    place = {"start": 3, "end": 7}
    assert task == {
        "id": 1,
        "data": {"text": "No pain", "id": "d", "language": "en"},
        "predictions": [
            {
                "model_version": "xlink",
                "result": [
                    {
                        "id": "T1",
                        "from_name": "label",
                        "to_name": "text",
                        "type": "labels",
                        "value": place | {"text": "pain", "labels": ["Mention"]},
                    },
                    {
                        "id": "T1",
                        "from_name": "concept",
                        "to_name": "text",
                        "type": "textarea",
                        "value": place | {"text": ["P"]},
                    },
                ],
            }
        ],
    }
    assert tally.counts() == {"mention without a label became Mention": 1}
    assert read(path) == [replace(plain, mentions=(replace(plain.mentions[0], label="Mention"),))]


def test_the_labeling_interface_names_what_tasks_refer_to() -> None:
    view = ElementTree.fromstring(labeling_config(["organ", 'a "sign" & more']))
    assert [each.get("value") for each in view.iter("Label")] == [
        "organ",
        'a "sign" & more',
        "Mention",
    ]
    names = {each.get("name") for each in view.iter() if each.get("name")}
    assert names == {"label", "text", "concept", "meaning"}


def export(path: Path, *results: dict[str, object], **task: object) -> Path:
    content = {"id": 12, "data": {"note": "No pain"}, "annotations": [{"result": results}], **task}
    path.write_text(json.dumps([content]), encoding="utf-8")
    return path


def region(name: str, start: int, end: int, text: str) -> dict[str, object]:
    value = {"start": start, "end": end, "text": text, "labels": ["Sign"]}
    return {"id": name, "type": "labels", "value": value}


def test_exports_of_other_projects(tmp_path: Path) -> None:
    path = export(
        tmp_path / "x.json",
        region("q", 2, 6, "pain"),
        {"id": "q", "type": "taxonomy", "value": {"taxonomy": [["Signs", "R52"], ["R53"]]}},
        {"id": "q", "type": "rating", "value": {"rating": 3}},
        {"type": "relation", "from_id": "q", "to_id": "none", "direction": "right"},
    )
    tally = Tally()
    (document,) = read(path, tally, text_key="note", language="en")
    gold = frozenset({"R52", "R53"})
    assert document == Document(
        "12", "No pain", "en", (Mention("q", ((3, 7),), "pain", "Sign", gold),)
    )
    assert tally.counts() == {
        "result of type 'rating' left out": 1,
        "relation left out": 1,
        "offsets mended: the mention stands nearby": 1,
    }
    assert read(path, text_key="note", labels=("Drug",))[0].mentions == ()


def test_annotations_go_before_predictions(tmp_path: Path) -> None:
    answers = [
        {"result": [], "was_cancelled": True},
        {"result": [region("a", 0, 2, "No")]},
        {"result": [region("b", 3, 7, "pain")]},
    ]
    guess = [{"result": [region("c", 0, 7, "No pain")]}]
    tally = Tally()
    path = export(tmp_path / "x.json", annotations=answers, predictions=guess)
    (document,) = read(path, tally, text_key="note")
    assert [mention.id for mention in document.mentions] == ["a"]
    assert tally.counts() == {"further answer to a task left out": 1}
    path = export(tmp_path / "x.json", annotations=answers[:1], predictions=guess)
    assert [mention.id for mention in read(path, text_key="note")[0].mentions] == ["c"]


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(DataError, match=r"x\.json: it can't be read"):
        read(path)
    for content in ("", "{}", '[{"text": "JSON-MIN"}]'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match="Export the project as JSON, not JSON-MIN"):
            read(path)
    with pytest.raises(DataError, match="task 1 has no 'text' among its data"):
        read(export(path))
    with pytest.raises(DataError, match="leave the text"):
        read(export(path, region("a", 0, 99, "No")), text_key="note")
    LabelStudioWriter().write(NOTES[:1], path)
    with pytest.raises(DataError, match="document 'n1' was there before"):
        LabelStudioWriter().write([NOTE, NOTE], tmp_path / "y.json")
    with pytest.raises(SpecError, match="as_"):
        LabelStudioWriter(as_="guesses")  # type: ignore[arg-type]
