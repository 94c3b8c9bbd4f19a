r"""A subset of the Expression Constraint Language of SNOMED CT, for any terminology with parents.

| expression | concepts |
|---|---|
| `X`, `X \|a term\|` | X itself |
| `<X`, `<<X`, `<!X`, `<<!X` | below X; X and below; children; X and children |
| `>X`, `>>X`, `>!X`, `>>!X` | above X; X and above; parents; X and parents |
| `^X` | the members of the reference set X, which have the type `refset:X` |
| `*` | all |
| `A AND B`, `A OR B`, `A MINUS B` | as sets; different ones are mixed only with parentheses |
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError
from lark.visitors import Transformer_NonRecursive, v_args

from xlink.errors import SpecError, UnknownNameError
from xlink.types import Filter

if TYPE_CHECKING:
    from xlink.terminology.store import Terminology

__all__ = ["check_ecl", "evaluate_ecl"]

Mask: TypeAlias = npt.NDArray[np.bool_]

_REFSET = "refset:"
_SHOWN_CHARS = 60
# Refinements, dotted attributes, filters and cardinalities begin with one of these.
_BEYOND = ':={}.[]"'

# A word is an id unless it is an operator; within it, colons and dots are free, for ids such as
# HP:0000118 and I10.9.
_GRAMMAR = r"""
?start: _expression
_expression: operand | conjunction | disjunction | exclusion
conjunction: (operand | conjunction) (AND | COMMA) operand
disjunction: (operand | disjunction) OR operand
exclusion: operand MINUS operand
?operand: focus | hierarchic
hierarchic: OPERATOR focus
?focus: concept | everything | _group | refset | refsets
_group: "(" _expression ")"
concept: ID TERM?
everything: STAR
refset: MEMBERS ID TERM?
refsets: MEMBERS (everything | _group)

AND.2: /and(?![^\s()<>^*!|,])/i
OR.2: /or(?![^\s()<>^*!|,])/i
MINUS.2: /minus(?![^\s()<>^*!|,])/i
COMMA: ","
OPERATOR: /<<!|>>!|<<|>>|<!|>!|<|>/
MEMBERS: "^"
STAR: "*"
ID: NO_OPERATOR EDGE (INNER* EDGE)?
NO_OPERATOR: /(?!(and|or|minus)([\s()<>^*!|,]|$))/i
EDGE: /[^\s()<>^*!|,:={}.\[\]"]/
INNER: /[^\s()<>^*!|,={}\[\]"]/
TERM: /\|[^|]*\|/
%ignore /\s+/
"""

_EXPECTED = {
    "ID": "a concept id", "TERM": "|a term|", "AND": "AND", "OR": "OR", "MINUS": "MINUS",
    "OPERATOR": "< or >", "MEMBERS": "^", "STAR": "*", "LPAR": "(", "RPAR": ")",
    "$END": "the end",
}  # fmt: skip


def check_ecl(expression: str) -> None:
    """Parse an expression without a terminology.

    Raises:
        SpecError: it has bad syntax, or goes beyond the subset; points at the position.
    """
    _parsed(expression)


def evaluate_ecl(terminology: Terminology, expression: str) -> Mask:
    """Return which concepts an expression admits. *Shape:* (concepts,)

    A former id stands for the concept that has it.

    Raises:
        SpecError: as `check_ecl`, or the terminology lacks a concept that the expression names.
    """
    tree = _parsed(expression)
    try:
        return _Evaluator(terminology, expression).transform(tree)
    except VisitError as error:
        raise error.orig_exc from None


@v_args(inline=True)
class _Evaluator(Transformer_NonRecursive[Token, Mask]):
    """Turns each rule of the grammar into a mask; without recursion, so nesting has no limit."""

    def __init__(self, terminology: Terminology, expression: str) -> None:
        super().__init__()
        self.terminology = terminology
        self.expression = expression

    def conjunction(self, one: Mask, _: Token, other: Mask) -> Mask:
        return one & other

    def disjunction(self, one: Mask, _: Token, other: Mask) -> Mask:
        return one | other

    def exclusion(self, one: Mask, _: Token, other: Mask) -> Mask:
        return one & ~other

    def hierarchic(self, operator: Token, focus: Mask) -> Mask:
        up, with_focus = operator.startswith(">"), operator.startswith(("<<", ">>"))
        if operator.endswith("!"):
            near = self._next_to(focus, up=up)
            return near | focus if with_focus else near
        start = focus if with_focus else self._next_to(focus, up=up)
        graph = self.terminology.hierarchy
        return (graph.ancestors if up else graph.descendants)(np.flatnonzero(start).tolist())

    def everything(self, _: Token) -> Mask:
        return np.ones(self.terminology.n_concepts, dtype=bool)

    def concept(self, concept_id: Token, _: Token | None = None) -> Mask:
        row = self.terminology.row(concept_id)
        if row is None:
            problem = f"{self.terminology.name} has no concept {str(concept_id)!r}"
            raise _pointing(problem, self.expression, concept_id)
        return _mask(np.array([row]), self.terminology.n_concepts)

    def refset(self, _: Token, refset_id: Token, __: Token | None = None) -> Mask:
        try:
            return self._members([f"{_REFSET}{refset_id}"])
        except UnknownNameError:
            problem = f"{self.terminology.name} has no members of {str(refset_id)!r}"
            raise _pointing(problem, self.expression, refset_id) from None

    def refsets(self, _: Token, focus: Mask) -> Mask:
        types = self.terminology.concept_table["types"].combine_chunks().values
        ids = [
            name.removeprefix(_REFSET)
            for name in pc.unique(types).to_pylist()
            if name.startswith(_REFSET)
        ]
        rows = {each: self.terminology.row(each) for each in ids}
        named = [
            each for each, row in rows.items() if focus.all() or (row is not None and focus[row])
        ]
        if not named:
            return np.zeros(self.terminology.n_concepts, dtype=bool)
        return self._members([_REFSET + each for each in named])

    def _next_to(self, focus: Mask, *, up: bool) -> Mask:
        """Return the parents or the children of all concepts in `focus`."""
        columns = ("child", "parent") if up else ("parent", "child")
        here, there = (self.terminology.relation_table[name].to_numpy() for name in columns)
        return _mask(there[focus[here]], self.terminology.n_concepts)

    def _members(self, types: list[str]) -> Mask:
        return self.terminology.select(Filter(types=frozenset(types))).concepts


def _mask(rows: npt.NDArray[np.integer], n_rows: int) -> Mask:
    mask = np.zeros(n_rows, dtype=bool)
    mask[rows] = True
    return mask


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr")


def _parsed(expression: str) -> Tree[Token]:
    if not expression.strip():
        raise SpecError("The ECL expression is empty. Name a concept id, such as <<404684003.")
    try:
        return _parser().parse(expression)
    except UnexpectedInput as error:
        raise _refused(error, expression) from None


def _refused(error: UnexpectedInput, expression: str) -> SpecError:
    position = error.pos_in_stream
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if position is None or at_end:
        position = len(expression.rstrip())
    got = "" if at_end else expression[position : position + 1]
    if got and got in _BEYOND:
        problem = "attributes, refinements and filters are not supported; use hierarchy, ^ and sets"
    elif got == "|" and expression.find("|", position + 1) < 0:
        problem = "the term that begins here is not closed by |"
    elif isinstance(error, UnexpectedToken) and error.token.type in ("AND", "OR", "MINUS", "COMMA"):
        problem = (
            "an operand is missing before this"
            if "ID" in error.expected
            else "AND, OR and a second MINUS are mixed only with parentheses"
        )
    else:
        wanted = ", ".join(text for name, text in _EXPECTED.items() if name in _expected(error))
        problem = f"got {got!r}" if got else "it ends too early"
        problem += f", expected one of: {wanted}" if wanted else ""
    return _pointing(problem, expression, position)


def _expected(error: UnexpectedInput) -> set[str]:
    """Return the names of the terminals that would fit."""
    names = getattr(error, "expected", None) or getattr(error, "allowed", None)
    return set(names or ())


def _pointing(problem: str, expression: str, at: Token | int) -> SpecError:
    """Show the line of an expression with a caret below the position."""
    position = at if isinstance(at, int) else at.start_pos or 0
    start = expression.rfind("\n", 0, position) + 1
    line = expression[start:].partition("\n")[0]
    column = position - start
    first = max(0, column - _SHOWN_CHARS)
    shown = "".join(c if c.isprintable() else " " for c in line[first : column + _SHOWN_CHARS])
    return SpecError(
        f"ECL, character {position + 1}: {problem}.\n  {shown}\n  {' ' * (column - first)}^"
    )
