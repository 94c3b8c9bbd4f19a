"""More names from official ones, which classifications word as nobody writes them.

A classification says "Essential (primary) hypertension" and "Pneumonia, unspecified"; a letter says
"essential hypertension" and "pneumonia".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

from xlink.text.tokens import connectives, primary_language

__all__ = ["Rule", "derived_names"]

Rule = Literal["drop-parentheses", "drop-unspecified"]

_PARENTHESES = re.compile(r"\s*[(（][^()（）]*[)）]")

# What stands for "unspecified", and what may be said to be unspecified (site, part, level): the
# phrase goes as a whole, "Open wound of forearm, part unspecified" -> "Open wound of forearm".
_UNSPECIFIED = {
    "en": (
        r"unspecified|not otherwise specified|NOS",
        r"sites?|parts?|level|type|cause|organs?|body region|place|means",
    ),
    "es": (
        r"no especificad[oa]s?|sin otra especificación|sin especificar",
        r"partes?|sitios?|nivel|grado|tipos?|lugar|medios|causa|región del cuerpo",
    ),
    "de": (
        r"nicht näher bezeichnet(?:e[rsnm]?)?|o\. ?n\. ?A\.",
        r"Teile?|Höhe|Körperregion|Lokalisation(?:en)?|Ursachen?|Grad|Ort",
    ),
    "fr": (
        r"sans précision|non précisé(?:\(s\))?e?s?",
        r"parties?|niveau|siège|degré|localisations?|cause|lieu|moyen",
    ),
    "pt": (
        r"não[ -]especificad[oa](?:\(s\))?s?|sem outra especificação|SOE",
        r"partes?|nível|grau|local|localiza(?:ção|ções)|lugar|meios|tipo|causa|motivo",
    ),
    "vi": (
        r"(?:không|chưa)(?: được)? (?:đặc hiệu|xác định(?: rõ)?|biệt định|định rõ|rõ)",
        r"phần|tầm|vị trí|địa điểm|mức độ",
    ),
    "el": (r"μη καθορισμέν\w+", r"εντόπισης|τμήματος"),
}
_LINKS = "of|at|by|from|de|du|en|por|em|par|an|aus|ở|tại"
_BEFORE = {
    "en": r"unspecified\s+(?!and\b|or\b)",
    "de": r"nicht näher bezeichnete[rsnm]?\s+(?!und\b|oder\b)",
}
# Chinese and Japanese write it at either end or within, with a particle that goes along.
_SPACELESS = {
    "ja": r"[，、,]\s*(?:詳細|部位)不明$|^詳細不明の|(?<=の)詳細不明の",
    "zh": r"^未特指的|[，、,:：](?:部位|水平|身体部位)?未特指的?$",
}
# Words that lose what they belong to: "injury of other and unspecified parts" stays as it is.
_DANGLING = {
    "en": "or other with without", "es": "o u otro otra otros otras con sin no",
    "de": "oder sonstige sonstiger sonstigen mit ohne", "fr": "ou autre autres avec sans à",
    "pt": "ou outro outra outros outras com sem à às", "el": "ή άλλο άλλη άλλα με χωρίς από",
    "vi": "và hoặc hay khác có do ở của",
}  # fmt: skip


def derived_names(text: str, language: str, rules: Iterable[Rule]) -> list[str]:
    """Return the names that `rules`, alone and one after the other, make of `text`.

    Names that differ in case, accents and punctuation alone are left out.

    >>> derived_names("Viral pneumonia (acute), unspecified", "en", ["drop-unspecified"])
    ['Viral pneumonia (acute)']
    """
    names = {_letters(text): text}
    for rule in rules:
        for name in list(names.values()):
            shorter = _RULES[rule](name, primary_language(language))
            if letters := _letters(shorter):
                names.setdefault(letters, shorter)
    return list(names.values())[1:]


def _letters(name: str) -> str:
    # Enough to tell a name from a part of it as folded text would, and far quicker.
    return "".join(filter(str.isalnum, name)).casefold()


def _without_parentheses(text: str, _language: str) -> str:
    shorter = text
    # Innermost first, so that nested ones go too.
    while (again := _PARENTHESES.sub("", shorter)) != shorter:
        shorter = again
    return shorter.strip()


def _without_unspecified(text: str, language: str) -> str:
    pattern = _unspecified(language)
    if pattern is None:
        return text
    shorter = pattern.sub("", text).strip(" ,;:|，、")
    if not shorter or shorter == text.strip():
        return text
    last = shorter.rpartition(" ")[2].casefold()
    dangles = last in _DANGLING.get(language, "").split() or last in connectives(language)
    place = _UNSPECIFIED.get(language, ("", ""))[1]
    if dangles or re.fullmatch(place, shorter, re.IGNORECASE):
        return text
    return shorter[0].upper() + shorter[1:] if text[0].isupper() else shorter


@cache
def _unspecified(language: str) -> re.Pattern[str] | None:
    if language in _SPACELESS:
        return re.compile(_SPACELESS[language])
    if language not in _UNSPECIFIED:
        return None
    phrase, place = _UNSPECIFIED[language]
    qualified = rf",|,?(?:\s+(?:{_LINKS}))?\s+(?:{place})|\s+(?:{_LINKS})"
    behind = rf"(?:{qualified})?\s+(?:{phrase})(?:\s+(?:{place}))?$"
    before = rf"^{_BEFORE[language]}" if language in _BEFORE else r"(?!)"
    return re.compile(f"{behind}|{before}", re.IGNORECASE)


_RULES: dict[Rule, Callable[[str, str], str]] = {
    "drop-parentheses": _without_parentheses,
    "drop-unspecified": _without_unspecified,
}
