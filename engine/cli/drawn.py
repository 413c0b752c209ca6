"""Counts of a run as a picture: an SVG that any browser, Word or WPS shows, written without a library."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sangao.engine.cli.cells import OPEN
from sangao.engine.cli.grouped import Grouped, cells_of, name
from sangao.engine.cli.tally import Tally

FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','SimSun',sans-serif"
# Okabe and Ito: told apart by people who do not see all colours.
COLOURS = ("#009E73", "#56B4E9", "#F0E442", "#E69F00", "#D55E00", "#CC79A7", "#0072B2", "#7F3C8D", "#A5AA99", "#333333")
GREY = "#D0D0D0"
WIDTH, LABELS, BAR, LINE, GAP = 960, 220, 18, 26, 22
ROOM = WIDTH - LABELS - 110
CHARACTERS = 15  # of a label, before it is cut


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label and the counts of each part; None is withheld."""

    label: str
    counts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """One question: its title, what each part of a bar is and in which colour, and the bars."""

    title: str
    parts: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]


def panels(tally: Tally, tables: Sequence[Grouped], lang: str) -> list[Panel]:
    """Return a panel per question: a bar for everybody, and one per group where groups were counted."""
    zh = lang == "zh"
    by_question = {one.question: one for one in tables}
    found = []
    for i in range(len(tally.questions)):
        cells = cells_of(tally, i)
        colours = [GREY if cell == OPEN else COLOURS[k % len(COLOURS)] for k, cell in enumerate(cells)]
        parts = tuple(zip((name(tally, i, cell, lang) for cell in cells), colours, strict=True))
        table = by_question.get(i)
        everybody = "合计" if zh else "all"
        if table is None:
            counts = tally.cells(i)
            bars = [Bar(everybody, tuple(counts[cell] for cell in cells), sum(counts.values()))]
        else:
            labels = [*(one or ("未填" if zh else "blank") for one in table.groups), everybody]
            bars = [
                Bar(label, tuple(table.shown(r, c) for c in range(len(cells))), table.shown(r, len(cells)))
                for r, label in enumerate(labels)
            ]
        found.append(Panel(tally.title(i, lang), parts, tuple(bars)))
    return found


def svg(tally: Tally, tables: Sequence[Grouped], lang: str) -> str:
    """Return the picture of a run."""
    body: list[str] = []
    at = GAP
    for panel in panels(tally, tables, lang):
        at = _panel(panel, at, lang, body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{at}" viewBox="0 0 {WIDTH} {at}" '
        f'font-family="{FONT}" font-size="13" lang="{lang}">'
        '<defs><pattern id="withheld" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        '<rect width="2" height="6" fill="#999"/></pattern></defs>'
        f'<rect width="{WIDTH}" height="{at}" fill="#fff"/>'
    )
    return head + "".join(body) + "</svg>\n"


def _panel(panel: Panel, at: int, lang: str, body: list[str]) -> int:
    """Draw a panel at a height; return where the next one stands."""
    body.append(f'<text x="12" y="{at + 4}" font-size="15" font-weight="bold">{escape(panel.title)}</text>')
    at += LINE
    withheld = any(None in bar.counts for bar in panel.bars)
    at = _legend(panel, at, withheld, lang, body)
    for bar in panel.bars:
        label = bar.label if len(bar.label) <= CHARACTERS else bar.label[: CHARACTERS - 1] + "…"
        body.append(f'<text x="{LABELS - 10}" y="{at + BAR - 5}" text-anchor="end">{escape(label)}</text>')
        shown = "*" if bar.total is None else f"{bar.total:,}"
        body.append(f'<text x="{LABELS + ROOM + 10}" y="{at + BAR - 5}">{shown}</text>')
        body.extend(_bar(panel, bar, at))
        at += LINE
    return at + GAP


def _legend(panel: Panel, at: int, withheld: bool, lang: str, body: list[str]) -> int:
    parts = list(panel.parts)
    if withheld:
        parts.append(("不公开(人数少)" if lang == "zh" else "withheld (few people)", "url(#withheld)"))
    x = LABELS
    for label, colour in parts:
        wide = 26 + sum(13 if ord(one) > 0x2E7F else 7 for one in label)
        if x + wide > WIDTH and x > LABELS:
            x, at = LABELS, at + 20
        body.append(f'<rect x="{x}" y="{at - 9}" width="12" height="12" fill="{colour}" stroke="#888"/>')
        body.append(f'<text x="{x + 17}" y="{at + 2}" font-size="12">{escape(label)}</text>')
        x += wide
    return at + 14


def _bar(panel: Panel, bar: Bar, at: int) -> Iterator[str]:
    """Yield the parts of a bar; what is withheld together is one hatched part."""
    seen = sum(one for one in bar.counts if one is not None)
    total = bar.total if bar.total is not None else 0
    if not total:
        if bar.total is None:
            yield _part(LABELS, at, ROOM, "url(#withheld)", "*")
        return
    x = float(LABELS)
    for (label, colour), number in zip(panel.parts, bar.counts, strict=True):
        if number:
            wide = ROOM * number / total
            yield _part(x, at, wide, colour, f"{label} {number:,} ({number / total:.1%})")
            x += wide
    if None in bar.counts and total > seen:
        yield _part(x, at, ROOM * (total - seen) / total, "url(#withheld)", f"* {total - seen:,}")


def _part(x: float, at: int, wide: float, colour: str, told: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{at}" width="{wide:.1f}" height="{BAR}" fill="{colour}" stroke="#fff" '
        f'stroke-width="0.5"><title>{escape(told)}</title></rect>'
    )
