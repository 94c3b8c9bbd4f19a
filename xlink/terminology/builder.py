"""From a stream of concepts to a terminology on disk; built ones take additions and removals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from xlink.artifact import Json, write_artifact
from xlink.errors import DataError, UnknownNameError
from xlink.progress import track
from xlink.tally import Tally
from xlink.terminology import schema
from xlink.terminology.records import Records
from xlink.terminology.store import Terminology
from xlink.terminology.tables import make_tables
from xlink.types import Concept

__all__ = ["BuildReport", "build_terminology", "update_terminology"]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made, and what it skipped or mended on the way."""

    terminology: Terminology
    tally: Tally


def build_terminology(
    concepts: Iterable[Concept],
    path: Path | str,
    *,
    name: str,
    version: str = "",
    licence: str = "",
    origin: Mapping[str, Json] | None = None,
    type_groups: Mapping[str, Iterable[str]] | None = None,
    tally: Tally | None = None,
) -> BuildReport:
    """Write `concepts` as a terminology at `path` and open it.

    Records that share an id are merged: the first name and definition win, everything else is
    united. Aliases without content, repeated ones and parents that do not exist are counted in
    the report's tally. `origin` is recorded with the build: where the content came from, and what
    was filtered. `type_groups` are names for several semantic types at once, for filters. What was
    at `path` stays in place until the new build is whole.

    Raises:
        DataError: there is not one concept, or a concept has no id.
    """
    tally = tally if tally is not None else Tally()
    records = Records()
    for concept in track(concepts, f"Reading {name}"):
        records.add(concept, tally)
    facts: dict[str, Json] = {"name": name, "version": version, "licence": licence}
    facts["origin"] = dict(origin or {})
    if type_groups:
        facts["type_groups"] = {
            group: list[Json](sorted(types)) for group, types in type_groups.items()
        }
    return _written(records, Path(path), facts, tally)


def update_terminology(
    terminology: Terminology,
    *,
    add: Iterable[Concept] = (),
    remove: Iterable[str] = (),
    path: Path | str | None = None,
    tally: Tally | None = None,
) -> BuildReport:
    """Write `terminology` with concepts taken out, then others added; `path` defaults to its own.

    The result is what `build_terminology` makes of the concepts that stay, followed by `add`: a
    concept that is there already gains the names, types, parents and so on that it lacks. To
    replace one, remove and add it. Children of a removed concept lose it as a parent. How many
    were asked for is recorded in the origin, and nothing else of it changes.

    ```python
    local = Concept("I10", "", (Alias("hypertone Krise", "de", source="ward 3"),))
    icd10 = update_terminology(icd10, add=[local]).terminology
    ```

    Raises:
        UnknownNameError: an id to remove is not that of a concept today.
        DataError: nothing is left, or an added concept has no id.
    """
    tally = tally if tally is not None else Tally()
    kept = np.ones(terminology.n_concepts, dtype=bool)
    for concept_id in remove:
        row = terminology.row(concept_id)
        if row is None or terminology.concept_id(row) != concept_id:
            raise UnknownNameError("concept id", concept_id, None)
        kept[row] = False
    records, n_added = Records(), 0
    records.add_terminology(terminology, kept)
    for concept in track(add, f"Adding to {terminology.name}"):
        records.add(concept, tally)
        n_added += 1
    origin = terminology.facts["origin"]
    told = dict(origin) if isinstance(origin, dict) else {}
    earlier = told.get("updates")
    update: Json = {"added": n_added, "removed": int((~kept).sum())}
    told["updates"] = [*(earlier if isinstance(earlier, list) else ()), update]
    kept_facts = ("name", "version", "licence", "type_groups")
    facts = {name: terminology.facts[name] for name in kept_facts if name in terminology.facts}
    place = Path(path) if path is not None else terminology.path
    return _written(records, place, facts | {"origin": told}, tally)


def _written(records: Records, path: Path, facts: dict[str, Json], tally: Tally) -> BuildReport:
    tables = make_tables(records, tally)
    if not tables["concepts"].num_rows:
        problem = f"{facts['name']} has no concepts"
        raise DataError(problem, remedy="Check the source and its filters.")
    with write_artifact(path, kind=schema.KIND, format_version=schema.FORMAT_VERSION) as writer:
        for table_name, table in tables.items():
            schema.write_table(table, writer.folder / f"{table_name}.arrow")
        writer.parameters |= facts | _counts(tables, tally)
    return BuildReport(Terminology.open(path), tally)


def _counts(tables: dict[str, pa.Table], tally: Tally) -> dict[str, Json]:
    languages = tables["aliases"]["language"].value_counts().to_pylist()
    return {
        "n_concepts": tables["concepts"].num_rows,
        "n_aliases": tables["aliases"].num_rows,
        "n_aliases_by_language": {each["values"]: each["counts"] for each in languages},
        "skipped": dict(tally.counts()),
    }
