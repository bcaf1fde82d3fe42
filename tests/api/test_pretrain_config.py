"""What a pre-training's settings become where they are left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmo.api.pretrain_config import PretrainConfig
from yanmo.config import build


@pytest.mark.parametrize(
    ("kilobytes", "share"), [(1, 0.05), (500, 0.05), (2_000, 0.025), (5_000, 0.01), (20_000, 0.01)]
)
def test_of_small_files_more_is_held_out(tmp_path: Path, kilobytes: int, share: float) -> None:
    """In two files, of which one is named twice."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"x" * (500 * kilobytes))
    corpus = {"paths": [str(tmp_path), str(tmp_path / "a.txt")]}
    assert build(PretrainConfig, {"corpus": corpus}).share_held_out() == pytest.approx(share)
    assert build(PretrainConfig, {"corpus": corpus, "held_out_share": 0.2}).share_held_out() == 0.2


def test_a_built_in_corpus_has_the_usual_share() -> None:
    assert build(PretrainConfig, {"corpus": {"paths": ["storyworld:200"]}}).share_held_out() == 0.01
