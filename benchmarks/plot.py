"""Plots with logarithmic axes, as SVG that a page shows: a straight line of slope one grows in proportion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 380, 260  # of a panel, in user units
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 44
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")
GRID, INK = "#dddddd", "#333333"
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """lines: points (x, y) by name, all above zero."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, Points]


def svg(panels: Sequence[Panel]) -> str:
    """The panels side by side."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}" '
        f'width="{WIDTH * len(panels)}" font-family="sans-serif" font-size="11" fill="{INK}">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for place, panel in enumerate(panels):
        parts += [f'<g transform="translate({place * WIDTH} 0)">', *_panel(panel), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from at or below `low` to at or above `high`; over many decades the powers."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    factors = (1, 2, 5) if high / low < 200 else (1,)
    every = [factor * 10.0**power for power in powers for factor in factors]
    first = max(each for each in every if each <= low * 1.001)
    last = min(each for each in every if each >= high * 0.999)
    if first == last:
        first, last = every[every.index(first) - 1], every[every.index(last) + 1]
    return [each for each in every if first <= each <= last]


def _panel(panel: Panel) -> list[str]:
    points = [point for line in panel.lines.values() for point in line]
    xs = sorted({x for x, _ in points})
    y_ticks = ticks(min(y for _, y in points), max(y for _, y in points))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    x_at = Scale(xs[0], xs[-1], LEFT + 12, right - 12)
    y_at = Scale(y_ticks[0], y_ticks[-1], bottom, TOP)
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(panel.title)}</text>']
    for tick in y_ticks:
        y = y_at(tick)
        parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}" stroke="{GRID}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{_short(tick)}</text>')
    free = -math.inf
    for x in xs:  # each measured size, where its name has room
        if x_at(x) >= free:
            parts.append(f'<text x="{x_at(x)}" y="{bottom + 16}" text-anchor="middle">{_short(x)}</text>')
            free = x_at(x) + 34
    parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="{INK}"/>')
    middle = (TOP + bottom) / 2
    turned = f'transform="translate(14 {middle}) rotate(-90)"'
    parts.append(f'<text {turned} text-anchor="middle">{escape(panel.y_label)}</text>')
    parts.append(
        f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(panel.x_label)}</text>'
    )
    for number, (name, line) in enumerate(panel.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x_at(x)},{y_at(y)}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in line:
            dot = f'<circle cx="{x_at(x)}" cy="{y_at(y)}" r="3" fill="{colour}">'
            parts.append(f"{dot}<title>{escape(name)}: {_short(x)}, {_short(y)}</title></circle>")
        if len(panel.lines) > 1:
            place = f'x="{right}" y="{18 + 14 * number}"'
            parts.append(f'<text {place} text-anchor="end" fill="{colour}">{escape(name)}</text>')
    return parts


class Scale:
    """Data to user units; the logarithm of the data is what is even."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.start = low, start
        self.factor = (end - start) / math.log(high / low) if high > low else 0.0

    def __call__(self, value: float) -> float:
        return round(self.start + self.factor * math.log(value / self.low), 1)


def _short(value: float) -> str:
    """1,500 -> 1.5k."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
