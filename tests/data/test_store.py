"""The token store gives back what was put in, and notices when it no longer can."""

import errno
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanmo.data import store as module
from yanmo.data.store import StoreWriter, TokenStore, boundaries, is_store
from yanmo.errors import InputError, TrainingError

Documents = list[tuple[list[int], list[bool]]]
documents = st.lists(
    st.lists(st.tuples(st.integers(0, 70_000), st.booleans()), min_size=1, max_size=40), max_size=12
)


def build(folder: Path, content: list[list[tuple[int, bool]]], vocab_size: int = 70_001) -> TokenStore:
    writer = StoreWriter(folder, vocab_size=vocab_size, columns={"mark": "test 1", "other": "test 2"})
    for document in content:
        bits = np.array([bit for _, bit in document])
        ids = np.array([token for token, _ in document])
        writer.add(ids, {"mark": bits, "other": ~bits})
    return writer.close({"made": "here", "文件": [1, 2]})


@given(content=documents, shard=st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_round_trip_over_any_number_of_shards(
    content: list[list[tuple[int, bool]]], shard: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SHARD_TOKENS", shard)
        store = build(tmp_path_factory.mktemp("store") / "s", content)
    assert store.num_documents == len(content)
    assert store.num_tokens == sum(map(len, content))
    assert store.lineage == {"made": "here", "文件": [1, 2]}
    assert store.columns == {"mark": "test 1", "other": "test 2"}
    for number, document in enumerate(content):
        start, end = (int(place) for place in store.documents[number : number + 2])
        assert end - start == len(document)
        for first in range(len(document)):
            part = slice(start + first, end)
            assert store.read(part.start, part.stop).tolist() == [token for token, _ in document[first:]]
            assert store.bits("mark", part.start, part.stop).tolist() == [bit for _, bit in document[first:]]
            assert store.bits("other", part.start, part.start + 1).tolist() == [not document[first][1]]
        marks = [place for place, (_, bit) in enumerate(document) if bit]
        assert boundaries(store.bits("mark", start, end), start) == [start + place for place in marks]
    assert store.read(0, 0).dtype == np.int64 if content else True


def test_small_vocabularies_take_two_bytes_a_token(tmp_path: Path) -> None:
    content = [[(65_535, True), (0, False)]]
    for vocab_size, dtype in ((65_536, "uint16"), (65_537, "uint32")):
        store = build(tmp_path / dtype, content, vocab_size)
        assert json.loads((store.folder / "index.json").read_text("utf-8"))["dtype"] == dtype
        assert store.read(0, 2).tolist() == [65_535, 0]


def test_the_same_content_has_the_same_digest(tmp_path: Path) -> None:
    content = [[(number, number % 3 == 0) for number in range(50)]] * 3
    first, second = build(tmp_path / "a", content), build(tmp_path / "b", content)
    changed = build(tmp_path / "c", [*content[:2], [(1, True)]])
    assert first.digest == second.digest != changed.digest


def test_building_again_leaves_nothing_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHARD_TOKENS", 10)
    build(tmp_path / "s", [[(1, True)] * 10] * 5)
    again = build(tmp_path / "s", [[(2, True)] * 10])
    alone = build(tmp_path / "t", [[(2, True)] * 10])
    assert {path.name for path in again.folder.iterdir()} == {path.name for path in alone.folder.iterdir()}


def test_an_interrupted_build_is_no_store(tmp_path: Path) -> None:
    writer = StoreWriter(tmp_path / "s", vocab_size=100, columns={})
    writer.add(np.arange(5), {})
    assert not is_store(tmp_path / "s")
    with pytest.raises(InputError) as error:
        TokenStore(tmp_path / "s")
    assert error.value.key == "data.damaged_store"


def test_a_worker_opens_the_files_itself(tmp_path: Path) -> None:
    store = build(tmp_path / "s", [[(number, True) for number in range(1000)]])
    copied = pickle.loads(pickle.dumps(store))
    assert len(pickle.dumps(store)) < 500
    assert copied.read(3, 7).tolist() == [3, 4, 5, 6]


def test_verify_finds_any_flipped_byte_and_any_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHARD_TOKENS", 20)
    folder = tmp_path / "s"
    build(folder, [[(number, number % 2 == 0) for number in range(17)]] * 4)
    TokenStore(folder, verify=True)
    generator = np.random.default_rng(0)
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        places = generator.choice(len(content), min(25, len(content)), replace=False)
        for place in [0, len(content) - 1, *places.tolist()]:
            damaged = bytearray(content)
            damaged[place] ^= 1 << int(generator.integers(8))
            path.write_bytes(damaged)
            with pytest.raises(InputError) as error:
                TokenStore(folder, verify=True)
            assert error.value.values["reason"] == path.name
        path.unlink()
        with pytest.raises(InputError):
            TokenStore(folder, verify=True)
        path.write_bytes(content)
    TokenStore(folder, verify=True)


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError) as error:
        build(tmp_path / "s", [[(1, True), (2, False)]])
    assert error.value.key == "training.cannot_write"
    assert "the disk is full" in str(error.value)
