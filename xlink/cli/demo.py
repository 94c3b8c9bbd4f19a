"""`xlink demo`: the main job on real content, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.output import note, print_lines, print_result, report

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML page to write.")] = Path(
        "xlink-demo.html"
    ),
) -> None:
    """Build ICD-10 in nine languages and link seven letters. Example: xlink demo"""
    from xlink.demo import demo_linker, notes
    from xlink.render import html_page, links_table
    from xlink.tally import Tally

    tally = Tally()
    linker = demo_linker(tally)
    report(tally)
    linked = tuple(linker.link(notes()))
    for document in linked:
        print_result(links_table(document, linker.terminology))
    title = "Seven letters, linked to ICD-10"
    print_lines([html_page(linked, linker.terminology, title=title)], out)
    note(f"The letters with their links: {out}")
