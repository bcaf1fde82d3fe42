"""Line charts as inline SVG: no script, no image, colours from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from yanmo.evaluation.metric_text import number
from yanmo.messages import text

COLOURS = 6  # classes line-0 ... line-5 of the style sheet
MOST_POINTS = 300  # of a line; more are averaged, for the eye cannot tell
MOST_FAINT = 1000  # of a faint line, whose scatter is the point: some are left out instead
DOTS_UP_TO = 40  # a line of so few points shows each, with its values on hover
LEFT, RIGHT, TOP, BOTTOM = 66, 24, 10, 40  # margins in user units

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A line: points (x, y) in the order of x. faint: behind the others, in the colour of the next one."""

    name: str
    points: tuple[Point, ...]
    faint: bool = False


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Data to user units, linearly; `ticks` are round numbers that cover the data."""

    ticks: tuple[float, ...]
    start: float
    end: float

    def __call__(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 1)


def line_chart(series: Sequence[Series], *, x_label: str, y_label: str, width: int, height: int) -> str:
    """The SVG and its legend as HTML. Values that are not finite break the line and are marked at its top."""
    drawn = [one for one in series if any(map(_finite, one.points))]
    lost = sum(not _finite(point) for one in series if not one.faint for point in one.points)
    lost_note = [f'<li class="lost">{escape(text("report.not_finite", count=lost))}</li>'] if lost else []
    if not drawn:
        nothing = f'<p class="note">{escape(text("report.no_points"))}</p>'
        return nothing + (f'<ul class="legend">{lost_note[0]}</ul>' if lost else "")
    x_scale, y_scale = _scales(drawn, width, height)
    label = f"{y_label}: " + ", ".join(one.name for one in drawn)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">',
        *_axes(x_scale, y_scale, x_label, y_label, width, height),
    ]
    legend = []
    colour = 0
    for one in drawn:
        parts += _line(one, x_scale, y_scale, colour % COLOURS, x_label)
        if not one.faint:
            legend.append(_legend(one, colour % COLOURS))
            colour += 1
    return "".join([*parts, "</svg>", f'<ul class="legend">{"".join(legend + lost_note)}</ul>'])


def ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Round numbers 1, 2 or 5 times a power of ten apart, from at or below `low` to at or above `high`."""
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(f"{place * step:.12g}") for place in range(first, last + 1))


def thin(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """Means of neighbours where there are more than `most`; points that are not finite stay as they are."""
    size = math.ceil(len(points) / most)
    result: list[Point] = []
    for start in range(0, len(points), size):
        group = points[start : start + size]
        fine = [point for point in group if _finite(point)]
        if fine:
            result.append((sum(x for x, _ in fine) / len(fine), sum(y for _, y in fine) / len(fine)))
        result += [point for point in group if not _finite(point)]
    return sorted(result, key=lambda point: point[0])


def _finite(point: Point) -> bool:
    return math.isfinite(point[1])


def _scales(series: Sequence[Series], width: int, height: int) -> tuple[Scale, Scale]:
    # Single steps may jump out of the frame; the lines that are read must not.
    bounding = [one for one in series if not one.faint] or list(series)
    xs = [x for one in series for x, _ in one.points]
    ys = [point[1] for one in bounding for point in one.points if _finite(point)]
    x_ticks = ticks(min(xs), max(xs), max(4, width // 110))
    return (
        Scale(ticks=x_ticks, start=LEFT, end=width - RIGHT),
        Scale(ticks=ticks(min(ys), max(ys)), start=height - BOTTOM, end=TOP),
    )


def _axes(x_scale: Scale, y_scale: Scale, x_label: str, y_label: str, width: int, height: int) -> list[str]:
    bottom, right = height - BOTTOM, width - RIGHT
    parts = []
    for tick in y_scale.ticks:
        y = y_scale(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 7}" y="{y + 4}">{number(tick)}</text>')
    for tick in x_scale.ticks:
        x = x_scale(tick)
        parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="tick middle" x="{x}" y="{bottom + 17}">{number(tick)}</text>')
    middle = (TOP + bottom) / 2
    return [
        *parts,
        f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>',
        f'<text class="label middle" x="{(LEFT + right) / 2}" y="{height - 6}">{escape(x_label)}</text>',
        f'<text class="label middle" transform="translate(12 {middle}) rotate(-90)">{escape(y_label)}</text>',
    ]


def _line(one: Series, x_scale: Scale, y_scale: Scale, colour: int, x_label: str) -> list[str]:
    points = one.points[:: len(one.points) // MOST_FAINT + 1] if one.faint else thin(one.points)
    top = y_scale(y_scale.ticks[-1])
    drawn: list[str] = []
    joined = False
    for x, y in points:
        if math.isfinite(y):
            place = f"{x_scale(x)} {min(max(y_scale(y), top), y_scale.start)}"
            drawn.append(f"L{place}" if joined else f"M{place}h0")  # h0: a point on its own is a dot
        joined = math.isfinite(y)
    kind = "faint" if one.faint else "line"
    parts = [f'<path class="{kind} line-{colour}" d="{"".join(drawn)}"/>']
    if not one.faint and len(points) <= DOTS_UP_TO:
        for x, y in filter(_finite, points):
            tip = text("report.point", name=one.name, x_label=x_label, x=number(x), y=number(y))
            dot = f'<circle class="dot line-{colour}" cx="{x_scale(x)}" cy="{y_scale(y)}" r="3">'
            parts.append(f"{dot}<title>{escape(tip)}</title></circle>")
    lost = [] if one.faint else [x for x, y in points if not math.isfinite(y)]
    parts += [f'<text class="lost middle" x="{x_scale(x)}" y="{top + 4}">×</text>' for x in lost]
    return parts


def _legend(one: Series, colour: int) -> str:
    last = text("report.last", value=number(one.points[-1][1]))
    return f'<li><i class="key line-{colour}"></i>{escape(one.name)} <small>{escape(last)}</small></li>'
