"""`xlink encoder`: models as other formats, for speed, training, or use without torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.output import note

__all__ = ["app"]

app = typer.Typer(help="Export and convert encoders.", no_args_is_help=True)

_CONVERTED = "e5-small"


@app.command()
def export(
    base: Annotated[
        str, typer.Argument(help="e5-small, a folder, or hf:organisation/model@revision.")
    ],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    precision: Annotated[str, typer.Option(help="float32 or int8.")] = "int8",
) -> None:
    """Export a transformer to ONNX. Example: xlink encoder export models/sapbert models/fast"""
    from xlink.encoders.onnx import export_onnx
    from xlink.encoders.onnx_graph import check_precision
    from xlink.encoders.opening import open_encoder
    from xlink.encoders.transformer import TransformerEncoder
    from xlink.errors import SpecError

    checked = check_precision(precision)
    encoder = open_encoder(base)
    if not isinstance(encoder, TransformerEncoder):
        raise SpecError(f"{base} is not a transformer: there is nothing to export.")
    export_onnx(encoder, out, precision=checked)
    note(f"written: {out}")


@app.command()
def convert(
    name: Annotated[str, typer.Argument(help="e5-small: multilingual-e5-small from PyPI.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    trim: Annotated[
        list[str] | None,
        typer.Option(help="Keep the pieces that a terminology's names use; may be repeated."),
    ] = None,
    trim_text: Annotated[
        list[Path] | None, typer.Option(help="Those of a text file too; may be repeated.")
    ] = None,
) -> None:
    """Write a model for Hugging Face. Example: xlink encoder convert e5-small e5 --trim hpo"""
    from xlink.encoders.e5_conversion import convert_e5
    from xlink.errors import UnknownNameError

    if name != _CONVERTED:
        raise UnknownNameError("model to convert", name, (_CONVERTED,))
    texts = _texts(trim or (), trim_text or ()) if trim or trim_text else None
    convert_e5(out, texts)
    note(f"written: {out}")


def _texts(terminologies: Iterable[str], files: Iterable[Path]) -> Iterator[str]:
    """Yield names and lines; all is opened before anything is converted."""
    from xlink.corpora.decoding import read_text
    from xlink.home import terminology_path
    from xlink.terminology import Terminology

    opened = [Terminology.open(terminology_path(each)) for each in terminologies]
    lines = [read_text(path).splitlines() for path in files]
    return chain(chain.from_iterable(each.alias_texts() for each in opened), *lines)
