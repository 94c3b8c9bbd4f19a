"""The factory that spaCy finds by entry point; what it makes is imported when it is made.

spaCy checks the config by the annotations themselves, which must not be texts.
"""

from collections.abc import Callable
from typing import Any, Literal

from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["DEFAULT_CONFIG", "make_component"]

DEFAULT_CONFIG: dict[str, Any] = {
    "terminology": None,
    "linker": None,
    "mentions": "ents",
    "span_groups": [],
    "detected_group": "xlink",
    "generators": None,
    "detector": None,
    "overlaps": "longest",
    "steps": None,
    "threshold": None,
    "k": None,
    "keep": None,
    "filter": {},
    "filter_by_label": {},
    "language": None,
    "extension": "xlink",
    "store": "reference",
}


@Language.factory("xlink", default_config=DEFAULT_CONFIG, assigns=["doc.ents", "token.ent_kb_id"])
def make_component(
    nlp: Language,
    name: str,
    terminology: str | None,
    linker: str | None,
    mentions: Literal["ents", "spans", "detect"],
    span_groups: list[str],
    detected_group: str,
    generators: list[str] | None,
    detector: str | list[str] | None,
    overlaps: Literal["longest", "first", "all"],
    steps: list[str] | None,
    threshold: float | None,
    k: int | None,
    keep: int | None,
    filter: dict[str, list[str] | str | bool],  # noqa: A002 - keys of the config are its parameters
    filter_by_label: dict[str, dict[str, list[str] | str | bool]],
    language: str | None,
    extension: str,
    store: Literal["reference", "inside"],
) -> Callable[[Doc], Doc]:
    """Make the component `xlink`; docs/python.md describes the keys of its config.

    Raises:
        SpecError: a value can't be used; the message names its key.
    """
    from xlink.spacy.component import XlinkComponent
    from xlink.spacy.options import Options

    options = Options(
        terminology=terminology,
        linker=linker,
        mentions=mentions,
        span_groups=tuple(span_groups),
        detected_group=detected_group,
        generators=None if generators is None else tuple(generators),
        detector=detector,
        overlaps=overlaps,
        steps=None if steps is None else tuple(steps),
        threshold=threshold,
        k=k,
        keep=keep,
        filter=filter,
        filter_by_label=filter_by_label,
        language=language,
        extension=extension,
        store=store,
    )
    component = XlinkComponent(name, options)
    component.refuse_twins(pipe for _, pipe in nlp.components)
    return component
