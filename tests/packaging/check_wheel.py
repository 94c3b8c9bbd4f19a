"""Build wheel and sdist, and use the wheel as its users do: alone, then with each extra by itself.

Usage: python tests/packaging/check_wheel.py [--python python3.12] [--extra spacy] [--all-extras]

Everything is installed into environments of its own, which are removed afterwards. xlink itself is
installed once an interpreter; each extra lies in an environment on top of that one, so that it has
xlink and itself and no other extra.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SMOKE = Path(__file__).with_name("smoke.py")

# What an extra is for, as the shortest program that needs it.
PROBES = {
    "bigbio": "import datasets; import xlink.corpora.formats.bigbio_datasets",
    "dev": "import hypothesis, mypy, pandas, polars, pytest, spacy, sklearn",
    "docs": "import mkdocs, mkdocstrings, material",
    "encodings": "import charset_normalizer; import xlink.corpora.documents.encodings",
    "faiss": "import faiss; import xlink.candidates.vectors.faiss_search",
    "gliner": "import gliner",
    "inception": "import cassis; from xlink.inception import Recommender",
    "languages": "from xlink.text.language import identify; assert identify('Ingresa con fiebre')",
    "learned": "import sklearn; import xlink.candidates.learned_fusion",
    "neural": "import torch, transformers, sentence_transformers, xlink.encoders.transformer",
    "notebooks": "import matplotlib, ipykernel, pandas",
    "onnx": "import onnxruntime, tokenizers; import xlink.encoders.onnx",
    "onnx-export": "import onnx, onnx_ir, torch; import xlink.encoders.onnx",
    "pdf": "import pypdfium2",
    "sentences": "from xlink.text.sentences import sentences; assert len(sentences('A. B.', 'en'))",
    "skos": "import rdflib; import xlink.terminology.sources.skos",
    "spacy": "import spacy; spacy.blank('en').add_pipe('xlink', config={'terminology': 'starter'})",
    "wtpsplit": "import wtpsplit",
}
# The index of a package installer may offer a build for graphics cards, which takes gigabytes.
FIRST = {name: ["torch==2.13.0"] for name in ("gliner", "neural", "onnx-export", "wtpsplit")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", help="interpreter; may be repeated")
    parser.add_argument("--extra", action="append", choices=sorted(extras()), default=[])
    parser.add_argument("--all-extras", action="store_true")
    options = parser.parse_args()
    wanted = sorted(extras()) if options.all_extras else options.extra
    with TemporaryDirectory() as folder:
        wheel = built(Path(folder) / "dist")
        for python in options.python or [sys.executable]:
            check(python, wheel, wanted, Path(folder))


def extras() -> dict[str, list[str]]:
    """Return the extras of xlink, each with what it asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(project["optional-dependencies"])


def built(folder: Path) -> Path:
    """Build sdist and wheel, the wheel from what the sdist holds, and return the wheel."""
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)], cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    run(pip(sys.executable, "wheel", "--no-deps", "-w", str(folder), str(sdist)))
    (wheel,) = folder.glob("*.whl")
    print(f"built {sdist.name} and {wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB", flush=True)
    return wheel


def check(python: str, wheel: Path, wanted: Sequence[str], folder: Path) -> None:
    """Install the wheel for one interpreter and use it, then each extra on top."""
    version = run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    base = folder / f"base-{version}"
    own = environment(python, base)
    run(pip(own, "install", "--only-binary=:all:", str(wheel)))
    home = folder / f"home-{version}"
    run([own, str(SMOKE)], cwd=folder, home=home)
    run([str(Path(own).with_name("xlink")), "--version"], cwd=folder)
    print(f"Python {version}: the wheel alone works", flush=True)
    for name in wanted:
        above = environment(python, folder / f"{name}-{version}", on=base)
        for first in FIRST.get(name, []):
            run(pip(above, "install", first))
        run(pip(above, "install", f"{wheel}[{name}]"))
        run([above, "-c", PROBES[name]], cwd=folder, home=home)
        print(f"Python {version}: [{name}] works", flush=True)


def environment(python: str, place: Path, *, on: Path | None = None) -> str:
    """Make an environment, which sees the packages of another one too, and return its Python."""
    run([python, "-m", "venv", str(place)])
    if on is not None:
        (below,) = on.glob("lib/*/site-packages")
        (above,) = place.glob("lib/*/site-packages")
        (above / "below.pth").write_text(f"{below}\n", encoding="utf-8")
    return str(place / "bin" / "python")


def pip(python: str, *arguments: str) -> list[str]:
    return [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]


def run(command: Sequence[str], *, cwd: Path | None = None, home: Path | None = None) -> str:
    """Run a command apart from this checkout and return what it printed."""
    left_out = ("PYTHONPATH", "XLINK_HOME")
    surroundings = {key: value for key, value in os.environ.items() if key not in left_out}
    if home is not None:
        surroundings["XLINK_HOME"] = str(home)
    done = subprocess.run(command, cwd=cwd, env=surroundings, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
