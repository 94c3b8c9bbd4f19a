"""`xlink serve`: links for programs that ask over HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from xlink.cli.arguments import (
    CalibrationFile,
    Ecl,
    Languages,
    OnlySources,
    OnlyTypes,
    TerminologyName,
    Threshold,
    Within,
    filter_of,
)
from xlink.cli.output import note

__all__ = ["serve"]


class Protocol(StrEnum):
    """What the server speaks."""

    inception = "inception"


def serve(
    protocol: Annotated[Protocol, typer.Argument(help="inception: an external recommender.")],
    terminology: TerminologyName,
    language: Annotated[
        str, typer.Option(help="Language of documents that do not say theirs (BCP 47).")
    ] = "und",
    iri: Annotated[
        str, typer.Option(help="What the annotated feature holds: {id}, {local} after its colon.")
    ] = "{id}",
    n: Annotated[int, typer.Option("-n", min=1, help="Suggestions a mention.")] = 3,
    threshold: Threshold = None,
    calibration: CalibrationFile = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 5000,
    only_language: Languages = None,
    only_source: OnlySources = None,
    only_type: OnlyTypes = None,
    within: Within = None,
    ecl: Ecl = "",
) -> None:
    """Serve links over HTTP. Example: xlink serve inception -t icd10 --language es"""
    from xlink.inception import Recommender, make_server
    from xlink.linker import Linker

    where = filter_of(only_language, only_source, only_type, within, ecl)
    linker = Linker.open(
        terminology, threshold=threshold, calibration=calibration, keep=n, where=where
    )
    recommender = Recommender(linker, language=language, iri=iri, n=n)
    with make_server(recommender, host=host, port=port) as server:
        note(f"{protocol.value}: http://{host}:{server.server_port} (stop by Ctrl+C)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            note("stopped")
