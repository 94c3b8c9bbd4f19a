"""What fenominal finds in texts, for `end_to_end.py`. It runs in an environment of its own:

pip install fenominal
python benchmarks/fenominal_run.py HP.OBO TEXTS.json FOUND.json [--longest]

fenominal reads OBO graphs (`hp.json`); terms, synonyms and parents of HP.OBO are written as one.
`--longest` keeps, of what overlaps, the longest. What it takes to be excluded is kept: the gold
standards have negated concepts too.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fenominal import Fenominal

_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)" (\w+)')
_IDS = "http://purl.obolibrary.org/obo/"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("obo", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("found", type=Path)
    parser.add_argument("--longest", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "hp.json"
        graph.write_text(json.dumps(obo_graph(arguments.obo)), encoding="utf-8")
        engine = Fenominal(str(graph))
    texts = json.loads(arguments.texts.read_text(encoding="utf-8"))
    began = time.process_time()
    found = {name: list(spans(engine, text)) for name, text in texts.items()}
    print(f"{time.process_time() - began:.2f} CPU-seconds")
    if arguments.longest:
        found = {name: longest(some) for name, some in found.items()}
    arguments.found.write_text(json.dumps(found), encoding="utf-8")


def spans(engine: Fenominal, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and concept; fenominal counts bytes."""
    content = text.encode()
    for hit in json.loads(engine.map_text(text)):
        start = len(content[: hit["span"]["start"]].decode())
        end = len(content[: hit["span"]["end"]].decode())
        yield start, end, hit["termId"]


def longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, concept in sorted(found, key=lambda each: (each[0] - each[1], each[0])):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, concept))
    return sorted(kept)


def obo_graph(path: Path) -> dict[str, Any]:
    """Return the terms of an OBO file as an OBO graph."""
    nodes, edges, version = [], [], ""
    for stanza in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line.partition(": ")[::2] for line in stanza.splitlines()]
        values = dict(reversed(lines))
        version = values.get("data-version", version).rpartition("/")[2]
        if "[Term]" not in stanza or not values.get("id", "").startswith("HP:"):
            continue
        term = iri(values["id"])
        given = (_SYNONYM.match(value) for key, value in lines if key == "synonym")
        synonyms = [
            {"pred": f"has{each[2].title()}Synonym", "val": each[1].replace('\\"', '"')}
            for each in given
            if each is not None
        ]
        meta = {"synonyms": synonyms, "deprecated": values.get("is_obsolete") == "true"}
        nodes.append({"id": term, "lbl": values.get("name", ""), "type": "CLASS", "meta": meta})
        edges += [
            {"sub": term, "pred": "is_a", "obj": iri(value.split(" ")[0])}
            for key, value in lines
            if key == "is_a"
        ]
    meta = {"version": f"{_IDS}hp/releases/{version}/hp.json"}
    return {"graphs": [{"id": f"{_IDS}hp.json", "meta": meta, "nodes": nodes, "edges": edges}]}


def iri(concept_id: str) -> str:
    return _IDS + concept_id.replace(":", "_")


if __name__ == "__main__":
    main()
