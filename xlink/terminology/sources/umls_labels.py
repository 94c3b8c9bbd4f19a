"""What the short codes of the UMLS stand for: languages, semantic groups, term types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from xlink.errors import DataError

__all__ = ["ABBREVIATION_TYPES", "LANGUAGES", "SEMANTIC_GROUPS", "read_semantic_groups"]

LANGUAGES: Mapping[str, str] = MappingProxyType(
    dict(
        pair.split("=")
        for pair in (
            "ARA=ar BAQ=eu BUL=bg CAT=ca CHI=zh CRO=hr CZE=cs DAN=da DUT=nl ENG=en EST=et FIN=fi "
            "FRE=fr GEO=ka GER=de GLE=ga GLG=gl GRE=el HEB=he HIN=hi HRV=hr HUN=hu ICE=is IND=id "
            "ITA=it JPN=ja KOR=ko LAV=lv LIT=lt MAY=ms NOR=no PER=fa POL=pl POR=pt RUM=ro RUS=ru "
            "SCC=sr SCR=hr SLO=sk SLV=sl SPA=es SRP=sr SWE=sv THA=th TUR=tr UKR=uk VIE=vi"
        ).split()
    )
)
"""BCP 47 tags by the codes of the column LAT, which are bibliographic codes of ISO 639-2."""

SEMANTIC_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        group: frozenset(f"T{number}" for number in numbers.split())
        for group, numbers in {
            "ACTI": "051 052 053 054 055 056 057 064 066",
            "ANAT": "017 018 021 022 023 024 025 026 029 030 031",
            "CHEM": "103 104 109 114 116 120 121 122 123 125 126 127 129 130 131 192 195 196 197 "
            "200",
            "CONC": "077 078 079 080 081 082 089 102 169 170 171 185",
            "DEVI": "074 075 203",
            "DISO": "019 020 033 037 046 047 048 049 050 184 190 191",
            "GENE": "028 085 086 087 088",
            "GEOG": "083",
            "LIVB": "001 002 004 005 007 008 010 011 012 013 014 015 016 096 097 098 099 100 101 "
            "194 204",
            "OBJC": "071 072 073 167 168",
            "OCCU": "090 091",
            "ORGA": "092 093 094 095",
            "PHEN": "034 038 067 068 069 070",
            "PHYS": "032 039 040 041 042 043 044 045 201",
            "PROC": "058 059 060 061 062 063 065",
        }.items()
    }
)
"""The semantic types (TUIs) of each of the 15 groups, as of the Semantic Network of 127 types."""

ABBREVIATION_TYPES = frozenset({"AA", "AB", "ACR", "CA2", "CA3", "OA", "RAB", "VAB"})
"""Term types (TTY) that are abbreviations; NLM's own editions of them begin with `MTH_`."""


def read_semantic_groups(path: Path) -> dict[str, frozenset[str]]:
    """Read the types of each group from NLM's SemGroups file: `DISO|Disorders|T047|…` a line.

    A group is listed both by its abbreviation and by its name.

    Raises:
        DataError: the file can't be read, or a line has not four cells; names the line.
    """
    groups: dict[str, set[str]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"it can't be read: {error}", path=path) from None
    for number, line in enumerate(lines, start=1):
        cells = line.rstrip("|").split("|")
        if len(cells) != 4:
            raise DataError(
                f"{len(cells)} cells instead of group, name of the group, TUI and type",
                path=path,
                line=number,
                remedy="Fetch SemGroups.txt again.",
            )
        for group in cells[:2]:
            groups.setdefault(group, set()).add(cells[2])
    return {group: frozenset(types) for group, types in groups.items()}
