"""The model that a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanmo.cli.options import Precision

if TYPE_CHECKING:
    from yanmo.api.predict import Model


def load_model(source: str, precision: Precision = "fp32") -> Model:
    """As `load_here`; torch is imported only now, so that what is wrong with a command is said at once."""
    from yanmo.api.predict import load_here

    return load_here(source, precision)
