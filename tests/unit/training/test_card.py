"""The card of a model says what it learnt from, how good it is, and how to make it again."""

from __future__ import annotations

from pathlib import Path

from xlink.testing.terminologies import small_terminology
from xlink.training.encoder.card import ModelCard, data_of


def test_a_card_has_data_scores_seed_and_versions(tmp_path: Path) -> None:
    card = ModelCard(
        name="tiny",
        kind="A bag.",
        about="For tests.",
        data=[data_of(small_terminology(tmp_path / "small"), "pairs | of names")],
        options={"n_steps": 5},
        seed=7,
        scores={"ja": {"recall@1": 0.25, "recall@5": 0.5}, "de": {"recall@1": 1.0}},
        licence="As its data.",
        command="xlink train",
    )
    written = card.write(tmp_path).read_text(encoding="utf-8")
    assert written.startswith("# tiny\n\nFor tests.\n")
    assert "pairs \\| of names" in written
    assert "| 12 |" in written  # concepts
    assert "| ja | 0.250 | 0.500 |" in written
    assert "| de | 1.000 |  |" in written
    assert "- seed: 7\n- n_steps: 5\n- Python 3" in written
    assert "\n    xlink train\n" in written


def test_what_is_not_there_has_no_heading() -> None:
    text = ModelCard("tiny", "A bag.", "For tests.", [], {}, seed=1).markdown()
    assert "Scores" not in text
    assert "Licence." not in text
    assert "Teacher" not in text
