"""The training loop: gradients of parts, what is frozen, resuming, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlink.errors import ArtifactError, SpecError
from xlink.linker import Linker
from xlink.rerank import Mix, open_reranker
from xlink.rerank.saving import load_network, read_facts
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.training.checkpoint import write_checkpoint
from xlink.training.reranker.lists import RankingLists, lists_of
from xlink.training.reranker.options import RerankerOptions
from xlink.training.reranker.start import start
from xlink.training.reranker.train import train_reranker
from xlink.types import Document

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from xlink.rerank.network import CrossEncoder  # noqa: E402
from xlink.rerank.rendering import PairRenderer  # noqa: E402
from xlink.training.reranker.batch import joined_batches, list_batch  # noqa: E402
from xlink.training.reranker.drawing import Source  # noqa: E402
from xlink.training.reranker.gradients import Passes, accumulate  # noqa: E402
from xlink.training.reranker.loop import train_network  # noqa: E402
from xlink.training.reranker.losses import Objective  # noqa: E402
from xlink.training.reranker.parameters import parameter_groups, prepare  # noqa: E402


@pytest.fixture
def lists(documents: list[Document], open_linker: Callable[[], Linker]) -> RankingLists:
    return lists_of(documents, open_linker(), k=5)


Made = tuple[CrossEncoder, PairRenderer]


def made(options: RerankerOptions, terminology: Terminology) -> Made:
    network = CrossEncoder.from_base(options.base, pooling="mean", seed=options.seed)
    return network, PairRenderer(network.pair_tokenizer, terminology, options.rendering)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("loss", ["softmax", "xmen"])
def test_the_gradient_of_parts_is_that_of_the_whole(
    options: RerankerOptions, lists: RankingLists, small: Terminology, loss: str, training: bool
) -> None:
    network, renderer = made(options, small)
    network.train(training)
    pairs, places, batch = list_batch(
        lists.for_training(small, missing="nil", nil=True), renderer, nil=True
    )
    objective = Objective.of(loss, "kl", strength=0.5)
    found = []
    # With dropout, passes of other pairs draw other masks: there only the two ways are the same.
    sizes = (4, 4) if training else (len(pairs), 4)
    for pairs_a_pass, held_pairs in zip(sizes, (10**6, 0), strict=True):
        network.zero_grad()
        passes = Passes(pairs_a_pass, held_pairs)
        value = accumulate(network, pairs, places, batch, objective, passes=passes, seed=1)
        gradients = [each.grad.flatten() for each in network.parameters() if each.grad is not None]
        found.append((value, torch.cat(gradients)))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-6)
    torch.testing.assert_close(found[0][1], found[1][1], atol=1e-6, rtol=0)
    assert found[0][1].abs().max() > 1e-4


def test_nil_has_no_prior(
    lists: RankingLists, options: RerankerOptions, small: Terminology
) -> None:
    _, renderer = made(options, small)
    kept = lists.for_training(small, missing="nil", nil=True)
    _, places, batch = list_batch(kept, renderer, nil=True)
    assert not batch.has_prior[:, -1].any()
    assert (batch.priors[:, -1] == 0).all()
    assert (batch.is_right.sum(dim=1) == 1).all()
    assert batch.is_right[:, -1].tolist() == (~kept.has_right).tolist()
    assert len(set(places.tolist())) == int(batch.is_option.sum())


def test_batches_below_each_other(
    lists: RankingLists, options: RerankerOptions, small: Terminology
) -> None:
    _, renderer = made(options, small)
    kept = lists.for_training(small)
    whole = list_batch(kept, renderer, nil=False)
    is_first = np.arange(len(kept)) < 2
    first, rest = (
        list_batch(kept.take(each), renderer, nil=False) for each in (is_first, ~is_first)
    )
    pairs, places, batch = joined_batches([rest, first])
    assert len(pairs) == len(whole[0])
    shown, known = (
        {
            (ids.tobytes(), float(told.priors.flatten()[at]), bool(told.is_right.flatten()[at]))
            for ids, at in zip(own.ids, own_places.tolist(), strict=True)
        }
        for own, own_places, told in ((pairs, places, batch), whole)
    )
    assert shown == known
    assert int(batch.is_option.sum()) == len(pairs)


def test_upper_layers_are_dropped(options: RerankerOptions, tmp_path: Path) -> None:
    network = CrossEncoder.from_base(options.base, layers=2, dropout=0.0)
    names = [name for name, _ in network.named_parameters()]
    assert any("layer.1." in name for name in names)
    assert not any("layer.2." in name for name in names)
    assert {m.p for m in network.modules() if isinstance(m, torch.nn.Dropout)} == {0.0}
    network.save(tmp_path)
    again = CrossEncoder.load(tmp_path)
    assert again.state_dict().keys() == network.state_dict().keys()
    with pytest.raises(SpecError, match="has 3 layers"):
        CrossEncoder.from_base(options.base, layers=4)


def test_what_is_frozen_reset_and_slower(options: RerankerOptions, small: Terminology) -> None:
    chosen = replace(options, frozen_layers=1, reset_layers=1, layer_decay=0.5)
    before = dict(made(options, small)[0].named_parameters())
    network, _ = made(options, small)
    prepare(network, chosen)
    for name, parameter in network.named_parameters():
        frozen = any(part in name for part in ("embeddings", "layer.0.", "pooler"))
        assert parameter.requires_grad != frozen
        assert ("layer.2." in name and parameter.dim() > 1) == (not parameter.equal(before[name]))
    rates = {
        name: group.rate for group in parameter_groups(network, chosen) for name in group.parameters
    }
    assert rates["output.weight"] == 1
    assert {rate for name, rate in rates.items() if "layer.2." in name} == {1}
    assert {rate for name, rate in rates.items() if "layer.1." in name} == {0.5}
    decays = {
        name: group.weight_decay
        for group in parameter_groups(network, chosen)
        for name in group.parameters
    }
    assert {decays[name] for name in decays if name.endswith("bias")} == {0.0}
    assert decays["output.weight"] == options.weight_decay
    with pytest.raises(SpecError, match="more than the 3"):
        prepare(network, replace(options, frozen_layers=3, reset_layers=1))


class Interrupted(Exception):  # noqa: N818
    pass


def test_a_resumed_training_ends_at_the_very_same_weights(
    options: RerankerOptions,
    lists: RankingLists,
    small: Terminology,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = lists.for_training(small)
    whole, renderer = made(options, small)
    sources = [Source(kept, lists, renderer)]
    ended = train_network(whole, sources, options)

    place = "xlink.training.reranker.loop.write_checkpoint"

    def write_and_stop(*given: object) -> None:
        write_checkpoint(*given)  # type: ignore[arg-type]
        raise Interrupted

    broken, _ = made(options, small)
    monkeypatch.setattr(place, write_and_stop)
    with pytest.raises(Interrupted):
        train_network(broken, sources, options, checkpoint=tmp_path / "state", plan="{}")
    monkeypatch.setattr(place, write_checkpoint)
    torch.manual_seed(99)  # what was drawn elsewhere has no say
    resumed, _ = made(options, small)
    again = train_network(resumed, sources, options, checkpoint=tmp_path / "state", plan="{}")
    assert again == ended
    for name, value in whole.state_dict().items():
        assert value.equal(resumed.state_dict()[name]), name
    with pytest.raises(ArtifactError):
        train_network(resumed, sources, options, checkpoint=tmp_path / "state", plan='{"k": 3}')


def test_training_stops_when_nothing_gets_better(
    options: RerankerOptions,
    lists: RankingLists,
    small: Terminology,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = iter([0.1, 0.5, 0.4, 0.3, 0.9])
    monkeypatch.setattr("xlink.training.reranker.loop.validation", lambda *_, **__: next(scores))
    network, renderer = made(options, small)
    patient = replace(options, epochs=5, patience=2)
    sources = [Source(lists.for_training(small), lists, renderer)]
    trained = train_network(network, sources, patient)
    assert [score for _, score in trained.scores] == [0.1, 0.5, 0.4, 0.3]
    assert trained.best_step == trained.scores[1][0]


@pytest.mark.slow
def test_it_learns(options: RerankerOptions, lists: RankingLists, small: Terminology) -> None:
    network, renderer = made(options, small)
    kept = lists.for_training(small)
    long = replace(options, epochs=12, frozen_embeddings=False, learning_rate=1e-2, patience=99)
    trained = train_network(network, [Source(kept, kept, renderer)], long)
    assert max(score for _, score in trained.scores) > trained.scores[0][1] + 0.2


@pytest.mark.parametrize("nil", [False, True])
def test_from_documents_to_a_linker(
    options: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    small: Terminology,
    tmp_path: Path,
    nil: bool,
) -> None:
    tally = Tally()
    chosen = replace(options, nil=nil, missing="nil" if nil else "drop", epochs=1)
    training = train_reranker(documents, open_linker(), chosen, tmp_path / "made", tally=tally)
    assert {"recall@1 prior", "recall@1 mixed", "ceiling"} <= set(training.figures)
    assert training.figures["recall@1 mixed"] >= training.figures["recall@1 prior"]
    facts = read_facts(tmp_path / "made")
    assert (facts.learns_nil, facts.rendering) == (nil, options.rendering)
    assert facts.mix != Mix()
    reranker = open_reranker(tmp_path / "made", small)
    linker = open_linker()
    found = linker.fused(list(linker.queries(documents[0])))
    after = reranker.rerank(list(linker.queries(documents[0])), found)
    assert np.isfinite(after.scores).all()
    card = next((tmp_path / "made").rglob("README.md")).read_text()
    assert "small" in card
    assert "recall@1 prior" in card


def test_several_corpora_at_once(
    options: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
) -> None:
    chosen = replace(options, epochs=1)
    one = train_reranker(documents, open_linker(), chosen, tmp_path / "one")
    both = train_reranker(
        documents, open_linker(), chosen, tmp_path / "both", others=[(documents, open_linker())]
    )
    for name in ("training lists", "lists kept aside"):
        assert both.figures[name] == 2 * one.figures[name]
    assert both.figures["recall@1 prior"] == one.figures["recall@1 prior"]


def test_options_out_of_range(tiny_base: Path) -> None:
    for wrong in ({"k": 0}, {"dev_share": 1.0}, {"layer_decay": 0.0}, {"layers": 0}, {"pool": 0}):
        with pytest.raises(SpecError, match=next(iter(wrong))):
            RerankerOptions(base="x", **wrong)


def test_a_trained_reranker_goes_on_learning(
    options: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
) -> None:
    first = train_reranker(documents, open_linker(), options, tmp_path / "first").path
    still = replace(options, base=str(first), learning_rate=1e-9)
    second = train_reranker(documents, open_linker(), still, tmp_path / "second").path
    before, after = (load_network(each)[0] for each in (first, second))
    assert after.name == str(first)
    assert len(after.tokenizer) == len(before.tokenizer)
    for name, value in before.state_dict().items():
        torch.testing.assert_close(after.state_dict()[name], value, atol=1e-5, rtol=0)


def test_what_a_trained_reranker_has_can_not_be_changed(
    options: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    tmp_path: Path,
) -> None:
    own = replace(options, pooling="mean", epochs=1)
    first = train_reranker(documents, open_linker(), own, tmp_path / "first").path
    going_on = replace(options, base=str(first))
    with pytest.raises(SpecError, match=r"pooling 'mean'.*'cls'"):
        start(replace(going_on, pooling="cls"))
    with pytest.raises(SpecError, match=r"head 'pooled'.*'sides'"):
        start(replace(going_on, head="sides"))


def test_a_trained_reranker_is_fitted_to_other_candidates(
    options: RerankerOptions,
    documents: list[Document],
    open_linker: Callable[[], Linker],
    small: Terminology,
    tmp_path: Path,
) -> None:
    shown = replace(options.rendering, names=1)
    first = train_reranker(
        documents, open_linker(), replace(options, epochs=1, rendering=shown), tmp_path / "first"
    ).path
    other = Linker.open(small, generators=["lookup"], detector=None)
    # What only a training has a use for has no part, even if it is told.
    told = RerankerOptions(
        base=str(first), epochs=0, names=9, layers=1, reset_layers=1, teacher="none", dev_share=0.5
    )
    second = train_reranker(documents, other, told, tmp_path / "second")
    assert (second.n_steps, second.best_step) == (0, 0)
    before, after = (load_network(each)[0].state_dict() for each in (first, second.path))
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, atol=0, rtol=0)
    facts = read_facts(second.path)
    assert facts.rendering == shown
    assert facts.mix != read_facts(first).mix
    assert facts.figures is not None
    assert facts.figures["lists kept aside"] > 0


def test_an_encoder_has_to_learn_something(options: RerankerOptions) -> None:
    with pytest.raises(SpecError, match="epochs = 0 is for a trained re-ranker"):
        start(replace(options, epochs=0))
    with pytest.raises(SpecError, match="epochs is at least 0"):
        replace(options, epochs=-1)
