"""Tokens of folded text in any script, and the base forms and stems they are compared by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import snowballstemmer
from stopwordsiso import stopwords

__all__ = [
    "base_form",
    "based_text",
    "common_words",
    "connectives",
    "is_spaceless",
    "primary_language",
    "stem",
    "token_spans",
]

# Scripts written without spaces: every character is a token, so that a name can start anywhere.
# Katakana runs stay whole: most are one loan word, and a part of one means something else.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u3098\u309b-\u309f"  # iteration marks, hiragana
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7a3"  # Hangul: particles follow without a space
)
_KATAKANA = "\u30a0-\u30ff\u31f0-\u31ff\u3099\u309a"
_TOKEN = re.compile(f"[{_KATAKANA}]+|[{_SPACELESS}][\u3099\u309a]?|[^ {_SPACELESS}{_KATAKANA}]+")
_SPACELESS_ONLY = re.compile(f"[{_SPACELESS}{_KATAKANA}]+")

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "eu": "basque", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


_CONNECTIVES = {
    language: frozenset(words.split())
    for language, words in {
        "de": "am an bei beim das dem den der des die durch ein eine einer eines im in und vom von "
        "zu zum zur",
        "el": "eta omicron οι τα τη την τησ το του των και σε στη στην στο απο",
        "en": "a an and at by due for from in of on the to",
        "es": "a al de del debida debido e el en la las los por un una y",
        "fr": "a au aux d dans de des du en et l la le les par un une",
        "it": "a al alla d da dal de dei del della delle di e gli i il in l la le lo",
        "nl": "aan de der door een en het in op te van voor",
        "pt": "a ao as da das de devida devido do dos e em na no o os por um uma",
    }.items()
}


def token_spans(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open spans of the tokens of a folded text.

    >>> [("COPD 患者"[a:b]) for a, b in token_spans("COPD 患者")]
    ['COPD', '患', '者']
    """
    for match in _TOKEN.finditer(folded):
        yield match.span()


def is_spaceless(text: str) -> bool:
    """Tell whether `text` is wholly in scripts that put no spaces between words."""
    return _SPACELESS_ONLY.fullmatch(text.replace(" ", "")) is not None


def primary_language(tag: str) -> str:
    """Return the primary subtag of a BCP 47 tag in lower case: `pt-BR` -> `pt`."""
    return tag.partition("-")[0].lower()


@cache
def common_words(language: str) -> frozenset[str]:
    """Return the everyday words of a language, folded; none for an unknown language.

    They are too common in running text to be taken for the name of a concept.
    """
    from xlink.text.folding import fold_many

    return frozenset(fold_many(sorted(stopwords(primary_language(language)))))


def connectives(language: str) -> frozenset[str]:
    """Return the articles and prepositions that a name can lose and still mean the same, folded.

    Words such as *with*, *without* and *not* are left in: they change what a name means.
    """
    return _CONNECTIVES.get(primary_language(language), frozenset())


def base_form(token: str, language: str) -> str:
    """Return a folded token as a singular, in American spelling where the language is English.

    Cautious on purpose: it undoes inflection only, so that text may be searched for names by it.

    >>> base_form("oedemas", "en"), base_form("fracturas", "es"), base_form("diagnoses", "en")
    ('edema', 'fractura', 'diagnosis')
    """
    rule = _BASE_FORMS.get(primary_language(language))
    return token if rule is None else _based_word(token, rule)


def based_text(folded: str, language: str) -> str:
    """Return a folded text with each of its words in base form.

    >>> based_text("tumours of the lungs", "en")
    'tumor of the lung'
    """
    rule = _BASE_FORMS.get(primary_language(language))
    if rule is None:
        return folded
    return " ".join([_based_word(word, rule) for word in folded.split(" ")])


@lru_cache(maxsize=1 << 18)
def _based_word(word: str, rule: Callable[[str], str]) -> str:
    return rule(word) if word.isalpha() else word


@cache
def stem(token: str, language: str) -> str:
    """Return the Snowball stem of the base form of a folded token.

    >>> stem("pulmonares", "es") == stem("pulmonar", "es")
    True
    """
    algorithm = _SNOWBALL.get(primary_language(language))
    base = base_form(token, language)
    return base if algorithm is None else str(_stemmer(algorithm)(base))


@cache
def _stemmer(algorithm: str) -> Callable[[str], str]:
    method: Callable[[str], str] = snowballstemmer.stemmer(algorithm).stemWord
    return method


# The first ending that fits is replaced, where at least so many letters stand before it.
_ENGLISH_PLURALS = (
    ("ies", "y", 2),
    ("sses", "ss", 1),  # abscesses
    ("crises", "crisis", 0),
    ("stases", "stasis", 0),  # metastases, but diseases
    ("eses", "esis", 2),  # pareses
    ("yses", "ysis", 2),  # dialyses
    ("doses", "dose", 0),
    ("oses", "osis", 2),  # stenoses, but noses
    ("auses", "ause", 1),  # causes
    ("uses", "us", 2),  # viruses
    ("xes", "x", 2),
    ("oaches", "oach", 1),
    ("aches", "ache", 0),  # headaches
    ("ches", "ch", 2),
    ("shes", "sh", 2),
)


def _english(token: str) -> str:
    if not token.endswith("s"):
        return _american(token)
    for ending, replacement, least in _ENGLISH_PLURALS:
        if token.endswith(ending) and len(token) >= len(ending) + least:
            return _american(token[: -len(ending)] + replacement)
    if len(token) > 3 and not token.endswith(("ss", "us", "is", "ceps")):
        token = token[:-1]
    return _american(token)


def _american(token: str) -> str:
    if "ae" in token or "oe" in token:
        token = token.replace("ae", "e").replace("oe", "e")
    if token.endswith("our") and len(token) > 4:
        token = token[:-3] + "or"
    for british, american in (("isation", "ization"), ("ised", "ized"), ("ise", "ize")):
        if token.endswith(british) and len(token) > len(british) + 3:
            return token[: -len(british)] + american
    return token.replace("sulph", "sulf")


def _spanish(token: str) -> str:
    if len(token) > 4 and token.endswith("ces"):
        return token[:-3] + "z"
    if len(token) > 5 and token.endswith("es") and token[-3] in "dlnrs" and token[-4] in "aeiou":
        return token[:-2]  # tumores, but fiebres
    return token[:-1] if len(token) > 4 and token[-2:] in ("as", "os", "es") else token


def _french(token: str) -> str:
    if len(token) > 4 and token.endswith("aux") and not token.endswith("eaux"):
        return token[:-3] + "al"
    return token[:-1] if len(token) > 3 and token[-1] in "sx" and token[-2] not in "si" else token


def _portuguese(token: str) -> str:
    for ending, replacement in (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el")):
        if len(token) > 5 and token.endswith(ending):
            return token[: -len(ending)] + replacement
    if len(token) > 4 and token.endswith(("ores", "zes")):
        return token[:-2]  # dores
    if len(token) > 5 and token.endswith("es") and token[-3] in "lrs" and token[-4] in "aeiou":
        return token[:-2]
    return token[:-1] if len(token) > 4 and token[-2:] in ("as", "os", "es") else token


_BASE_FORMS: dict[str, Callable[[str], str]] = {
    "en": _english,
    "es": _spanish,
    "fr": _french,
    "pt": _portuguese,
}
