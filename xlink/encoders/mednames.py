"""The encoder that comes with xlink: medical names of many languages, in 12 MB, without a download.

Its model card lies beside its weights, in `data/mednames`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from xlink.encoders.ngram_bag import NgramBagEncoder

__all__ = ["mednames"]


def mednames() -> NgramBagEncoder:
    """Open the encoder that comes with xlink.

    ```python
    vectors = mednames().encode(["heart failure", "Herzinsuffizienz", "心不全"])
    ```

    Raises:
        ArtifactError: its files are missing or damaged.
    """
    folder = Path(str(files("xlink.encoders"))) / "data" / "mednames"
    return NgramBagEncoder.open(folder, name="mednames")
