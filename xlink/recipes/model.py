"""What a recipe may say: the keys of its tables, and the tasks that they come to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from xlink.detect.combination import Overlaps
from xlink.types import Filter

__all__ = [
    "TABLES",
    "UNSEEN",
    "CorpusSpec",
    "DrawSpec",
    "EvaluateSpec",
    "FilterSpec",
    "LinkerSpec",
    "LogSpec",
    "Recipe",
    "RecipeSpec",
    "Score",
    "Scores",
    "Task",
    "reader_options",
]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


UNSEEN = "unseen"
"""The key of a subset that keeps what the training part has not; the others are the reader's."""

Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Table = dict[str, object]
_STRICT = ConfigDict(frozen=True, extra="forbid")


def reader_options(subset: Table) -> Table:
    """Return what of a subset is for the reader."""
    return {key: value for key, value in subset.items() if key != UNSEEN}


class DrawSpec(BaseModel):
    """A share of the documents, drawn by their ids; the `rest` is those that were not drawn."""

    model_config = _STRICT

    share: Annotated[float, Field(gt=0, lt=1)]
    seed: int = 0
    rest: bool = False


class CorpusSpec(BaseModel):
    """Documents with gold; the keys that are not named here are options of the reader.

    They lie at `paths`, or are made of the names of a `terminology`.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    reader: str
    paths: Listed = ()
    terminology: str | None = None
    obtain: str = ""
    draw: DrawSpec | None = None

    @property
    def options(self) -> dict[str, object]:
        """The options of the reader, as written."""
        return dict(self.model_extra or {})


class FilterSpec(BaseModel):
    """What of the terminology may be proposed; an empty field does not restrict."""

    model_config = _STRICT

    languages: Listed = ()
    sources: Listed = ()
    types: Listed = ()
    within: Listed = ()
    ecl: str = ""
    leaves: bool = False

    def where(self) -> Filter:
        """Return the filter that linkers take."""
        return Filter(
            languages=frozenset(self.languages),
            sources=frozenset(self.sources),
            types=frozenset(self.types),
            within=frozenset(self.within),
            ecl=self.ecl,
            leaves=self.leaves,
        )


class LinkerSpec(BaseModel):
    """The parts of a linker; `title` is what a system with them is called in tables.

    `reranker` names a trained one or a folder; a table says how one is trained on [training].
    `detector` is for texts that are not those of the recipe, whose mentions are given; of what
    several find, `overlaps` says what stays.
    """

    model_config = _STRICT

    title: str = ""
    generators: Annotated[Listed, Field(min_length=1)] = ("lookup", "tfidf", "dense")
    fusion: Literal["weighted", "reciprocal-rank"] = "weighted"
    weights: dict[str, float] = {}
    reranker: str | Table | None = None
    cascade: bool = False
    k: Annotated[int, Field(ge=1)] = 64
    threshold: float = 0.2
    steps: Listed = ()
    window_chars: Annotated[int, Field(ge=0)] = 128
    long_forms: bool = False
    filter: FilterSpec = FilterSpec()
    filter_by_label: dict[str, FilterSpec] = {}
    detector: Annotated[Listed, Field(min_length=1)] = ("dictionary",)
    overlaps: Overlaps = "longest"


class EvaluateSpec(BaseModel):
    """What is measured, and how far a figure may be from the expected one."""

    model_config = _STRICT

    ks: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] = (1, 5, 64)
    measures: tuple[str, ...] = ()
    seed: int = 0
    tolerance: Annotated[float, Field(ge=0)] = 0.0005
    loose_tolerance: Annotated[float, Field(ge=0)] = 0.001

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measures: those listed, or recall at each k, MRR and accuracy."""
        return self.measures or (*(f"recall@{k}" for k in self.ks), "mrr", "accuracy")


Bounds = tuple[float] | tuple[float, float, float]


class Score(BaseModel):
    """A figure over all gold and over covered gold, each with its interval where it has one."""

    model_config = _STRICT

    all: Bounds | None = None
    covered: Bounds | None = None


class Scores(BaseModel):
    """The figures of a system on a row of a recipe; `n` counts all and covered gold mentions."""

    model_config = _STRICT

    n: tuple[int, int]
    measures: dict[str, Score]


class LogSpec(BaseModel):
    """The run that made the expected scores; `terminologies` holds fingerprints by name."""

    model_config = _STRICT

    date: str
    xlink: str
    commit: str = ""
    python: str
    device: str
    seconds: float
    packages: dict[str, str] = {}
    terminologies: dict[str, str] = {}


class Task(BaseModel):
    """One part of a recipe with all that it takes over from the whole: a corpus and its systems."""

    model_config = _STRICT

    title: str = ""
    terminology: str
    version: str | None = None
    corpus: CorpusSpec
    training: CorpusSpec | None = None
    systems: dict[str, LinkerSpec]


class RecipeSpec(BaseModel):
    """The tables of a recipe as they stand in its file."""

    model_config = _STRICT

    title: str
    about: str = ""
    open: bool = True
    headline: Listed = ()
    terminology: str = ""
    version: str | None = None
    corpus: Table = {}
    training: Table = {}
    linker: Table = {}
    systems: Annotated[dict[str, Table], Field(min_length=1)]
    parts: Annotated[dict[str, Table], Field(min_length=1)]
    subsets: dict[str, Table] = {}
    evaluate: EvaluateSpec = EvaluateSpec()
    expected: dict[str, dict[str, Scores]] = {}
    log: LogSpec | None = None


TABLES: dict[str, type[BaseModel]] = {
    "corpus": CorpusSpec,
    "draw": DrawSpec,
    "evaluate": EvaluateSpec,
    "filter": FilterSpec,
    "log": LogSpec,
    "systems": LinkerSpec,
    "training": CorpusSpec,
}
"""The models of the tables that a recipe may have, by their names."""


class Recipe(BaseModel):
    """A recipe that was checked: `tasks` by the names of its parts."""

    model_config = ConfigDict(frozen=True)

    name: str
    spec: RecipeSpec
    tasks: Mapping[str, Task]
    _path: Path = PrivateAttr(default=Path())

    @property
    def path(self) -> Path:
        """The file that this was read from."""
        return self._path

    def rows(self, part: str) -> dict[str, Table]:
        """Return the rows of a part: itself and its subsets, each with its options of the reader.

        One with the key `unseen` is only there where the part has training mentions.

        Raises:
            KeyError: the recipe has no such part.
        """
        trained = self.tasks[part].training is not None
        return {part: {}} | {
            f"{part}/{name}": own
            for name, own in self.spec.subsets.items()
            if trained or UNSEEN not in own
        }
