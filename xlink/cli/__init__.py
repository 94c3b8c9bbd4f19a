"""The command line: one verb a file; a verb parses, makes one call of the library, and prints."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from xlink import __version__
from xlink.cli import (
    convert,
    demo,
    encoder,
    evaluate,
    explain,
    index,
    link,
    reproduce,
    serve,
    terminology,
    train,
    translate,
)
from xlink.errors import XlinkError

__all__ = ["app", "main"]

app = typer.Typer(
    name="xlink",
    help="Link mentions of medical concepts, in any language, to a terminology.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    demo.demo,
    index.index,
    link.link,
    evaluate.evaluate,
    reproduce.reproduce,
    convert.convert,
    translate.translate,
    explain.explain,
    serve.serve,
):
    app.command(verb.__name__, short_help=verb.__doc__)(verb)
app.add_typer(encoder.app, name="encoder", short_help=encoder.app.info.help)
app.add_typer(terminology.app, name="terminology", short_help=terminology.app.info.help)
app.add_typer(train.app, name="train", short_help=train.app.info.help)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"xlink {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Nothing is done before a verb is."""


def main() -> None:
    """Run the command line; a failure is one line on stderr and exit code 1, misuse is 2."""
    from xlink.progress import show_progress

    try:
        with show_progress():
            app()
    except XlinkError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
        sys.exit(1)
