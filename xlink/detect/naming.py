"""Names of detectors: `dictionary`, `spacy:en_core_web_sm`, `models/ner`, each with options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple, Protocol, Self, runtime_checkable

from xlink.errors import SpecError
from xlink.registry import DETECTORS

__all__ = ["DetectorName", "ModelDetector", "NamedDetector", "parse_detector"]


@runtime_checkable
class ModelDetector(Protocol):
    """A detector that a model stands behind, and no terminology."""

    @classmethod
    def from_name(cls, model: str, options: str) -> Self:
        """Open it as `KIND:MODEL?OPTIONS` says."""
        ...


@runtime_checkable
class NamedDetector(ModelDetector, Protocol):
    """Such a detector that knows the name which opens it; an empty one opens nothing."""

    @property
    def name(self) -> str:
        """`KIND:MODEL?OPTIONS`."""
        ...


class DetectorName(NamedTuple):
    """What is registered, the model that it is to open, and `key=value&…` options."""

    kind: str
    model: str
    options: str


def parse_detector(name: str) -> DetectorName:
    """Take the name of a detector apart.

    - `dictionary`: one that is registered under `xlink.detectors`
    - `spacy:en_core_web_sm`, `hf:organisation/model@revision`: one of these with its model
    - `models/ner`: the folder of a spaCy pipeline, a token classifier or a GLiNER model

    All take options: `dictionary?nested=true`, `models/ner?labels=DISEASE:Disease`.

    Raises:
        UnknownNameError: nothing is registered under the name, and it is no folder.
        SpecError: the folder holds no model that detects mentions, or one has to be named.
    """
    place, _, options = name.partition("?")
    kind, colon, model = place.partition(":")
    known = DETECTORS.names()
    if place not in known and not (colon and kind in known):
        if not Path(place).is_dir():
            DETECTORS.load(place)  # says what is known
        kind, model = _kind_of(Path(place)), place
    if bool(model) != _takes_model(kind):
        example = f"takes no model: {kind}" if model else f"needs a model, as in {kind}:NAME"
        raise SpecError(f"{name}: the mention detector {kind!r} {example}.")
    return DetectorName(kind, model, options)


def _takes_model(kind: str) -> bool:
    maker = DETECTORS.load(kind)
    return isinstance(maker, type) and issubclass(maker, ModelDetector)


def _kind_of(folder: Path) -> str:
    if (folder / "gliner_config.json").is_file():
        return "gliner"
    if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
        return "spacy"
    if (folder / "config.json").is_file() and _classifies_tokens(folder / "config.json"):
        return "hf"
    raise SpecError(
        f"{folder} holds no mention detector: expected a spaCy pipeline (config.cfg, meta.json), a "
        "token classifier of transformers (config.json with such an architecture) or a GLiNER "
        "model (gliner_config.json)."
    )


def _classifies_tokens(config: Path) -> bool:
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except ValueError:
        return False
    names = content.get("architectures") if isinstance(content, dict) else None
    return any(str(name).endswith("ForTokenClassification") for name in names or ())
