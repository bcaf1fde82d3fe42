"""How far each parameter is from the input, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LAYER = re.compile(r"(decoder\.)?layers\.(\d+)\.")


def layer_depths(names: Iterable[str]) -> dict[str, int]:
    """0: embeddings; n: the n-th layer, a decoder's after its encoder's; one more: heads and what else is above."""
    names = list(names)
    found = {name: _LAYER.search(name) for name in names}
    sizes = {
        decoder: 1
        + max((int(each[2]) for each in found.values() if each and bool(each[1]) is decoder), default=-1)
        for decoder in (False, True)
    }
    depths = {}
    for name in names:
        layer = found[name]
        if layer is not None:
            depths[name] = 1 + int(layer[2]) + (sizes[False] if layer[1] else 0)
        else:
            depths[name] = 0 if "embedding" in name else 1 + sum(sizes.values())
    return depths
