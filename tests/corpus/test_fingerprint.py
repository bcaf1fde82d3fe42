import hashlib
from pathlib import Path

from yanmo.corpus.fingerprint import fingerprint
from yanmo.corpus.read import CorpusConfig


def test_every_byte_counts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one")
    (tmp_path / "b.jsonl").write_bytes(b'{"text": "x"}')
    (tmp_path / "c.png").write_bytes(b"not read")
    config = CorpusConfig(paths=(str(tmp_path), str(tmp_path / "a.txt"), "storyworld:zh", "python_docs"))
    first, second, stories, docs = fingerprint(config)
    assert (first.path, first.bytes) == ((tmp_path / "a.txt").as_posix(), 3)
    assert first.sha256 == hashlib.sha256(b"one").hexdigest()
    assert second.sha256 == hashlib.sha256(b'{"text": "x"}').hexdigest()
    assert stories.path.startswith("storyworld:zh:20000@") and "python-" in docs.path and docs.bytes == 0
    (tmp_path / "a.txt").write_bytes(b"two")
    assert fingerprint(config)[0] != first
