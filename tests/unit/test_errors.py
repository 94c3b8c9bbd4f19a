"""Errors say where, what and what to do, and survive the way out of a worker process."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from xlink.errors import (
    ArtifactError,
    DataError,
    MissingExtraError,
    SpecError,
    StaleIndexError,
    UnknownNameError,
    XlinkError,
)

ERRORS = [
    DataError("no id", path=Path("names.tsv"), line=1234, remedy="Add one."),
    UnknownNameError("language", "eng", ["es", "en"]),
    MissingExtraError("The encoder", "neural"),
    SpecError("k is 0"),
    ArtifactError("cut"),
    StaleIndexError("old"),
]


def test_messages() -> None:
    assert [str(error) for error in ERRORS[:3]] == [
        "names.tsv, line 1,234: no id. Add one.",
        "Unknown language 'eng'. Did you mean 'en'? Known: en, es.",
        'The encoder needs more packages: pip install "xlink[neural]"',
    ]
    assert str(DataError("no id")) == "no id"
    assert str(DataError("no id", path="names.tsv")) == "names.tsv: no id"
    assert str(UnknownNameError("reranker", "x", [])) == "Unknown reranker 'x'. Known: none."
    assert str(UnknownNameError("concept id", "x", None)) == "Unknown concept id 'x'."


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_cross_process_borders(error: XlinkError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_errors_are_also_those_of_python() -> None:
    kinds = (ValueError, KeyError, ImportError, ValueError, ValueError, ArtifactError)
    for error, kind in zip(ERRORS, kinds, strict=True):
        assert isinstance(error, kind)
        assert isinstance(error, XlinkError)
