"""`xlink translate`: an annotated corpus in another language, by a translation model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlink.cli.arguments import ReaderName, ReaderOptions, WriterOptions, reader_of, writer_of
from xlink.cli.output import note, report

__all__ = ["translate"]


def translate(
    documents: Annotated[list[Path], typer.Argument(help="Annotated files or folders.")],
    model: Annotated[
        str, typer.Option("--model", "-m", help="A folder, or hf:organisation/model@revision.")
    ],
    source: Annotated[str, typer.Option("--from", help="Language of the documents (BCP 47).")],
    target: Annotated[str, typer.Option("--to", help="Language to translate into (BCP 47).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File or folder to write.")],
    format_: Annotated[
        str, typer.Option("--format", "-f", help="What to write: jsonl, brat, …")
    ] = "jsonl",
    reader: ReaderName = "jsonl",
    settings: ReaderOptions = None,
    format_settings: WriterOptions = None,
    marker: Annotated[
        list[str] | None,
        typer.Option(help="brackets, tags or quotes, in the order to try; repeatable."),
    ] = None,
    least: Annotated[
        float, typer.Option(help="How like a mention found again must be to its translation.")
    ] = 0.8,
    beams: Annotated[int, typer.Option(min=1, help="Beams of the search.")] = 4,
    prefix: Annotated[str, typer.Option(help="What stands before each text, as T5 wants it.")] = "",
    from_code: Annotated[
        str | None, typer.Option(help="The model's code of the language, such as eng_Latn.")
    ] = None,
    to_code: Annotated[
        str | None, typer.Option(help="The model's code of the other, such as spa_Latn.")
    ] = None,
    device: Annotated[str, typer.Option(help="Such as cpu or cuda.")] = "cpu",
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin an unfinished run anew.")
    ] = False,
) -> None:
    """Translate a corpus. Example: xlink translate en.jsonl -m m/ --from en --to es -o es.jsonl"""
    from xlink.tally import Tally
    from xlink.translation import Projector, Seq2SeqTranslator, TranslationJob, run_translation

    translator = Seq2SeqTranslator.open(
        model,
        source=source,
        target=target,
        source_code=from_code,
        target_code=to_code,
        prefix=prefix,
        beams=beams,
        device=device,
    )
    chosen = {} if marker is None else {"markers": tuple(marker)}
    projector = Projector(translator, least=least, **chosen)
    read, written = Tally(), Tally()
    job = TranslationJob(
        projector=projector, out=out, writer=writer_of(format_, format_settings, written)
    )
    given = reader_of(reader, settings, language=source).read(documents, read)
    counted = run_translation(job, given, restart=restart)
    for tally in (read, counted, written):
        report(tally)
    note(f"written: {out}")
