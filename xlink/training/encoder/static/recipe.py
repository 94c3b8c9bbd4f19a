"""A recipe of a static encoder as a file: which names, which teacher, what options, how measured.

    python -m xlink.training.encoder.static.recipe recipes/encoders/mednames.toml FOLDER

makes the encoder that comes with xlink anew.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xlink.artifact import is_artifact
from xlink.encoders.ngram_bag import NgramBagEncoder
from xlink.encoders.opening import open_encoder
from xlink.errors import SpecError, XlinkError
from xlink.home import home, terminology_path
from xlink.progress import show_progress
from xlink.terminology import Terminology
from xlink.terminology.spec import build
from xlink.training.encoder.card import CardData, ModelCard, data_of
from xlink.training.encoder.held_out.protocols import names_across_languages, recall
from xlink.training.encoder.names.pairs import PairSampler, TrainingNames
from xlink.training.encoder.static.student import StaticOptions, train_static
from xlink.training.encoder.static.teacher import Targets, targets_of, words_of

__all__ = ["StaticRecipe", "load_static_recipe", "run_static_recipe"]

_KIND = (
    "A bag of words and character n-grams: {rows:,} vectors of {dimension} numbers in 4 bits, "
    "summed up and brought to length 1. Numpy and scipy alone; no tokenizer."
)
_PROTOCOL = (
    "Names in another language that differ from every name in {target} (up to 1,000 each, seed "
    "{seed}) to all names of `{terminology}` in {target}. No name of it in another language than "
    "{target} was seen in training."
)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NamesSpec(_Table):
    """A group of terminologies whose pairs of names make `share` of the batches."""

    terminologies: Annotated[tuple[str, ...], Field(min_length=1)]
    share: Annotated[float, Field(gt=0)] = 1.0
    languages: tuple[str, ...] = ()
    smoothing: Annotated[float, Field(ge=0, le=1)] = 0.5
    taught: bool = True


class TeacherSpec(_Table):
    """The encoder whose vectors are the targets, and of what texts."""

    encoder: str
    max_chars: Annotated[int, Field(gt=0)] = 100
    words: bool = False
    also: tuple[str, ...] = ()


class MeasureSpec(_Table):
    """Names of each language are looked for among those of `target`."""

    terminology: str
    languages: tuple[str, ...]
    target: str = "en"


class StaticRecipe(_Table):
    """All that makes a static encoder what it is."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    about: str = ""
    licence: str = ""
    limits: str = ""
    seed: int = 13
    student: StaticOptions = StaticOptions()
    teacher: TeacherSpec | None = None
    names: Annotated[tuple[NamesSpec, ...], Field(min_length=1)]
    measure: MeasureSpec | None = None


def load_static_recipe(path: Path) -> StaticRecipe:
    """Read a recipe.

    Raises:
        SpecError: the file can't be read, or a key is missing, unknown or of another type.
    """
    try:
        return StaticRecipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpecError(f"{path} can't be read: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SpecError(f"{path}: {place}: {first['msg']}.") from None


def run_static_recipe(
    path: Path, folder: Path, *, without_texts: Sequence[str] = (), spool: Path | None = None
) -> NgramBagEncoder:
    """Train the encoder of a recipe, measure it, and write it with its card into `folder`.

    Terminologies that are not built are built first. `without_texts` are kept from the training.
    The teacher's vectors are kept in `spool` as they come, so that they are computed once.

    Raises:
        XlinkError: a terminology can't be had, or the recipe can't be trained.
    """
    recipe = load_static_recipe(path)
    groups = [[_opened(name) for name in group.terminologies] for group in recipe.names]
    names = [
        TrainingNames.of(opened, languages=group.languages, without_texts=without_texts)
        for opened, group in zip(groups, recipe.names, strict=True)
    ]
    samplers = [
        (PairSampler(each, seed=recipe.seed, smoothing=group.smoothing), group.share)
        for each, group in zip(names, recipe.names, strict=True)
    ]
    used = [data_of(each) for opened in groups for each in opened]
    targets = None
    if recipe.teacher is not None:
        taught = [
            each.texts for each, group in zip(names, recipe.names, strict=True) if group.taught
        ]
        extra = [_opened(name) for name in recipe.teacher.also]
        also = TrainingNames.of(extra, without_texts=without_texts).texts if extra else []
        used += [data_of(each, "the teacher's vectors") for each in extra]
        place = spool if spool is not None else home() / "runs" / recipe.name
        targets = _targets(recipe, recipe.teacher, [*taught, also], place)
    options = replace(recipe.student, seed=recipe.seed)
    encoder = train_static(samplers, options, name=recipe.name, targets=targets)
    encoder.save(folder)
    _card(recipe, encoder, used, f"recipes/{path.parent.name}/{path.name}").write(folder)
    return encoder


def _targets(
    recipe: StaticRecipe, spec: TeacherSpec, texts: Sequence[Sequence[str]], spool: Path
) -> Targets:
    teacher = open_encoder(spec.encoder)
    chosen = [text for each in texts for text in each if len(text) <= spec.max_chars]
    if spec.words:
        chosen += words_of(teacher)
    return targets_of(
        chosen, teacher, dimension=recipe.student.dimension, spool=spool, seed=recipe.seed
    )


def _card(
    recipe: StaticRecipe, encoder: NgramBagEncoder, used: Sequence[CardData], place: str
) -> ModelCard:
    scores, protocol = {}, ""
    if recipe.measure is not None:
        terminology = _opened(recipe.measure.terminology)
        for language in recipe.measure.languages:
            search = names_across_languages(
                terminology, language, target=recipe.measure.target, seed=recipe.seed
            )
            found = recall(encoder, search)
            scores[language] = {f"recall@{k}": value for k, value in found.items()}
        protocol = _PROTOCOL.format(
            target=recipe.measure.target,
            seed=recipe.seed,
            terminology=recipe.measure.terminology,
        )
    return ModelCard(
        name=recipe.name,
        kind=_KIND.format(rows=encoder.n_features, dimension=encoder.dimension),
        about=recipe.about,
        data=used,
        options={key: value for key, value in asdict(recipe.student).items() if key != "seed"},
        seed=recipe.seed,
        scores=scores,
        teacher="" if recipe.teacher is None else f"`{recipe.teacher.encoder}`",
        protocol=protocol,
        licence=recipe.licence,
        limits=recipe.limits,
        command=f"python -m xlink.training.encoder.static.recipe {place} FOLDER",
    )


def _opened(name: str) -> Terminology:
    place = terminology_path(name)
    return Terminology.open(place) if is_artifact(place) else build(name)


def main(arguments: Sequence[str]) -> int:
    """Run a recipe from the command line; return 0, 1 on failure, or 2 on misuse."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m xlink.training.encoder.static.recipe RECIPE FOLDER\n")
        return 2
    try:
        with show_progress():
            run_static_recipe(Path(arguments[0]), Path(arguments[1]))
    except XlinkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
