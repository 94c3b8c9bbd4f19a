"""The tables of results, made from the expected scores of recipes; nothing in them is typed.

`python -m xlink.recipes.results` writes them into a checkout: docs/results.md, and the README
between its marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from xlink.corpora.writing import written_whole
from xlink.errors import DataError
from xlink.recipes.finding import find_recipes, known_recipes
from xlink.recipes.model import CorpusSpec, Recipe, Score, Scores

__all__ = ["main", "readme_table", "results_page", "with_table"]

START, END = "<!-- results: python -m xlink.recipes.results -->", "<!-- end of results -->"

_INTRODUCTION = """\
# Results

Made by `python -m xlink.recipes.results` from the expected scores of [recipes](recipes.md);
`xlink reproduce --all` checks every figure. Each is a mean over gold mentions with its 95 %
interval from a bootstrap over documents. *All* gold counts what the terminology lacks as a miss;
*covered* gold leaves it out. Mentions are given, and are linked by their text alone, without any
model.
"""


def results_page(recipes: Iterable[Recipe]) -> str:
    """Return the page of all results, as Markdown."""
    sections = ["\n".join(_section(recipe)) for recipe in recipes if recipe.spec.expected]
    return "\n".join([_INTRODUCTION, *sections])


def readme_table(recipes: Iterable[Recipe]) -> str:
    """Return the short table: recall@1 of every system on the headline parts of open recipes."""
    shown = [recipe for recipe in recipes if recipe.spec.expected and recipe.spec.open]
    titles = {
        name: str(system.get("title", name))
        for recipe in shown
        for name, system in recipe.spec.systems.items()
    }
    head = ("task", "gold mentions", *titles.values())
    rows = [
        (
            f"{recipe.spec.title}, {_title(recipe, part)}",
            _counts(next(iter(systems.values()))),
            *(_short(systems.get(name)) for name in titles),
        )
        for recipe in shown
        for part, systems in recipe.spec.expected.items()
        if part in (recipe.spec.headline or recipe.spec.parts)
    ]
    note = (
        "Recall@1, of all gold mentions / of those that the terminology covers. "
        "Intervals and more measures are in [docs/results.md](docs/results.md)."
    )
    return "\n".join([*_table(head, rows), "", note])


def with_table(readme: str, table: str) -> str:
    """Return the README with `table` between its marks.

    Raises:
        DataError: the marks are not there.
    """
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise DataError("the README has no marks for results", remedy=f"Add {START} and {END}.")
    return f"{before}{start}\n{table}\n{end}{after}"


def main() -> None:
    """Write the tables into the checkout that this module lies in."""
    root = Path(str(files("xlink"))).parent
    recipes = find_recipes(known_recipes())
    readme = root / "README.md"
    table = with_table(readme.read_text(encoding="utf-8"), readme_table(recipes))
    for path, text in ((root / "docs" / "results.md", results_page(recipes)), (readme, table)):
        with written_whole(path) as stream:
            stream.write(text)


def _section(recipe: Recipe) -> Iterator[str]:
    spec = recipe.spec
    yield f"## {spec.title}"
    yield ""
    if spec.about:
        yield from (spec.about, "")
    yield f"`xlink reproduce {recipe.name}`"
    if spec.log is not None:
        yield f"(expected scores of {spec.log.date}, xlink {spec.log.xlink}, {spec.log.device})"
    yield ""
    for row, systems in spec.expected.items():
        part = row.partition("/")[0]
        yield f"### {_title(recipe, row)}"
        yield ""
        yield from _facts(recipe, part)
        head = ("system", "gold", *spec.evaluate.names)
        yield from _table(head, [each for name in systems for each in _rows(recipe, row, name)])
        yield ""


def _facts(recipe: Recipe, part: str) -> Iterator[str]:
    task = recipe.tasks[part]
    yield f"Terminology `{task.terminology}`; corpus {_told(task.corpus)}."
    if task.training is not None:
        yield (
            f"Systems with training mentions have looked up those of {_told(task.training)}; "
            "the others have seen nothing of the corpus."
        )
    yield ""


def _told(corpus: CorpusSpec) -> str:
    """Say what a corpus is read from, in the words of the recipe."""
    told = [f"{name} = {_plain(value)}" for name, value in corpus.options.items()]
    if corpus.draw is not None:
        share = 1 - corpus.draw.share if corpus.draw.rest else corpus.draw.share
        told.append(f"about {share:.0%} of the documents, drawn with seed {corpus.draw.seed}")
    source = f"`{corpus.reader}`"
    return f"{source} ({', '.join(told)})" if told else source


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _rows(recipe: Recipe, row: str, name: str) -> Iterator[Sequence[str]]:
    """Yield the row of a system over all gold and over covered gold, or one where these agree."""
    scores = recipe.spec.expected[row][name]
    title = str(recipe.spec.systems[name].get("title", name))
    n_all, n_covered = scores.n
    measures = [scores.measures.get(each, Score()) for each in recipe.spec.evaluate.names]
    if n_all == n_covered:
        yield title, f"all {n_all:,}", *(_long(each.all) for each in measures)
        return
    yield title, f"all {n_all:,}", *(_long(each.all) for each in measures)
    yield "", f"covered {n_covered:,}", *(_long(each.covered) for each in measures)


def _title(recipe: Recipe, row: str) -> str:
    part, _, subset = row.partition("/")
    title = recipe.tasks[part].title or part
    return f"{title}, {subset}" if subset else title


def _counts(scores: Scores) -> str:
    n_all, n_covered = scores.n
    return f"{n_all:,}" if n_all == n_covered else f"{n_all:,} / {n_covered:,}"


def _short(scores: Scores | None) -> str:
    if scores is None or "recall@1" not in scores.measures:
        return ""
    score = scores.measures["recall@1"]
    sides = [_number(bounds[0]) for bounds in (score.all, score.covered) if bounds is not None]
    return sides[0] if scores.n[0] == scores.n[1] else " / ".join(sides)


def _long(bounds: tuple[float, ...] | None) -> str:
    if bounds is None:
        return ""
    value, *interval = map(_number, bounds)
    return f"{value} ({'–'.join(interval)})" if interval else value


def _number(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _line(head)
    yield _line(["---"] * len(head))
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
