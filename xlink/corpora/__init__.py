"""Documents in and out: readers of plain and annotated text, and a lossless JSONL format.

path ──bytes──▶ decoding ──text──▶ reader ──anchored spans──▶ Document

Every reader is a class whose options are keyword arguments; `read(paths, tally)` yields documents.
`formats` holds what many corpora are written in, `published` those with a form of their own.
"""

from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.corpora.published.distemist import DistemistReader
from xlink.corpora.published.gsc import GscReader
from xlink.corpora.text import TextReader

__all__ = ["DistemistReader", "GscReader", "JsonlReader", "TextReader", "write_documents"]
