"""Documents in and out: readers of plain and annotated text, and a lossless JSONL format.

path ──bytes──▶ decoding ──text──▶ reader ──anchored spans──▶ Document

Every reader is a class whose options are keyword arguments; `read(paths, tally)` yields documents.
"""

from xlink.corpora.distemist import DistemistReader
from xlink.corpora.gsc import GscReader
from xlink.corpora.jsonl import JsonlReader, write_documents
from xlink.corpora.text import TextReader

__all__ = ["DistemistReader", "GscReader", "JsonlReader", "TextReader", "write_documents"]
