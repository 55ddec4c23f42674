"""Charts and trees as static SVG: no script is needed, they print, and they follow the theme."""

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
    """A box of a tree: a link, and its children, drawn to the right of it."""

    label: str
    address: str
    style: str = ""  # the CSS class of its color
    current: bool = False
    below: tuple[Box, ...] = ()


@dataclass(slots=True)
class _Drawing:
    lines: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    rows: int = 0
    depth: int = 0


def tree(root: Box, title: str, *, top: bool = False) -> Markup:
    """Return a tidy tree, drawn from left to right.

    A parent is centered on its children; with `top` it is aligned with the first of them, so that
    the first view of a picture taller than the screen is not blank.
    """
    drawing = _Drawing()
    _place(root, 0, drawing, top)
    width = drawing.depth * COLUMN_PX + BOX_WIDTH_PX + 4
    height = (drawing.rows - 1) * ROW_PX + BOX_HEIGHT_PX + 4
    return Markup(  # noqa: S704  each text was escaped when it was inserted
        f'<svg class="org" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="group" aria-label="{escape(title)}">'
        f'<g aria-hidden="true">{"".join(drawing.lines)}</g>{"".join(drawing.boxes)}</svg>'
    )


def _place(box: Box, depth: int, drawing: _Drawing, top: bool) -> float:
    """Add a box and its descendants; return the y coordinate of its center."""
    drawing.depth = max(drawing.depth, depth)
    middles = [_place(child, depth + 1, drawing, top) for child in box.below]
    if middles:
        middle = middles[0] if top else (middles[0] + middles[-1]) / 2
    else:
        middle = drawing.rows * ROW_PX + BOX_HEIGHT_PX / 2 + 2
        drawing.rows += 1
    left = depth * COLUMN_PX + 2
    for child_middle in middles:
        bend = left + BOX_WIDTH_PX + (COLUMN_PX - BOX_WIDTH_PX) / 2
        drawing.lines.append(
            f'<path d="M{left + BOX_WIDTH_PX} {middle:.1f}H{bend:.0f}V{child_middle:.1f}h18"/>'
        )
    drawing.boxes.append(_box(box, left, middle))
    return middle


def _box(box: Box, left: int, middle: float) -> str:
    lines = wrap(box.label, BOX_CHARACTERS) or [box.label]
    if len(lines) > 2:
        lines = [lines[0], lines[1][: BOX_CHARACTERS - 3].rstrip() + "…"]
    first = middle - (len(lines) - 1) * LINE_PX / 2 + 4.5
    spans = " ".join(  # the space separates the lines for screen readers
        f'<tspan x="{left + 14}" y="{first + row * LINE_PX:.1f}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    here = ' aria-current="page"' if box.current else ""
    is_cut = " ".join(lines) != " ".join(box.label.split())
    title = f"<title>{escape(box.label)}</title>" if is_cut else ""
    upper = middle - BOX_HEIGHT_PX / 2
    return (
        f'<a href="{escape(box.address)}" class="{box.style}"{here}>'
        f"{title}"
        f'<rect x="{left}" y="{upper:.1f}" width="{BOX_WIDTH_PX}" height="{BOX_HEIGHT_PX}" rx="6"/>'
        f'<rect class="edge" x="{left}" y="{upper:.1f}" width="5" height="{BOX_HEIGHT_PX}" rx="2"/>'
        f"<text>{spans}</text></a>"
    )


def bars(pairs: list[tuple[str, float]], title: str) -> Markup:
    """Return a bar chart of the `MAX_BARS` largest numbers, largest first.

    It is a table with bars, so that its text stays readable at any width.
    """
    shown = sorted(pairs, key=lambda pair: -pair[1])[:MAX_BARS]
    most = max((value for _, value in shown), default=0) or 1
    rows = []
    for name, value in shown:
        share = max(min(value / most, 1) * 100, 0.4)
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td><svg width="{share:.1f}%" height="16" '
            f'aria-hidden="true"><rect width="100%" height="16" rx="3"/></svg></td>'
            f'<td class="num">{value:,.15g}</td></tr>'
        )
    return _chart("bars", title, rows)


@dataclass(frozen=True, slots=True)
class Span:
    """A bar on a scale of years. An open one has no known end."""

    label: str
    first: int
    last: int
    is_open: bool = False
    address: str = ""
    dates: str = ""  # as given by the sources
    group: str = ""  # the heading of its group of bars


def spans(rows: list[Span], title: str) -> Markup | None:
    """Return a chart of spans of years on one scale; None if there are none."""
    if not rows:
        return None
    begin, end = min(row.first for row in rows), max(row.last for row in rows) + 1
    # At most 8 ticks: more are not readable on a phone.
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if (end - begin) / n <= 8)
    years = [year for year in range(begin, end) if year % step == 0]

    def at(year: float) -> str:
        return f"{(year - begin) / (end - begin) * 100:.2f}%"

    ticks = "".join(f'<text x="{at(year)}" y="12">{year}</text>' for year in years)
    lines = "".join(f'<line x1="{at(year)}" x2="{at(year)}" y2="100%"/>' for year in years)
    axis = f'<svg width="100%" height="16" class="ticks">{ticks}</svg>'
    made = [f'<tr aria-hidden="true"><td></td><td>{axis}</td><td></td></tr>']
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            made.append(
                f'<tr class="group"><th scope="rowgroup" colspan="3">{escape(group)}</th></tr>'
            )
        label = escape(row.label)
        name = f'<a href="{escape(row.address)}">{label}</a>' if row.address else label
        dates = escape(row.dates or f"{row.first} to {row.last}")
        made.append(
            f'<tr><th scope="row">{name}</th><td><svg width="100%" height="22" aria-hidden="true">'
            f'{lines}<rect x="{at(row.first)}" width="{at(begin + row.last - row.first + 0.3)}" '
            f'y="3" height="16" rx="3"{_OPEN if row.is_open else ""}/></svg></td>'
            f'<td class="when">{dates}</td></tr>'
        )
    return _chart("bars spans", title, made)


_OPEN = ' class="open"'


def _chart(style: str, title: str, rows: list[str]) -> Markup:
    return Markup(  # noqa: S704  each text was escaped when it was inserted
        f'<table class="{style}"><caption class="sr">{escape(title)}</caption>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
