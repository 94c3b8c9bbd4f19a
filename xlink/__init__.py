"""Link mentions of medical concepts, in any language, to the concepts of a terminology.

    terminology ──build──▶ index ──▶ candidates ──▶ rerank ──▶ decide ──▶ links ──▶ evaluate
    document ──read──▶ mentions ──────┘

The values that travel along this flow are in `xlink.types`, what its parts must do in
`xlink.protocols`, and the whole of it in one object is `Linker`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlink.candidate_set import CandidateSet as CandidateSet
    from xlink.errors import XlinkError as XlinkError
    from xlink.evaluation import Run as Run
    from xlink.evaluation import compare as compare
    from xlink.evaluation import evaluate as evaluate
    from xlink.frames import documents_from_frame as documents_from_frame
    from xlink.frames import links_table as links_table
    from xlink.linker import Linker as Linker
    from xlink.terminology import Terminology as Terminology
    from xlink.terminology import build_terminology as build_terminology
    from xlink.terminology.spec import build as build
    from xlink.types import Alias as Alias
    from xlink.types import Candidate as Candidate
    from xlink.types import Concept as Concept
    from xlink.types import Document as Document
    from xlink.types import Filter as Filter
    from xlink.types import Link as Link
    from xlink.types import LinkedDocument as LinkedDocument
    from xlink.types import Mention as Mention
    from xlink.types import Query as Query

__version__ = "0.1.0"

# Names are looked up when first used, so that `import xlink` and `xlink --help` stay quick.
_HOMES = {
    "Alias": "xlink.types",
    "Candidate": "xlink.types",
    "CandidateSet": "xlink.candidate_set",
    "Concept": "xlink.types",
    "Document": "xlink.types",
    "Filter": "xlink.types",
    "Link": "xlink.types",
    "LinkedDocument": "xlink.types",
    "Linker": "xlink.linker",
    "Mention": "xlink.types",
    "Query": "xlink.types",
    "Run": "xlink.evaluation",
    "Terminology": "xlink.terminology",
    "XlinkError": "xlink.errors",
    "build": "xlink.terminology.spec",
    "build_terminology": "xlink.terminology",
    "compare": "xlink.evaluation",
    "documents_from_frame": "xlink.frames",
    "evaluate": "xlink.evaluation",
    "links_table": "xlink.frames",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'xlink' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
