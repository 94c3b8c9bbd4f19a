"""What was taken for what, as a table whose cells are darker the more often it happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from xlink.evaluation.confusion import Confusion
from xlink.render.markup import escaped
from xlink.render.report.tables import behind, table
from xlink.render.report.wording import share

__all__ = ["confusion_table"]

_N_SHOWN = 10
_N_LISTED = 100
_MAX_TINT = 50
_OTHER = "all others"

Pairs = Mapping[tuple[str, str], int]


def confusion_table(found: Confusion, noun: str) -> str:
    """Return gold against predicted for the most frequent types, and all pairs that differ."""
    pairs = dict(zip(zip(found.gold, found.predicted, strict=True), found.n, strict=True))
    names = _frequent(pairs)
    folded: Counter[tuple[str, str]] = Counter()
    for (gold, predicted), n in pairs.items():
        folded[_folded(gold, names), _folded(predicted, names)] += n
    shown = [*names, _OTHER] if any(_OTHER in pair for pair in folded) else names
    return _matrix(folded, shown, noun) + _differing(pairs, noun)


def _frequent(pairs: Pairs) -> list[str]:
    totals: Counter[str] = Counter()
    for (gold, predicted), n in pairs.items():
        totals[gold] += n
        totals[predicted] += n
    ordered = sorted(totals, key=lambda name: (-totals[name], name))
    # One that would be alone among the others may as well stand by itself.
    return ordered if len(ordered) <= _N_SHOWN + 1 else ordered[:_N_SHOWN]


def _folded(name: str, names: list[str]) -> str:
    return name if name in names else _OTHER


def _matrix(pairs: Pairs, names: list[str], noun: str) -> str:
    heads = "".join(
        f'<th scope="col" title="{_named(name)}">'
        f'<span class="spoken">predicted {_named(name)}</span>'
        f'<span aria-hidden="true">{place}</span></th>'
        for place, name in enumerate(names, start=1)
    )
    rows = "".join(
        f'<tr><th scope="row"><span class="place" aria-hidden="true">{place}</span> {_named(gold)}'
        f"</th>{_cells(pairs, gold, names)}</tr>"
        for place, gold in enumerate(names, start=1)
    )
    caption = f"Gold {noun} in rows, predicted {noun} in columns by the same numbers"
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}">'
        f'<table class="confusion"><caption>{caption}</caption><thead><tr>'
        f'<th scope="col">gold \u2193 predicted \u2192</th>{heads}<th scope="col">right</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(pairs: Pairs, gold: str, names: list[str]) -> str:
    total = sum(pairs.get((gold, name), 0) for name in names)
    cells = []
    for name in names:
        n = pairs.get((gold, name), 0)
        tint = f"{_MAX_TINT * n / total:.0f}%" if n else "0%"
        # Types that are folded together are not the same for that.
        same = name == gold != _OTHER
        hue = "--s0" if same else "--s5" if name == gold else "--s1"
        kind = ' class="same"' if same else ""
        fill = f' style="background:color-mix(in oklab,var({hue}) {tint},transparent)"' if n else ""
        cells.append(f"<td{kind}{fill}>{f'{n:,}' if n else ''}</td>")
    right = "" if gold == _OTHER else share(pairs.get((gold, gold), 0), total)
    return "".join(cells) + f"<td>{right}</td>"


def _differing(pairs: Pairs, noun: str) -> str:
    wrong = [(pair, n) for pair, n in pairs.items() if pair[0] != pair[1]]
    if not wrong:
        return f"<p>No {noun} was taken for another.</p>"
    wrong.sort(key=lambda entry: (-entry[1], entry[0]))
    rows = [
        [_named(gold), _named(predicted), f"{n:,}"] for (gold, predicted), n in wrong[:_N_LISTED]
    ]
    heads = ("gold", "predicted", "mentions")
    listed = table(heads, rows, caption=f"Pairs of {noun} that differ", kind="numbers")
    shown = f"{len(rows):,} of {len(wrong):,}" if len(wrong) > len(rows) else f"All {len(rows):,}"
    return behind(f"{shown} pairs of {noun} that differ", listed)


def _named(name: str) -> str:
    return escaped(name.replace("+", " + ")) if name else "(none)"
