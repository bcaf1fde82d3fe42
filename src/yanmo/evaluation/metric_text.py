"""How a metric is called and written wherever a person reads it."""

from __future__ import annotations

import math

from yanmo.messages import percent, text
from yanmo.messages.report import TEXTS

SHARES = (
    "accuracy",
    "f1",
    "em",
    "micro_f1",
    "macro_f1",
    "precision",
    "recall",
    "distinct",
    "copied",
    "rouge",
    "ece",
)  # 0 to 1, shown in percent


def metric_name(name: str) -> str:
    """`loss_mlm` -> loss (mlm), in the user's language; a name that the catalogue lacks stays as it is."""
    if f"report.metric_{name}" in TEXTS:
        return text(f"report.metric_{name}")
    base, _, term = name.partition("_")
    if term and f"report.metric_{base}" in TEXTS:
        return text("report.metric_of", metric=text(f"report.metric_{base}"), term=term)
    return name


def is_share(name: str) -> bool:
    """Whether a metric is a share of the whole, 0 to 1."""
    return name in SHARES or name.partition("_")[0] in SHARES


def metric_value(name: str, value: float) -> str:
    """Shares in percent, everything else with four significant digits."""
    if not math.isfinite(value):
        return str(value)
    return percent(value, 2) if is_share(name) else number(value)


def number(value: float) -> str:
    """Short and readable: 12,345 and 1.235 and 0.00012; nan and inf as they are."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def duration(seconds: float) -> str:
    """1:02:03, or 2:03 under an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
