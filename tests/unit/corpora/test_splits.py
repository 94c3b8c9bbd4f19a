from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.corpora.splits import Seen, Split, fingerprint, unseen
from xlink.errors import DataError, SpecError, UnknownNameError
from xlink.types import Document, Mention

NOTES = [Document(f"n{number}", f"text {number}") for number in range(10)]
SHARES = {"train": 8, "dev": 1, "test": 1}


def test_documents_are_dealt_by_seed_and_ids_alone() -> None:
    split = Split.draw(NOTES, SHARES, seed=7)
    assert {name: len(ids) for name, ids in split.parts.items()} == SHARES
    assert split == Split.draw(reversed(NOTES), SHARES, seed=7)
    assert split.parts != Split.draw(NOTES, SHARES, seed=8).parts
    # Written down, so that a change of the rule can't pass unnoticed.
    assert (split.parts["dev"], split.parts["test"]) == (("n4",), ("n0",))


def test_a_split_is_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "split.json"
    split = Split.draw(NOTES, {"train": 0.5, "test": 0.5}, seed=1)
    split.write(path)
    assert Split.read(path) == split
    assert json.loads(path.read_text(encoding="utf-8"))["seed"] == 1
    before = path.read_bytes()
    split.write(path)
    assert path.read_bytes() == before


def test_a_part_is_taken_in_the_order_of_the_corpus() -> None:
    split = Split.draw(NOTES, SHARES, seed=7)
    train = list(split.take(iter(NOTES), "train"))
    assert train == [note for note in NOTES if note.id in split.parts["train"]]
    with pytest.raises(UnknownNameError, match="Known: dev, test, train"):
        split.take(NOTES, "valid")
    with pytest.raises(DataError, match="not those that were split"):
        split.take(NOTES[1:], "train")


def test_annotations_do_not_change_the_fingerprint_and_texts_do() -> None:
    linked = [
        Document(note.id, note.text, "en", (Mention("T1", ((0, 4),), "text"),)) for note in NOTES
    ]
    assert fingerprint(linked) == fingerprint(reversed(NOTES))
    assert fingerprint([Document("a", "b")]) != fingerprint([Document("a", "c")])
    assert fingerprint([Document("ab", "")]) != fingerprint([Document("a", "b")])
    with pytest.raises(DataError, match="two documents have the id 'n1'"):
        fingerprint([NOTES[1], NOTES[1]])


@pytest.mark.parametrize("shares", [{}, {"train": 1, "test": 0}, {"train": -1}])
def test_shares_must_be_above_nothing(shares: dict[str, float]) -> None:
    with pytest.raises(SpecError, match="Shares must be above 0"):
        Split.draw(NOTES, shares, seed=1)


def test_too_few_documents_are_refused() -> None:
    with pytest.raises(DataError, match="2 documents can't be dealt to 3 parts"):
        Split.draw(NOTES[:2], SHARES, seed=1)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"seed": 1', "the line is not JSON"),
        ("[]", "a JSON object was expected"),
        ('{"seed": 1, "parts": {}}', "field fingerprint"),
        ('{"seed": 1, "fingerprint": "", "parts": {"a": ["x"], "b": ["x"]}}', "in two parts"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "split.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        Split.read(path)


@settings(max_examples=50)
@given(
    st.sets(st.text(max_size=5), min_size=3, max_size=40),
    st.dictionaries(st.text(max_size=5), st.floats(1e-3, 1e3), min_size=1, max_size=3),
    st.integers(),
)
def test_every_document_is_in_one_part(ids: set[str], shares: dict[str, float], seed: int) -> None:
    split = Split.draw([Document(each, "") for each in ids], shares, seed=seed)
    dealt = [each for part in split.parts.values() for each in part]
    assert sorted(dealt) == sorted(ids)
    assert all(split.parts.values())


def mention(text: str, *gold: str, nil: bool = False, composite: bool = False) -> Mention:
    ids = frozenset(gold) if gold or nil else None
    return Mention(text, ((0, len(text)),), text, "", ids, composite=composite)


TRAINING = [
    Document("a", "", mentions=(mention("Fièvre", "C1"), mention("toux", "C2", "C3"))),
    Document("b", "", mentions=(mention("rien", nil=True), mention("mal", nil=False))),
]
TEST = [
    Document(
        "t",
        "",
        mentions=(
            mention("fievre", "C1"),
            mention("fièvre", "C9"),
            mention("température", "C1"),
            mention("céphalée", "C7"),
            mention("mal", "C8", "C3", composite=True),
            mention("RIEN", nil=True),
            mention("néant", nil=True),
            mention("douleur"),
        ),
    ),
    Document("u", ""),
]


@pytest.mark.parametrize(
    ("subset", "kept"),
    [
        ("mention", ["température", "céphalée", "mal", "néant"]),
        ("concept", ["fièvre", "céphalée"]),
        ("both", ["céphalée"]),
    ],
)
def test_what_training_has_becomes_unannotated(subset: str, kept: list[str]) -> None:
    documents = list(unseen(TEST, Seen.of(TRAINING), subset))  # type: ignore[arg-type]
    assert [document.id for document in documents] == ["t", "u"]
    found = [each.text for each in documents[0].mentions if each.gold is not None]
    assert found == kept
    assert [each.text for each in documents[0].mentions] == [each.text for each in TEST[0].mentions]


def test_an_unknown_subset_is_refused() -> None:
    with pytest.raises(SpecError, match="A test subset has no unseen 'seen'"):
        list(unseen(TEST, Seen.of(TRAINING), "seen"))  # type: ignore[arg-type]
