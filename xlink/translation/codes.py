"""The codes that translation models of many languages have for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlink.errors import UnknownNameError
from xlink.text.tokens import primary_language

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["language_token"]

# Codes of FLORES-200, which NLLB has.
_FLORES = {
    "ar": "arb_Arab", "bg": "bul_Cyrl", "bn": "ben_Beng", "ca": "cat_Latn", "cs": "ces_Latn",
    "da": "dan_Latn", "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn",
    "et": "est_Latn", "eu": "eus_Latn", "fa": "pes_Arab", "fi": "fin_Latn", "fr": "fra_Latn",
    "gl": "glg_Latn", "he": "heb_Hebr", "hi": "hin_Deva", "hr": "hrv_Latn", "hu": "hun_Latn",
    "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang", "lt": "lit_Latn",
    "lv": "lvs_Latn", "nb": "nob_Latn", "nl": "nld_Latn", "no": "nob_Latn", "pl": "pol_Latn",
    "pt": "por_Latn", "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn", "sl": "slv_Latn",
    "sr": "srp_Cyrl", "sv": "swe_Latn", "th": "tha_Thai", "tr": "tur_Latn", "uk": "ukr_Cyrl",
    "vi": "vie_Latn", "zh": "zho_Hans",
}  # fmt: skip


def language_token(tokenizer: PreTrainedTokenizerBase, language: str) -> tuple[str, int]:
    """Return the code of a language, given by itself or by its BCP 47 tag, and the token of it.

    Raises:
        UnknownNameError: the tokenizer has none.
    """
    known = tokenizer.get_vocab()
    own = primary_language(language)
    for code in (language, own, _FLORES.get(own, "")):
        for token in (code, f"__{code}__"):
            if code and token in known:
                return code, int(known[token])
    # mBART-50 writes the country too, always the same: `es_XX`.
    starts = sorted(token for token in known if token.startswith(f"{own}_") and len(token) == 5)
    if not starts:
        codes = [each.strip("_") for each in tokenizer.all_special_tokens]
        raise UnknownNameError("language of this model", language, codes)
    return starts[0], int(known[starts[0]])
