"""What makes a Hugging Face directory a model of sentence-transformers: its modules, and how it pools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from yanmo.errors import InputError, reason_of
from yanmo.interop.config_json import read_json

MODULES = "modules.json"
FILES = (
    MODULES,
    "*_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)  # to download
_PREFIX = "pooling_mode_"
_NAMED = {"mean": "mean_tokens", "cls": "cls_token"}
_MODES = (
    "cls_token",
    "mean_tokens",
    "max_tokens",
    "mean_sqrt_len_tokens",
    "weightedmean_tokens",
    "lasttoken",
)


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """How one vector is made of a text: the mean over its tokens, its first or its last. normalize: to length 1."""

    mode: Literal["mean_tokens", "cls_token", "lasttoken"] = "mean_tokens"
    normalize: bool = False

    @staticmethod
    def of(pooling: Literal["mean", "cls"], family: str) -> Pooling:
        """That of a task; the summary token is the first of an encoder and the last of a decoder."""
        if pooling == "mean":
            return Pooling()
        return Pooling(mode="cls_token" if family == "encoder" else "lasttoken")


def save_modules(folder: Path, pooling: Pooling, width: int, *, max_length: int) -> None:
    """Writes what sentence-transformers reads beside the files of `transformers`."""
    kind = "sentence_transformers.models"
    modules: list[JsonValue] = [
        {"idx": 0, "name": "0", "path": "", "type": f"{kind}.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kind}.Pooling"},
    ]
    if pooling.normalize:
        modules.append({"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kind}.Normalize"})
        (folder / "2_Normalize").mkdir(parents=True, exist_ok=True)
    modes: dict[str, JsonValue] = {f"{_PREFIX}{mode}": mode == pooling.mode for mode in _MODES}
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    _write(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": width, **modes, "include_prompt": True},
    )
    _write(folder / "sentence_bert_config.json", {"max_seq_length": max_length, "do_lower_case": False})
    _write(
        folder / "config_sentence_transformers.json",
        {"__version__": {}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    _write(folder / MODULES, modules)


def read_pooling(folder: Path) -> Pooling | None:
    """How the model in `folder` pools; None where it says nothing. Errors: InputError for what is not supported."""
    path = folder / MODULES
    if not path.is_file():
        return None
    try:
        modules = json.loads(path.read_text(encoding="utf-8"))
        kinds = [(str(module["type"]).rsplit(".", 1)[-1], str(module["path"])) for module in modules]
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise InputError("interop.broken_file", path=path, reason=reason_of(error)) from None
    names = [name for name, _ in kinds]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise InputError("pairs.unsupported_module", path=path, given=names)
    config = folder / Path(kinds[1][1]).name / "config.json"
    tree = read_json(config)
    named = tree.get("pooling_mode")  # since version 6 one name, "mean"; before, a flag for each
    modes = [key.removeprefix(_PREFIX) for key, on in tree.items() if key.startswith(_PREFIX) and on]
    modes = [_NAMED.get(named, named)] if isinstance(named, str) else modes
    match modes:
        case [("mean_tokens" | "cls_token" | "lasttoken") as mode]:
            return Pooling(mode=mode, normalize=len(names) == 3)
    raise InputError("pairs.unsupported_module", path=config, given=modes)


def read_max_length(folder: Path) -> int | None:
    """The longest sequence that sentence-transformers would read, where the folder says one."""
    path = folder / "sentence_bert_config.json"
    given = read_json(path).get("max_seq_length") if path.is_file() else None
    return int(given) if isinstance(given, int | float) and given > 0 else None


def _write(path: Path, value: JsonValue) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
