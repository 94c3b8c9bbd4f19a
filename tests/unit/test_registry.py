"""Plug-ins are found by name, and an unknown name is answered with the known ones."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

import xlink.registry
from xlink.candidates.lookup import AliasLookup
from xlink.errors import UnknownNameError
from xlink.registry import DETECTORS, GENERATORS, READERS, RERANKERS, SOURCES, Registry


def test_the_built_in_parts_are_registered_and_load() -> None:
    assert {"lookup", "tfidf"} <= set(GENERATORS.names())
    assert GENERATORS.load("lookup") is AliasLookup
    for registry in (GENERATORS, DETECTORS, READERS, RERANKERS, SOURCES):
        assert list(registry.names()) == sorted(set(registry.names()))
        for name in registry.names():
            assert isinstance(registry.load(name), type)


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(UnknownNameError) as caught:
        GENERATORS.load("tfdif")
    assert str(caught.value).startswith(
        "Unknown candidate generator 'tfdif'. Did you mean 'tfidf'? Known: "
    )
    with pytest.raises(UnknownNameError, match=r"Unknown thing 'x'\. Known: none"):
        Registry("xlink.no-such-group", "thing").load("x")


def test_nothing_is_imported_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    points = EntryPoints(
        EntryPoint(name, value, "some.group")
        for name, value in (("here", "pathlib:Path"), ("broken", "no_such_package:Thing"))
    )
    monkeypatch.setattr(xlink.registry, "entry_points", lambda group: points.select(group=group))
    registry = Registry("some.group", "thing")
    assert registry.names() == ("broken", "here")
    assert registry.load("here").__class__ is type
    with pytest.raises(ImportError, match="no_such_package"):
        registry.load("broken")
