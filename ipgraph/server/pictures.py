"""Pictures drawn by the server as plain SVG: they need no script, print, and follow the theme."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from markupsafe import Markup

ROW_PX, COLUMN_PX, BOX_WIDTH_PX, BOX_HEIGHT_PX, LINE_PX = 52, 254, 218, 42, 15
# Characters that fit on a line of a box.
BOX_CHARACTERS = 30
MAX_BARS = 40


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a tree: a link, and the boxes to the right of it."""

    label: str
    address: str
    style: str = ""  # the class that colours its kind
    current: bool = False
    below: tuple[Box, ...] = ()


@dataclass(slots=True)
class _Drawing:
    lines: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    rows: int = 0
    depth: int = 0


def tree(root: Box, title: str, *, top: bool = False) -> Markup:
    """Draw a tidy tree from left to right.

    A parent stands in the middle of its children; with `top`, beside the first of them, so that a
    picture taller than the screen begins where it is looked at.
    """
    drawing = _Drawing()
    _place(root, 0, drawing, top)
    width = drawing.depth * COLUMN_PX + BOX_WIDTH_PX + 4
    height = (drawing.rows - 1) * ROW_PX + BOX_HEIGHT_PX + 4
    return Markup(  # noqa: S704  every text in it was escaped where it was put in
        f'<svg class="org" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="group" aria-label="{escape(title)}">'
        f'<g aria-hidden="true">{"".join(drawing.lines)}</g>{"".join(drawing.boxes)}</svg>'
    )


def _place(box: Box, depth: int, drawing: _Drawing, top: bool) -> float:
    """Draw a box and all below it; return the height of its middle."""
    drawing.depth = max(drawing.depth, depth)
    middles = [_place(each, depth + 1, drawing, top) for each in box.below]
    if middles:
        middle = middles[0] if top else (middles[0] + middles[-1]) / 2
    else:
        middle = drawing.rows * ROW_PX + BOX_HEIGHT_PX / 2 + 2
        drawing.rows += 1
    left = depth * COLUMN_PX + 2
    for each in middles:
        bend = left + BOX_WIDTH_PX + (COLUMN_PX - BOX_WIDTH_PX) / 2
        drawing.lines.append(
            f'<path d="M{left + BOX_WIDTH_PX} {middle:.1f}H{bend:.0f}V{each:.1f}h18"/>'
        )
    drawing.boxes.append(_box(box, left, middle))
    return middle


def _box(box: Box, left: int, middle: float) -> str:
    lines = wrap(box.label, BOX_CHARACTERS) or [box.label]
    if len(lines) > 2:
        lines = [lines[0], lines[1][: BOX_CHARACTERS - 3].rstrip() + "…"]
    first = middle - (len(lines) - 1) * LINE_PX / 2 + 4.5
    spans = "".join(
        f'<tspan x="{left + 14}" y="{first + row * LINE_PX:.1f}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    here = ' aria-current="page"' if box.current else ""
    upper = middle - BOX_HEIGHT_PX / 2
    return (
        f'<a href="{escape(box.address)}" class="{box.style}"{here}>'
        f"<title>{escape(box.label)}</title>"
        f'<rect x="{left}" y="{upper:.1f}" width="{BOX_WIDTH_PX}" height="{BOX_HEIGHT_PX}" rx="6"/>'
        f'<rect class="edge" x="{left}" y="{upper:.1f}" width="5" height="{BOX_HEIGHT_PX}" rx="2"/>'
        f"<text>{spans}</text></a>"
    )


def bars(pairs: list[tuple[str, float]], title: str) -> Markup:
    """Draw a bar chart of at most `MAX_BARS` names and numbers, the greatest first."""
    shown = sorted(pairs, key=lambda pair: -pair[1])[:MAX_BARS]
    most = max((value for _, value in shown), default=0) or 1
    left, width, row = 300, 900, 26
    parts = []
    for at, (name, value) in enumerate(shown):
        y, length = at * row, max((width - left - 70) * value / most, 1)
        short = name if len(name) < 42 else name[:40].rstrip() + "…"
        parts.append(
            f'<text x="{left - 10}" y="{y + 17}" text-anchor="end">{escape(short)}</text>'
            f'<rect x="{left}" y="{y + 4}" width="{length:.1f}" height="{row - 8}" rx="3"/>'
            f'<text x="{left + length + 8:.1f}" y="{y + 17}" class="value">{value:,g}</text>'
        )
    return Markup(  # noqa: S704  as above
        f'<svg class="bars" viewBox="0 0 {width} {max(len(shown), 1) * row}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class Span:
    """One bar of years; an open one has no end that anybody states."""

    label: str
    first: int
    last: int
    is_open: bool = False


def spans(rows: list[Span], title: str) -> Markup | None:
    """Draw spans of years one below the other, over a common scale; None where there are none."""
    if not rows:
        return None
    begin, end = min(row.first for row in rows), max(row.last for row in rows) + 1
    left, width, row_px = 320, 900, 30
    scale = (width - left - 20) / max(end - begin, 1)
    step = 1 if end - begin <= 12 else 5
    parts = []
    for year in range(begin, end + 1):
        if year % step == 0:
            x = left + (year - begin) * scale
            parts.append(
                f'<line x1="{x:.0f}" y1="18" x2="{x:.0f}" y2="{24 + len(rows) * row_px}"/>'
                f'<text x="{x:.0f}" y="12" text-anchor="middle" class="tick">{year}</text>'
            )
    for at, row in enumerate(rows):
        x, y = left + (row.first - begin) * scale, 24 + at * row_px
        length = max((row.last - row.first) * scale, 6)
        short = row.label if len(row.label) < 46 else row.label[:44].rstrip() + "…"
        open_end = ' class="open"' if row.is_open else ""
        parts.append(
            f'<text x="{left - 10}" y="{y + 16}" text-anchor="end">{escape(short)}</text>'
            f'<rect x="{x:.0f}" y="{y + 3}" width="{length:.0f}" height="18" rx="3"{open_end}/>'
        )
    height = 30 + len(rows) * row_px
    return Markup(  # noqa: S704  as above
        f'<svg class="bars spans" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
