"""What an installed xlink must do without extras; run outside the checkout, with a fresh home."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import xlink


def main() -> None:
    assert version("xlink") == xlink.__version__
    assert "site-packages" in Path(xlink.__file__).parts
    assert find_spec("torch") is find_spec("spacy") is None
    terminology = xlink.build("starter")
    linker = xlink.Linker.open(terminology)
    letter = linker.link("Ingresa por neumonía. Antecedentes: HTA.", language="es")
    assert [link.concept_id for link in letter.links] == ["XL:0025", "XL:0001"]
    assert xlink.links_table(letter, terminology=terminology).num_rows == 2
    linker.save(Path("saved"), with_terminology=True)
    assert xlink.Linker.load(Path("saved")).link("HTA.", language="es").links
    try:
        from xlink.spacy import XlinkComponent  # noqa: F401
    except ImportError as error:
        message = str(error)
    else:
        message = ""
    assert 'pip install "xlink[spacy]"' in message


if __name__ == "__main__":
    main()
