"""Either a mention or its parts: whichever is linked better stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlink.text.coordinations import joined_text
from xlink.types import Document, Link, LinkedDocument, Mention, Query

__all__ = ["settled", "with_whole_words"]

# A single word is near to something always. On DisTEMIST, parts of right wholes reach .8.
_LEAST_SCORE = 0.85
_LEAST_SCORE_BEYOND, _LEAST_CONFIDENCE_BEYOND = 0.9, 0.5  # of parts that no mention held before

_Way = tuple[str, str]  # the id of the whole, and that of its parts up to their number


def settled(linked: LinkedDocument, *, beyond: bool = True) -> LinkedDocument:
    """Return a linked document in which no mention stands beside parts of it.

    Ids of parts are `WHOLE.WAY.PART`. Parts stay where all of one way are linked, to different
    concepts, and the worst of them with a score of .85 and a better one than the whole, or with .9
    and a confidence of .5 if they reach `beyond` it and may; then the whole goes, and they are
    named `WHOLE.PART`. Of several such ways the best is taken, and one that shares words before
    one that shares none: *cocaine abuse* rather than *cocaine* in *cocaine and ethanol abuse*. What
    has no parts stays.
    """
    wholes = {link.mention.id: link for link in linked.links if not link.mention.part_of}
    ways: defaultdict[_Way, list[Link]] = defaultdict(list)
    for link in linked.links:
        if link.mention.part_of in wholes:
            ways[_way(link.mention)].append(link)
    if not ways:
        return linked
    taken: dict[str, tuple[bool, float, int, _Way]] = {}
    for number, (way, parts) in enumerate(ways.items()):
        if _is_better(parts, wholes[way[0]], beyond=beyond):
            rank = _shares_words(parts), _worth(parts), -number, way
            taken[way[0]] = max(taken.get(way[0], rank), rank)
    kept_ways = {way for *_, way in taken.values()}
    links: list[Link] = []
    for link in linked.links:
        if link.mention.part_of not in wholes:
            links += [link] if link.mention.id not in taken else []
        elif _way(link.mention) in kept_ways:
            links.append(_renamed(link))
    mentions = tuple(link.mention for link in links)
    return LinkedDocument(replace(linked.document, mentions=mentions), tuple(links))


def with_whole_words(document: Document, queries: Iterable[Query]) -> Iterator[Query]:
    """Yield the queries of a document, those of *Leber- und Nierenversagen* by *Leberversagen*."""
    for mention, query in zip(document.mentions, queries, strict=True):
        in_parts = mention.part_of or len(mention.spans) > 1
        yield replace(query, text=joined_text(document.text, mention.spans)) if in_parts else query


def _way(mention: Mention) -> _Way:
    return mention.part_of, mention.id.rpartition(".")[0]


def _is_better(parts: list[Link], whole: Link, *, beyond: bool) -> bool:
    worth, (start, end) = _worth(parts), (whole.mention.start, whole.mention.end)
    if any(part.mention.start < start or end < part.mention.end for part in parts):
        sure = min(part.confidence for part in parts) >= _LEAST_CONFIDENCE_BEYOND
        return beyond and sure and worth >= _LEAST_SCORE_BEYOND
    return worth >= _LEAST_SCORE and worth > _worth([whole])


def _worth(links: list[Link]) -> float:
    """Return the least score of links to different concepts, 0 if one has none."""
    concepts = {link.concept_id for link in links}
    if None in concepts or len(concepts) < len(links):
        return 0.0
    scores = (link.candidates[0].score if link.candidates else link.confidence for link in links)
    return min(scores)


def _renamed(link: Link) -> Link:
    mention = link.mention
    number = mention.id.rpartition(".")[2]
    return replace(link, mention=replace(mention, id=f"{mention.part_of}.{number}"))


def _shares_words(parts: list[Link]) -> bool:
    covered = [place for part in parts for span in part.mention.spans for place in range(*span)]
    return len(set(covered)) < len(covered)
