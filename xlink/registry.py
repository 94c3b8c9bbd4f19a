"""Plug-ins by entry point: a short name in a recipe or on the command line finds its class."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from xlink.errors import UnknownNameError

__all__ = [
    "DETECTORS",
    "ENCODERS",
    "GENERATORS",
    "READERS",
    "RERANKERS",
    "SOURCES",
    "STEPS",
    "WRITERS",
    "Registry",
]


@dataclass(frozen=True, slots=True)
class Registry:
    """The plug-ins of one entry-point group, such as `xlink.generators`.

    A plug-in's package names it in its metadata; nothing is imported until it is asked for:

    ```toml
    [project.entry-points."xlink.generators"]
    my-generator = "my_package:MyGenerator"
    ```
    """

    group: str
    kind: str

    def names(self) -> tuple[str, ...]:
        """Return the registered names, sorted."""
        return tuple(sorted({point.name for point in self._points()}))

    def load(self, name: str) -> object:
        """Import and return what `name` is registered for.

        Raises:
            UnknownNameError: nothing is registered under `name`.
        """
        for point in self._points():
            if point.name == name:
                return point.load()
        raise UnknownNameError(self.kind, name, self.names())

    def _points(self) -> tuple[EntryPoint, ...]:
        return tuple(entry_points(group=self.group))


ENCODERS = Registry("xlink.encoders", "encoder")
GENERATORS = Registry("xlink.generators", "candidate generator")
RERANKERS = Registry("xlink.rerankers", "reranker")
DETECTORS = Registry("xlink.detectors", "mention detector")
SOURCES = Registry("xlink.sources", "terminology source")
READERS = Registry("xlink.readers", "corpus reader")
STEPS = Registry("xlink.steps", "step")
WRITERS = Registry("xlink.writers", "corpus writer")
