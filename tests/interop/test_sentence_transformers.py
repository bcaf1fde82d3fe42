"""What sentence-transformers' files say, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yanmo.errors import InputError
from yanmo.interop.sentence_transformers import Pooling, read_max_length, read_pooling, save_modules


@pytest.mark.parametrize(
    "pooling",
    [Pooling(), Pooling(mode="cls_token"), Pooling(mode="lasttoken", normalize=True)],
)
def test_there_and_back(tmp_path: Path, pooling: Pooling) -> None:
    save_modules(tmp_path, pooling, 32, max_length=128)
    assert read_pooling(tmp_path) == pooling
    assert read_max_length(tmp_path) == 128
    modes = json.loads((tmp_path / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    assert modes["word_embedding_dimension"] == 32
    assert sum(on for key, on in modes.items() if key.startswith("pooling_mode_")) == 1


def test_a_folder_that_says_nothing(tmp_path: Path) -> None:
    assert read_pooling(tmp_path) is None
    assert read_max_length(tmp_path) is None


def test_the_summary_token_of_each_family() -> None:
    assert Pooling.of("cls", "encoder").mode == "cls_token"
    assert Pooling.of("cls", "decoder").mode == "lasttoken"
    assert Pooling.of("mean", "decoder").mode == "mean_tokens"


def test_the_form_of_newer_versions(tmp_path: Path) -> None:
    save_modules(tmp_path, Pooling(), 32, max_length=128)
    pooling = tmp_path / "1_Pooling" / "config.json"
    for mode, read in (("mean", "mean_tokens"), ("cls", "cls_token"), ("lasttoken", "lasttoken")):
        pooling.write_text(json.dumps({"embedding_dimension": 32, "pooling_mode": mode}), encoding="utf-8")
        assert read_pooling(tmp_path) == Pooling(mode=read)
    pooling.write_text(json.dumps({"pooling_mode": "max"}), encoding="utf-8")
    assert refused(tmp_path) == "pairs.unsupported_module"


def test_what_cannot_be_computed_is_refused(tmp_path: Path) -> None:
    save_modules(tmp_path, Pooling(), 32, max_length=128)
    pooling = tmp_path / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"pooling_mode_max_tokens": True}), encoding="utf-8")
    assert refused(tmp_path) == "pairs.unsupported_module"
    modules = tmp_path / "modules.json"
    modules.write_text(json.dumps([{"type": "a.Transformer", "path": ""}, {"type": "a.Dense", "path": "1"}]))
    assert refused(tmp_path) == "pairs.unsupported_module"
    modules.write_text("[1", encoding="utf-8")
    assert refused(tmp_path) == "interop.broken_file"


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        read_pooling(folder)
    assert len(str(error.value).splitlines()) == 3
    return error.value.key
