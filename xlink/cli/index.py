"""`xlink index`: build the indexes of a terminology ahead of their first use."""

from __future__ import annotations

from typing import Annotated

import typer

from xlink.cli.arguments import TerminologyArgument
from xlink.cli.output import note

__all__ = ["index"]


def index(
    terminology: TerminologyArgument,
    using: Annotated[
        list[str] | None, typer.Option("--using", help="Generator or detector; may be repeated.")
    ] = None,
) -> None:
    """Build the indexes of a terminology. Example: xlink index icd10 --using tfidf"""
    from xlink.home import terminology_path
    from xlink.indexes import build_index
    from xlink.linker import DEFAULT_DETECTOR, DEFAULT_GENERATORS
    from xlink.terminology import Terminology

    opened = Terminology.open(terminology_path(terminology))
    for name in using or (*DEFAULT_GENERATORS, DEFAULT_DETECTOR):
        note(f"{name}: {build_index(opened, name)}")
