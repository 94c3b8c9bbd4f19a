"""The card of a trained model: what it is, what it learnt from, under which licences, how good."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from xlink.terminology import Terminology

__all__ = ["CardData", "ModelCard", "data_of"]

_PACKAGES = ("xlink", "numpy", "scipy", "numba", "torch", "transformers", "sentence-transformers")


@dataclass(frozen=True, slots=True)
class CardData:
    """One source of names that a model learnt from."""

    name: str
    version: str
    licence: str
    homepage: str
    languages: tuple[str, ...]
    n_concepts: int
    n_names: int
    use: str = "pairs of names"
    fingerprint: str = ""


def data_of(terminology: Terminology, use: str = "pairs of names") -> CardData:
    """Return what a card says of a terminology."""
    origin = terminology.facts.get("origin")
    return CardData(
        terminology.name,
        terminology.version,
        str(terminology.facts.get("licence") or "not stated"),
        str(origin.get("homepage") or "") if isinstance(origin, dict) else "",
        terminology.languages,
        terminology.n_concepts,
        terminology.n_aliases,
        use,
        terminology.fingerprint,
    )


@dataclass(frozen=True, slots=True)
class ModelCard:
    """All that a card says; `scores` are measures by what was asked, such as recall@1 by `ja`.

    `kind` says in a few words how the model works, and `about` what for. `options` are those of the
    training.
    """

    name: str
    kind: str
    about: str
    data: Sequence[CardData]
    options: Mapping[str, object]
    seed: int
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    teacher: str = ""
    protocol: str = ""
    licence: str = ""
    limits: str = ""
    command: str = ""

    def write(self, folder: Path) -> Path:
        """Write the card as `README.md` into the folder of the model; return its path."""
        path = folder / "README.md"
        path.write_text(self.markdown(), encoding="utf-8", newline="\n")
        return path

    def markdown(self) -> str:
        """Return the card as Markdown."""
        parts = [f"# {self.name}", self.about, f"**How it works.** {self.kind}"]
        parts += [f"**Licence.** {self.licence}"] if self.licence else []
        parts += [f"**Limits.** {self.limits}"] if self.limits else []
        parts += ["## Data", self._data()]
        parts += [f"Teacher: {self.teacher}"] if self.teacher else []
        if self.scores:
            parts += ["## Scores", *([self.protocol] if self.protocol else []), self._scores()]
        parts += ["## Training", self._training()]
        return "\n\n".join(parts) + "\n"

    def _data(self) -> str:
        head = ("name", "version", "licence", "from", "languages", "concepts", "names", "used for")
        rows = [
            (
                f"`{each.name}`",
                each.version,
                each.licence,
                each.homepage,
                " ".join(each.languages),
                f"{each.n_concepts:,}",
                f"{each.n_names:,}",
                each.use,
            )
            for each in self.data
        ]
        return _table(head, rows)

    def _scores(self) -> str:
        measures = list(dict.fromkeys(key for row in self.scores.values() for key in row))
        rows = [
            (asked, *(f"{row[each]:.3f}" if each in row else "" for each in measures))
            for asked, row in self.scores.items()
        ]
        return _table(("", *measures), rows)

    def _training(self) -> str:
        told = {"seed": self.seed, **self.options}
        lines = [f"- {key}: {value}" for key, value in told.items()]
        lines += [f"- {package} {number}" for package, number in _versions().items()]
        command = [f"    {self.command}", ""] if self.command else []
        return "\n".join([*command, *lines])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that are installed."""
    found = {"Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
