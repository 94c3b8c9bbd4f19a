"""Annotated corpora in another language: texts translated, annotations carried along.

documents ──units──▶ sentences with marked mentions ──translator──▶ markers read, or mentions found
again by their own translation ──▶ documents with the same concepts, and counts of what was lost
"""

from xlink.translation.corpus import TranslationJob, run_translation
from xlink.translation.projection import Projector, TranslatedDocument
from xlink.translation.seq2seq import Seq2SeqTranslator
from xlink.translation.translator import Translator

__all__ = [
    "Projector",
    "Seq2SeqTranslator",
    "TranslatedDocument",
    "TranslationJob",
    "Translator",
    "run_translation",
]
