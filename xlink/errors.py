"""The errors xlink raises: every one says what was got, what was expected, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

__all__ = [
    "ArtifactError",
    "DataError",
    "MissingExtraError",
    "OldFormatError",
    "SpecError",
    "StaleIndexError",
    "UnknownNameError",
    "XlinkError",
]


class XlinkError(Exception):
    """The root of all errors that xlink raises on purpose."""

    def __str__(self) -> str:
        """Return the message alone (a `KeyError` would quote it)."""
        return " ".join(str(argument) for argument in self.args)

    def __reduce__(self) -> tuple[object, ...]:
        # By default it is made anew from its message, which not every constructor takes: an error
        # of a worker process would then be lost, and the pool wait for ever.
        return _restored, (type(self), self.args, self.__dict__)


class DataError(XlinkError, ValueError):
    """Input that can't be read as what it claims to be; names the file, the line and the remedy."""

    def __init__(
        self,
        problem: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        remedy: str = "",
    ) -> None:
        self.problem, self.path, self.line, self.remedy = problem, path, line, remedy
        place = "" if path is None else f"{path}: " if line is None else f"{path}, line {line:,}: "
        super().__init__(f"{place}{problem}{'. ' + remedy if remedy else ''}")


class SpecError(XlinkError, ValueError):
    """A TOML specification, an option or a combination of them that can't be used."""


class ArtifactError(XlinkError, ValueError):
    """A stored terminology or index that is missing, cut, edited, foreign, or of a newer format."""


class OldFormatError(ArtifactError):
    """An artifact of a format that this version of xlink reads no more."""


class StaleIndexError(ArtifactError):
    """An index that was made for another terminology, or for an older build of this one."""


class UnknownNameError(XlinkError, KeyError):
    """A name that nothing is registered under; the message lists the known and the nearest.

    `known` is None where there are too many to list, as with the ids of a terminology.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str] | None) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known or ()))
        near = get_close_matches(name, self.known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        listed = "" if known is None else f" Known: {', '.join(self.known) or 'none'}."
        super().__init__(f"Unknown {kind} {name!r}.{hint}{listed}")


class MissingExtraError(XlinkError, ImportError):
    """A feature whose optional packages are not installed; the message has the pip line."""

    def __init__(self, feature: str, extra: str) -> None:
        self.feature, self.extra = feature, extra
        super().__init__(f'{feature} needs more packages: pip install "xlink[{extra}]"')


def _restored(
    kind: type[XlinkError], arguments: tuple[object, ...], state: dict[str, object]
) -> XlinkError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error
