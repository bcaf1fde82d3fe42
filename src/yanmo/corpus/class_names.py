"""The names of classes, where the `datasets` library keeps their numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_METADATA = b"huggingface"


def named(value: Any, feature: Any) -> Any:
    """The name of a class instead of its number, also in lists; -1 says that there is none.

    feature: what the library says of the column, as `Features.to_dict` and the schema of its Parquet files have it.
    """
    about = feature if isinstance(feature, Mapping) else {}
    if about.get("_type") == "ClassLabel" and isinstance(value, int):
        names = about.get("names") or []
        return None if value < 0 else names[value] if value < len(names) else value
    inner = feature[0] if isinstance(feature, list) else about.get("feature")
    if inner is not None and isinstance(value, Sequence) and not isinstance(value, str):
        return [named(each, inner) for each in value]
    return value


def features_of(metadata: Mapping[bytes, bytes] | None) -> Mapping[str, Any]:
    """What the metadata of a Parquet schema say of each column; nothing where the library did not write the file."""
    try:
        features = json.loads((metadata or {})[_METADATA])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, Mapping) else {}
