"""Learning from the names of a terminology before documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from xlink.linker import Linker
from xlink.rerank.saving import load_network
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.reranker.names import corpora_of_names
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.train import train_reranker
from xlink.types import Document

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.training.reranker import loop  # noqa: E402


@pytest.fixture
def named(options: RerankerOptions) -> RerankerOptions:
    return replace(options, names=8, epochs=1)


def weights(path: Path) -> dict[str, object]:
    return dict(load_network(path)[0].state_dict())


def test_names_come_with_linkers_that_lack_some_of_them(small: Terminology) -> None:
    with corpora_of_names([small, small], ["lookup"], n=5, tally=Tally()) as corpora:
        assert len(corpora) == 2
        for documents, linker in corpora:
            assert len(documents) == 5
            assert isinstance(linker, Linker)
            assert linker.terminology.n_aliases < small.n_aliases
            assert [each.name for each in linker.generators] == ["lookup"]


def test_names_are_learned_first(
    named: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
) -> None:
    plain = replace(named, names=0)
    train_reranker(documents, open_linker(), plain, tmp_path / "plain")
    train_reranker(documents, open_linker(), named, tmp_path / "named")
    train_reranker(documents, open_linker(), named, tmp_path / "again")
    one, other, again = (weights(tmp_path / name) for name in ("plain", "named", "again"))
    assert any(not torch.equal(value, one[name]) for name, value in other.items())
    assert all(torch.equal(value, again[name]) for name, value in other.items())


def test_a_training_that_was_killed_between_the_two_goes_on(
    named: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train_reranker(documents, open_linker(), named, tmp_path / "whole")
    state = tmp_path / "state"
    with monkeypatch.context() as patched:
        steps, make = [], loop._Loop.step

        def step(self: loop._Loop, number: int) -> None:
            steps.append(number)
            if len(steps) > 1 and number == 0:
                raise KeyboardInterrupt
            make(self, number)

        patched.setattr(loop._Loop, "step", step)
        with pytest.raises(KeyboardInterrupt):
            train_reranker(documents, open_linker(), named, tmp_path / "cut", checkpoint=state)
        assert len(steps) > 2
    train_reranker(documents, open_linker(), named, tmp_path / "cut", checkpoint=state)
    one, other = weights(tmp_path / "whole"), weights(tmp_path / "cut")
    assert all(torch.equal(value, one[name]) for name, value in other.items())
    assert not list(tmp_path.glob("state*"))
