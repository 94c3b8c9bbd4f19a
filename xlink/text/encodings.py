"""Names of text encodings, checked where a user gives one."""

from __future__ import annotations

from xlink.errors import SpecError

__all__ = ["check_encoding"]


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that Python does not know, or that is not one of text.

    Raises:
        SpecError: there is no such text encoding.
    """
    try:
        "x".encode(encoding)
    except LookupError:
        raise SpecError(
            f"There is no encoding {encoding!r}. Name one that Python knows, such as utf-8, "
            "latin-1, cp1252 or utf-16."
        ) from None
