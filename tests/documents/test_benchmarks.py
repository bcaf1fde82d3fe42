"""Each benchmark runs, with settings so small that its numbers mean nothing, and writes what it promises."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SPEED = ["--size", "1x64", "--causal-size", "1x64", "--vocabulary", "500", "--tokens", "6000", "--documents", "4",
         "--causal-documents", "1", "--rounds", "1", "--seconds", "0.01", "--warmup", "1", "--dropout", "0",
         "--threads", "1"]  # fmt: skip
PEERS = all(find_spec(name) for name in ("transformers", "accelerate"))


def run(script: str, out: Path, *arguments: str) -> dict[str, Any]:
    """The results of a benchmark by section; its page must name each of them."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), "--out", str(out), *arguments],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    name = Path(script).stem
    results: dict[str, Any] = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    page = (out / f"{name}.md").read_text(encoding="utf-8")
    for section, result in results.items():
        assert section in page
        assert result["conditions"]["commit"] in page
        assert {"torch", "numpy"} <= result["conditions"]["versions"].keys()
    return results


def corpus(folder: Path) -> str:
    """A small text, enough for a tokenizer."""
    words = ["river", "stone", "bridge", "north", "winter", "garden", "letter", "window", "market", "song"]
    lines = (
        " ".join(words[(7 * line + 3 * word) % 10] + str(line % 9) for word in range(40))
        for line in range(60)
    )
    path = folder / "corpus.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("kind", ["short", pytest.param("full", marks=pytest.mark.slow)])
def test_speed_of_our_side(kind: str, tmp_path: Path) -> None:
    results = run(
        "speed.py", tmp_path, *SPEED, "--kinds", kind, "--only-base-rows", "--without-peers",
        "--corpus", corpus(tmp_path),
    )  # fmt: skip
    (row,) = results[f"{kind} 1x64 dropout 0"]["rows"]
    assert 2.5 < row["documents"] < 7.0
    assert row["fill"] == 1.0 if kind == "full" else 0.6 < row["fill"] < 1.0
    assert row["tokens_per_second"] > 0
    assert "ratio" not in row, "nothing to compare with"


@pytest.mark.slow
@pytest.mark.skipif(not PEERS, reason="needs transformers and accelerate")
@pytest.mark.parametrize("kind", ["short", "causal"])
def test_speed_beside_the_peer(kind: str, tmp_path: Path) -> None:
    results = run("speed.py", tmp_path, *SPEED, "--kinds", kind, "--corpus", corpus(tmp_path))
    rows = results[f"{kind} 1x64 dropout 0"]["rows"]
    base, ours = rows[0], rows[1]
    assert base["ratio"] == 1.0
    assert ours["ratio"] > 0
    assert base["documents"] == (4.0 if kind == "short" else 1.0)
    padded = [row for row in rows if "padded" in row["row"]]
    assert bool(padded) == (kind == "short"), "padding to the full length is a row of its own"
    assert all(row["fill"] <= base["fill"] for row in padded)
    if kind == "causal":
        assert base["rounds"][0]["tokens"] == 256 * base["rounds"][0]["steps"], "real tokens of full rows"


def test_the_sequences_of_both_sides_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import speed_text

    fill = speed_text.make(
        tmp_path, speed_text.KINDS["short"], [corpus(tmp_path)], vocab_size=500, tokens=60_000
    )
    store, sequences = speed_text.store(tmp_path), speed_text.sequences(tmp_path)
    assert abs(fill - 0.27) <= 0.02
    assert max(map(len, sequences)) <= 128
    assert store.num_documents == len(sequences)
    for number in (0, len(sequences) - 1):
        ids = store.read(int(store.documents[number]), int(store.documents[number + 1]))
        assert sequences[number][1:-1] == ids.tolist()


def test_gain(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for part, count in (("train", 40), ("dev", 12), ("test", 12)):
        records = [
            {
                "text": f"{'好' if number % 2 else '坏'}书{part}第{number}本",
                "label": str(number % 2),
                "in_train": number < 4,
            }
            for number in range(count)
        ]
        _write(data / "classification/zh_chnsenticorp" / f"{part}.jsonl", records)
        tagged = [
            {
                "tokens": list(f"{part}{number}号去北京"),
                "tags": [*"O" * len(f"{part}{number}号去"), "B-address", "I-address"],
            }
            for number in range(count)
        ]
        _write(data / "ner/zh_cluener" / f"{part}.jsonl", tagged)
    arguments = (
        "--languages", "zh", "--data", str(data), "--corpus", corpus(tmp_path), "--preset", "tiny",
        "--budget", "2steps", "--set", "objective=mlm", "--rates", "1e-3", "--seeds", "2",
        "--epochs", "1", "--work", str(tmp_path / "work"),
    )  # fmt: skip
    results = run("gain.py", tmp_path, *arguments)
    classes, entities = results["zh_chnsenticorp, tiny-2steps"], results["zh_cluener, tiny-2steps"]
    assert classes["records"] == {"test": 12, "clean": 8, "train_limit": 0}
    assert len(classes["starts"]["pretrained"]["clean"]["scores"]) == 2
    assert classes["tfidf"]["clean"]["mean"] > 90, "one character decides"
    assert entities["part"] == "dev"
    assert entities["tfidf"] is None
    assert not list((tmp_path / "work" / "zh-tiny-2steps" / "zh_cluener").rglob("checkpoints")), (
        "large, and not needed"
    )
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("results.json")}
    assert len(times) == 9  # one pre-training; two sets, two starts, two seeds
    assert run("gain.py", tmp_path, *arguments)["zh_cluener, tiny-2steps"]["starts"] == entities["starts"]
    assert times == {path: path.stat().st_mtime_ns for path in times}, "finished runs are skipped"


def test_gain_without_data(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, str(BENCHMARKS / "gain.py"), "--data", str(tmp_path), "--out", str(tmp_path)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    assert "skipped: en_sst2 is not in" in found.stdout
    assert not (tmp_path / "gain.json").exists()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_memory(tmp_path: Path) -> None:
    results = run("memory.py", tmp_path, "--megabytes", "1", "--workers", "1")
    stages = results["1 MB, 1 workers"]["stages"]
    assert stages.keys() == {"tokenizer", "encode"}
    assert all(50 < stage["peak_megabytes"] < 1000 for stage in stages.values())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_memory_stays_flat(tmp_path: Path) -> None:
    peaks = []
    for size in ("10", "30"):
        results = run("memory.py", tmp_path / size, "--megabytes", size, "--workers", "2")
        stages = results[f"{size} MB, 2 workers"]["stages"]
        peaks.append(max(stage["peak_megabytes"] for stage in stages.values()))
    assert peaks[1] < 1000
    assert peaks[1] < 1.5 * peaks[0]


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8"
    )


@pytest.mark.slow
def test_plan(tmp_path: Path) -> None:
    words = ["river", "stone", "bridge", "north", "winter", "garden", "letter", "window", "market", "song"]
    texts = [
        {"text": " ".join(words[(line * word + word) % 10] for word in range(1, 40))} for line in range(200)
    ]
    folder = tmp_path / "data" / "pretrain" / "zh_law"
    folder.mkdir(parents=True)
    content = "".join(json.dumps({**each, "id": number}) + "\n" for number, each in enumerate(texts))
    (folder / "train.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    results = run("plan.py", tmp_path, "--corpora", "pretrain/zh_law", "--data", str(tmp_path / "data"), "--budget", "3steps",
                  "--work", str(tmp_path / "work"), "--set", "corpus.deduplicate=none")  # fmt: skip
    (result,) = results.values()
    assert result["preset"] == "tiny"
    assert result["tokens"]["true"] > 0
    assert result["memory"]["true"] > 2**27
