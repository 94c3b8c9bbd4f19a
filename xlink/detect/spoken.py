"""Names as people write them: without the words that only a classification needs."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["spoken_forms"]

# Essential (primary) hypertension, Asthma (disorder), Seizure(s); but not lipoprotein(a).
_BRACKETS = re.compile(r"(?:(?<=\s)|^)(?:[(\[][^()\[\]]*[)\]]\s*)+|(?<=\w)\(e?s\)")
_UNSPECIFIED = {
    "de": r"nicht näher bezeichnet(?:e[nmrs]?)?|o\. ?n\. ?a\.",
    "en": r"unspecified|not otherwise specified|nos",
    "es": r"no especificad[oa]s?|sin especificar|sin otra especificación|sai",
    "fr": r"non précisée?s?|sans précision|sans autre indication|sai",
    "it": r"non specificat[oaei]|non altrimenti specificat[oaei]|nas",
    "nl": r"niet gespecificeerde?|niet nader omschreven|nno",
    "pt": r"não especificad[oa]s?|sem outra especificação|soe",
}


def spoken_forms(text: str, language: str) -> list[str]:
    """Return a name without *unspecified* at its beginning or end, and without brackets as well.

    Forms that are the name itself are left out.

    >>> spoken_forms("Essential (primary) hypertension, unspecified", "en")
    ['Essential (primary) hypertension', 'Essential hypertension']
    """
    specified = _without_unspecified(text, language)
    bare = _without_unspecified(_BRACKETS.sub("", specified), language)
    return [form for form in dict.fromkeys((specified, bare)) if form not in ("", text)]


def _without_unspecified(text: str, language: str) -> str:
    plain = " ".join(text.split()).strip(" ,")
    pattern = _unspecified(language)
    return plain if pattern is None else pattern.sub("", plain).strip(" ,")


@cache
def _unspecified(language: str) -> re.Pattern[str] | None:
    words = _UNSPECIFIED.get(language)
    if words is None:
        return None
    return re.compile(rf"^(?:{words}) |[ ,](?:{words})$", re.IGNORECASE)
