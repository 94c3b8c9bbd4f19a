"""Recipes re-run: every system on every part, and what is said of each of their figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xlink.errors import XlinkError
from xlink.home import home
from xlink.recipes.expected import write_expected
from xlink.recipes.materials import Materials, MissingContentError
from xlink.recipes.model import Recipe, Scores
from xlink.recipes.stage import Stage
from xlink.recipes.stages import Job
from xlink.recipes.verdicts import Verdict, Word, verdicts
from xlink.tally import Tally

__all__ = ["Outcome", "Reproduction"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one system on one row, or of a whole part where nothing could be done.

    `word` is OK, OKISH, FAIL or NEW for the worst of the figures, SKIPPED where content is missing,
    and done, kept or "to do" where no figures were asked for; `note` says more.
    """

    recipe: str
    row: str
    system: str
    word: str
    verdicts: tuple[Verdict, ...] = ()
    note: str = ""

    def lines(self) -> Iterator[str]:
        """Yield a line for each figure, or one that says what was done or is missing."""
        place = "  ".join(filter(None, (self.recipe, self.row, self.system)))
        for verdict in self.verdicts:
            yield f"{verdict!s:<58}  {place}"
        if self.note or not self.verdicts:
            yield f"{self.word:<7}  {place}" + (f": {self.note}" if self.note else "")


@dataclass(slots=True)
class Reproduction:
    """Re-runs recipes and yields what came of each as soon as it is known.

    Runs, with their manifests and scores, go to `out`, which is `runs` in the home of xlink unless
    told otherwise. With `fresh`, what was done before is done again; with `dry`, nothing is done.
    With `write`, scores go into recipes that have none, or with `renew` in the place of old ones.
    `tally` counts what readers skipped or mended.
    """

    out: Path = field(default_factory=lambda: home() / "runs")
    stage: Stage = Stage.EVALUATE
    fresh: bool = False
    dry: bool = False
    write: bool = False
    renew: bool = False
    tally: Tally = field(default_factory=Tally)

    def run(self, recipes: Iterable[Recipe]) -> Iterator[Outcome]:
        """Yield the outcomes of recipes; an error in one part does not keep others from running."""
        for recipe in recipes:
            yield from self._recipe(recipe)

    def _recipe(self, recipe: Recipe) -> Iterator[Outcome]:
        materials = Materials(recipe.path.parent, self.tally)
        found: dict[str, dict[str, Scores]] = {}
        seconds, whole = 0.0, True
        for part, task in recipe.tasks.items():
            try:
                materials.check(task)
                if not self.dry and self.stage is not Stage.TERMINOLOGY:
                    yield from _changed(recipe, part, materials)
                for system in task.systems:
                    folder = self.out / recipe.name
                    job = Job(recipe, part, system, materials, folder, fresh=self.fresh)
                    if self.dry or self.stage is not Stage.EVALUATE:
                        yield self._prepared(job)
                        continue
                    job.link()
                    for row, scores in job.evaluate().items():
                        found.setdefault(row, {})[system] = scores
                        yield self._judged(job, row, scores)
                    seconds += sum(job.seconds.values())
            except MissingContentError as error:
                whole = False
                yield Outcome(recipe.name, part, "", "SKIPPED", note=str(error))
            except XlinkError as error:
                whole = False
                yield Outcome(recipe.name, part, "", Word.FAIL, note=str(error))
        if self.write and found and not self.dry:
            yield self._written(recipe, found, whole, seconds, materials)

    def _prepared(self, job: Job) -> Outcome:
        """Do the stages up to the one asked for, which is not `evaluate`, or say what would be."""
        made, place = job.materials, (job.recipe.name, job.part, job.system)
        if self.dry:
            return Outcome(*place, *_plan(job))
        made.terminology(job.task.terminology)
        if self.stage is Stage.INDEX:
            job.open_generators()
        elif self.stage is Stage.TRAIN:
            job.open_reranker()
        elif self.stage is Stage.LINK:
            job.link()
        return Outcome(*place, "done", note=self.stage)

    def _judged(self, job: Job, row: str, scores: Scores) -> Outcome:
        spec = job.recipe.spec
        expected = None if self.renew else spec.expected.get(row, {}).get(job.system)
        said = tuple(verdicts(scores, expected, spec.evaluate))
        words = {verdict.word for verdict in said}
        worst = next(word for word in (Word.FAIL, Word.NEW, Word.OKISH, Word.OK) if word in words)
        return Outcome(job.recipe.name, row, job.system, worst, said)

    def _written(
        self,
        recipe: Recipe,
        found: dict[str, dict[str, Scores]],
        whole: bool,
        seconds: float,
        materials: Materials,
    ) -> Outcome:
        if not whole:
            note = "expected scores were not written, for a part did not run"
            return Outcome(recipe.name, "", "", Word.FAIL, note=note)
        names = {task.terminology for task in recipe.tasks.values()}
        names |= {task.corpus.terminology or task.terminology for task in recipe.tasks.values()}
        fingerprints = {name: materials.terminology(name).fingerprint for name in sorted(names)}
        write_expected(recipe, found, seconds=seconds, terminologies=fingerprints, renew=self.renew)
        return Outcome(recipe.name, "", "", "written", note=f"expected scores, to {recipe.path}")


def _plan(job: Job) -> tuple[str, tuple[Verdict, ...], str]:
    built = job.materials.is_built(job.task.terminology)
    other = job.task.corpus.terminology
    if not built or (other is not None and not job.materials.is_built(other)):
        return "to do", (), "terminology, index, link, evaluate"
    if job.is_evaluated() and not job.fresh:
        return "kept", (), str(job.run_path)
    if job.is_linked() and not job.fresh:
        return "to do", (), "evaluate"
    return "to do", (), "index where it is missing, link, evaluate"


def _changed(recipe: Recipe, part: str, materials: Materials) -> Iterator[Outcome]:
    """Say that the terminology is not the one of the expected scores, if so."""
    name = recipe.tasks[part].terminology
    log = recipe.spec.log
    expected = None if log is None else log.terminologies.get(name)
    found = materials.terminology(name).fingerprint
    if expected is not None and found != expected:
        note = (
            f"the terminology {name} has the fingerprint {found[:12]}, and {expected[:12]} when "
            f"the scores were made: build it anew with `xlink terminology build {name}`"
        )
        yield Outcome(recipe.name, part, "", "note", note=note)
