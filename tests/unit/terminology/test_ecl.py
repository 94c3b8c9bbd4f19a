"""Expressions admit what their set algebra says, and faulty ones are refused at their position."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlink.errors import SpecError
from xlink.terminology import Terminology, build_terminology
from xlink.terminology.ecl import check_ecl, evaluate_ecl
from xlink.types import Concept

# A diamond: 1 above 2 and 3, both above 4; 5 below 4; HP:6 alone; 90 and 91 are reference sets.
CONCEPTS = (
    Concept("1", "all"),
    Concept("2", "left", parents=("1",), types=("refset:90",)),
    Concept("3", "right", parents=("1",), types=("refset:91",)),
    Concept("4", "both", parents=("2", "3"), types=("refset:90", "refset:91")),
    Concept("5", "leaf", parents=("4",), types=("finding", "refset:77"), former_ids=("50",)),
    Concept("HP:0000006", "alone"),
    Concept("I10.9", "dotted", parents=("HP:0000006",)),
    Concept("90", "a set"),
    Concept("91", "a set"),
)


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    place = tmp_path_factory.mktemp("ecl") / "diamond"
    return build_terminology(CONCEPTS, place, name="diamond").terminology


def admitted(terminology: Terminology, expression: str) -> str:
    mask = evaluate_ecl(terminology, expression)
    assert mask.shape == (terminology.n_concepts,)
    assert mask.dtype == np.bool_
    return " ".join(terminology.concept_ids(np.flatnonzero(mask)))


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("4", "4"),
        (" 4 |both | ", "4"),
        ("50", "5"),
        ("HP:0000006", "HP:0000006"),
        ("<HP:0000006", "I10.9"),
        (">I10.9|dotted|", "HP:0000006"),
        ("<2", "4 5"),
        ("<< 2 |left < AND|", "2 4 5"),
        ("<!1", "2 3"),
        ("<<!1", "1 2 3"),
        (">5", "1 2 3 4"),
        (">>4", "1 2 3 4"),
        (">!4", "2 3"),
        (">>!4", "2 3 4"),
        ("<5", ""),
        (">1", ""),
        ("^90", "2 4"),
        ("^ 77", "5"),
        ("^*", "2 3 4 5"),
        ("^(90 OR 91)", "2 3 4"),
        ("^(91)", "3 4"),
        ("^(1)", ""),
        ("<^91", "4 5"),
        ("<!*", "2 3 4 5 I10.9"),
        (">*", "1 2 3 4 HP:0000006"),
        ("2 AND 3", ""),
        ("<2 and <3", "4 5"),
        ("<2, <3, ^90", "4"),
        ("2 OR 3 Or 5", "2 3 5"),
        ("<<1 MINUS <<4", "1 2 3"),
        ("(2 OR 4) MINUS (<2)", "2"),
        ("<1 AND(^90 OR 5)AND(<2)", "4 5"),
        ("<(2 OR 3)", "4 5"),
        ("((((4))))", "4"),
        ("<<1\nMINUS\t4", "1 2 3 5"),
        (" OR ".join(["2", "3"] * 500), "2 3"),
        ("(" * 3000 + "4" + ")" * 3000, "4"),
        ("<(" * 3000 + "*" + ")" * 3000, ""),
    ],
)
def test_expressions(terminology: Terminology, expression: str, ids: str) -> None:
    assert admitted(terminology, expression) == ids


@pytest.mark.parametrize(
    ("expression", "character", "problem"),
    [
        ("<1 AND", 7, "it ends too early, expected one of: a concept id, < or >"),
        ("<", 2, "it ends too early"),
        ("(4", 3, "it ends too early, expected one of: )"),
        ("4)", 2, "got ')'"),
        ("AND 4", 1, "an operand is missing before this"),
        ("2 OR OR 3", 6, "an operand is missing before this"),
        ("2 AND 3 OR 4", 9, "mixed only with parentheses"),
        ("2 MINUS 3 MINUS 4", 11, "mixed only with parentheses"),
        ("< <4", 3, "got '<', expected one of: a concept id"),
        ("2 3", 3, "got '3', expected one of"),
        ("4 |both", 3, "the term that begins here is not closed"),
        ("4 OR 404", 6, "diamond has no concept '404'"),
        ("^ 4", 3, "diamond has no members of '4'"),
        ("<1 : 2 = 3", 4, "refinements and filters are not supported"),
        ("<1: 2 = 3", 3, "refinements and filters are not supported"),
        ("<1:2=3", 5, "refinements and filters are not supported"),
        ("<1 . 2", 4, "refinements and filters are not supported"),
        ('<1 {{ term = "x" }}', 4, "refinements and filters are not supported"),
        ("2\nOR\n\n  (404)", 10, "diamond has no concept '404'"),
    ],
)
def test_errors_point_at_the_position(
    terminology: Terminology, expression: str, character: int, problem: str
) -> None:
    with pytest.raises(SpecError) as caught:
        evaluate_ecl(terminology, expression)
    head, line, caret = str(caught.value).split("\n")
    assert head.startswith(f"ECL, character {character}: ")
    assert problem in head
    assert line.strip() in expression
    pointed = line[caret.index("^") :][:1]
    assert pointed == expression[character - 1 : character]


def test_a_long_line_is_cut_around_the_position(terminology: Terminology) -> None:
    with pytest.raises(SpecError) as caught:
        evaluate_ecl(terminology, " OR ".join(["2"] * 500 + ["404"] + ["2"] * 500))
    _, line, caret = str(caught.value).split("\n")
    assert len(line) < 130
    assert line[caret.index("^") :].startswith("404 OR 2")


@pytest.mark.parametrize("expression", ["", " ", "\n\t"])
def test_nothing_is_refused(expression: str) -> None:
    with pytest.raises(SpecError, match="is empty"):
        check_ecl(expression)


def test_cycles_end(tmp_path: Path) -> None:
    circle = [Concept("1", "a", parents=("2",)), Concept("2", "b", parents=("1",))]
    terminology = build_terminology(circle, tmp_path / "circle", name="circle").terminology
    assert admitted(terminology, "<1") == "1 2"
    assert admitted(terminology, ">!1") == "2"


@given(st.text(alphabet='24 <>!^*(),|:={}.[]"ANDORMIUSandor\n\x00é', max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_mask_or_a_spec_error(terminology: Terminology, expression: str) -> None:
    try:
        mask = evaluate_ecl(terminology, expression)
    except SpecError:
        return
    assert mask.dtype == np.bool_


SETS = {"2": {"2"}, "<2": {"4", "5"}, ">>3": {"1", "3"}, "^90": {"2", "4"}, "*": {
    concept.id for concept in CONCEPTS}}  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(sorted(SETS)), st.sampled_from(sorted(SETS)), st.sampled_from(sorted(SETS)))
def test_set_algebra(terminology: Terminology, one: str, two: str, three: str) -> None:
    for operator, expected in (
        ("AND", SETS[one] & SETS[two] | SETS[three]),
        ("OR", SETS[one] | SETS[two] | SETS[three]),
        ("MINUS", SETS[one] - SETS[two] | SETS[three]),
    ):
        found = admitted(terminology, f"({one} {operator} {two}) OR {three}")
        assert set(found.split()) == expected
