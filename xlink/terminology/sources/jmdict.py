"""JMdict, the Japanese-English dictionary, as the package `jamdict-data` holds it."""

from __future__ import annotations

import lzma
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.names import tidy
from xlink.types import Alias, Concept

__all__ = ["JmdictSource"]

# An entry may have no form in kanji; then it is written as it is read.
_FORMS = """
    SELECT idseq, text FROM Kanji
    UNION ALL
    SELECT idseq, text FROM Kana WHERE idseq NOT IN (SELECT idseq FROM Kanji)
    ORDER BY idseq
"""
_SENSES = """
    SELECT Sense.idseq, Sense.ID, SenseGloss.text FROM Sense
    JOIN SenseGloss ON SenseGloss.sid = Sense.ID AND SenseGloss.lang = 'eng'
    ORDER BY Sense.idseq, Sense.ID, SenseGloss.rowid
"""
_NOTE = re.compile(r"\s*\([^()]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class JmdictSource:
    """Reads `jamdict.db`, plain or packed (`.db.xz`): a concept for each sense of each entry.

    Japanese forms are in kanji where there are any. Notes in brackets and the `to` of English verbs
    are left out. At most `max_forms` and `max_glosses` are taken of a sense.
    """

    files: tuple[Path, ...]
    max_forms: int = 3
    max_glosses: int = 5

    def concepts(self, tally: Tally) -> Iterator[Concept]:
        """Yield the senses that have names in both languages.

        Raises:
            DataError: a file is missing, or is no such database.
        """
        for path in self.files:
            with _plain(path) as database:
                try:
                    yield from self._senses(database, tally)
                except sqlite3.Error as error:
                    raise DataError(
                        f"it can't be read as the database of jamdict: {error}", path=path
                    ) from None

    def _senses(self, database: Path, tally: Tally) -> Iterator[Concept]:
        with closing(sqlite3.connect(database)) as connection:
            forms: dict[int, list[str]] = {}
            for entry, text in connection.execute(_FORMS):
                forms.setdefault(entry, []).append(text)
            rows = connection.execute(_SENSES)
            for (entry, sense), glosses in groupby(rows, key=itemgetter(0, 1)):
                names = dict.fromkeys(_gloss(text) for _, _, text in glosses)
                japanese = _aliases(forms.get(entry, [])[: self.max_forms], "ja")
                english = _aliases([name for name in names if name][: self.max_glosses], "en")
                if not (japanese and english):
                    tally.add("sense skipped: it has no name in one of the languages", str(entry))
                    continue
                yield Concept(f"{entry}-{sense}", english[0].text, english + japanese)


def _aliases(texts: list[str], language: str) -> tuple[Alias, ...]:
    return tuple(
        Alias(tidy(text), language, "synonym" if place else "preferred")
        for place, text in enumerate(texts)
    )


def _gloss(text: str) -> str:
    return tidy(_NOTE.sub("", text)).removeprefix("to ")


@contextmanager
def _plain(path: Path) -> Iterator[Path]:
    """Give the database itself, unpacked into a temporary folder if need be."""
    if not path.is_file():
        raise DataError("there is no such file", path=path)
    if path.suffix != ".xz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / path.stem
        try:
            with lzma.open(path) as packed, place.open("wb") as target:
                shutil.copyfileobj(packed, target)
        except (lzma.LZMAError, EOFError) as error:
            raise DataError(f"it is damaged: {error}", path=path) from None
        yield place
