"""Readers by name: options as texts, as values of TOML, and as slips."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from xlink.corpora import DistemistReader, JsonlReader
from xlink.corpora.reading import checked_options, make_reader
from xlink.errors import SpecError, UnknownNameError


@dataclass(frozen=True)
class Options:
    several: Collection[str] | None = None


def test_texts_become_what_the_option_takes() -> None:
    assert make_reader("jsonl", {"tolerant": "true"}) == JsonlReader(tolerant=True)
    assert make_reader("jsonl", {"tolerant": "false"}) == JsonlReader()


def test_a_single_text_serves_where_several_are_asked_for() -> None:
    assert checked_options(Options, {"several": "one"}, "x") == {"several": ("one",)}
    assert checked_options(Options, {"several": ["one", "two"]}, "x") == {"several": ("one", "two")}


def test_the_language_is_for_readers_that_have_one() -> None:
    assert make_reader("jsonl", {}, language="es") == JsonlReader()
    assert make_reader("distemist", {}, language="pt") == DistemistReader(language="pt")
    told = make_reader("distemist", {"language": "es"}, language="pt")
    assert told == DistemistReader(language="es")


def test_slips() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'jsonl'"):
        make_reader("jsnol", {})
    with pytest.raises(UnknownNameError, match="Did you mean 'codes'"):
        make_reader("distemist", {"code": "hpo"})
    with pytest.raises(
        SpecError, match=r"option `codes` of the reader 'distemist': .*'hpo'.*'hop'"
    ):
        make_reader("distemist", {"codes": "hop"})
    with pytest.raises(SpecError, match=r"option `tolerant`.*'perhaps'"):
        make_reader("jsonl", {"tolerant": "perhaps"})
